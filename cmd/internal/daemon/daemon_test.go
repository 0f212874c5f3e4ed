package daemon_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"policywatch/cmd/internal/daemon"
	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/schedule"
	"policywatch/store/record"
)

// house is a daemon over visits that the test scripts, on a clock of the test's.
type house struct {
	t      *testing.T
	reload chan os.Signal
	atOnce chan struct{}
	log    bytes.Buffer
	beat   string
	next   func() (*daemon.Setup, error)

	mu     sync.Mutex
	past   map[string]record.Past
	visits map[string]int
	closed []string
	check  func(ctx context.Context, domain string) error
}

func newHouse(t *testing.T) *house {
	return &house{t: t, reload: make(chan os.Signal, 1), atOnce: make(chan struct{}), beat: filepath.Join(t.TempDir(), "beat.json"),
		past: map[string]record.Past{}, visits: map[string]int{}}
}

func (h *house) setup(name string, sites ...string) *daemon.Setup {
	s := &daemon.Setup{Workers: 4, Drain: 30 * time.Second, Heartbeat: h.beat}
	for _, d := range sites {
		s.Sites = append(s.Sites, record.Site{Domain: d})
	}
	s.Rule = func(record.Site) schedule.Rule { return schedule.Rule{Every: 10 * time.Minute, NoticeAfter: 3} }
	s.Check = func(ctx context.Context, site record.Site) (monitor.Result, error) {
		now := time.Now()
		h.mu.Lock()
		h.visits[name+" "+site.Domain]++
		check := h.check
		h.mu.Unlock()
		if check != nil {
			if err := check(ctx, site.Domain); err != nil {
				return monitor.Result{}, err
			}
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.past[site.Domain] = record.Past{LastVisit: now, LastSuccess: now}
		return monitor.Result{Site: site.Domain, State: record.VisitUnchanged}, nil
	}
	s.Past = func(_ context.Context, d string) (record.Past, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.past[d], nil
	}
	s.Deliver = func(ctx context.Context) { <-ctx.Done() }
	s.Close = func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.closed = append(h.closed, name)
	}
	return s
}

// run lets the daemon live for some time, with things happening in it, and
// returns how it ended and how long the end took.
func (h *house) run(first *daemon.Setup, life time.Duration, events map[time.Duration]func()) (time.Duration, error) {
	ctx, stop := context.WithTimeout(context.Background(), life)
	defer stop()
	for at, do := range events {
		time.AfterFunc(at, do)
	}
	d := &daemon.Daemon{Load: h.load, Reload: h.reload, AtOnce: h.atOnce, Clock: time.Now,
		Log: slog.New(slog.NewTextHandler(&h.log, nil))}
	began := time.Now()
	err := d.Run(ctx, first)
	return time.Since(began) - life, err
}

func (h *house) load() (*daemon.Setup, error) {
	h.mu.Lock()
	next := h.next
	h.mu.Unlock()
	return next()
}

func (h *house) count(key string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.visits[key]
}

func TestReloadWhileAVisitRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.check = func(ctx context.Context, d string) error {
			if d == "slow.gov" {
				time.Sleep(5 * time.Minute)
			}
			return nil
		}
		h.next = func() (*daemon.Setup, error) { return h.setup("new", "slow.gov", "b.gov"), nil }
		hup := func() { h.reload <- syscall.SIGHUP }
		_, err := h.run(h.setup("old", "slow.gov", "a.gov"), time.Hour, map[time.Duration]func(){
			2 * time.Minute: hup,
			3 * time.Minute: func() {
				h.mu.Lock()
				defer h.mu.Unlock()
				if len(h.closed) > 0 {
					t.Error("the old setup was closed under a visit that runs")
				}
			},
			6 * time.Minute: func() {
				h.mu.Lock()
				defer h.mu.Unlock()
				if len(h.closed) != 1 {
					t.Errorf("closed: %q", h.closed)
				}
				h.next = func() (*daemon.Setup, error) { return nil, errors.New("c.yaml:2:1: what is this") }
				hup()
			},
		})
		if err != nil {
			t.Error(err)
		}
		if h.count("old slow.gov") != 1 || h.count("old a.gov") != 1 || h.count("new b.gov") < 5 || h.count("new slow.gov") < 4 {
			t.Errorf("visits: %v", h.visits)
		}
		if len(h.closed) != 2 || !strings.Contains(h.log.String(), `error="c.yaml:2:1: what is this"`) {
			t.Errorf("closed: %q; log:\n%s", h.closed, h.log.String())
		}
	})
}

// The heartbeat stops where the archive fails for long, and comes back with it;
// the log has one line for each.
func TestHeartbeatStopsWithTheArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		full := errors.New("the disk is full")
		fails := func(err error) func() {
			return func() {
				h.mu.Lock()
				defer h.mu.Unlock()
				h.check = func(context.Context, string) error { return err }
			}
		}
		beats := func(want bool) func() {
			return func() {
				os.Remove(h.beat)
				time.Sleep(2 * time.Minute)
				if _, err := os.Stat(h.beat); (err == nil) != want {
					t.Errorf("after %s: heartbeat %v, want %v", time.Now(), err == nil, want)
				}
			}
		}
		_, err := h.run(h.setup("s", "a.gov", "b.gov"), 3*time.Hour, map[time.Duration]func(){
			30 * time.Minute:             beats(true),
			time.Hour:                    fails(full),
			time.Hour + 30*time.Minute:   beats(false),
			2 * time.Hour:                fails(nil),
			2*time.Hour + 30*time.Minute: beats(true),
		})
		if log := h.log.String(); err != nil || strings.Count(log, "the disk is full") != 1 || strings.Count(log, "the archive works again") != 1 {
			t.Errorf("%v; log:\n%s", err, log)
		}
	})
}

func TestTheEndOfAVisitThatDoesNotEnd(t *testing.T) {
	for name, c := range map[string]struct {
		visit func(ctx context.Context)
		atEnd bool // a second signal
		took  time.Duration
		want  []error
	}{
		"it ends when it is cancelled": {visit: func(ctx context.Context) { <-ctx.Done() }, took: 30 * time.Second, want: []error{daemon.ErrCut}},
		"it takes no notice":           {visit: func(context.Context) { time.Sleep(2 * time.Hour) }, took: 35 * time.Second, want: []error{daemon.ErrCut, daemon.ErrAtOnce}},
		"nobody waits":                 {visit: func(context.Context) { time.Sleep(2 * time.Hour) }, atEnd: true, took: 3 * time.Second, want: []error{daemon.ErrAtOnce}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				h.check = func(ctx context.Context, _ string) error { c.visit(ctx); return monitor.ErrInterrupted }
				events := map[time.Duration]func(){}
				if c.atEnd {
					events[time.Minute+3*time.Second] = func() { close(h.atOnce) }
				}
				first := h.setup("s", "a.gov")
				deliver, end := context.WithCancel(context.Background())
				first.Deliver = func(ctx context.Context) {
					select {
					case <-ctx.Done():
					case <-deliver.Done(): // the process ends
					}
				}
				took, err := h.run(first, time.Minute, events)
				if took != c.took {
					t.Errorf("the end took %s, want %s", took, c.took)
				}
				for _, want := range c.want {
					if !errors.Is(err, want) {
						t.Errorf("%v is not %v", err, want)
					}
				}
				end()
				time.Sleep(3 * time.Hour) // let the visits end that nobody waited for
			})
		})
	}
}

// A visit that hangs is given up after an hour, one that panics at once, and the
// others go on.
func TestVisitsThatHangOrPanicAreNotTheDaemonsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.check = func(ctx context.Context, d string) error {
			switch d {
			case "hangs.gov":
				<-ctx.Done()
				return monitor.ErrInterrupted
			case "panics.gov":
				panic("spoilt")
			}
			return nil
		}
		if _, err := h.run(h.setup("s", "a.gov", "hangs.gov", "panics.gov"), 5*time.Hour, nil); !errors.Is(err, daemon.ErrCut) && err != nil {
			t.Error(err)
		}
		if a, b, c := h.count("s a.gov"), h.count("s hangs.gov"), h.count("s panics.gov"); a < 28 || b < 4 || c < 28 {
			t.Errorf("visits: %v", h.visits)
		}
		if !strings.Contains(h.log.String(), "the visit did not end and was given up") {
			t.Error("the visit that hangs is not in the log")
		}
	})
}

// What the daemon counts, and a visit that is asked for.
func TestActivity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		d := &daemon.Daemon{Load: func() (*daemon.Setup, error) { return nil, errors.New("wrong") }, Reload: h.reload, AtOnce: h.atOnce, Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
		if a := d.Activity(); !a.Since.IsZero() || d.Hurry("a.gov") {
			t.Errorf("before it runs: %+v", a)
		}
		first := h.setup("s", "a.gov", "b.gov", "broken.gov")
		check, begun := first.Check, 0
		first.Begun = func() { begun++ }
		first.Rule = func(record.Site) schedule.Rule { return schedule.Rule{Every: 24 * time.Hour, NoticeAfter: 3} }
		first.Check = func(ctx context.Context, site record.Site) (monitor.Result, error) {
			time.Sleep(3 * time.Second)
			res, err := check(ctx, site)
			switch site.Domain {
			case "b.gov":
				res.State, res.Fault = record.VisitFault, record.FaultTimeout
			case "broken.gov":
				err = errors.New("the disk is full")
			}
			return res, err
		}
		ctx, stop := context.WithTimeout(t.Context(), 4*time.Minute)
		defer stop()
		began := time.Now()
		time.AfterFunc(time.Minute, func() {
			a := d.Activity()
			if !a.Since.Equal(began) || a.Visits[record.VisitUnchanged] != 1 || a.Visits[record.VisitFault] != 1 || a.Faults[record.FaultTimeout] != 1 ||
				a.Unkept != 1 || a.Stale || a.Took.Sum != 6 || a.Took.Counts[5] != 2 || a.Schedule.Sites != 3 {
				t.Errorf("%+v", a)
			}
			if n, ok := a.Faults[record.FaultDNS]; !ok || n != 0 {
				t.Error("a fault that has not come up is not counted as nought")
			}
			a.Visits[record.VisitUnchanged] = 99 // the caller's own
			if d.Hurry("nowhere.gov") || !d.Hurry("a.gov") {
				t.Error("hurry")
			}
			h.reload <- syscall.SIGHUP
		})
		time.AfterFunc(2*time.Minute, func() {
			if a := d.Activity(); a.Visits[record.VisitUnchanged] != 2 || !a.Stale {
				t.Errorf("%+v", a)
			}
		})
		if err := d.Run(ctx, first); err != nil || begun != 1 {
			t.Errorf("%v, begun %d times", err, begun)
		}
	})
}

// The heartbeat's address is called once a minute while all is well. One that hangs
// holds up nothing, and that it fails is logged when it begins and when it is over.
func TestTheHeartbeatIsCalledBesideEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		first := h.setup("only", "a.gov")
		first.Rule = func(record.Site) schedule.Rule { return schedule.Rule{Every: time.Minute, NoticeAfter: 3} }
		began := time.Now()
		calls, most, now := 0, 0, 0
		var mu sync.Mutex
		first.Ping = func(ctx context.Context, b daemon.Heartbeat) error {
			mu.Lock()
			calls++
			now++
			most = max(most, now)
			mu.Unlock()
			defer func() { mu.Lock(); now--; mu.Unlock() }()
			switch up := time.Since(began); {
			case up < 10*time.Minute:
				return nil
			case up < 20*time.Minute:
				<-ctx.Done() // it hangs
				return ctx.Err()
			case up < 30*time.Minute:
				return errors.New("refused")
			}
			if b.Sites != 1 {
				t.Errorf("%+v", b)
			}
			return nil
		}
		took, err := h.run(first, 40*time.Minute, nil)
		if err != nil || took != 0 {
			t.Errorf("it ended %s late: %v", took, err)
		}
		if calls < 39 || calls > 41 || most != 1 {
			t.Errorf("%d calls in 40 minutes, %d at a time", calls, most)
		}
		if n := h.count("only a.gov"); n < 39 {
			t.Errorf("%d visits", n)
		}
		for _, line := range []string{"the heartbeat does not get through", "the heartbeat gets through again"} {
			if n := strings.Count(h.log.String(), line); n != 1 {
				t.Errorf("%q was logged %d times", line, n)
			}
		}
	})
}

// What a reload left behind is closed before the daemon ends: its browser would stay.
func TestTheEndWaitsForOldSetups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		old := h.setup("old", "slow.gov")
		closing := old.Close
		old.Close = func() { time.Sleep(3 * time.Second); closing() }
		h.check = func(_ context.Context, domain string) error {
			if domain == "slow.gov" {
				time.Sleep(62 * time.Second)
			}
			return nil
		}
		h.next = func() (*daemon.Setup, error) { return h.setup("new", "b.gov"), nil }
		if _, err := h.run(old, time.Minute, map[time.Duration]func(){30 * time.Second: func() { h.reload <- syscall.SIGHUP }}); err != nil {
			t.Error(err)
		}
		if len(h.closed) != 2 {
			t.Errorf("closed: %q", h.closed)
		}
	})
}

// Stopped before the first visit, it ends in order and closes what it was given.
func TestStoppedBeforeItBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		first := h.setup("only", "a.gov")
		first.Past = func(ctx context.Context, _ string) (record.Past, error) {
			<-ctx.Done()
			return record.Past{}, ctx.Err()
		}
		if _, err := h.run(first, time.Second, nil); err != nil || len(h.closed) != 1 {
			t.Errorf("closed: %q, error: %v", h.closed, err)
		}
	})
}

// A site that goes on failing is logged when it begins, when it is one time too many,
// when it fails otherwise, and when it is over; not at every visit, and not for a
// network fault that may be over soon.
func TestARepeatedFaultIsLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		s := h.setup("only", "a.gov")
		began := time.Now()
		s.Rule = func(record.Site) schedule.Rule { return schedule.Rule{Every: time.Minute, NoticeAfter: 3} }
		s.Check = func(_ context.Context, site record.Site) (monitor.Result, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			p := h.past[site.Domain]
			p.LastVisit = time.Now()
			res := monitor.Result{Site: site.Domain, State: record.VisitUnchanged, Version: 1}
			kind := record.FaultHTTP5xx
			switch up := time.Since(began); {
			case up > 90*time.Minute:
				kind = ""
			case up > 60*time.Minute:
				kind = record.FaultMaintenance
			case up > 30*time.Minute:
				kind = record.FaultDNS
			}
			if p.Failures++; kind != "" {
				res.State, res.Fault = record.VisitFault, kind
				p.LastFault = &record.Fault{Kind: kind}
			} else {
				p.Failures, p.LastFault, p.LastSuccess = 0, nil, p.LastVisit
			}
			h.past[site.Domain] = p
			return res, nil
		}
		if _, err := h.run(s, 2*time.Hour, nil); err != nil {
			t.Fatal(err)
		}
		var got []string
		for line := range strings.Lines(h.log.String()) {
			if _, rest, ok := strings.Cut(line, "msg=visited"); ok {
				kind, _, _ := strings.Cut(rest[strings.Index(rest, "next="):], "last_success_age")
				_, kind, _ = strings.Cut(kind, " ")
				got = append(got, strings.TrimSpace(kind))
			}
		}
		want := []string{"fault=http_5xx failures=1", "fault=http_5xx failures=3"}
		if len(got) != 4 || !slices.Equal(got[:2], want) || !strings.HasPrefix(got[2], "fault=maintenance ") || got[3] != "recovered_from=maintenance" {
			t.Errorf("logged: %q", got)
		}
	})
}
