package store

import (
	"context"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// Hold keeps the writer from what is handed in until release is called; waiting
// counts what is handed in meanwhile.
func (db *DB) Hold(t *testing.T) (release func(), waiting func() int) {
	entered, gate := make(chan struct{}), make(chan struct{})
	j := &job{ctx: context.Background(), run: func(*bolt.Tx) error { close(entered); <-gate; return nil }, done: make(chan struct{})}
	if err := db.submit(j); err != nil {
		t.Fatal(err)
	}
	<-entered
	return func() { close(gate) }, func() int { return len(db.jobs) }
}
