package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Beside the daemon everything that reads works as without it, on the archive as
// it is at that moment, and leaves nothing behind.
func TestReadingBesideTheDaemon(t *testing.T) {
	dir, tmp, a := t.TempDir(), t.TempDir(), newAgency(t)
	t.Setenv("TMPDIR", tmp)
	configure(t, dir, "every: 200ms", folderChannel, a)
	s := start(t, dir)
	s.logged("visited", "state", "new")
	a.edit(t)
	s.logged("visited", "state", "changed")
	info, err := os.Stat(filepath.Join(dir, "policywatch.db.sock"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket: %v, %v", info, err)
	}
	beside := map[string]string{}
	commands := [][]string{
		{"history", a.host}, {"show", a.host + "@1"}, {"show", a.host + "@1", "--raw"}, {"compare", a.host + "@1", a.host + "@2"},
		{"check", a.host}, {"check", "--matrix"}, {"verify", "--format", "json"}, {"export", "dataset", "set"},
		{"export", "bundle", a.host, "proof.zip"}, {"backup", "copy.db"}, {"alerts", "--state", "given_up"},
	}
	for _, args := range commands {
		out, _ := ask(t, dir, exitDone, args...)
		beside[fmt.Sprint(args)] = out
	}
	if out, _ := ask(t, dir, exitDone, "sites"); !strings.Contains(out, a.host+"  ok") {
		t.Errorf("sites: %s", out)
	}
	_, errs := ask(t, dir, exitUnfinish, "backup", "--force", "policywatch.db")
	if !strings.Contains(errs, "the archive itself") {
		t.Errorf("a backup in the place of the archive that the daemon has open: %s", errs)
	}
	_, errs = ask(t, dir, exitUsage, "show", "nowhere.example")
	if !strings.Contains(errs, "not found") {
		t.Errorf("show of a site that is not there: %s", errs)
	}
	t.Setenv("TMPDIR", filepath.Join(tmp, "none"))
	ask(t, dir, exitDone, "sites")
	hidden, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if left, _ := os.ReadDir(tmp); len(left)+len(hidden) > 0 {
		t.Errorf("left behind: %v %v", left, hidden)
	}

	// The copies are what the archive was, and what it holds without the daemon.
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
	if _, err := os.Lstat(filepath.Join(dir, "policywatch.db.sock")); err == nil {
		t.Error("the socket is left")
	}
	ask(t, dir, exitDone, "--db", "copy.db", "verify")
	for _, args := range commands[:6] {
		if out, _ := ask(t, dir, exitDone, args...); out != beside[fmt.Sprint(args)] {
			t.Errorf("policywatch %q beside the daemon:\n%s\nwithout it:\n%s", args, beside[fmt.Sprint(args)], out)
		}
	}
}

// A person's word reaches the daemon, and counts at the next visit.
func TestDecidingBesideTheDaemon(t *testing.T) {
	dir, a := t.TempDir(), newAgency(t)
	configure(t, dir, "every: 300ms", folderChannel, a)
	whole := *a.page.Load()
	b, err := os.ReadFile(filepath.Join(dir, "policywatch.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	config := strings.Replace(string(b), "confirm_after: 0s", "confirm_after: 1h", 1)
	if err := os.WriteFile(filepath.Join(dir, "policywatch.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir)
	s.logged("visited", "state", "new")
	_, errs := ask(t, dir, exitUsage, "sites", "release", a.host)
	if !strings.Contains(errs, "sites --pending") {
		t.Errorf("release of what does not wait: %s", errs)
	}

	// A statement that collapses waits; released, it is a version and is told.
	cut := strings.Index(whole, "</p>")
	a.says(whole[:cut] + "</p><p>We use your address to answer you. We keep it for one year and tell it to nobody. You may ask us to correct or delete it.</p></main></body></html>")
	s.logged("visited", "state", "pending")
	if out, _ := ask(t, dir, exitDone, "sites", "--pending", "--format", "json"); strings.Count(out, "\n") != 1 {
		t.Errorf("sites --pending: %s", out)
	}
	out, _ := ask(t, dir, exitDone, "sites", "release", "--format", "json", a.host)
	if !strings.Contains(out, `"version":2`) {
		t.Errorf("release: %s", out)
	}
	until(t, "the mail", func() bool {
		list, _ := filepath.Glob(filepath.Join(dir, "alerts", "*.eml"))
		return len(list) == 1
	})

	// Rejected, the same text never comes again.
	a.says(whole)
	s.logged("visited", "version", "3")
	a.says(whole[:cut] + "</p><p>We use your address to answer you. We keep it for two years and tell it to nobody. You may ask us to correct or delete it.</p></main></body></html>")
	s.logged("visited", "state", "pending")
	if out, _ := ask(t, dir, exitDone, "sites", "reject", a.host); !strings.Contains(out, "was dropped") {
		t.Errorf("reject: %s", out)
	}
	before := a.visits.Load()
	until(t, "more visits", func() bool { return a.visits.Load() > before+2 })
	if out, _ := ask(t, dir, exitDone, "sites", "--pending", "--format", "json"); out != "" {
		t.Errorf("what was rejected waits again: %s", out)
	}

	// An alert is sent again, by the daemon and once.
	var alert struct{ ID, State string }
	out, _ = ask(t, dir, exitDone, "alerts", "--limit", "1", "--format", "json")
	if err := json.Unmarshal([]byte(out), &alert); err != nil {
		t.Fatal(err)
	}
	if out, _ = ask(t, dir, exitDone, "alerts", "resend", "--format", "json", alert.ID); !strings.Contains(out, alert.ID) || !strings.Contains(out, `"state":"sent"`) {
		t.Errorf("resend: %s", out)
	}
	until(t, "an empty outbox", func() bool {
		out, _ := ask(t, dir, exitDone, "alerts", "--state", "waiting")
		return out == ""
	})
	ask(t, dir, exitDone, "alerts", "resend", "--dead")
	if _, errs = ask(t, dir, exitUsage, "alerts", "resend", "pw_nobody"); !strings.Contains(errs, "lists the IDs") {
		t.Errorf("resend of what is not there: %s", errs)
	}
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
	ask(t, dir, exitDone, "verify")
}

// A killed daemon leaves its socket: commands pass it by, and the next daemon
// takes its place.
func TestSocketOfAKilledDaemon(t *testing.T) {
	dir, a := t.TempDir(), newAgency(t)
	configure(t, dir, "every: 1h", "", a)
	s := start(t, dir)
	s.logged("visited", "state", "new")
	s.signal(syscall.SIGKILL)
	s.ends(-1)
	if _, err := os.Lstat(filepath.Join(dir, "policywatch.db.sock")); err != nil {
		t.Fatal(err)
	}
	ask(t, dir, exitDone, "sites")
	s = start(t, dir)
	s.logged("watching", "sites", "1")
	ask(t, dir, exitDone, "sites")
	// A daemon that is suspended has the archive and answers nobody.
	s.signal(syscall.SIGSTOP)
	var status syscall.WaitStatus // the signal takes its time
	if _, err := syscall.Wait4(s.cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("it is not suspended: %v, %v", status, err)
	}
	_, errs := ask(t, dir, exitUnfinish, "sites")
	if want := fmt.Sprintf("process %d", s.cmd.Process.Pid); !strings.Contains(errs, want) || !strings.Contains(errs, "nobody answers at its socket") {
		t.Errorf("beside a suspended daemon: %s", errs)
	}
	s.signal(syscall.SIGCONT)
	ask(t, dir, exitDone, "sites")
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
}
