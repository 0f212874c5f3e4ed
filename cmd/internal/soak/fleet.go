package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"policywatch/crawler/fleet/embedded"
)

// fleetTrial is a fleet of processes among which much goes wrong: everything is
// killed, workers are stopped for longer than their visits may be unheard of and, with
// namespaces, cut off from all or from the NATS server alone; reports come twice and in
// any order; a page kills who reads it; a worker is of an older version. One machine
// goes through the same epochs before: both must tell the same alerts, once each, every
// site must be visited, and no host asked by two at a time or sooner than its pace allows.
type fleetTrial struct {
	sites, epochs, workers, slots      int
	every, pace, timeout, lease, kills time.Duration
	patience                           time.Duration
	seed                               uint64
	spaces                             bool
	strikes, deaths                    int
	program, old, nats, simulator      string
	statements, work, one              string
	out                                io.Writer
	dice                               *rand.Rand
	net                                network
	sim, poison                        *member
	list                               []simulated
	done                               map[string]int // what was done to whom, how often
	broken                             int
	server, lead                       *member
	hands                              []*member
	port                               int
}

func (f *fleetTrial) flags(set *flag.FlagSet) {
	set.IntVar(&f.sites, "sites", 200, "how many sites to watch")
	set.IntVar(&f.epochs, "epochs", 2, "how often the sites are edited")
	set.IntVar(&f.workers, "workers", 3, "how many workers there are")
	set.IntVar(&f.slots, "slots", 16, "how many visits a worker makes at a time")
	set.DurationVar(&f.every, "every", 8*time.Second, "time between visits of a site")
	set.DurationVar(&f.pace, "pace", time.Second, "time between requests to a host")
	set.DurationVar(&f.timeout, "timeout", 3*time.Second, "how long a request may take")
	set.DurationVar(&f.lease, "lease", 2*time.Second, "how long a worker may be silent before its visits go to another")
	set.DurationVar(&f.kills, "kills", 3*time.Second, "time between two troubles")
	set.StringVar(&f.one, "one", "", "folder of what one machine did in an earlier trial with the same seed; empty: it does it now")
	set.IntVar(&f.strikes, "strikes", 1<<30, "how many troubles at most, the page that kills not counted")
	set.IntVar(&f.deaths, "deaths", 6, "how many workers the page kills; four make it the site's fault, 0 is no such page")
	set.DurationVar(&f.patience, "patience", 10*time.Minute, "how long an epoch may take")
	set.Uint64Var(&f.seed, "seed", uint64(time.Now().Unix()), "seed of the sites, their edits and the troubles")
	set.BoolVar(&f.spaces, "namespaces", false, "give every process a network of its own (needs root and iproute2), and cut cables")
	set.StringVar(&f.program, "program", "", "the program to test")
	set.StringVar(&f.old, "old", "", "an older program, for one more worker")
	set.StringVar(&f.nats, "nats", "", "nats-server; empty: our own")
	set.StringVar(&f.simulator, "simulator", "", "the simulator of sites; empty: our own")
	set.StringVar(&f.statements, "statements", "", "folder of the statements that the simulator varies")
	set.StringVar(&f.work, "work", "", "folder for what is written")
}

// fleetMain is `soak fleet`.
func fleetMain(args []string) error {
	f := &fleetTrial{out: os.Stdout}
	set := flag.NewFlagSet("fleet", flag.ContinueOnError)
	f.flags(set)
	if err := set.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := f.run(ctx); err != nil {
		return err
	}
	if f.broken > 0 {
		return fmt.Errorf("%d conditions broken; logs and archives are in %s", f.broken, f.work)
	}
	fmt.Fprintln(f.out, "ok: the fleet told what one machine tells, and no host was asked too often")
	return nil
}

// serveNATS is `soak nats ADDRESS FOLDER`: a server as a process of its own, which
// can be killed.
func serveNATS(args []string) error {
	if _, err := embedded.Start(embedded.Options{Listen: args[0], Dir: args[1], Insecure: true, Log: slog.New(slog.DiscardHandler)}); err != nil {
		return err
	}
	select {}
}

func (f *fleetTrial) run(ctx context.Context) (err error) {
	if f.work, err = filepath.Abs(f.work); err != nil {
		return err
	}
	if err := os.MkdirAll(f.work, 0o755); err != nil {
		return err
	}
	f.dice, f.done, f.port = rand.New(rand.NewPCG(f.seed, 1)), map[string]int{}, 18000+int(f.seed%2000)
	if f.net, err = newNetwork(f.spaces, f.workers+1); err != nil {
		return err
	}
	defer f.net.close()
	if err := f.serve(); err != nil {
		return err
	}
	defer f.sim.kill()
	defer f.poison.kill()

	want, truth, err := f.alone(ctx)
	if err != nil {
		return err
	}
	// The sites begin anew.
	f.sim.kill()
	if err := f.sim.start(); err != nil {
		return err
	}
	if err := f.control(f.sim, "sites?mode=addr", &f.list); err != nil {
		return err
	}
	began := time.Now()
	got, err := f.together(ctx)
	if err != nil {
		return err
	}
	rows, err := readDiary(began, f.path("sites.diary"), f.path("poison.diary"))
	if err != nil {
		return err
	}
	v := judge(rows, f.pace)
	f.say("fleet: %d alerts, one machine: %d; real edits: %d; done: %v; seed %d", len(got), len(want), truth, f.done, f.seed)
	f.say("%v", v)
	for what, list := range map[string][]string{"BESIDE": v.beside, "TOO SOON": v.soon, "near one given up": v.late} {
		for _, one := range list[:min(len(list), 20)] {
			f.say("%s: %s", what, one)
		}
	}
	f.broken += len(v.beside) + len(v.soon)
	for _, a := range got {
		if !slices.Contains(want, a) {
			f.broke("only the fleet told %s", a)
		}
	}
	for _, a := range want {
		if !slices.Contains(got, a) {
			f.broke("only one machine told %s", a)
		}
	}
	if len(got) != len(want) {
		f.broke("the fleet told %d alerts, one machine %d", len(got), len(want))
	}
	return nil
}

// serve starts the sites and the page that kills.
func (f *fleetTrial) serve() (err error) {
	own, err := os.Executable()
	if err != nil {
		return err
	}
	sim := []string{own, "simulate"}
	if f.simulator != "" {
		sim = []string{f.simulator}
	}
	net := "127.10"
	if f.spaces {
		net = "10.20"
	}
	args := append(sim, "-n", fmt.Sprint(f.sites), "-port", fmt.Sprint(f.port), "-seed", fmt.Sprint(f.seed%1000), "-seeds", f.statements,
		"-net", net, "-anywhere", "-diary", f.path("sites.diary"), "-life", "3h")
	f.sim = &member{name: "sites", space: "sites", f: f, args: args}
	f.poison = &member{name: "poison", space: "sites", f: f, args: []string{own, "poison", fmt.Sprint(f.port + 1), f.path("poison.diary")}}
	for _, m := range []*member{f.sim, f.poison} {
		if err := m.start(); err != nil {
			return err
		}
	}
	return f.control(f.sim, "sites?mode=addr", &f.list)
}

// alone has one machine go through the epochs.
func (f *fleetTrial) alone(ctx context.Context) (alerts []string, truth int, err error) {
	f.lead = &member{name: "one", space: "hub", f: f, args: []string{f.program, "watch"}}
	if f.one != "" {
		if err := os.CopyFS(f.path("one"), os.DirFS(f.one)); err != nil {
			return nil, 0, err
		}
	} else if err := f.goAlone(ctx); err != nil {
		return nil, 0, err
	}
	for k := 1; k <= f.epochs; k++ {
		var list []edit
		if err := f.control(f.sim, fmt.Sprintf("truth?from=%d&to=%d", k-1, k), &list); err != nil {
			return nil, 0, err
		}
		for _, e := range list {
			if e.Class == "real" {
				truth++
			}
		}
	}
	alerts, err = f.alerts()
	return alerts, truth, err
}

// goAlone is one machine's way through the epochs.
func (f *fleetTrial) goAlone(ctx context.Context) error {
	if err := f.configure(f.lead, ""); err != nil {
		return err
	}
	if err := f.lead.start(); err != nil {
		return err
	}
	defer f.lead.kill()
	began := time.Now()
	for k := range f.epochs + 1 {
		if err := f.epoch(ctx, k); err != nil {
			return fmt.Errorf("one machine: %w", err)
		}
	}
	f.lead.signal(syscall.SIGTERM)
	f.lead.wait()
	rows, err := readDiary(began, f.path("sites.diary"))
	if err != nil {
		return err
	}
	v := judge(rows, f.pace)
	f.say("one machine: %v", v)
	if f.broken += len(v.beside) + len(v.soon); f.broken > 0 {
		f.say("%q %q", v.beside[:min(len(v.beside), 5)], v.soon[:min(len(v.soon), 5)])
	}
	return nil
}

// together has a fleet go through the epochs.
func (f *fleetTrial) together(ctx context.Context) ([]string, error) {
	at := fmt.Sprintf("%s:%d", f.net.hub(), f.port+2)
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{own, "nats", at, f.path("nats")}
	if f.nats != "" {
		host, port, _ := strings.Cut(at, ":")
		args = []string{f.nats, "-a", host, "-p", port, "-js", "-sd", f.path("nats")}
	}
	f.server = &member{name: "nats", space: "hub", f: f, args: args}
	f.lead = &member{name: "lead", space: "hub", f: f, args: []string{f.program, "watch", "--log-format", "json"}}
	for i := range f.workers {
		name := fmt.Sprint("w", i+1)
		f.hands = append(f.hands, &member{name: name, space: name, f: f, args: []string{f.program, "worker", "--log-format", "json"}})
	}
	all := append([]*member{f.server, f.lead}, f.hands...)
	if f.old != "" {
		name := fmt.Sprint("w", f.workers+1)
		all = append(all, &member{name: name + "old", space: name, f: f, args: []string{f.old, "worker", "--log-format", "json"}})
	}
	all = append(all, &member{name: "repeater", space: "hub", f: f, args: []string{own, "repeat", at}})
	for _, m := range all {
		if err := f.configure(m, fmt.Sprintf("fleet: {url: 'nats://%s', insecure: true, redeliver_after: %s, in_flight: %d}\n", at, f.lease, 4*f.workers*f.slots)); err != nil {
			return nil, err
		}
		if err := m.start(); err != nil {
			return nil, err
		}
		defer m.kill()
	}
	ctx, end := context.WithCancel(ctx)
	troubles := make(chan struct{})
	go func() { defer close(troubles); f.trouble(ctx) }()
	defer func() { end(); <-troubles }()
	for k := range f.epochs + 1 {
		if err := f.epoch(ctx, k); err != nil {
			out, _ := f.ask("fleet", "status")
			return nil, fmt.Errorf("the fleet: %w\n%s", err, out)
		}
	}
	end()
	<-troubles
	out, _ := f.ask("fleet", "status")
	f.say("%s", out)
	known := false
	for _, w := range f.hands {
		log, _ := os.ReadFile(f.path(w.name + ".log"))
		known = known || strings.Contains(string(log), "this visit ends every worker")
	}
	if !known && f.deaths >= 4 {
		f.broke("the page that kills is not called deadly")
	}
	for _, m := range append([]*member{f.lead}, f.hands...) {
		m.signal(syscall.SIGTERM)
		m.wait()
	}
	if out, err := f.ask("verify"); err != nil {
		f.broke("the archive: %s", out)
	}
	return f.alerts()
}

// epoch has the sites edited and waits until every site was visited twice: a visit
// that began before may end after. Before the first there is nothing.
func (f *fleetTrial) epoch(ctx context.Context, k int) error {
	if err := f.control(f.sim, fmt.Sprintf("epoch?k=%d", k), nil); err != nil {
		return err
	}
	for range 1 + min(k, 1) {
		began := time.Now()
		want := len(f.list) - 1 + f.shared()
		for seen := -1; seen < want; {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if time.Since(began) > f.patience {
				return fmt.Errorf("stuck in epoch %d: %d of %d sites visited within %v", k, seen, want, f.patience)
			}
			time.Sleep(500*time.Millisecond + time.Duration(f.sites)*time.Second/4000)
			seen = f.visited(began)
		}
	}
	f.say("epoch %d: every site was visited", k)
	return nil
}

// visited counts the sites whose last visit began after a time.
func (f *fleetTrial) visited(since time.Time) (n int) {
	out, err := f.ask("sites", "--format", "json")
	if err != nil {
		return -1 // the daemon may just be starting
	}
	for line := range strings.Lines(out) {
		var row struct {
			Site  string    `json:"site"`
			Visit time.Time `json:"last_visit"`
		}
		if json.Unmarshal([]byte(line), &row) == nil && row.Visit.After(since) && row.Site != f.deadly() {
			n++
		}
	}
	return n
}

func (f *fleetTrial) alerts() (all []string, err error) {
	out, err := f.ask("alerts", "--limit", "0", "--format", "json")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(out) {
		var a struct {
			Event struct {
				Type, Site, Severity, Reason string
				From, To                     int
			}
		}
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			return nil, err
		}
		if e := a.Event; e.Site != f.deadly() {
			all = append(all, fmt.Sprintf("%s %s %s %d-%d %s", e.Site, e.Type, e.Severity, e.From, e.To, e.Reason))
		}
	}
	slices.Sort(all)
	return all, nil
}

// ask runs the program beside the daemon.
func (f *fleetTrial) ask(args ...string) (string, error) {
	cmd := f.net.command("hub", append([]string{f.program}, args...)...)
	cmd.Dir = f.path(f.lead.name)
	out, err := cmd.Output()
	if e := (*exec.ExitError)(nil); errors.As(err, &e) {
		out = append(out, e.Stderr...)
	}
	return string(out), err
}

func (f *fleetTrial) path(name string) string { return filepath.Join(f.work, name) }

func (f *fleetTrial) say(format string, args ...any) {
	fmt.Fprintf(f.out, "%s  %s\n", time.Now().UTC().Format(time.TimeOnly), fmt.Sprintf(format, args...))
}

func (f *fleetTrial) broke(format string, args ...any) {
	f.broken++
	f.say("BROKEN: "+format, args...)
}
