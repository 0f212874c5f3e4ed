package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// member is a process of a fleet's trial.
type member struct {
	name, space string
	args        []string
	f           *fleetTrial

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{}
}

func (m *member) start() error {
	log, err := os.OpenFile(m.f.path(m.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	dir := m.f.path(m.name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	cmd := m.f.net.command(m.space, m.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", m.name, err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cmd, m.ended = cmd, ended
	return nil
}

func (m *member) signal(s syscall.Signal) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_ = m.cmd.Process.Signal(s)
}

func (m *member) wait() {
	m.mu.Lock()
	ended := m.ended
	m.mu.Unlock()
	<-ended
}

func (m *member) kill() {
	m.signal(syscall.SIGKILL)
	m.wait()
}

// configure writes a member's configuration. Its name is in its contact, by which the
// sites know who asks.
func (f *fleetTrial) configure(m *member, fleet string) error {
	lists := ""
	if m == f.lead {
		var b strings.Builder
		b.WriteString("domain,name,url\n")
		for i, s := range f.list {
			at := s.Privacy
			if fleet != "" && i == 0 && f.deaths > 0 {
				at = fmt.Sprintf("http://%s/deadly", f.poisonAt())
			}
			fmt.Fprintf(&b, "%s,%s,%s\n", s.domain(), s.Name, at)
		}
		for i := range f.shared() {
			fmt.Fprintf(&b, "office%d.example,Office %d,%s\n", i, i, f.list[1+i].Privacy+"?of=office")
		}
		if err := os.MkdirAll(f.path(m.name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(f.path(m.name+"/sites.csv"), []byte(b.String()), 0o644); err != nil {
			return err
		}
		lists = "lists: [sites.csv]\n"
	}
	if err := os.MkdirAll(f.path(m.name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(f.path(m.name+"/policywatch.yaml"), fmt.Appendf(nil, `store: {path: a.db}
crawl: {contact: 'mailto:%s@example.org', concurrency: %d, timeout: %s, per_host_interval: %s, confirm_after: 0s, browser: "off", scheme: http, allow_addresses: [127.0.0.0/8, 10.0.0.0/8]}
schedule: {every: %s, jitter: 0%%, drain: 3s}
web: {listen: ""}
notify: {channels: [{name: f, kind: file, path: alerts}], routes: [{channels: [f], events: [statement.changed, statement.dropped_section, statement.gone, statement.moved]}]}
%s%s`, m.name, f.slots, f.timeout, f.pace, f.every, lists, fleet), 0o644)
}

// shared is how many sites have their statement on the host of another.
func (f *fleetTrial) shared() int { return (len(f.list) - 1) / 10 }

func (f *fleetTrial) deadly() string { return f.list[0].domain() }

func (f *fleetTrial) poisonAt() string { return fmt.Sprintf("%s:%d", f.net.sites(), f.port+1) }

// control asks a simulator, which may just be starting.
func (f *fleetTrial) control(m *member, what string, into any) (err error) {
	port := f.port
	if m == f.poison {
		port++
	}
	for range 100 {
		var b []byte
		if b, err = f.net.get("sites", fmt.Sprintf("http://127.0.0.1:%d/control/%s", port, what)); err == nil {
			if into == nil {
				return nil
			}
			return json.Unmarshal(b, into)
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("the simulator %s does not answer: %w", m.name, err)
}

// poison is `soak poison PORT DIARY`: the page that kills who asks for it. Its answer
// takes a while, in which whoever asks at /control/victims learns whom to kill.
func poison(args []string) error {
	to, err := os.OpenFile(args[1], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer to.Close()
	var mu sync.Mutex
	victims := []string{}
	mux := http.NewServeMux()
	mux.HandleFunc("/control/victims", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_ = json.NewEncoder(w).Encode(victims)
		victims = victims[:0]
	})
	mux.HandleFunc("/deadly", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		victims = append(victims, clientOf(r))
		mu.Unlock()
		select {
		case <-r.Context().Done():
		case <-time.After(2 * time.Second):
		}
	})
	port, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	srv := &http.Server{Addr: fmt.Sprint(":", port), Handler: &diary{next: mux, to: to}, ReadHeaderTimeout: 10 * time.Second}
	return srv.ListenAndServe()
}
