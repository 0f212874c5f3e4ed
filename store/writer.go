package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// One goroutine writes. It takes all the jobs that wait, up to the limits
// below, and runs them in one transaction, so that they share one flush to
// disk. While a flush runs, the next group gathers.
//
// On a fast disk that is not enough: visits that come a millisecond apart would
// each have a flush of their own, at five times the cost. So the writer lingers
// before a group as long as that brings in more jobs, and tries every so often
// whether it would. Who commits one visit after the other hardly notices.
const (
	groupJobs  = 512
	groupBytes = 8 << 20
	linger     = 3 * time.Millisecond
	lingerTry  = 32 // groups between tries
	lingerJobs = 32 // jobs that are enough to go on with
)

// job is one change of the archive.
type job struct {
	ctx context.Context
	// run makes the change. It may run twice, when another job of the group
	// fails, and starts anew each time. A refusal must come before its first put.
	run func(*bolt.Tx) error
	// size is about how many bytes it puts.
	size int
	// site is the domain that lists show differently afterwards; empty for none.
	site string
	err  error
	done chan struct{}
}

// refusal is an error of a job that has changed nothing, so that the others of
// its group need not be run again.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// write runs fn in a transaction and returns when it is on disk. A context
// that ends before the transaction begins withdraws the job; one that ends
// later does not stop it, and the result is what became of it.
func (db *DB) write(ctx context.Context, size int, fn func(*bolt.Tx) error) error {
	return db.writeSite(ctx, "", size, fn)
}

// writeSite is write for a change of what lists say of a site.
func (db *DB) writeSite(ctx context.Context, site string, size int, fn func(*bolt.Tx) error) error {
	if db.readOnly {
		return ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{ctx: ctx, run: fn, size: size, site: site, done: make(chan struct{})}
	if err := db.submit(j); err != nil {
		return err
	}
	<-j.done
	return j.err
}

func (db *DB) submit(j *job) error {
	db.mu.RLock() // held while sending, so that Close cannot close the channel under it
	defer db.mu.RUnlock()
	if db.closed {
		return ErrClosed
	}
	select {
	case db.jobs <- j:
		return nil
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
}

// writer runs until Close closes the channel and everything in it is done.
func (db *DB) writer() {
	defer close(db.drained)
	group := make([]*job, 0, groupJobs)
	patient := false
	for groups := 1; ; groups++ {
		first, ok := <-db.jobs
		if !ok {
			return
		}
		group = db.gather(append(group[:0], first), groupJobs, nil)
		if n := len(group); n < lingerJobs && (patient || groups%lingerTry == 0) {
			group = db.gather(group, lingerJobs, time.After(linger))
			patient = len(group) > n
		}
		db.runGroup(group)
		clear(group)
	}
}

// gather adds the jobs that wait to a group, and until a given time those that
// come, up to a number of jobs.
func (db *DB) gather(group []*job, limit int, until <-chan time.Time) []*job {
	size := 0
	for _, j := range group {
		size += j.size
	}
	for len(group) < limit && size < groupBytes {
		select {
		case j, ok := <-db.jobs:
			if !ok {
				return group
			}
			group, size = append(group, j), size+j.size
			continue
		default:
		}
		if until == nil {
			return group
		}
		select {
		case j, ok := <-db.jobs:
			if !ok {
				return group
			}
			group, size = append(group, j), size+j.size
		case <-until:
			return group
		}
	}
	return group
}

// The file grows by a thirty-second of its size: the engine's own step of 16 MiB would
// be most of a small archive, and every step costs a flush of its own.
const (
	leastGrowth = 128 << 10
	mostGrowth  = 16 << 20
)

func growth(size int64) int {
	return int(min(max(size/32, leastGrowth), mostGrowth))
}

func (db *DB) runGroup(group []*job) {
	db.transactions.Add(1)
	if info, err := db.file.Stat(); err == nil {
		db.bolt.AllocSize = growth(info.Size()) // read by this goroutine only
	}
	left := group
	for len(left) > 0 {
		var bad *job
		err := db.update(func(tx *bolt.Tx) error {
			for _, j := range left {
				bad = j
				if j.err = runJob(tx, j); j.err != nil && !errors.As(j.err, new(refusal)) {
					return j.err
				}
			}
			bad = nil
			return nil
		})
		if err != nil && bad != nil {
			// The job spoilt the transaction: leave it out and run the others again.
			// A panic lands here too.
			if bad.err == nil {
				bad.err = err
			}
			left = without(left, bad)
			continue
		}
		for _, j := range left {
			if err != nil && j.err == nil { // the commit itself failed: nobody's change is certain
				j.err = fmt.Errorf("write the archive: %w", err)
			}
			db.journal.add(j.site)
			close(j.done)
		}
		left = nil
	}
	for _, j := range group {
		select {
		case <-j.done:
		default:
			close(j.done)
		}
	}
}

// transact runs fn in a transaction and flushes it. Where the engine trips over
// a broken page even in undoing the transaction, it keeps its lock for ever;
// then no later write may touch it.
func (db *DB) transact(fn func(*bolt.Tx) error) error {
	if db.stuck.Load() {
		return fmt.Errorf("%w: an earlier write could not be undone; close it and verify it", ErrDamaged)
	}
	var tx *bolt.Tx
	err := guard(func() (err error) {
		tx, err = db.bolt.Begin(true)
		return err
	})
	if err != nil {
		db.stuck.Store(errors.Is(err, ErrDamaged))
		return err
	}
	err = guard(func() error {
		if err := fn(tx); err != nil {
			return err
		}
		return tx.Commit()
	})
	if err != nil && tx.DB() != nil {
		if undo := guard(tx.Rollback); undo != nil {
			db.stuck.Store(tx.DB() != nil)
			err = errors.Join(err, undo)
		}
	}
	return err
}

func runJob(tx *bolt.Tx, j *job) error {
	if err := j.ctx.Err(); err != nil {
		return refusal{err}
	}
	return j.run(tx)
}

func without(list []*job, j *job) []*job {
	out := make([]*job, 0, len(list)-1)
	for _, x := range list {
		if x != j {
			out = append(out, x)
		}
	}
	return out
}
