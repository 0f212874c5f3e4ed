//go:build unix

package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"policywatch/store"
	"policywatch/store/record"
)

// The test binary runs itself as the process that is killed.
const childEnv = "POLICYWATCH_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if role := os.Getenv(childEnv); role != "" {
		if err := child(role, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(role, path string) error {
	switch role {
	case "commit":
		return commitForEver(path)
	case "hold":
		return holdOpen(path)
	case "limited":
		return limited(path)
	case "unprivileged":
		return openUnprivileged(path)
	}
	return fmt.Errorf("no role %q", role)
}

func startChild(t *testing.T, role, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	return startChildWith(t, role, path, nil)
}

func startChildWith(t *testing.T, role, path string, stdin io.Reader) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, path)
	cmd.Env = append(os.Environ(), childEnv+"="+role)
	cmd.Stdin, cmd.Stderr = stdin, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd, bufio.NewScanner(out)
}

// commitForEver makes versions, quiet visits, leases and settlements of ten
// sites, and prints "made DOMAIN NUMBER" and "sent ID" when they are on disk.
func commitForEver(path string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Path: path})
	if err != nil {
		return err
	}
	var mu sync.Mutex
	say := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf(format+"\n", args...) // unbuffered: in the pipe before the next step
	}
	errs := make(chan error)
	for i := range 10 {
		go func() {
			domain := fmt.Sprintf("s%d.gov.ir", i)
			for {
				p, err := db.Past(ctx, domain)
				if err != nil {
					errs <- err
					return
				}
				n := p.Version + 1
				at := day.Add(time.Duration(n) * time.Hour)
				if err := db.Commit(ctx, visitOf(domain, n, at, statement(uint64(n), 15))); err != nil {
					errs <- err
					return
				}
				say("made %s %d", domain, n)
				if p, err = db.Past(ctx, domain); err == nil {
					err = db.Commit(ctx, touch(p, at.Add(time.Minute)))
				}
				if err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	go func() { // and lets go of what is older than the newest three
		for {
			p, err := db.Past(ctx, "s0.gov.ir")
			if err == nil {
				_, err = db.DropBodies(ctx, day.Add(time.Duration(p.Version-3)*time.Hour), day, "keep_bodies: 3h")
			}
			if err != nil {
				errs <- err
				return
			}
		}
	}()
	go func() {
		for {
			alerts, err := db.Lease(ctx, day.AddDate(9, 0, 0), time.Second, 3)
			if err != nil {
				errs <- err
				return
			}
			for _, a := range alerts {
				a.State, a.Tries, a.Settled = record.AlertSent, a.Tries+1, day
				if err := db.Settle(ctx, a); err != nil {
					errs <- err
					return
				}
				say("sent %s", a.ID)
			}
		}
	}()
	return <-errs
}

// S1, N7: the process is killed again and again while it writes. Nothing that
// it acknowledged is lost, the archive is whole, and every version has exactly
// the alerts that were committed with it. POLICYWATCH_KILLS says how many times.
func TestKilled(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	rounds := 12
	if n, err := strconv.Atoi(os.Getenv("POLICYWATCH_KILLS")); err == nil {
		rounds = n
	} else if testing.Short() {
		rounds = 3
	}
	const perArchive = 25 // so that the checks do not take ever longer
	for left := rounds; left > 0 && !t.Failed(); left -= perArchive {
		killed(t, r, min(left, perArchive))
	}
}

func killed(t *testing.T, r *rand.Rand, rounds int) {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "policywatch.db")
	dropped := 0
	made, sent := map[string]int{}, map[string]bool{}
	for round := range rounds {
		cmd, lines := startChild(t, "commit", path)
		for left := r.IntN(300); left >= 0 && lines.Scan(); left-- {
			note(lines.Text(), made, sent)
		}
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what was acknowledged before it died
			note(lines.Text(), made, sent)
		}
		if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
			t.Fatalf("round %d: the child ended by itself: %v", round, err)
		}

		db, err := store.Open(ctx, store.Options{Path: path})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		a := &archive{DB: db, t: t, path: path}
		report := a.sound()
		dropped = report.Dropped
		for domain, n := range made {
			if p := a.past(domain); p.Version < n {
				t.Errorf("round %d: %s@%d was acknowledged, the archive has %d", round, domain, n, p.Version)
			}
		}
		alerts, err := db.Alerts(ctx, record.AlertFilter{})
		if err != nil {
			t.Fatal(err)
		}
		if want := 2 * (report.Versions - report.Sites); len(alerts) != want {
			t.Errorf("round %d: %d alerts for %d versions of %d sites, want %d", round, len(alerts), report.Versions, report.Sites, want)
		}
		seen := map[string]bool{}
		for _, x := range alerts {
			if seen[x.ID] {
				t.Errorf("round %d: alert %s is there twice", round, x.ID)
			}
			seen[x.ID] = true
			if sent[x.ID] && x.State != record.AlertSent {
				t.Errorf("round %d: alert %s was settled as sent and is %s", round, x.ID, x.State)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			return
		}
	}
	versions := 0
	for _, n := range made {
		versions += n
	}
	t.Logf("%d kills: %d versions, %d alerts sent, %d bodies dropped", rounds, versions, len(sent), dropped)
}

func note(line string, made map[string]int, sent map[string]bool) {
	var what, key string
	var n int
	fmt.Sscanf(line, "%s %s %d", &what, &key, &n)
	switch what {
	case "made":
		made[key] = max(made[key], n)
	case "sent":
		sent[key] = true
	}
}

// holdOpen has the archive open until its input ends.
func holdOpen(path string) error {
	db, err := store.Open(context.Background(), store.Options{Path: path})
	if err != nil {
		return err
	}
	defer db.Close()
	fmt.Println("open")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// S3: one process at a time. The second is told the file and what to look for,
// and gets in once the first lets go.
func TestHeldByAnotherProcess(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "policywatch.db")
	release, opened := startHolder(t, path)
	if !opened() {
		t.Fatal("the child did not open the archive")
	}
	for _, readOnly := range []bool{false, true} {
		_, err := store.Open(ctx, store.Options{Path: path, ReadOnly: readOnly, LockTimeout: -1})
		if !errors.Is(err, store.ErrHeld) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "is policywatch running?") {
			t.Errorf("read only %t: %v", readOnly, err)
		}
	}
	short, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := store.Open(short, store.Options{Path: path, LockTimeout: time.Hour}); !errors.Is(err, context.Canceled) {
		t.Errorf("with a cancelled context: %v", err)
	}
	release()
	db, err := store.Open(ctx, store.Options{Path: path, LockTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
}

// Rights are not looked at for the superuser; so a child gives them up first.
func TestNoRights(t *testing.T) {
	dir, err := os.MkdirTemp("", "policywatch-rights-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "x.db")
	b, err := os.ReadFile(makeArchive(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o444); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 {
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(dir, 0o755)
	}
	_, lines := startChild(t, "unprivileged", path)
	var got []string
	for lines.Scan() {
		got = append(got, lines.Text())
	}
	if len(got) != 3 || !strings.HasSuffix(got[0], "x.db: permission denied") || !strings.Contains(got[1], "make the file") ||
		!strings.Contains(got[1], "permission denied") || got[2] != "read only: <nil>" {
		t.Errorf("%q", got)
	}
}

func openUnprivileged(path string) error {
	if os.Getuid() == 0 {
		if err := syscall.Setuid(65534); err != nil {
			return err
		}
	}
	ctx := context.Background()
	_, err := store.Open(ctx, store.Options{Path: path})
	fmt.Println(err)
	_, err = store.Open(ctx, store.Options{Path: path + ".new"})
	fmt.Println(err)
	_, err = store.Open(ctx, store.Options{Path: path, ReadOnly: true})
	fmt.Println("read only:", err)
	return nil
}

// startHolder runs a child that has the archive open. release lets it go on to
// close it; opened waits until it is open.
func startHolder(t *testing.T, path string) (release func(), opened func() bool) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd, lines := startChildWith(t, "hold", path, r)
	r.Close()
	t.Cleanup(func() { w.Close() })
	return func() { w.Close(); cmd.Wait() }, lines.Scan
}
