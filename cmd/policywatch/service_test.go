package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what must come. It is long because the
// machine may be busy; nobody waits for it who is not disappointed.
const patience = time.Minute

// agency is a website on loopback with one statement, which the test edits.
type agency struct {
	host   string
	page   atomic.Pointer[string]
	visits atomic.Int64
	// hang, when it is set, is waited for before the page is sent.
	hang atomic.Pointer[chan struct{}]
}

func newAgency(t *testing.T) *agency {
	text, err := os.ReadFile("testdata/statement.html")
	if err != nil {
		t.Fatal(err)
	}
	a := &agency{}
	a.says(string(text))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/privacy" {
			http.NotFound(w, r)
			return
		}
		a.visits.Add(1)
		if c := a.hang.Load(); c != nil {
			select {
			case <-*c:
			case <-r.Context().Done():
				return
			}
		}
		io.WriteString(w, *a.page.Load())
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(a.release)
	a.host = strings.TrimPrefix(srv.URL, "http://")
	return a
}

func (a *agency) says(text string) { a.page.Store(&text) }

func (a *agency) block() {
	c := make(chan struct{})
	a.hang.Store(&c)
}

func (a *agency) release() {
	if c := a.hang.Swap(nil); c != nil {
		close(*c)
	}
}

// edit makes a change that matters.
func (a *agency) edit(t *testing.T) {
	old, text := *a.page.Load(), ""
	if text = strings.Replace(old, "six months", "eighteen months", 1); text == old {
		t.Fatal("the statement has no six months to edit")
	}
	a.says(text)
}

// service is a running `policywatch watch`.
type service struct {
	t     *testing.T
	dir   string
	cmd   *exec.Cmd
	lines chan map[string]any
	mu    sync.Mutex
	log   bytes.Buffer
}

func configure(t *testing.T, dir, schedule, notify string, agencies ...*agency) {
	t.Helper()
	text := "crawl: {per_host_interval: 0s, confirm_after: 0s, allow_addresses: [127.0.0.0/8], scheme: http, browser: 'off'}\n" +
		"schedule: {" + schedule + "}\n" + notify
	if !strings.Contains(notify, "web:") {
		text += "web: {listen: ''}\n" // several daemons run at a time
	}
	text += "sites:\n"
	for _, a := range agencies {
		text += fmt.Sprintf("  - {domain: %q, url: 'http://%s/privacy'}\n", a.host, a.host)
	}
	if err := os.WriteFile(filepath.Join(dir, "policywatch.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, dir string, env ...string) *service {
	t.Helper()
	s := &service{t: t, dir: dir, lines: make(chan map[string]any, 10000)}
	s.cmd = exec.Command("policywatch", "watch", "--log-format", "json")
	s.cmd.Dir, s.cmd.Env = dir, append(os.Environ(), env...)
	errs, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.lines)
		sc := bufio.NewScanner(errs)
		sc.Buffer(nil, 1<<20)
		for sc.Scan() {
			s.mu.Lock()
			s.log.Write(append(sc.Bytes(), '\n'))
			s.mu.Unlock()
			line := map[string]any{}
			if json.Unmarshal(sc.Bytes(), &line) != nil {
				line["msg"] = sc.Text()
			}
			s.lines <- line
		}
	}()
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		if t.Failed() {
			s.mu.Lock()
			t.Logf("the log:\n%s", s.log.String())
			s.mu.Unlock()
		}
	})
	return s
}

// logged waits for a line of the log.
func (s *service) logged(msg string, fields ...string) map[string]any {
	s.t.Helper()
	deadline := time.After(patience)
next:
	for {
		select {
		case line, ok := <-s.lines:
			if !ok {
				s.t.Fatalf("the program ended before it logged %q", msg)
			}
			if line["msg"] != msg {
				continue
			}
			for i := 0; i < len(fields); i += 2 {
				if !strings.Contains(fmt.Sprint(line[fields[i]]), fields[i+1]) {
					continue next
				}
			}
			return line
		case <-deadline:
			s.t.Fatalf("%q %q was not logged", msg, fields)
		}
	}
}

func (s *service) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// ends waits for the program's end and checks its exit code; -1 means killed.
func (s *service) ends(code int) {
	s.t.Helper()
	for range s.lines { // until standard error is closed
	}
	err := s.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.t.Errorf("exit code %d, want %d", got, code)
	}
}

// until waits for something that nobody reports.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited for %s", what)
		}
	}
}

// ask runs another command in the folder.
func ask(t *testing.T, dir string, code int, args ...string) (out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	cmd := exec.Command("policywatch", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &o, &e
	err := cmd.Run()
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("policywatch %q: exit code %d, want %d (%v)\n%s%s", args, got, code, err, o.String(), e.String())
	}
	return o.String(), e.String()
}
