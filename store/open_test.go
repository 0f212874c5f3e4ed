package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"policywatch/store"
	"policywatch/store/record"
)

// fill makes an archive with some sites and closes it.
func makeArchive(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policywatch.db")
	db, err := store.Open(context.Background(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	a := &archive{DB: db, t: t}
	for i := range 20 {
		for n := 1; n <= 3; n++ {
			a.commit(visitOf(fmt.Sprintf("s%02d.gov.ir", i), n, day.AddDate(0, 0, n), statement(uint64(i*10+n), 40)))
		}
	}
	a.sound()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func setMeta(t *testing.T, path, key, value string) {
	t.Helper()
	b, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Update(func(tx *bolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte(key), []byte(value)) }); err != nil {
		t.Fatal(err)
	}
}

func TestFilesThatCannotBeOpened(t *testing.T) {
	good := makeArchive(t)
	bytesOf := func(path string) []byte {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, c := range map[string]struct {
		make     func(path string) error
		readOnly bool
		is       error
		says     string
	}{
		"empty":                 {func(p string) error { return os.WriteFile(p, nil, 0o600) }, false, store.ErrNotArchive, "the file is empty"},
		"a text":                {func(p string) error { return os.WriteFile(p, bytes.Repeat([]byte("متن\n"), 9999), 0o600) }, false, store.ErrNotArchive, "does not begin like a database"},
		"a byte":                {func(p string) error { return os.WriteFile(p, []byte{1}, 0o600) }, false, store.ErrNotArchive, "does not begin"},
		"zeroes":                {func(p string) error { return os.WriteFile(p, make([]byte, 1<<20), 0o600) }, false, store.ErrNotArchive, "does not begin"},
		"a folder":              {func(p string) error { return os.Mkdir(p, 0o700) }, false, nil, "it is a folder"},
		"cut":                   {func(p string) error { return os.WriteFile(p, bytesOf(good)[:64<<10], 0o600) }, false, store.ErrDamaged, "cut short"},
		"cut to the meta pages": {func(p string) error { return os.WriteFile(p, bytesOf(good)[:8192], 0o600) }, false, store.ErrDamaged, "cut short"},
		"cut in a meta page":    {func(p string) error { return os.WriteFile(p, bytesOf(good)[:100], 0o600) }, true, store.ErrDamaged, "cut short"},
		"of a newer program": {func(p string) error {
			if err := os.WriteFile(p, bytesOf(good), 0o600); err != nil {
				return err
			}
			setMeta(t, p, "format", "99")
			return nil
		}, false, store.ErrNewer, "its format is 99, this program knows up to 4"},
		"of a newer program, to read": {func(p string) error {
			if err := os.WriteFile(p, bytesOf(good), 0o600); err != nil {
				return err
			}
			setMeta(t, p, "format", "99")
			return nil
		}, true, store.ErrNewer, "99"},
		"of a broken format": {func(p string) error {
			if err := os.WriteFile(p, bytesOf(good), 0o600); err != nil {
				return err
			}
			setMeta(t, p, "format", "x")
			return nil
		}, false, store.ErrDamaged, `its format is "x"`},
		"of another program": {func(p string) error {
			b, err := bolt.Open(p, 0o600, nil)
			if err != nil {
				return err
			}
			return b.Close()
		}, false, store.ErrNotArchive, "another program"},
		"missing, to read":      {func(p string) error { return nil }, true, nil, "no such file"},
		"below a file":          {func(p string) error { return os.WriteFile(filepath.Dir(p), nil, 0o600) }, false, nil, "not a directory"},
		"unreachable to create": {func(p string) error { return os.Symlink("/proc/none/x", p) }, false, nil, "a link to a file that is not there"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "x.db")
			if name == "below a file" {
				path = filepath.Join(dir, "file", "x.db")
			}
			if err := c.make(path); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(path)
			db, err := store.Open(context.Background(), store.Options{Path: path, ReadOnly: c.readOnly})
			if err == nil {
				db.Close()
				t.Fatal("it was opened")
			}
			if c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("%v", err)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
			if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestReadOnly(t *testing.T) {
	ctx := context.Background()
	path := makeArchive(t)
	var dbs []*store.DB
	for range 2 { // readers share
		db, err := store.Open(ctx, store.Options{Path: path, ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		dbs = append(dbs, db)
	}
	if v, err := dbs[0].Version(ctx, "s07.gov.ir", 2); err != nil || v.Document == nil {
		t.Errorf("%v, %v", v, err)
	}
	if r, err := dbs[1].Check(ctx); err != nil || !r.OK() || r.Sites != 20 {
		t.Errorf("%v, %v", r, err)
	}
	for _, err := range []error{
		dbs[0].Commit(ctx, visitOf("a.gov.ir", 1, day, statement(1, 1))),
		dbs[0].Settle(ctx, record.Alert{ID: "x"}),
		dbs[0].Enqueue(ctx, []record.Alert{{ID: "x"}}),
	} {
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("%v", err)
		}
	}
	if _, err := dbs[0].Lease(ctx, day.AddDate(1, 0, 0), time.Minute, 1); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("lease: %v", err)
	}
}

// Two programs that start at once on a file that is not there get one archive.
func TestCreatedOnce(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	path := filepath.Join(dir, "deep", "er", "policywatch.db")
	results := make(chan error, 8)
	for i := range 8 {
		go func() {
			db, err := store.Open(ctx, store.Options{Path: path, LockTimeout: time.Minute})
			if err == nil {
				err = errors.Join(db.Commit(ctx, visitOf(fmt.Sprintf("s%d.gov.ir", i), 1, day, statement(1, 2))), db.Close())
			}
			results <- err
		}()
	}
	for range 8 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if r := openAt(t, path).sound(); r.Sites != 8 {
		t.Errorf("%d sites", r.Sites)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
