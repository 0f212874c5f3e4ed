package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

const (
	application = "policywatch"
	// defaultMmap is address space, not memory.
	defaultMmap = 1 << 30
	lockRetry   = 20 * time.Millisecond
)

// Open opens the archive, and makes it first where there is none. The error
// names the file and says what to do; ErrHeld, ErrNotArchive, ErrNewer and
// ErrDamaged tell the usual ones apart.
func Open(ctx context.Context, o Options) (*DB, error) {
	db, err := open(ctx, o, migrations)
	if err != nil {
		return nil, fmt.Errorf("store: open %s: %w", cmp.Or(o.Of, o.Path), err)
	}
	return db, nil
}

func open(ctx context.Context, o Options, steps []migration) (*DB, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := ready(&o, steps); err != nil {
		return nil, err
	}
	b, file, err := openBolt(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := adopt(b, o, steps); err != nil {
		release(b, file)
		return nil, err
	}
	z, err := newCodec()
	if err != nil {
		release(b, file)
		return nil, err
	}
	db := &DB{
		bolt: b, file: file, zstd: z, log: o.Log, path: o.Path, of: cmp.Or(o.Of, o.Path), readOnly: o.ReadOnly,
		jobs: make(chan *job, groupJobs), drained: make(chan struct{}),
	}
	db.update = db.transact
	go db.writer()
	return db, nil
}

// release closes the file even where the engine trips over it.
func release(b *bolt.DB, file *os.File) error {
	err := guard(b.Close) // waits for readers
	if errors.Is(err, ErrDamaged) {
		abandon(file)
	}
	return err
}

// abandon lets others have a file that the engine will not close.
func abandon(file *os.File) error { return errors.Join(unlock(file), file.Close()) }

// ready makes sure that there is a file to open. An empty file is refused: a
// new archive is never made where something was before.
func ready(o *Options, steps []migration) error {
	if o.Path == "" {
		return errors.New("no file is named")
	}
	info, err := os.Stat(o.Path)
	if link, lerr := os.Lstat(o.Path); errors.Is(err, fs.ErrNotExist) && lerr == nil && link.Mode()&fs.ModeSymlink != 0 {
		return errors.New("it is a link to a file that is not there")
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && o.ReadOnly:
		return missing{}
	case errors.Is(err, fs.ErrNotExist):
		return create(o.Path, formatAfter(steps))
	case err != nil:
		return err
	case info.IsDir():
		return errors.New("it is a folder; name a file in it")
	case !info.Mode().IsRegular():
		return errors.New("it is no regular file")
	case info.Size() == 0:
		return fmt.Errorf("%w: the file is empty; if nothing was lost, remove it and a new one is made", ErrNotArchive)
	}
	return nil
}

// create makes a whole new archive beside path and links it there: a crash
// leaves either nothing or an archive, never a file that is half of one.
func create(path string, format int) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make its folder: %w", err)
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".new-*")
	if err != nil {
		return fmt.Errorf("make the file: %w", err)
	}
	defer os.Remove(f.Name())
	if err := f.Close(); err != nil {
		return err
	}
	b, err := bolt.Open(f.Name(), 0o600, nil)
	if err != nil {
		return fmt.Errorf("make the file: %w", err)
	}
	err = b.Update(func(tx *bolt.Tx) error { return lay(tx, format) })
	if cerr := b.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("make the file: %w", err)
	}
	if err := publish(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the file: %w", err)
	}
	return nil // where another process was faster, its archive is the one to open
}

// publish gives a finished file its name, and never takes that of another.
func publish(from, to string) error {
	err := os.Link(from, to)
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EPERM) {
		// A file system without hard links. Between the two calls another file
		// could come to be there; nobody who names two archives alike does so
		// in the same microsecond.
		if _, serr := os.Lstat(to); serr == nil {
			return &fs.PathError{Op: "link", Path: to, Err: fs.ErrExist}
		}
		err = os.Rename(from, to)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

// syncDir puts a folder's entries on disk. File systems that cannot are let be.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// openBolt opens the file, waiting for its lock no longer than asked.
func openBolt(ctx context.Context, o Options) (*bolt.DB, *os.File, error) {
	wait := o.LockTimeout
	if wait == 0 {
		wait = time.Second
	}
	size := o.MmapSize
	if size <= 0 {
		size = defaultMmap
	}
	limit := time.NewTimer(max(0, wait))
	defer limit.Stop()
	for {
		if err := whole(o.Path); err != nil {
			return nil, nil, err
		}
		var b *bolt.DB
		var file *os.File
		err := guard(func() (err error) {
			// A time-out this short makes the engine try the lock once.
			b, err = bolt.Open(o.Path, 0o600, &bolt.Options{
				Timeout: time.Nanosecond, ReadOnly: o.ReadOnly, InitialMmapSize: size, FreelistType: bolt.FreelistMapType,
				OpenFile: func(name string, flag int, perm os.FileMode) (f *os.File, err error) {
					file, err = os.OpenFile(name, flag&^os.O_CREATE, perm)
					return file, err
				},
			})
			return err
		})
		if err == nil && !current(file, o.Path) {
			// While this waited for the lock, a compact archive took the file's place.
			if err := release(b, file); err != nil {
				return nil, nil, err
			}
			continue
		}
		if errors.Is(err, ErrDamaged) {
			abandon(file) // the engine gave up half-way
		}
		if !errors.Is(err, berrors.ErrTimeout) {
			return b, file, classify(err)
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-limit.C:
			return nil, nil, fmt.Errorf("%w: is policywatch running? One process at a time can have the archive open", ErrHeld)
		case <-time.After(lockRetry):
		}
	}
}

// current reports whether an open file is still the one of that name.
func current(f *os.File, path string) bool {
	open, err1 := f.Stat()
	there, err2 := os.Stat(path)
	return err1 == nil && err2 == nil && os.SameFile(open, there)
}

// classify says in this package's words what the engine found.
func classify(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrDamaged):
		return err
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch),
		errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: %v", ErrNotArchive, err)
	}
	return err
}

// adopt makes sure that the file is an archive of a format that this program
// knows, and brings an older one up to date.
func adopt(b *bolt.DB, o Options, steps []migration) error {
	var format int
	if err := guard(func() error {
		return b.View(func(tx *bolt.Tx) (err error) {
			format, err = formatOf(tx)
			return err
		})
	}); err != nil {
		return err
	}
	newest := formatAfter(steps)
	switch {
	case format > newest:
		return fmt.Errorf("%w: its format is %d, this program knows up to %d", ErrNewer, format, newest)
	case format < newest && o.ReadOnly && !allLight(format, steps):
		return fmt.Errorf("its format is %d and must be brought to %d first: open it once for writing", format, newest)
	case !o.ReadOnly:
		b.AllocSize = leastGrowth
		return migrate(b, format, steps, o.Log)
	}
	return nil
}

// missing is fs.ErrNotExist in words of our own.
type missing struct{}

func (missing) Error() string        { return "there is no such file" }
func (missing) Is(target error) bool { return target == fs.ErrNotExist }
