package store

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// Options say which archive to open and how.
type Options struct {
	// Path is the file. It and the folders above it are made when missing,
	// unless ReadOnly.
	Path string
	// ReadOnly opens for reading. Readers share the file with each other, but
	// not with a writer.
	ReadOnly bool
	// LockTimeout is how long to wait for another process to let go of the
	// file; zero means one second, a negative value not at all.
	LockTimeout time.Duration
	// MmapSize is the address space set aside for the file, in bytes; zero
	// means 1 GiB. Past it, growing the file waits for every reader. It costs
	// no memory.
	MmapSize int
	// Of is the archive that the file at Path is a passing copy of: errors name
	// it, and no backup takes its place. Empty means that Path is no copy.
	Of string
	// Log hears of trouble that no caller is told of; nil means nobody.
	Log *slog.Logger
}

// DB is an open archive. Its methods may be called from many goroutines.
type DB struct {
	bolt     *bolt.DB
	zstd     *codec
	log      *slog.Logger
	path     string
	of       string // what errors name; path unless the file is a copy
	readOnly bool
	file     *os.File // the engine's own
	// update is transact; a test puts a failing disk before it.
	update func(func(*bolt.Tx) error) error
	// stuck is set when the engine will never give its write lock back.
	stuck   atomic.Bool
	shared  sharedKeys
	journal journal

	jobs    chan *job
	drained chan struct{}
	mu      sync.RWMutex // guards closed, and sending on jobs against closing it
	closed  bool

	commits, transactions atomic.Int64
}

// Stats counts what was done since the archive was opened.
type Stats struct {
	// Commits is the number of calls of Commit, Transactions that of groups
	// written and flushed for all kinds of change.
	Commits      int64
	Transactions int64
}

// Stats returns the counts.
func (db *DB) Stats() Stats {
	return Stats{Commits: db.commits.Load(), Transactions: db.transactions.Load()}
}

// Path returns the file's name.
func (db *DB) Path() string { return db.path }

// Size returns the file's length in bytes.
func (db *DB) Size() (int64, error) {
	info, err := db.file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Close waits for the changes that were handed in, and lets go of the file.
// Later calls of other methods fail with ErrClosed. Closing twice is allowed.
func (db *DB) Close() error {
	db.mu.Lock()
	if db.closed {
		db.mu.Unlock()
		return nil
	}
	db.closed = true
	close(db.jobs)
	db.mu.Unlock()
	<-db.drained
	if db.stuck.Load() {
		return abandon(db.file) // the engine would wait for ever
	}
	return release(db.bolt, db.file)
}

// view runs fn in a read transaction. It must be short, since pages freed
// meanwhile cannot be used again, and must keep nothing of what it reads.
func (db *DB) view(ctx context.Context, fn func(*bolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return db.peek(fn)
}

func (db *DB) peek(fn func(*bolt.Tx) error) error {
	err := guard(func() error { return db.bolt.View(fn) })
	if errors.Is(err, bolt.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}

// SiteRow and AlertFilter are the record package's, under the names that the
// methods speak of.
type (
	SiteRow     = record.SiteRow
	AlertFilter = record.AlertFilter
)
