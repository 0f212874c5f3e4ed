package wire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"policywatch/cmd/internal/daemon"
	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/socket"
	"policywatch/store"
	"policywatch/store/record"
)

const (
	// outboxPulse is how often the daemon looks for alerts to deliver.
	outboxPulse = time.Second
	// lastDelivery is how long it goes on delivering when its visits have ended.
	lastDelivery = 10 * time.Second
)

// Watcher is the program as the daemon runs it: one archive, and around it one
// program after the other, as the configuration changes.
type Watcher struct {
	options Options
	db      *store.DB
	outlook monitor.Outlook
	turns   turns
	front   front
	// listen is the dashboard's address as it was when the daemon began.
	listen string
	// guarded says that it asked for a name and password then, exposed that others
	// can reach it.
	guarded bool
	exposed bool
	daemon  atomic.Pointer[daemon.Daemon]
	// fleet makes the visits; nil where the daemon does.
	fleet   *leadership
	closers closers

	mu   sync.Mutex
	apps []*running // the newest last
}

// running is a program that is in use, by visits or by actions of a person.
type running struct {
	*App
	actions sync.WaitGroup
}

// NewWatcher opens the archive and builds the first program around it.
func NewWatcher(ctx context.Context, o Options) (*Watcher, *daemon.Setup, error) {
	t, err := NewTools(o)
	if err != nil {
		return nil, nil, err
	}
	if err := t.watchable(); err != nil { // before an archive is made for nothing
		t.Close()
		return nil, nil, err
	}
	db, err := store.Open(ctx, store.Options{Path: t.config.Store.Path, Log: o.Log})
	if err != nil {
		t.Close()
		return nil, nil, held(err, nil, t.config.Store.Path)
	}
	path, err := filepath.Abs(db.Path())
	if err != nil {
		path = db.Path()
	}
	o.Log.Info("the archive is open", "path", path, "version", o.Version, "process", os.Getpid())
	w := &Watcher{options: o, db: db, listen: t.config.Web.Listen, guarded: t.Guarded()}
	w.closers.add("archive", db.Close)
	if leave, err := claim(db.Path()); err == nil {
		w.closers.add("note beside the archive", leave)
	} else { // others will only know that somebody has the archive
		o.Log.Warn("leave a note beside the archive", "error", err)
	}
	if err := w.lead(ctx, t); err != nil {
		t.Close()
		w.Close()
		return nil, nil, err
	}
	s, err := w.build(t)
	if err == nil {
		if err = w.resume(ctx); err != nil {
			s.Close()
		}
	}
	if err != nil {
		w.Close()
		return nil, nil, err
	}
	w.closers.add("dropping of bodies", w.dropDaily(ctx))
	// Last, so that whoever is answered finds everything there; and closed first.
	if l, err := socket.Listen(db.Path()); err == nil {
		srv := &socket.Server{Copy: db.Copy, Do: w.Do, Log: o.Log}
		w.closers.add("socket", srv.Start(l))
	} else {
		o.Log.Warn("other commands cannot reach the archive while this runs", "error", err)
	}
	return w, s, nil
}

// Load reads the configuration and the lists anew and builds a program from them
// around the same archive. What is wrong with them is a UsageError.
func (w *Watcher) Load() (*daemon.Setup, error) {
	t, err := NewTools(w.options)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(t.watchable(), w.mayShow(t)); err != nil {
		t.Close()
		return nil, err
	}
	if !samePath(t.config.Store.Path, w.db.Path()) {
		w.options.Log.Warn("store.path has changed; that takes effect when the daemon is started anew", "open", w.db.Path(), "configured", t.config.Store.Path)
	}
	if t.config.Web.Listen != w.listen {
		w.options.Log.Warn("web.listen has changed; that takes effect when the daemon is started anew", "listening", w.listen, "configured", t.config.Web.Listen)
	}
	return w.build(t)
}

// build puts a program around the archive, which takes over the tools.
func (w *Watcher) build(t *Tools) (*daemon.Setup, error) {
	a, err := t.around(w.db)
	if err != nil {
		return nil, err
	}
	if w.fleet != nil {
		a.Monitor.Looker = looker{w.fleet.Coordinator}
		w.fleet.newest.Store(a)
	}
	pages, err := w.dashboard(a)
	if err != nil {
		a.Close()
		return nil, err
	}
	s := w.setup(a)
	s.Begun = func() { w.front.now.Store(pages) }
	deliver := s.Deliver
	s.Deliver = func(ctx context.Context) {
		var kept sync.WaitGroup
		defer kept.Wait()
		kept.Go(func() { pages.Keep(ctx) })
		deliver(ctx)
	}
	return s, nil
}

// Close closes the archive. Every setup must have been closed before.
func (w *Watcher) Close() error { return w.closers.close() }

func samePath(a, b string) bool {
	x, err1 := filepath.Abs(a)
	y, err2 := filepath.Abs(b)
	return err1 == nil && err2 == nil && x == y
}

func (t *Tools) watchable() error {
	if err := checkFleet(t.config.Fleet); err != nil {
		return err
	}
	if len(t.sites) == 0 {
		return usage("there is no site to watch: name a list with --domains FILE, or write sites: or lists: into %s", DefaultConfig)
	}
	return nil
}

// setup is a program as the daemon sees it.
func (w *Watcher) setup(a *App) *daemon.Setup {
	s := a.config.Schedule
	watch := a.Monitor.Watch(&w.outlook, len(a.sites), a.outage)
	inUse := &running{App: a}
	w.mu.Lock()
	w.apps = append(w.apps, inUse)
	w.mu.Unlock()
	check := func(ctx context.Context, site record.Site) (monitor.Result, error) {
		end, err := w.turns.take(ctx, site.Domain)
		if err != nil {
			return monitor.Result{}, fmt.Errorf("visit %s: %w", site.Domain, monitor.ErrInterrupted)
		}
		defer end()
		return watch.Check(ctx, site)
	}
	workers := a.Concurrency()
	if w.fleet != nil {
		workers = a.config.Fleet.InFlight
	}
	return &daemon.Setup{
		Sites: a.sites, Rule: a.rules(), Check: check, Past: a.Store.Standing, Deliver: a.deliveries,
		Workers: workers, Drain: time.Duration(s.Drain), Heartbeat: s.Heartbeat,
		Ping: heartbeat(s, guarded(a.config.Crawl)),
		Close: func() {
			w.mu.Lock()
			w.apps = slices.DeleteFunc(w.apps, func(r *running) bool { return r == inUse })
			w.mu.Unlock()
			inUse.actions.Wait()
			if err := a.Close(); err != nil {
				a.log.Warn("close a configuration that is no longer used", "error", err)
			}
		},
	}
}

// enter keeps the newest program from being closed until leave is called; nil
// when there is none any more.
func (w *Watcher) enter() (a *App, leave func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.apps) == 0 {
		return nil, nil
	}
	r := w.apps[len(w.apps)-1]
	r.actions.Add(1)
	return r.App, r.actions.Done
}

// deliveries keeps the outbox going until ctx ends, and then brings away what the
// last visits left there. It runs when nobody else delivers: what is leased was left
// by a process that was killed, or by the configuration before, which ended first.
func (a *App) deliveries(ctx context.Context) {
	if _, err := a.Store.Unlease(context.WithoutCancel(ctx)); err != nil {
		a.log.Error("alerts that were being delivered when that ended wait for some minutes", "error", err)
	}
	_ = a.Dispatcher.Run(ctx, outboxPulse) // always nil
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastDelivery)
	defer cancel()
	if _, err := a.Dispatcher.Drain(last); err != nil {
		a.log.Error("alerts stay in the outbox until the next start", "error", err)
	}
}

// remembered bounds how many alerts are looked at for the last outage.
const remembered = 10_000

// resume takes up an outage of the monitor's own network that was told and not yet
// over when the daemon ended: restarting it is what one does then.
func (w *Watcher) resume(ctx context.Context) error {
	last := func(kind record.EventType) (at time.Time, err error) {
		list, err := w.db.Alerts(ctx, record.AlertFilter{Type: kind, Newest: remembered})
		for _, a := range list {
			if a.Event.Site == "" && a.Event.At.After(at) {
				at = a.Event.At
			}
		}
		return at, err
	}
	down, err := last(record.EventOutage)
	if err != nil || down.IsZero() {
		return err
	}
	up, err := last(record.EventRecovered)
	if err == nil && down.After(up) {
		w.outlook.Resume()
	}
	return err
}

// outage tells that the monitor's own network is down, or up again.
func (a *App) outage(down bool, lost int) {
	ev := a.told(record.Event{Type: record.EventRecovered, Severity: record.SeverityInfo, Name: "policywatch"}, record.Say("told.reached"))
	if down {
		ev = a.told(outageEvent(), record.Say("told.outage", record.Count(lost)))
	}
	ev.At = time.Now()
	if down {
		a.log.Warn("the monitor's own network is down", "unreachable_in_a_row", lost)
	} else {
		a.log.Info("the monitor's own network is back")
	}
	if err := a.Store.Enqueue(context.Background(), a.router.Alerts(ev)); err != nil {
		a.log.Error("tell of the monitor's own network", "error", err)
	}
}

// outageEvent is that no site could be reached.
func outageEvent() record.Event {
	return record.Event{Type: record.EventOutage, Severity: record.SeverityMinor, Name: "policywatch",
		Fault: &record.Fault{Kind: record.FaultUnreachable, Detail: "no site could be reached"}}
}
