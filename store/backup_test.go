package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
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
		if err := db.Backup(ctx, path); err != nil {
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
	if err := db.Backup(ctx, path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("onto a file: %v", err)
	}
	if err := db.Backup(ctx, db.Path()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("onto itself: %v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "precious" {
		t.Errorf("the file became %q", b)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := db.Backup(cancelled, filepath.Join(dir, "new")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := db.Backup(ctx, "/proc/none/x"); err == nil {
		t.Error("into a folder that cannot be made")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}
