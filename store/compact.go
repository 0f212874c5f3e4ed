package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// compactBytes is how much one transaction of the new file holds.
const compactBytes = 16 << 20

// Compacted says what a compaction came to; sizes are those of the file.
type Compacted struct {
	Before int64 `json:"bytes_before"`
	After  int64 `json:"bytes_after"`
	CheckReport
}

// Compact writes the archive anew without the pages that nothing uses, checks
// every byte of the new file, and puts it in the place of the old one, which is
// untouched until then. first, where it is given, is run on the open archive
// before. Nobody else may have the archive open: then the error is ErrHeld.
func Compact(ctx context.Context, o Options, first func(*DB) error) (Compacted, error) {
	out, err := compact(ctx, o, first)
	if err != nil {
		return out, fmt.Errorf("store: compact %s: %w", o.Path, err)
	}
	return out, nil
}

func compact(ctx context.Context, o Options, first func(*DB) error) (out Compacted, err error) {
	// Through a link the new file would take the link's place.
	path, err := filepath.EvalSymlinks(o.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return out, missing{}
	} else if err != nil {
		return out, err
	}
	o.Path, o.ReadOnly = path, false
	db, err := open(ctx, o, migrations)
	if err != nil {
		return out, err
	}
	// The lock on the old file is held until the new one has the name; whoever
	// waits for it finds the new one (openBolt).
	defer func() { err = errors.Join(err, db.Close()) }()
	if first != nil {
		if err := first(db); err != nil {
			return out, err
		}
	}
	old, err := os.Stat(path)
	if err != nil {
		return out, err
	}
	out.Before = old.Size()
	made, report, err := db.compacted(ctx, filepath.Dir(path), filepath.Base(path))
	out.CheckReport = report
	if err != nil {
		return out, err
	}
	defer os.Remove(made)
	if err := errors.Join(os.Chmod(made, old.Mode().Perm()), sameOwner(made, old)); err != nil {
		return out, fmt.Errorf("give the new file the old one's rights: %w", err)
	}
	if err := os.Rename(made, path); err != nil {
		return out, err
	}
	if info, err := os.Stat(path); err == nil {
		out.After = info.Size()
	}
	return out, syncDir(filepath.Dir(path))
}

// compacted writes a compact copy under a passing name, which it returns, and
// checks it.
func (db *DB) compacted(ctx context.Context, dir, base string) (name string, report CheckReport, err error) {
	f, err := os.CreateTemp(dir, "."+base+".compact-*")
	if err != nil {
		return "", report, err
	}
	if err := f.Close(); err != nil {
		return "", report, err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	var want digest
	if err := db.view(ctx, func(tx *bolt.Tx) error {
		want, err = rewrite(ctx, tx, f.Name())
		return err
	}); err != nil {
		return "", report, err
	}
	report, err = checkFile(ctx, f.Name(), func(made *DB) error {
		return made.view(ctx, func(tx *bolt.Tx) error {
			if have, err := digestOf(ctx, tx); err != nil || have != want {
				return errors.Join(err, fmt.Errorf("%w: the new file does not hold the rows of the old one", ErrDamaged))
			}
			return nil
		})
	})
	return f.Name(), report, err
}

// rewrite puts every row of tx into a new file, in order, and returns a digest
// over all of them. It does not use the engine's own compaction, which cannot be
// stopped and fills the last page of every bucket so that the next row splits it.
func rewrite(ctx context.Context, tx *bolt.Tx, path string) (sum digest, err error) {
	// Flushed once, at the end: until then nobody counts on the file.
	to, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true, NoGrowSync: true, FreelistType: bolt.FreelistMapType})
	if err != nil {
		return sum, err
	}
	defer func() {
		if cerr := to.Close(); err == nil {
			err = cerr
		}
	}()
	to.AllocSize = leastGrowth
	var out *bolt.Tx
	defer func() {
		if out != nil {
			out.Rollback()
		}
	}()
	size := 0
	next := func() error {
		if out != nil {
			if err := out.Commit(); err != nil {
				return err
			}
		}
		size = 0
		out, err = to.Begin(true)
		return err
	}
	if err := next(); err != nil {
		return sum, err
	}
	h := sha256.New()
	if err := eachRow(ctx, tx, h, func(bucket []byte, from *bolt.Bucket, k, v []byte) error {
		b, err := out.CreateBucketIfNotExists(bucket)
		if err != nil {
			return err
		}
		if k == nil {
			return b.SetSequence(from.Sequence())
		}
		b.FillPercent = 0.95
		if err := b.Put(k, v); err != nil {
			return err
		}
		if size += len(k) + len(v); size < compactBytes {
			return nil
		}
		return next()
	}); err != nil {
		return sum, err
	}
	err = out.Commit()
	out = nil
	if err == nil {
		err = to.Sync()
	}
	return digest(h.Sum(nil)), err
}

func digestOf(ctx context.Context, tx *bolt.Tx) (digest, error) {
	h := sha256.New()
	err := eachRow(ctx, tx, h, func([]byte, *bolt.Bucket, []byte, []byte) error { return nil })
	return digest(h.Sum(nil)), err
}

// eachRow hands on every bucket, with a nil key, and then its rows, and feeds
// them to h.
func eachRow(ctx context.Context, tx *bolt.Tx, h hash.Hash, fn func(bucket []byte, from *bolt.Bucket, k, v []byte) error) error {
	var head [16]byte
	put := func(k, v []byte) {
		binary.BigEndian.PutUint64(head[:8], uint64(len(k)))
		binary.BigEndian.PutUint64(head[8:], uint64(len(v)))
		h.Write(head[:])
		h.Write(k)
		h.Write(v)
	}
	return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
		put(name, binary.BigEndian.AppendUint64(nil, b.Sequence()))
		if err := fn(name, b, nil, nil); err != nil {
			return err
		}
		return b.ForEach(func(k, v []byte) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if v == nil {
				return fmt.Errorf("%w: bucket %s holds a bucket", ErrDamaged, name)
			}
			put(k, v)
			return fn(name, b, k, v)
		})
	})
}
