package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// Backup writes a copy of the archive as it is at this moment to path, which
// must not exist unless replace is set. The copy is an archive like any other:
// to restore it is to open it. It gets its name only when it is on disk and
// Check found every byte of it in order, so that a damaged archive never takes
// the place of an older copy that is whole; then the error is ErrDamaged and the
// report says where. The archive stays usable meanwhile.
func (db *DB) Backup(ctx context.Context, path string, replace bool) (CheckReport, error) {
	return db.backedUp(ctx, path, replace, db.copied)
}

// BackupCompact is Backup into a file without the pages that nothing uses: the
// same rows, and not the same bytes.
func (db *DB) BackupCompact(ctx context.Context, path string, replace bool) (CheckReport, error) {
	return db.backedUp(ctx, path, replace, db.compacted)
}

// backedUp has a copy made and checked under a passing name, and gives it its own.
func (db *DB) backedUp(ctx context.Context, path string, replace bool,
	make func(ctx context.Context, dir, base string) (string, CheckReport, error)) (report CheckReport, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("store: back up %s to %s: %w", db.of, path, err)
		}
	}()
	if err := db.mayReplace(path, replace); err != nil {
		return report, err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return report, err
	}
	name, report, err := make(ctx, dir, filepath.Base(path))
	if err != nil {
		return report, err
	}
	defer os.Remove(name)
	if replace {
		if err := os.Rename(name, path); err != nil {
			return report, err
		}
		return report, syncDir(dir)
	}
	return report, publish(name, path)
}

// copied writes a copy under a passing name, which it returns, and checks it.
func (db *DB) copied(ctx context.Context, dir, base string) (name string, report CheckReport, err error) {
	f, err := os.CreateTemp(dir, "."+base+".copy-*")
	if err != nil {
		return "", report, err
	}
	defer func() {
		f.Close()
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err := db.copyTo(ctx, nil, f); err != nil {
		return "", report, err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return "", report, err
	}
	report, err = checkFile(ctx, f.Name(), nil)
	return f.Name(), report, err
}

// Copy writes the archive's file as it is at this moment to w; size hears first
// how many bytes come. Until it is done the file keeps the pages of this moment,
// so w must not keep it waiting. The copy is not checked.
func (db *DB) Copy(ctx context.Context, size func(int64), w io.Writer) error {
	if err := db.copyTo(ctx, size, w); err != nil {
		return fmt.Errorf("store: copy %s: %w", db.of, err)
	}
	return nil
}

func (db *DB) copyTo(ctx context.Context, size func(int64), w io.Writer) error {
	return db.view(ctx, func(tx *bolt.Tx) error {
		if size != nil {
			size(tx.Size())
		}
		_, err := tx.WriteTo(&cancelWriter{ctx: ctx, w: w})
		return err
	})
}

// mayReplace refuses a target that is there, and the archive itself always.
func (db *DB) mayReplace(path string, replace bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !replace:
		return fmt.Errorf("the file is there already: %w", fs.ErrExist)
	case !info.Mode().IsRegular():
		return errors.New("what is there is no regular file")
	}
	for _, path := range []string{db.path, db.of} {
		if own, err := os.Stat(path); err == nil && os.SameFile(own, info) {
			return errors.New("that is the archive itself")
		}
	}
	return nil
}

// checkFile opens a finished copy and looks at every byte of it, and at what else
// is to be looked at.
func checkFile(ctx context.Context, path string, also func(*DB) error) (CheckReport, error) {
	made, err := Open(ctx, Options{Path: path, ReadOnly: true})
	if err != nil {
		return CheckReport{}, fmt.Errorf("check the copy: %w", err)
	}
	report, err := made.Check(ctx)
	if err == nil && !report.OK() {
		err = fmt.Errorf("%w in %d places, first %v", ErrDamaged, report.Damaged, report.Damage[0])
	}
	if err == nil && also != nil {
		err = also(made)
	}
	if err = errors.Join(err, made.Close()); err != nil {
		return report, fmt.Errorf("check the copy: %w", err)
	}
	return report, nil
}

// cancelWriter stops a long copy when its context ends.
type cancelWriter struct {
	ctx context.Context
	w   io.Writer
}

func (c *cancelWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}
