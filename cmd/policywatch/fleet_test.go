//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"policywatch/crawler/fleet/embedded"
)

// natsMain is a NATS server as a process of its own: it can be killed.
func natsMain() {
	if _, err := embedded.Start(embedded.Options{Listen: os.Args[1], Dir: os.Args[2], Log: slog.New(slog.DiscardHandler)}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {}
}

// country is many websites on loopback, one address a host, whose statements are
// edited from one epoch to the next. It sees how its hosts are asked.
type country struct {
	t     *testing.T
	text  string
	n     int // sites
	hosts []*townHall
	port  string
	epoch atomic.Int64
	// deadly is called by the page that kills who asks for it.
	deadly func(client string)
	pace   time.Duration
}

// townHall is a host. Some of them hold the statements of two sites.
type townHall struct {
	addr string
	mu   sync.Mutex
	busy int
	left time.Time // the end of the last request
	last context.Context
	// crowded and hasty count requests beside another, and too soon after one;
	// ghosts those of either kind of which one was a client's that had given up.
	crowded, hasty, ghosts int
	asked                  map[string]int // by page and epoch
}

func newCountry(t *testing.T, n int, pace time.Duration) *country {
	text, err := os.ReadFile("testdata/statement.html")
	if err != nil {
		t.Fatal(err)
	}
	c := &country{t: t, text: string(text), pace: pace, n: n}
	port := "0"
	for i := range min(n, mostHosts) {
		h := &townHall{asked: map[string]int{}, addr: fmt.Sprintf("127.%d.%d.%d", 40+i/62500, i/250%250, i%250+1)}
		l, err := net.Listen("tcp", net.JoinHostPort(h.addr, port))
		if errors.Is(err, syscall.EADDRNOTAVAIL) {
			t.Skipf("NOT TESTED: only Linux has every address of 127.0.0.0/8: %v", err)
		}
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			_, port, _ = net.SplitHostPort(l.Addr().String())
			c.port = port
		}
		h.addr += ":" + port
		c.hosts = append(c.hosts, h)
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.serve(h, w, r) })}
		srv.SetKeepAlivesEnabled(n <= mostHosts)
		go srv.Serve(l)
		t.Cleanup(func() { srv.Close() })
	}
	return c
}

// mostHosts is how many listeners fit into a process that may open 20,000 files.
const mostHosts = 8000

func (c *country) serve(h *townHall, w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/privacy") && r.URL.Path != "/deadly" {
		http.NotFound(w, r)
		return
	}
	k := int(c.epoch.Load())
	h.mu.Lock()
	h.busy++
	// A little is lost between a client's end of a request and the server's.
	crowded, hasty, before := h.busy > 1, !h.left.IsZero() && time.Since(h.left) < c.pace-20*time.Millisecond, h.last
	h.last = r.Context()
	if crowded || hasty {
		h.mu.Unlock()
		time.Sleep(50 * time.Millisecond) // in which the end of a connection is noticed
		h.mu.Lock()
		switch {
		case r.Context().Err() != nil || crowded && before.Err() != nil:
			h.ghosts++
		case crowded:
			h.crowded++
		default:
			h.hasty++
		}
	}
	h.asked[fmt.Sprint(r.URL.Path, " ", k)]++
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		h.busy--
		h.left = time.Now()
		h.mu.Unlock()
	}()
	if r.URL.Path == "/deadly" {
		if c.deadly != nil {
			c.deadly(r.RemoteAddr)
		}
	}
	io.WriteString(w, c.statement(r.Host+r.URL.Path, k))
}

// edited says which epochs edit a statement: one in four.
func edited(page string, k int) bool {
	h := fnv.New32a()
	fmt.Fprint(h, page, k)
	return k > 0 && h.Sum32()>>8%4 == 0
}

// statement is that of a page at an epoch: each edit adds a sentence, or takes the
// one before away. A counter moves beside it.
func (c *country) statement(page string, k int) string {
	more, n := "", 0
	for e := 1; e <= k; e++ {
		if edited(page, e) {
			more = "<p>" + promises[(n*7+len(page))%len(promises)] + "</p>\n"
			n++
		}
	}
	text := strings.Replace(c.text, "<p>Orders are kept", more+"<p>Orders are kept", 1)
	text = strings.ReplaceAll(text, "Bureau of Lighthouses", "Bureau of "+page)
	return strings.Replace(text, "1024", strconv.Itoa(rand.IntN(1e6)), 1)
}

// sites lists what is watched: domain and page. Every tenth statement stands on the
// host of another site, and so do those of sites beyond the number of hosts.
func (c *country) sites() (out [][2]string) {
	for i := range c.n {
		h := c.hosts[i%len(c.hosts)]
		domain, page := h.addr, "http://"+h.addr+"/privacy"
		switch {
		case i >= len(c.hosts):
			domain, page = fmt.Sprintf("office%d.example", i), fmt.Sprintf("%s-of-office-%d", page, i)
		case i%10 == 9:
			page = "http://" + c.hosts[i-1].addr + "/privacy-of-the-other"
		}
		out = append(out, [2]string{domain, page})
	}
	return out
}

// rude tells how often a host was asked beside another request or too soon.
func (c *country) rude() (crowded, hasty, ghosts int) {
	for _, h := range c.hosts {
		h.mu.Lock()
		crowded, hasty, ghosts = crowded+h.crowded, hasty+h.hasty, ghosts+h.ghosts
		h.mu.Unlock()
	}
	return crowded, hasty, ghosts
}

func (c *country) configure(dir, more string, every time.Duration, poison bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "crawl: {per_host_interval: %s, confirm_after: 0s, allow_addresses: [127.0.0.0/8], scheme: http, browser: 'off', concurrency: 64, timeout: 2s}\n", c.pace)
	fmt.Fprintf(&b, "schedule: {every: %s, jitter: 0%%, drain: 5s}\nweb: {listen: ''}\n%s", every, more)
	b.WriteString("notify: {channels: [{name: f, kind: file, path: alerts}], routes: [{channels: [f], events: [statement.changed, statement.dropped_section, statement.moved, statement.gone]}]}\nlists: [sites.csv]\n")
	if err := os.WriteFile(filepath.Join(dir, "policywatch.yaml"), []byte(b.String()), 0o644); err != nil {
		c.t.Fatal(err)
	}
	b.Reset()
	b.WriteString("domain,url\n")
	for i, s := range c.sites() {
		if i == 0 && poison {
			s[1] = "http://" + s[0] + "/deadly"
		}
		fmt.Fprintf(&b, "%s,%s\n", s[0], s[1])
	}
	if err := os.WriteFile(filepath.Join(dir, "sites.csv"), []byte(b.String()), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

// proc is a process that is started again whenever it is killed.
type proc struct {
	mu    sync.Mutex
	t     *testing.T
	dir   string
	args  []string
	cmd   *exec.Cmd
	log   *os.File
	ended chan struct{}
	cpu   time.Duration
}

func (p *proc) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	cmd := exec.Command(p.args[0], p.args[1:]...)
	cmd.Dir, cmd.Stderr, cmd.Stdout = p.dir, p.log, p.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		p.t.Error(err)
		return
	}
	p.cmd, p.ended = cmd, make(chan struct{})
	ended := p.ended
	go func() {
		cmd.Wait()
		p.mu.Lock()
		p.cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		p.mu.Unlock()
		close(ended)
	}()
}

func (p *proc) kill(sig syscall.Signal) {
	p.mu.Lock()
	cmd, ended := p.cmd, p.ended
	p.mu.Unlock()
	cmd.Process.Signal(sig)
	<-ended
}

func (p *proc) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Pid
}

// owner finds the process that a connection on loopback belongs to.
func owner(client string, pids []int) int {
	_, port, err := net.SplitHostPort(client)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(port)
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return 0
	}
	want := fmt.Sprintf(":%04X", n)
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		if len(f) < 10 || !strings.HasSuffix(f[1], want) {
			continue
		}
		for _, pid := range pids {
			fds, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
			for _, fd := range fds {
				if to, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, fd.Name())); err == nil && to == "socket:["+f[9]+"]" {
					return pid
				}
			}
		}
	}
	return 0
}

// told is what one run of a country told its people, an alert a line.
func told(t *testing.T, dir string, skip string) []string {
	out, _ := ask(t, dir, exitDone, "alerts", "--limit", "0", "--format", "json")
	var all []string
	each(t, out, func(row struct {
		Event struct {
			Type, Site, Severity, Reason string
			From, To                     int
		}
	}) {
		e := row.Event
		if e.Site != skip {
			all = append(all, fmt.Sprintf("%s %s %s %d-%d %s", e.Site, e.Type, e.Severity, e.From, e.To, e.Reason))
		}
	})
	slices.Sort(all)
	return all
}

// The fleet as processes of their own: a coordinator, three workers and a NATS
// server, all of them killed again and again, reports that come twice and in any
// order, and a page that kills who reads it. Every site is visited in every epoch,
// every change becomes one version and one alert, as on one machine, and no host is
// asked by two at a time or sooner than its pace allows.
// POLICYWATCH_FLEET, such as "2000 3 40 20s", says how many sites, epochs and kills,
// and the time between two visits.
func TestFleetIsKilledAgainAndAgain(t *testing.T) {
	n, epochs, kills, every := 30, 2, 4, 2*time.Second
	patience := 2 * time.Minute
	if big := os.Getenv("POLICYWATCH_FLEET"); big != "" {
		var e string
		if _, err := fmt.Sscan(big, &n, &epochs, &kills, &e); err != nil {
			t.Fatal(err)
		}
		every, _ = time.ParseDuration(e)
		patience = 20 * time.Minute
	} else if testing.Short() {
		t.Skip("NOT TESTED: it starts many processes, and -short was asked for")
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	c := newCountry(t, n, 300*time.Millisecond)
	poisoned := c.hosts[0].addr

	// One machine first.
	one := t.TempDir()
	c.configure(one, "", every, false)
	single := &proc{t: t, dir: one, args: []string{"policywatch", "watch"}, log: logFile(t, one, "watch.log")}
	single.start()
	t.Cleanup(func() { single.kill(syscall.SIGKILL) })
	for k := range epochs + 1 {
		c.epoch.Store(int64(k))
		c.everyoneSeen(one, k, "", patience)
	}
	single.kill(syscall.SIGTERM)
	want := told(t, one, poisoned)
	crowded, hasty, ghosts := c.rude()
	t.Logf("one machine: %d alerts, %d crowded, %d hasty requests, %d of clients that had given up, %.1f s CPU", len(want), crowded, hasty, ghosts, single.cpu.Seconds())

	// Then the fleet.
	c.epoch.Store(0)
	for _, h := range c.hosts {
		h.mu.Lock()
		h.asked, h.left, h.crowded, h.hasty, h.ghosts = map[string]int{}, time.Time{}, 0, 0, 0
		h.mu.Unlock()
	}
	dir := t.TempDir()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := free.Addr().String()
	free.Close()
	c.configure(dir, fmt.Sprintf("fleet: {url: 'nats://%s', redeliver_after: 1s, in_flight: 256}\n", at), every, true)
	server := &proc{t: t, dir: dir, args: []string{"nats-server", at, filepath.Join(dir, "nats")}, log: logFile(t, dir, "nats.log")}
	lead := &proc{t: t, dir: dir, args: []string{"policywatch", "watch", "--log-format", "json"}, log: logFile(t, dir, "watch.log")}
	workers := make([]*proc, 3)
	for i := range workers {
		workers[i] = &proc{t: t, dir: dir, args: []string{"policywatch", "worker", "--log-format", "json"}, log: logFile(t, dir, fmt.Sprintf("worker%d.log", i))}
	}
	all := append([]*proc{server, lead}, workers...)
	var deaths atomic.Int64
	c.deadly = func(client string) {
		for _, w := range workers {
			if pid := w.pid(); owner(client, []int{pid}) == pid {
				deaths.Add(1)
				w.kill(syscall.SIGKILL)
				w.start()
			}
		}
	}
	for _, p := range all {
		p.start()
		t.Cleanup(func() { p.kill(syscall.SIGKILL) })
	}
	mischief(t, at, dice.Uint64())
	stop := make(chan struct{})
	var killer sync.WaitGroup
	killed := map[*proc]int{}
	killer.Go(func() {
		for range kills {
			select {
			case <-stop:
				return
			case <-time.After(time.Second + time.Duration(dice.Int64N(int64(min(every, 3*time.Second))))):
			}
			victim := workers[dice.IntN(3)]
			switch dice.IntN(5) {
			case 0:
				victim = server
			case 1:
				victim = lead
			}
			victim.kill(syscall.SIGKILL)
			killed[victim]++
			time.Sleep(time.Duration(dice.Int64N(int64(time.Second))))
			victim.start()
		}
	})
	for k := range epochs + 1 {
		c.epoch.Store(int64(k))
		c.everyoneSeen(dir, k, poisoned, patience)
	}
	close(stop)
	killer.Wait()
	until(t, "the fault of the page that kills", func() bool {
		out, _ := ask(t, dir, exitDone, "sites", "--format", "json")
		return strings.Contains(out, `"deadly"`)
	})
	out, _ := ask(t, dir, exitDone, "fleet", "status")
	t.Logf("%s", out)
	for _, p := range append([]*proc{lead}, workers...) {
		p.kill(syscall.SIGTERM)
	}
	ask(t, dir, exitDone, "verify")
	got := told(t, dir, poisoned)
	if !slices.Equal(got, want) {
		t.Errorf("the fleet told %d alerts, one machine %d", len(got), len(want))
		for _, a := range got {
			if !slices.Contains(want, a) {
				t.Log("only the fleet: ", a)
			}
		}
		for _, a := range want {
			if !slices.Contains(got, a) {
				t.Log("only one machine: ", a)
			}
		}
	}
	crowded, hasty, ghosts = c.rude()
	if crowded+hasty > 0 {
		t.Errorf("%d requests beside another to the same host, %d too soon after one", crowded, hasty)
	}
	if deaths.Load() == 0 {
		t.Error("the page that kills killed nobody")
	}
	if n := killed[lead]; n == 0 {
		t.Log("the coordinator was not among those killed this time")
	}
	t.Logf("%d sites, %d epochs: %d alerts; killed: server %d, coordinator %d, workers %d, by the page %d; %d requests of clients that had given up; CPU: coordinator %.1f s, server %.1f s, workers %.1f s",
		n, epochs, len(got), killed[server], killed[lead], killed[workers[0]]+killed[workers[1]]+killed[workers[2]], deaths.Load(), ghosts,
		lead.cpu.Seconds(), server.cpu.Seconds(), (workers[0].cpu + workers[1].cpu + workers[2].cpu).Seconds())
}

func logFile(t *testing.T, dir, name string) *os.File {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		f.Close()
		if b, err := os.ReadFile(f.Name()); err == nil && t.Failed() {
			t.Logf("%s ends:\n%s", name, b[max(0, len(b)-4000):])
		}
	})
	return f
}

// everyoneSeen waits until a visit of every site that began in the epoch has been
// kept.
func (c *country) everyoneSeen(dir string, k int, but string, patience time.Duration) {
	c.t.Helper()
	began := time.Now()
	missing := 0
	for time.Since(began) < patience {
		time.Sleep(200 * time.Millisecond)
		if missing = c.unasked(k, but); missing > 0 {
			continue
		}
		var out bytes.Buffer
		cmd := exec.Command("policywatch", "sites", "--format", "json")
		cmd.Dir, cmd.Stdout = dir, &out
		if cmd.Run() != nil { // the daemon may just be starting
			continue
		}
		seen := 0
		each(c.t, out.String(), func(row struct {
			Site      string
			LastVisit time.Time `json:"last_visit"`
		}) {
			if row.LastVisit.After(began) || row.Site == but {
				seen++
			}
		})
		if missing = c.n - seen; missing <= 0 {
			return
		}
		time.Sleep(time.Duration(c.n) * time.Millisecond / 2) // a list of many costs the daemon something
	}
	var out, status bytes.Buffer
	for _, ask := range []struct {
		args []string
		to   *bytes.Buffer
	}{{[]string{"sites"}, &out}, {[]string{"fleet", "status"}, &status}} {
		cmd := exec.Command("policywatch", ask.args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, ask.to, ask.to
		cmd.Run()
	}
	c.t.Fatalf("epoch %d: %d sites were not visited in %v; %d of them not even asked\n%.4000s\n%s", k, missing, patience, c.unasked(k, but), out.String(), status.String())
}

// unasked counts the sites whose page nobody has asked for in an epoch.
func (c *country) unasked(k int, but string) (n int) {
	at := map[string]*townHall{}
	for _, h := range c.hosts {
		at[h.addr] = h
	}
	for _, s := range c.sites() {
		host, page, _ := strings.Cut(strings.TrimPrefix(s[1], "http://"), "/")
		h := at[host]
		h.mu.Lock()
		if h.asked[fmt.Sprint("/", page, " ", k)] == 0 && s[0] != but {
			n++
		}
		h.mu.Unlock()
	}
	return n
}

// mischief sends reports a second time, late and in another order.
func mischief(t *testing.T, at string, seed uint64) {
	nc, err := nats.Connect("nats://"+at, nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(seed, 2))
	var kept []*nats.Msg
	_, err = nc.Subscribe("policywatch.reports.>", func(m *nats.Msg) {
		again := nats.NewMsg(m.Subject)
		again.Data, again.Header = m.Data, nats.Header{}
		for k, v := range m.Header {
			if k != nats.MsgIdHdr {
				again.Header[k] = v
			}
		}
		if m.Header.Get(nats.MsgIdHdr) == "" {
			return // one of ours
		}
		if dice.IntN(4) == 0 {
			kept = append(kept, again)
		}
		for len(kept) > 20 {
			i := dice.IntN(len(kept))
			nc.PublishMsg(kept[i])
			kept = slices.Delete(kept, i, i+1)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
}
