//go:build linux

package main

import (
	"encoding/hex"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// S4: the daemon on a disk that runs full says so once, keeps what it has, answers
// who reads, and goes on by itself when there is room again.
func TestWatchOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: no disk can be mounted: %s", out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("unmount %s: %s", dir, out)
		}
	})
	a := newAgency(t)
	configure(t, dir, "every: 50ms, jitter: 0%", "", a)
	s := start(t, dir)
	s.logged("visited", "state", "new")
	ballast, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil { // as much as there is room for
		_, err = ballast.Write(make([]byte, 4096))
	}
	ballast.Close()
	noise := make([]byte, 200_000) // more than the file has room for
	rand.NewChaCha8([32]byte{}).Read(noise)
	a.says(strings.NewReplacer("six months", "eighteen months", "</body>", "<!--"+hex.EncodeToString(noise)+"--></body>").Replace(*a.page.Load()))
	s.logged("the archive fails", "error", "no space left on device")
	ask(t, dir, exitDone, "history", a.host) // the copy goes elsewhere
	_, errs := ask(t, dir, exitUnfinish, "backup", "copy.db")
	if !strings.Contains(errs, "no space left on device") {
		t.Errorf("a backup to the full disk: %s", errs)
	}
	t.Setenv("TMPDIR", dir)
	if _, errs = ask(t, dir, exitUnfinish, "sites"); !strings.Contains(errs, "TMPDIR") {
		t.Errorf("no room for a copy: %s", errs)
	}
	if err := os.Remove(ballast.Name()); err != nil {
		t.Fatal(err)
	}
	s.logged("visited", "state", "changed", "version", "2")
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
	ask(t, dir, exitDone, "verify")
	if log := s.log.String(); strings.Count(log, "the archive fails") != strings.Count(log, "the archive works again") {
		t.Error("it did not say that the archive works again")
	}
}
