package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

var noon = time.Date(2026, 3, 21, 12, 0, 0, 0, time.UTC)

func openHere(t *testing.T) *DB {
	t.Helper()
	db, err := Open(context.Background(), Options{Path: filepath.Join(t.TempDir(), "policywatch.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r, err := db.Check(context.Background())
		if err != nil || !r.OK() {
			t.Errorf("integrity: %v, %v", r, err)
		}
		db.Close()
	})
	return db
}

func plainVisit(domain string, n int) record.Visit {
	at := noon.AddDate(0, 0, n)
	body := []byte(strings.Repeat(fmt.Sprintf("<p>%s %d</p>", domain, n), 50))
	return record.Visit{
		Site: record.Site{Domain: domain}, At: at, Past: record.Past{Version: n, LastVisit: at},
		Snapshot: &record.Snapshot{Body: body, At: at},
		Version:  &record.Version{Number: n, At: at, Document: &record.Document{Title: fmt.Sprint(n)}},
		Alerts:   []record.Alert{{ID: fmt.Sprintf("%s-%d", domain, n), Next: at, Event: record.Event{Site: domain, To: n}}},
	}
}

var errDisk = errors.New("input/output error")

// Each write fails once without being on disk, and once although it is. Either
// way the caller hears of it, commits again, and the archive has it once.
func TestWriteFaults(t *testing.T) {
	ctx := context.Background()
	for _, persisted := range []bool{false, true} {
		t.Run(fmt.Sprintf("persisted=%t", persisted), func(t *testing.T) {
			db := openHere(t)
			real := db.update
			broken := false
			db.update = func(fn func(*bolt.Tx) error) error {
				if !broken {
					return real(fn)
				}
				if persisted {
					if err := real(fn); err != nil {
						return err
					}
					return errDisk
				}
				return real(func(tx *bolt.Tx) error {
					if err := fn(tx); err != nil {
						return err
					}
					return errDisk
				})
			}
			for n := 1; n <= 5; n++ {
				v := plainVisit("a.gov.ir", n)
				broken = true
				if err := db.Commit(ctx, v); !errors.Is(err, errDisk) {
					t.Fatalf("visit %d: %v", n, err)
				}
				if h, _ := db.History(ctx, "a.gov.ir"); (len(h) == n) != persisted {
					t.Errorf("after the fault: %d versions", len(h))
				}
				broken = false
				if err := db.Commit(ctx, v); err != nil {
					t.Fatalf("visit %d, again: %v", n, err)
				}
				if h, _ := db.History(ctx, "a.gov.ir"); len(h) != n {
					t.Errorf("after the second try: %d versions", len(h))
				}
			}
			if a, err := db.Alerts(ctx, AlertFilter{}); err != nil || len(a) != 5 {
				t.Errorf("%d alerts, %v", len(a), err)
			}
			leased, err := db.Lease(ctx, noon.AddDate(1, 0, 0), time.Hour, 100)
			if err != nil || len(leased) != 5 {
				t.Errorf("%d leased, %v", len(leased), err)
			}
		})
	}
}

// A disk that is full is an error to the writer; what is there stays readable,
// and with room again the same visit gets through (S1).
func TestFullDisk(t *testing.T) {
	ctx := context.Background()
	db := openHere(t)
	if err := db.Commit(ctx, plainVisit("a.gov.ir", 1)); err != nil {
		t.Fatal(err)
	}
	db.bolt.MaxSize = 1 // the engine now refuses to grow the file
	big := plainVisit("a.gov.ir", 2)
	noise := make([]byte, 2<<20)
	for i := range noise {
		noise[i] = byte(i*i>>7 ^ i*31)
	}
	big.Snapshot.Body = noise
	if err := db.Commit(ctx, big); err == nil || !strings.Contains(err.Error(), "write the archive") {
		t.Fatalf("on a full disk: %v", err)
	}
	if v, err := db.Version(ctx, "a.gov.ir", 0); err != nil || v.Number != 1 {
		t.Errorf("reading on a full disk: %v, %v", v, err)
	}
	db.bolt.MaxSize = 0
	if err := db.Commit(ctx, big); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// A job that spoils its transaction, or panics in it, is left out, and the rest
// of its group gets through.
func TestOneBadJobOfAGroup(t *testing.T) {
	ctx := context.Background()
	db := openHere(t)
	for _, bad := range []func(*bolt.Tx) error{
		func(tx *bolt.Tx) error {
			if err := tx.Bucket([]byte(bucketTimes)).Put([]byte("half"), nil); err != nil {
				return err
			}
			return errDisk
		},
		func(tx *bolt.Tx) error { panic("page 7 is on fire") },
	} {
		// Hold the writer so that the jobs gather behind it.
		entered, release := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			db.write(ctx, 0, func(*bolt.Tx) error { close(entered); <-release; return nil })
		})
		<-entered
		before := db.Stats().Transactions
		errs := make([]error, 20)
		var sent sync.WaitGroup
		for i := range errs {
			sent.Add(1)
			wg.Go(func() {
				j := &job{ctx: ctx, run: func(*bolt.Tx) error { return nil }, done: make(chan struct{})}
				if i == 7 {
					j.run = bad
				}
				if errs[i] = db.submit(j); errs[i] != nil {
					sent.Done()
					return
				}
				sent.Done()
				<-j.done
				errs[i] = j.err
			})
		}
		sent.Wait()
		close(release)
		wg.Wait()
		for i, err := range errs {
			if (i == 7) != (err != nil) {
				t.Errorf("job %d: %v", i, err)
			}
		}
		if n := db.Stats().Transactions - before; n != 1 {
			t.Errorf("%d groups for jobs that waited together", n)
		}
	}
}
