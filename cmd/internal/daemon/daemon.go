// Package daemon visits sites without end: it keeps the schedule's visits and the
// delivery of alerts going, takes over a new configuration while they run, tells
// the service manager and a heartbeat file that all is well, and ends in order.
//
// It knows no archive and no configuration file: both come as a Setup.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/schedule"
	"policywatch/store/record"
)

// Setup is what one reading of the configuration comes to.
type Setup struct {
	Sites []record.Site
	Rule  func(record.Site) schedule.Rule
	Check func(context.Context, record.Site) (monitor.Result, error)
	// Past is where a site stands after its last visit; what its statement said is not
	// asked for.
	Past func(ctx context.Context, domain string) (record.Past, error)
	// Deliver delivers alerts until ctx ends, and then ends what it has begun.
	Deliver func(ctx context.Context)
	Workers int
	// Drain is how long running visits may take to end when the daemon stops.
	Drain time.Duration
	// Heartbeat is the file to write while all is well; empty means none. Ping tells an
	// address of it; nil for none. Its errors are logged and must hold no secret.
	Heartbeat string
	Ping      func(context.Context, Heartbeat) error
	// Begun is called when the setup has been put to work; nil for nothing.
	Begun func()
	// Close releases what no other setup uses.
	Close func()
}

// Daemon is the surroundings of a run.
type Daemon struct {
	// Load reads the configuration anew.
	Load func() (*Setup, error)
	// Reload asks for that; AtOnce, when it is closed, for an end without waiting.
	Reload <-chan os.Signal
	AtOnce <-chan struct{}
	System *Systemd
	Clock  func() time.Time
	Log    *slog.Logger

	life atomic.Pointer[run]
}

// The ends of a run that are not in order.
var (
	// ErrCut: visits did not end in time and were cancelled. Nothing of them was
	// kept.
	ErrCut = errors.New("visits that ran were cut off; nothing of them was kept")
	// ErrAtOnce: a second signal ended the run where it stood. What was committed is
	// kept; nothing was closed.
	ErrAtOnce = errors.New("ended at once; what was committed is kept")
)

// lastBreath is how long a visit that was cancelled may take to notice.
const lastBreath = 5 * time.Second

// farewell is what the service manager is told that the last deliveries may take.
const farewell = 30 * time.Second

// run is one life of the daemon.
type run struct {
	*Daemon
	sched *schedule.Scheduler

	mu     sync.Mutex
	now    *shift
	counts counts
	ill    map[string]illness
	file   report // of the heartbeat's file
	ping   pinger
	// aside is what goes on beside the visits of the newest setup, and must have ended
	// before the archive is closed.
	aside sync.WaitGroup
}

// shift is a setup in use.
type shift struct {
	*Setup
	places map[string]int // of the sites in Sites
	visits sync.WaitGroup
	// rest ends its delivery and returns when that has ended.
	rest func()
}

// Run works with first until ctx ends and then stops taking visits, waits for
// those that run, and delivers what it can. It returns nil when everything ended
// in order, ErrCut or ErrAtOnce when not. It closes every setup that it was given,
// unless it ends at once.
func (d *Daemon) Run(ctx context.Context, first *Setup) error {
	r := &run{Daemon: d, counts: counts{since: d.Clock(), tally: newTally()}, ill: map[string]illness{}}
	r.sched = &schedule.Scheduler{Visit: r.visit, Clock: d.Clock, Log: d.Log}
	visits, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	if err := r.begin(ctx, first); err != nil {
		first.Close()
		if ctx.Err() != nil { // stopped before the first visit
			return nil
		}
		return err
	}
	d.life.Store(r)
	done := make(chan struct{})
	go func() { defer close(done); r.sched.Run(ctx, visits) }()
	d.System.tell("READY=1")
	d.Log.Info("watching", "sites", len(first.Sites), "workers", first.Workers)
	r.beat(ctx)

	beats := time.NewTicker(d.System.interval())
	defer beats.Stop()
	hours := time.NewTicker(time.Hour)
	defer hours.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-d.AtOnce:
			return ErrAtOnce
		case <-d.Reload:
			r.reload(ctx)
		case <-beats.C:
			r.beat(ctx)
		case <-hours.C:
			r.account()
		}
	}
	return r.stop(done, cut)
}

// site is a listed site by its domain.
func (s *shift) site(domain string) (site record.Site, listed bool) {
	i, listed := s.places[domain]
	if listed {
		site = s.Sites[i]
	}
	return site, listed
}

// begin puts a setup to work.
func (r *run) begin(ctx context.Context, s *Setup) error {
	next := &shift{Setup: s, places: make(map[string]int, len(s.Sites))}
	plan := make([]schedule.Site, 0, len(s.Sites))
	var success time.Time
	for i, site := range s.Sites {
		past, err := s.Past(ctx, site.Domain)
		if err != nil {
			return fmt.Errorf("plan the visits: %w", err)
		}
		past.Site = site.Domain
		rule := s.Rule(site)
		next.places[site.Domain] = i
		plan = append(plan, schedule.Site{Domain: site.Domain, Rule: rule, Due: rule.Due(past)})
		success = later(success, past.LastSuccess)
	}
	// Deliveries outlive the end of the visits, whose alerts they carry.
	delivery, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	next.rest = func() { end(); <-ended }
	r.mu.Lock()
	old := r.now
	r.now = next
	r.counts.success = later(r.counts.success, success)
	maps.DeleteFunc(r.ill, func(domain string, _ illness) bool { _, listed := next.places[domain]; return !listed })
	r.mu.Unlock()
	go func() {
		defer close(ended)
		if old != nil {
			old.rest() // alerts leave in order
		}
		s.Deliver(delivery)
	}()
	if old != nil {
		r.aside.Go(func() { old.visits.Wait(); old.rest(); old.Close() })
	}
	r.sched.Set(s.Workers, plan)
	if s.Begun != nil {
		s.Begun()
	}
	return nil
}

// reload takes over a new configuration, or keeps the old one and says why.
func (r *run) reload(ctx context.Context) {
	r.System.tell("RELOADING=1")
	defer r.System.tell("READY=1")
	s, err := r.Load()
	if err == nil {
		if err = r.begin(ctx, s); err != nil {
			s.Close()
		}
	}
	if err != nil && ctx.Err() != nil {
		return // it was stopped meanwhile
	}
	r.mu.Lock()
	r.counts.stale = err != nil
	r.mu.Unlock()
	if err != nil {
		r.Log.Error("the new configuration is not used, the old one stays", "error", strings.ReplaceAll(err.Error(), "\n", "; "))
		return
	}
	r.Log.Info("the new configuration is in use", "sites", len(s.Sites), "workers", s.Workers)
}

// stop ends everything: visits first, then deliveries, then what they worked with.
func (r *run) stop(done <-chan struct{}, cut func()) (err error) {
	now := r.now
	st := r.sched.Status()
	r.System.tell(fmt.Sprintf("STOPPING=1\nEXTEND_TIMEOUT_USEC=%d", (now.Drain + lastBreath + farewell).Microseconds()))
	r.Log.Info("stopping", "running", st.Running, "limit", now.Drain)
	limit := time.NewTimer(now.Drain)
	defer limit.Stop()
	select {
	case <-done:
	case <-r.AtOnce:
		return ErrAtOnce
	case <-limit.C:
		err = ErrCut
		r.Log.Warn("visits are cut off", "running", r.sched.Status().Running)
		cut()
		select {
		case <-done:
		case <-r.AtOnce:
			return ErrAtOnce
		case <-time.After(lastBreath):
			r.Log.Error("a visit does not end", "running", r.sched.Status().Running)
			return errors.Join(err, ErrAtOnce)
		}
	}
	rested := make(chan struct{})
	go func() { defer close(rested); now.rest(); r.aside.Wait() }()
	select {
	case <-rested:
	case <-r.AtOnce:
		return ErrAtOnce
	}
	now.Close()
	r.account()
	return err
}
