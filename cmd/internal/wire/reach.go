package wire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"policywatch/cmd/internal/socket"
	"policywatch/store"
)

const (
	// reachFor is how long to wait for an archive that somebody has open and nobody
	// answers for: a daemon that is just starting or ending, a short command.
	reachFor   = time.Second
	reachRetry = 20 * time.Millisecond
)

// reach opens the archive, or has ask do with the daemon's socket what was wanted,
// when a daemon has it open; then the archive is nil. Without ask it only opens.
func (t *Tools) reach(ctx context.Context, readOnly bool, ask func(*socket.Client) error) (*store.DB, error) {
	path := t.config.Store.Path
	limit := time.NewTimer(reachFor)
	defer limit.Stop()
	for {
		db, err := store.Open(ctx, store.Options{Path: path, ReadOnly: readOnly, LockTimeout: -1, Log: t.log})
		if !errors.Is(err, store.ErrHeld) {
			return db, err
		}
		var asked error
		if ask != nil {
			asked = ask(socket.NewClient(path))
			// A daemon that was killed leaves its socket, and whoever has the archive now
			// need not be one.
			if !errors.Is(asked, socket.ErrNone) && !errors.Is(asked, socket.ErrSilent) {
				return nil, asked
			}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-limit.C:
			return nil, held(err, asked, path)
		case <-time.After(reachRetry):
		}
	}
}

// read opens the archive for reading: the file, or a copy of it as it is at this
// moment when a daemon has it.
func (t *Tools) read(ctx context.Context) (*store.DB, error) {
	var copied *store.DB
	db, err := t.reach(ctx, true, func(c *socket.Client) (err error) {
		copied, err = t.borrow(ctx, c)
		return err
	})
	if copied != nil {
		return copied, nil
	}
	return db, err
}

// borrow opens a copy of the archive. The copy's name is gone before this returns,
// so that nothing is left behind however the program ends.
func (t *Tools) borrow(ctx context.Context, c *socket.Client) (*store.DB, error) {
	f, err := os.CreateTemp("", "policywatch-*.db")
	if err != nil { // a container that holds nothing but the program has no such folder
		var beside error
		if f, beside = os.CreateTemp(filepath.Dir(t.config.Store.Path), ".policywatch-*.db"); beside != nil {
			return nil, fmt.Errorf("make a file for a copy of the archive: %v; name a folder for it in TMPDIR", err)
		}
	}
	defer os.Remove(f.Name())
	err = c.Copy(ctx, f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if errors.Is(err, syscall.ENOSPC) {
		err = fmt.Errorf("%w in %s; name a folder with room for a copy of the archive in TMPDIR", err, filepath.Dir(f.Name()))
	}
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Options{Path: f.Name(), Of: t.config.Store.Path, ReadOnly: true, Log: t.log})
}
