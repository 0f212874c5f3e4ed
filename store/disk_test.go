//go:build linux

package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"policywatch/store"
	"policywatch/store/record"
)

// bulky is a version of a statement whose page has nothing in common with others.
func bulky(domain string, n int) record.Visit {
	v := visitOf(domain, n, day.AddDate(0, 0, n), statement(uint64(n), 60))
	v.Snapshot.Body = page(v.Version.Document, 60_000, uint64(n))
	v.Version.Snapshot = store.Digest(v.Snapshot.Body)
	return v
}

// fill commits versions until that fails, and returns the number of the last one
// that was kept, and the error.
func fill(db *store.DB, domain string, from int) (int, error) {
	for n := from; ; n++ {
		if err := db.Commit(context.Background(), bulky(domain, n)); err != nil {
			return n - 1, err
		}
		if n > 5000 {
			return n, errors.New("the disk was never full")
		}
	}
}

func afterFull(db *store.DB, kept int, free func() error) error {
	ctx := context.Background()
	p, err := db.Past(ctx, "a.gov.ir")
	if err != nil || p.Version != kept {
		return fmt.Errorf("while it is full: version %d of %d, %w", p.Version, kept, err)
	}
	if err := free(); err != nil {
		return err
	}
	if err := db.Commit(ctx, bulky("a.gov.ir", kept+1)); err != nil {
		return fmt.Errorf("when there is room again: %w", err)
	}
	r, err := db.Check(ctx)
	if err != nil || !r.OK() || r.Versions != kept+1 {
		return fmt.Errorf("%d versions where %d were kept: %v: %w", r.Versions, kept+1, r.Damage, err)
	}
	return nil
}

// limited meets the end of the room that a process may use (setrlimit(2)): role of
// a child, since the limit holds for all of its files.
func limited(path string) error {
	var room syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
		return err
	}
	small := room
	small.Cur = 4 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		return err
	}
	db, err := store.Open(context.Background(), store.Options{Path: path})
	if err != nil {
		return err
	}
	defer db.Close()
	kept, err := fill(db, "a.gov.ir", 1)
	if !strings.Contains(err.Error(), "file too large") { // the engine passes on only the words
		return fmt.Errorf("the error says nothing of the file's size: %w", err)
	}
	fmt.Println(err)
	return afterFull(db, kept, func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &room) })
}

// S4: where there is no room the caller is told what failed and why, nothing that
// was kept is lost, reading goes on, and so does writing when there is room again.
func TestNoRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policywatch.db")
	cmd, lines := startChild(t, "limited", path)
	said := ""
	for lines.Scan() {
		said += lines.Text()
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(said, "commit a visit of a.gov.ir: ") || !strings.Contains(said, "file too large") {
		t.Errorf("%v; it said %q", err, said)
	}
	openAt(t, path)
}

// disk is a small file system, where this process may make one.
func disk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: no disk can be mounted: %s", out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("unmount %s: %s", dir, out)
		}
	})
	return dir
}

func TestDiskRunsFull(t *testing.T) {
	dir := disk(t, "6m")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 3<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	a := openAt(t, filepath.Join(dir, "policywatch.db"))
	kept, err := fill(a.DB, "a.gov.ir", 1)
	if !strings.Contains(err.Error(), "commit a visit of a.gov.ir: ") || !strings.Contains(err.Error(), "no space left on device") {
		t.Fatalf("a full disk: %v", err)
	}
	t.Log(err)
	// A copy that finds no room leaves nothing, and the archive is no worse for it.
	for name, backup := range map[string]func(context.Context, string, bool) (store.CheckReport, error){"copy": a.Backup, "compact": a.BackupCompact} {
		if _, err := backup(t.Context(), filepath.Join(dir, "copy.db"), false); err == nil || !strings.Contains(err.Error(), "no space left on device") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, _ := os.ReadDir(dir); len(list) != 2 {
		t.Errorf("left behind: %v", list)
	}
	if err := afterFull(a.DB, kept, func() error { return os.Remove(ballast) }); err != nil {
		t.Error(err)
	}
}

func TestReadOnlyDisk(t *testing.T) {
	dir := disk(t, "8m")
	path := filepath.Join(dir, "policywatch.db")
	db, err := store.Open(t.Context(), store.Options{Path: path})
	if err == nil {
		err = errors.Join(db.Commit(t.Context(), bulky("a.gov.ir", 1)), db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "remount,ro", dir).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: the disk cannot be made read-only: %s", out)
	}
	if _, err := store.Open(t.Context(), store.Options{Path: path}); !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), path) {
		t.Errorf("to write: %v", err)
	}
	if _, err := store.Open(t.Context(), store.Options{Path: filepath.Join(dir, "new.db")}); !errors.Is(err, syscall.EROFS) {
		t.Errorf("a new one: %v", err)
	}
	if _, err := store.Compact(t.Context(), store.Options{Path: path}, nil); !errors.Is(err, syscall.EROFS) {
		t.Errorf("compact: %v", err)
	}
	read, err := store.Open(t.Context(), store.Options{Path: path, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if r, err := read.Check(t.Context()); err != nil || !r.OK() || r.Versions != 1 {
		t.Errorf("%v, %v", r, err)
	}
}
