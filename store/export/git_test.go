package export_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"policywatch/store/export"
)

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TZ=UTC", "GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return string(out)
}

func needGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("NOT TESTED: there is no git")
	}
}

// S4: one commit a version, dated as it was read; the same archive gives the
// same commits, and a later export adds only what is new.
func TestGitRepository(t *testing.T) {
	needGit(t)
	t.Setenv("GIT_DIR", "/nonexistent") // of whoever calls us
	db := ministry(t)
	x := exporter(db)
	x.Force = true
	one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
	for _, dir := range []string{one, one, two} {
		if err := x.Git(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
	}
	os.Unsetenv("GIT_DIR")
	git(t, one, "fsck", "--strict", "--no-dangling")
	log := git(t, one, "log", "--format=%ai %s", "--reverse")
	if lines := strings.Split(strings.TrimSpace(log), "\n"); len(lines) != 7 || lines[0] != "2026-03-21 06:30:00 +0000 xn--mgbaam7a8h@1: first version" ||
		lines[6] != "2026-03-24 06:30:00 +0000 a.gov.ir@3: major substantive" {
		t.Errorf("%s", log)
	}
	before := git(t, one, "rev-parse", "main")
	if before != git(t, two, "rev-parse", "main") {
		t.Error("the same archive gave other commits")
	}
	if out := git(t, one, "status", "--porcelain"); out != "" {
		t.Errorf("the files are not those of the last commit: %s", out)
	}
	if body := git(t, one, "log", "-1", "--format=%b"); !strings.Contains(body, "A period changed: from one to another.\n") || !strings.Contains(body, "\nSnapshot-Sha256: ") {
		t.Errorf("%s", body)
	}
	text := read(t, one, "sites", "a.gov.ir.md")
	if !strings.Contains(text, "ما نام شما را نگه می‌داریم.\nمدت 3 ماه است؟\nبله.\n") || !strings.Contains(text, "  - =HYPERLINK") {
		t.Errorf("%s", text)
	}
	if _, err := os.Stat(filepath.Join(one, "sites", "127.0.0.1%3A8080.md")); err != nil {
		t.Error(err)
	}
	commit(t, db, "a.gov.ir", 4, day.AddDate(0, 0, 12), "<html>4</html>")
	if err := x.Git(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if git(t, one, "rev-parse", "main~1") != before || !strings.Contains(read(t, one, "sites", "a.gov.ir.md"), "مدت 4") {
		t.Error("the new version did not follow the old ones")
	}
	git(t, one, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "--allow-empty", "-m", "of somebody else")
	if err := x.Git(t.Context(), one); !errors.Is(err, export.ErrNotOurs) || !strings.Contains(err.Error(), "commits that this export did not make") {
		t.Errorf("%v", err)
	}
}

func TestGitLeavesOtherRepositoriesAlone(t *testing.T) {
	needGit(t)
	dir := t.TempDir()
	git(t, dir, "init", "-q")
	x := exporter(ministry(t))
	if err := x.Git(t.Context(), dir); !errors.Is(err, export.ErrNotOurs) {
		t.Errorf("%v", err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := exporter(open(t)).Git(t.Context(), empty); err != nil {
		t.Errorf("an empty archive: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if err := x.Git(t.Context(), filepath.Join(dir, "new")); !errors.Is(err, export.ErrNoGit) {
		t.Errorf("without git: %v", err)
	}
}
