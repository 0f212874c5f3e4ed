package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const folderChannel = "notify: {channels: [{name: f, kind: file, path: alerts}], routes: [{channels: [f]}]}\n"

// The life of a daemon: baseline, a change that is told, new configurations good
// and bad, other commands beside it, and an end in order.
func TestWatch(t *testing.T) {
	dir, first, second := t.TempDir(), newAgency(t), newAgency(t)
	configure(t, dir, "every: 200ms, heartbeat: beat.json", folderChannel, first)
	s := start(t, dir)
	s.logged("visited", "state", "new", "site", first.host)
	first.edit(t)
	s.logged("visited", "state", "changed")
	mails := func() int {
		list, _ := filepath.Glob(filepath.Join(dir, "alerts", "*.eml"))
		return len(list)
	}
	until(t, "the mail", func() bool { return mails() == 1 })

	configure(t, dir, "every: 200ms, heartbeat: beat.json", folderChannel, first, second)
	s.signal(syscall.SIGHUP)
	s.logged("the new configuration is in use", "sites", "2")
	s.logged("visited", "state", "new", "site", second.host)

	if err := os.WriteFile(filepath.Join(dir, "policywatch.yaml"), []byte("schedule:\n  evry: 1h\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.signal(syscall.SIGHUP)
	s.logged("the new configuration is not used, the old one stays", "error", `policywatch.yaml:2:3: unknown key "evry"; did you mean "every"?`)
	before := second.visits.Load()
	until(t, "visits by the old configuration", func() bool { return second.visits.Load() > before+1 })

	if err := os.Remove(filepath.Join(dir, "policywatch.yaml")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"scan", first.host}, {"reprocess"}, {"watch", "--domains", "list"}} {
		os.WriteFile(filepath.Join(dir, "list"), []byte(first.host+"\n"), 0o644)
		_, errs := ask(t, dir, exitUnfinish, args...)
		if want := fmt.Sprintf("the daemon (policywatch watch, process %d,", s.cmd.Process.Pid); !strings.Contains(errs, want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("policywatch %q beside the daemon: %s", args, errs)
		}
	}
	var beat struct{ PID, Sites int }
	b, err := os.ReadFile(filepath.Join(dir, "beat.json"))
	if err == nil {
		err = json.Unmarshal(b, &beat)
	}
	if err != nil || beat.PID != s.cmd.Process.Pid || beat.Sites == 0 {
		t.Errorf("the heartbeat: %s (%v)", b, err)
	}

	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
	if out, _ := ask(t, dir, exitDone, "sites", "--format", "json"); strings.Count(out, "\n") != 2 {
		t.Errorf("the archive holds:\n%s", out)
	}
	ask(t, dir, exitDone, "verify")
	if mails() != 1 {
		t.Errorf("%d mails", mails())
	}
	if list, _ := filepath.Glob(filepath.Join(dir, "policywatch.db.*")); len(list) > 0 {
		t.Errorf("left behind: %q", list)
	}
}

// SIGTERM lets a visit end that ends in time, and what it brought is kept; one
// that does not is cut off and leaves nothing; a second signal waits for nobody.
func TestWatchStops(t *testing.T) {
	for _, c := range []struct {
		name, drain string
		signals     int
		release     bool
		code        int
		stored      int
	}{
		{"a visit ends in time", "1h", 1, true, exitDone, 1},
		{"a visit hangs", "300ms", 1, false, exitUnfinish, 0},
		{"at once", "1h", 2, false, exitUnfinish, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, a := t.TempDir(), newAgency(t)
			configure(t, dir, "every: 1h, drain: "+c.drain, "", a)
			a.block()
			s := start(t, dir)
			until(t, "the visit", func() bool { return a.visits.Load() == 1 })
			s.signal(syscall.SIGTERM)
			s.logged("stopping", "running", "1")
			if c.release {
				a.release()
			}
			for range c.signals - 1 {
				s.signal(syscall.SIGTERM)
			}
			s.ends(c.code)
			if out, _ := ask(t, dir, exitDone, "sites", "--format", "json"); strings.Count(out, "\n") != c.stored {
				t.Errorf("the archive holds %q", out)
			}
			ask(t, dir, exitDone, "verify")
		})
	}
}

// N7: killed in a visit, and killed between a version and its alert: after the
// restart nothing is lost, and the receiver, which knows deliveries by their IDs,
// is told once.
func TestWatchIsKilled(t *testing.T) {
	dir, a := t.TempDir(), newAgency(t)
	var mu sync.Mutex
	ids, accepted := map[string]int{}, map[string]int{}
	var deaf atomic.Bool
	deaf.Store(true)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		ignored := deaf.Load() // before it is counted: the test hears again once it is
		mu.Lock()
		ids[r.Header.Get("webhook-id")]++
		mu.Unlock()
		if ignored {
			<-r.Context().Done()
			return
		}
		mu.Lock()
		accepted[r.Header.Get("webhook-id")]++
		mu.Unlock()
	}))
	t.Cleanup(hook.Close)
	count := func(m map[string]int) (n int) {
		mu.Lock()
		defer mu.Unlock()
		return len(m)
	}
	configure(t, dir, "every: 200ms", "notify: {channels: [{name: h, kind: webhook, url: '"+hook.URL+"'}], routes: [{channels: [h]}]}\n", a)

	a.block()
	s := start(t, dir)
	until(t, "the visit", func() bool { return a.visits.Load() == 1 })
	s.signal(syscall.SIGKILL)
	s.ends(-1)
	a.release()

	s = start(t, dir)
	s.logged("visited", "state", "new")
	a.edit(t)
	until(t, "a delivery", func() bool { return count(ids) == 1 })
	s.signal(syscall.SIGKILL)
	s.ends(-1)
	deaf.Store(false)

	s = start(t, dir)
	until(t, "the delivery after the restart", func() bool { return count(accepted) == 1 })
	visits := a.visits.Load()
	until(t, "some more visits", func() bool { return a.visits.Load() > visits+3 })
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
	if count(ids) != 1 || count(accepted) != 1 {
		t.Errorf("deliveries by ID: %v, accepted: %v", ids, accepted)
	}
	for id, n := range accepted {
		if n != 1 {
			t.Errorf("%s was accepted %d times", id, n)
		}
	}
	out, _ := ask(t, dir, exitDone, "alerts", "--format", "json")
	if strings.Count(out, "\n") != 1 || !strings.Contains(out, `"state":"sent"`) {
		t.Errorf("the outbox holds:\n%s", out)
	}
	if out, _ := ask(t, dir, exitDone, "history", a.host, "--format", "json"); strings.Count(out, "\n") != 2 {
		t.Errorf("the versions:\n%s", out)
	}
	ask(t, dir, exitDone, "verify")
}

// The service manager is told what happens, by datagrams.
func TestWatchTellsTheServiceManager(t *testing.T) {
	dir, a := t.TempDir(), newAgency(t)
	configure(t, dir, "every: 1h", "", a)
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s := start(t, dir, "NOTIFY_SOCKET="+filepath.Join(dir, "notify"), "WATCHDOG_USEC=200000")
	hears := func(want string) {
		t.Helper()
		conn.SetReadDeadline(time.Now().Add(patience))
		b := make([]byte, 4096)
		for {
			n, err := conn.Read(b)
			if err != nil {
				t.Fatalf("%s: %v", want, err)
			}
			if strings.Contains(string(b[:n]), want) {
				return
			}
		}
	}
	hears("READY=1")
	hears("STATUS=1 sites")
	hears("WATCHDOG=1")
	s.signal(syscall.SIGHUP)
	hears("RELOADING=1")
	hears("READY=1")
	hears("WATCHDOG=1")
	s.signal(syscall.SIGTERM)
	hears("STOPPING=1\nEXTEND_TIMEOUT_USEC=65000000")
	s.ends(exitDone)
}

// What is wrong before the first visit is said at once.
func TestWatchRefusesToBegin(t *testing.T) {
	dir, a := t.TempDir(), newAgency(t)
	_, errs := ask(t, dir, exitUsage, "watch")
	if !strings.Contains(errs, "there is no site to watch") {
		t.Errorf("no site: %s", errs)
	}
	configure(t, dir, "every: 1h, windows: ['22-6']", "", a)
	_, errs = ask(t, dir, exitUsage, "watch")
	if !strings.Contains(errs, `policywatch.yaml:2:`) || !strings.Contains(errs, `"22-6" is not a window`) {
		t.Errorf("a bad window: %s", errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "policywatch.db")); err == nil {
		t.Error("an archive was made for nothing")
	}
	configure(t, dir, "every: 1h", "", a)
	s := start(t, dir)
	s.logged("watching", "sites", "1")
	_, errs = ask(t, dir, exitUnfinish, "watch")
	if !strings.Contains(errs, "the daemon (policywatch watch") {
		t.Errorf("a second daemon: %s", errs)
	}
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
}

// A signal to stop may come at any moment of the start: the daemon ends soon, in
// order, and leaves nothing that the next start stumbles over.
func TestWatchIsStoppedWhileItStarts(t *testing.T) {
	dir, a := t.TempDir(), newAgency(t)
	configure(t, dir, "every: 1h", "", a)
	// The times lie before, in and after everything that happens at the start.
	for wait := time.Duration(0); wait < 250*time.Millisecond; wait += 10 * time.Millisecond {
		s := start(t, dir)
		time.Sleep(wait)
		s.signal(syscall.SIGTERM)
		for range s.lines {
		}
		err := s.cmd.Wait()
		status := s.cmd.ProcessState.Sys().(syscall.WaitStatus)
		// Before the program hears signals, the system ends it.
		if killed := status.Signaled() && status.Signal() == syscall.SIGTERM; err != nil && !killed {
			t.Errorf("a signal after %s: %v", wait, err)
		}
	}
	s := start(t, dir)
	s.logged("watching", "sites", "1")
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
	ask(t, dir, exitDone, "verify")
	if list, _ := filepath.Glob(filepath.Join(dir, "policywatch.db.*")); len(list) > 0 {
		t.Errorf("left behind: %q", list)
	}
}

// The heartbeat's address is called while all is well; that it cannot be reached is
// logged once, names no secret, and hinders nothing.
func TestWatchCallsTheHeartbeat(t *testing.T) {
	dir, a := t.TempDir(), newAgency(t)
	var mu sync.Mutex
	var calls []string
	var ill atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		calls = append(calls, r.Method+" "+r.URL.Path+" "+string(body))
		mu.Unlock()
		if ill.Load() {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}
	}))
	t.Cleanup(srv.Close)
	count := func() int { mu.Lock(); defer mu.Unlock(); return len(calls) }

	configure(t, dir, "every: 1h, heartbeat_url: '"+srv.URL+"/ping/se-cret'", "", a)
	s := start(t, dir)
	until(t, "the call", func() bool { return count() == 1 })
	ill.Store(true)
	configure(t, dir, "every: 1h, heartbeat_method: post, heartbeat_url: '"+srv.URL+"/ping/se-cret'", "", a)
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
	s = start(t, dir)
	line := s.logged("the heartbeat does not get through", "error", srv.URL+" answers 302 Found")
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
	if strings.Contains(fmt.Sprint(line), "se-cret") {
		t.Errorf("a secret shows: %v", line)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(calls) != 2 || calls[0] != "GET /ping/se-cret " || !strings.HasPrefix(calls[1], `POST /ping/se-cret {"at":"`) {
		t.Errorf("calls: %q", calls)
	}
}

// The address guard holds for the heartbeat as for everything that is posted.
func TestWatchCallsNoHeartbeatInThePrivateNetwork(t *testing.T) {
	dir, a := t.TempDir(), newAgency(t)
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("was called") }))
	t.Cleanup(srv.Close)
	configure(t, dir, "every: 1h, heartbeat_url: '"+srv.URL+"/ping'", "", a)
	path := filepath.Join(dir, "policywatch.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	guarded := strings.Replace(string(text), "allow_addresses: [127.0.0.0/8], ", "", 1)
	if err := os.WriteFile(path, []byte(guarded), 0o644); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir)
	s.logged("the heartbeat does not get through", "error", "cannot be reached")
	s.logged("visited", "fault", "forbidden_address")
	s.signal(syscall.SIGTERM)
	s.ends(exitDone)
}
