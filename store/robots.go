package store

import (
	"context"
	"maps"
	"sync"

	bolt "go.etcd.io/bbolt"
)

// robotsBatch is how many new rules are gathered before they are written: a
// scan of thousands of hosts shares a few flushes.
const robotsBatch = 512

// RobotsRules keeps the rules of robots.txt files between runs, so that a daily
// scan need not ask every host twice. Nothing depends on it: what cannot be
// read or written is asked for again. It is safe for concurrent use.
type RobotsRules struct {
	db *DB
	mu sync.Mutex
	// fresh is what has not been written yet.
	fresh map[string][]byte
}

// RobotsRules returns the archive's memory of robots.txt.
func (db *DB) RobotsRules() *RobotsRules {
	return &RobotsRules{db: db, fresh: map[string][]byte{}}
}

// Rules returns what is kept for an origin.
func (r *RobotsRules) Rules(origin string) (rules []byte, ok bool) {
	r.mu.Lock()
	rules, ok = r.fresh[origin]
	r.mu.Unlock()
	if ok || checkDomain(origin) != nil {
		return rules, ok
	}
	err := r.db.peek(func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte(bucketRobots))
		if b == nil { // an archive opened for reading that an older program made
			return nil
		}
		row, err := getRow(tx, bucketRobots, []byte(origin))
		rules = append([]byte(nil), row...)
		return err
	})
	return rules, err == nil && len(rules) > 0
}

// KeepRules keeps what was read for an origin, durably after the next Flush.
func (r *RobotsRules) KeepRules(origin string, rules []byte) {
	if checkDomain(origin) != nil || r.db.readOnly {
		return
	}
	r.mu.Lock()
	r.fresh[origin] = rules
	full := len(r.fresh) >= robotsBatch
	r.mu.Unlock()
	if full {
		// A failure here is the archive's, and the next commit tells it.
		_ = r.Flush(context.Background())
	}
}

// Flush writes what was kept since the last one.
func (r *RobotsRules) Flush(ctx context.Context) error {
	r.mu.Lock()
	batch := maps.Clone(r.fresh)
	r.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	size := 0
	for origin, rules := range batch {
		size += len(origin) + len(rules)
	}
	err := r.db.write(ctx, size, func(tx *bolt.Tx) error {
		for origin, rules := range batch {
			if err := put(tx, bucketRobots, []byte(origin), rules); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for origin := range batch {
		delete(r.fresh, origin)
	}
	return nil
}
