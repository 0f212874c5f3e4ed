//go:build unix

package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"policywatch/store"
)

// Compaction leaves the same rows in a smaller file, with the same rights, and
// visits go on from there.
func TestCompact(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "policywatch.db")
	db, err := store.Open(ctx, store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	a := &archive{DB: db, t: t, path: path}
	for n := 1; n <= 20; n++ {
		for i := range 5 {
			a.commit(visitOf(fmt.Sprintf("s%d.gov.ir", i), n, day.AddDate(0, 0, n), statement(uint64(n), 30)))
		}
	}
	before := a.sound()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	out, err := store.Compact(ctx, store.Options{Path: link}, nil)
	if err != nil || out.After >= out.Before || out.Heads != before.Heads || out.Contents != before.Contents {
		t.Fatalf("%+v, %v", out, err)
	}
	t.Logf("%d bytes became %d", out.Before, out.After)
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != 0o640 || info.Size() != out.After {
		t.Errorf("the file: %v, %v", info, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link to it: %v, %v", info, err)
	}
	if list, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(list) > 0 {
		t.Errorf("left behind: %q", list)
	}
	again := openAt(t, path)
	again.commit(visitOf("s0.gov.ir", 21, day.AddDate(0, 0, 21), statement(21, 30)))
}

func TestCompactRefuses(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	if _, err := store.Compact(ctx, store.Options{Path: filepath.Join(dir, "none.db")}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no archive: %v", err)
	}
	if list, _ := os.ReadDir(dir); len(list) > 0 {
		t.Errorf("made: %v", list)
	}
	held := open(t)
	if _, err := store.Compact(ctx, store.Options{Path: held.path, LockTimeout: -1}, nil); !errors.Is(err, store.ErrHeld) {
		t.Errorf("an archive that is open: %v", err)
	}
	held.commit(visitOf("a.gov.ir", 1, day, statement(1, 5)))
	// Nothing becomes of it when what comes before fails, or in the middle.
	path := makeArchive(t)
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Compact(ctx, store.Options{Path: path}, func(*store.DB) error { return os.ErrDeadlineExceeded }); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the step before fails: %v", err)
	}
	stopped, cancel := context.WithCancel(ctx)
	if _, err := store.Compact(stopped, store.Options{Path: path}, func(*store.DB) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if is, err := os.ReadFile(path); err != nil || string(is) != string(was) {
		t.Errorf("the archive is another (%v)", err)
	}
	if list, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(list) > 0 {
		t.Errorf("left behind: %q", list)
	}
}

// Who waits for the archive while it is made compact gets the new file, and not
// the old one that has no name any more.
func TestOpenWhileCompacting(t *testing.T) {
	ctx := context.Background()
	path := makeArchive(t)
	opened := make(chan error, 1)
	_, err := store.Compact(ctx, store.Options{Path: path}, func(*store.DB) error {
		go func() {
			db, err := store.Open(ctx, store.Options{Path: path, LockTimeout: time.Minute})
			if err == nil {
				a := &archive{DB: db, t: t, path: path}
				p := a.past("a.gov.ir")
				err = errors.Join(db.Commit(ctx, visitOf("a.gov.ir", p.Version+1, day.AddDate(1, 0, 0), statement(99, 5))), db.Close())
			}
			opened <- err
		}()
		return nil
	})
	if err := errors.Join(err, <-opened); err != nil {
		t.Fatal(err)
	}
	a := openAt(t, path)
	if v, err := a.Version(ctx, "a.gov.ir", 0); err != nil || !v.At.Equal(day.AddDate(1, 0, 0)) {
		t.Errorf("what was written meanwhile is lost: %v, %v", v, err)
	}
}

func TestBackupCompact(t *testing.T) {
	ctx := context.Background()
	a := open(t)
	for n := 1; n <= 20; n++ {
		a.commit(visitOf("a.gov.ir", n, day.AddDate(0, 0, n), statement(uint64(n), 60)))
	}
	dir := t.TempDir()
	full, err1 := a.Backup(ctx, filepath.Join(dir, "full.db"), false)
	small, err2 := a.BackupCompact(ctx, filepath.Join(dir, "small.db"), false)
	if err := errors.Join(err1, err2); err != nil || full.Heads != small.Heads {
		t.Fatalf("%v; heads %s and %s", err, full.Heads, small.Heads)
	}
	size := func(name string) int64 {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	if size("small.db") >= size("full.db") {
		t.Errorf("%d bytes, %d compact", size("full.db"), size("small.db"))
	}
	if _, err := a.BackupCompact(ctx, a.path, true); err == nil {
		t.Error("the archive was replaced")
	}
}
