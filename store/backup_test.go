package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"policywatch/store"
)

// A copy made while others commit is an archive of one moment.
func TestBackup(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := 1; ; n++ {
				select {
				case <-stop:
					return
				default:
					db.commit(visitOf(fmt.Sprintf("s%d.gov.ir", i), n, day.AddDate(0, 0, n), statement(uint64(n), 10)))
				}
			}
		})
	}
	dir := t.TempDir()
	for i := range 5 {
		path := filepath.Join(dir, "copies", fmt.Sprintf("%d.db", i))
		if _, err := db.Backup(ctx, path, false); err != nil {
			t.Fatal(err)
		}
		openAt(t, path) // which is checked when the test ends
	}
	close(stop)
	wg.Wait()
}

func TestBackupRefuses(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	db.commit(visitOf("a.gov.ir", 1, day, statement(1, 3)))
	dir := t.TempDir()
	path := filepath.Join(dir, "there")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Backup(ctx, path, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("onto a file: %v", err)
	}
	if _, err := db.Backup(ctx, db.Path(), false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("onto itself: %v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "precious" {
		t.Errorf("the file became %q", b)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := db.Backup(cancelled, filepath.Join(dir, "new"), false); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := db.Backup(ctx, "/proc/none/x", false); err == nil {
		t.Error("into a folder that cannot be made")
	}
	if _, err := db.Backup(ctx, db.Path(), true); err == nil {
		t.Error("the archive replaced itself")
	}
	if _, err := db.Backup(ctx, dir, true); err == nil {
		t.Error("a folder was replaced")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// To restore a copy is to open it: it holds what the archive held, and takes
// new visits.
func TestRestore(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	for n := 1; n <= 3; n++ {
		db.commit(visitOf("a.gov.ir", n, day.AddDate(0, 0, n), statement(uint64(n), 10)))
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, []byte("an older copy"), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := db.Backup(ctx, path, true)
	if err != nil || report.Versions != 3 || report.Heads != db.sound().Heads {
		t.Fatalf("%+v, %v", report, err)
	}
	db.commit(visitOf("a.gov.ir", 4, day.AddDate(0, 0, 4), statement(4, 10)))
	copied := openAt(t, path)
	v, err := copied.Version(ctx, "a.gov.ir", 0)
	if err != nil || v.Number != 3 || v.Document.Text() != statement(3, 10).Text() {
		t.Errorf("%+v, %v", v, err)
	}
	copied.commit(visitOf("a.gov.ir", 4, day.AddDate(0, 0, 9), statement(9, 10)))
}

// A damaged archive does not take the place of a copy that is whole.
func TestDamagedArchiveIsNoBackup(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	for n := 1; n <= 3; n++ {
		db.commit(visitOf("a.gov.ir", n, day.AddDate(0, 0, n), statement(uint64(n), 10)))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.db")
	b, err := os.ReadFile(db.path)
	if err != nil {
		t.Fatal(err)
	}
	// Older pages hold the key as well, and so does the bucket of times.
	key := []byte("a.gov.ir\x00\x00\x00\x00\x02")
	for at := 0; bytes.Contains(b[at:], key); {
		at += bytes.Index(b[at:], key) + len(key)
		b[at+8] ^= 1 // in the row's value
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, []byte("whole"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bad, b, 0o600); err != nil {
		t.Fatal(err)
	}
	damaged, err := store.Open(ctx, store.Options{Path: bad, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer damaged.Close()
	if _, err := damaged.Backup(ctx, path, true); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("%v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "whole" {
		t.Errorf("the copy became %d bytes", len(b))
	}
}
