package schedule_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"policywatch/cmd/internal/schedule"
	"policywatch/store/record"
)

// archive is what the store would know: each site's last visit. It also keeps
// every visit's beginning and watches that none overlap.
type archive struct {
	t      *testing.T
	mu     sync.Mutex
	rule   func(domain string) schedule.Rule
	past   map[string]record.Past
	begun  map[string][]time.Time
	all    []time.Time
	active map[string]bool
	owners map[string]int
	peak   int
	// takes is how long a visit takes, ends how it ends.
	takes func(domain string) time.Duration
	ends  func(past *record.Past)
}

func newArchive(t *testing.T, rule schedule.Rule) *archive {
	return &archive{t: t, rule: func(string) schedule.Rule { return rule }, past: map[string]record.Past{}, begun: map[string][]time.Time{},
		active: map[string]bool{}, owners: map[string]int{}, takes: func(d string) time.Duration { return time.Duration(1+len(d)%9) * time.Second }}
}

func (a *archive) visit(ctx context.Context, domain string) time.Time {
	a.mu.Lock()
	now := time.Now()
	owner := schedule.Owner(domain)
	if a.active[domain] {
		a.t.Errorf("%s was visited twice at a time", domain)
	}
	if a.owners[owner] == 2 {
		a.t.Errorf("%s and two others of %s were visited at a time", domain, owner)
	}
	a.active[domain] = true
	a.owners[owner]++
	a.peak = max(a.peak, len(a.active))
	a.begun[domain] = append(a.begun[domain], now)
	a.all = append(a.all, now)
	a.mu.Unlock()

	select {
	case <-time.After(a.takes(domain)):
	case <-ctx.Done():
	}

	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.active, domain)
	a.owners[owner]--
	p := a.past[domain]
	p.Site, p.LastVisit = domain, now
	if a.ends != nil {
		a.ends(&p)
	}
	a.past[domain] = p
	return a.rule(domain).Due(p)
}

func (a *archive) sites(n int) []schedule.Site {
	out := make([]schedule.Site, n)
	for i := range out {
		d := fmt.Sprintf("agency%d.gov.ir", i)
		p := a.past[d]
		p.Site = d
		out[i] = schedule.Site{Domain: d, Rule: a.rule(d), Due: a.rule(d).Due(p)}
	}
	return out
}

// run lets a scheduler work for some time.
func (a *archive) run(workers int, sites []schedule.Site, d time.Duration) *schedule.Scheduler {
	a.t.Helper()
	s := &schedule.Scheduler{Visit: a.visit, Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
	s.Set(workers, sites)
	a.runOn(s, d)
	return s
}

func (a *archive) runOn(s *schedule.Scheduler, d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	s.Run(ctx, context.Background())
}

// busiest is the greatest number of visits that began in one stretch of the
// given length, and the mean of all stretches from then on.
func (a *archive) busiest(from time.Time, length time.Duration) (most int, mean float64) {
	counts := map[int64]int{}
	sum, last := 0, int64(0)
	for _, t := range a.all {
		if i := int64(t.Sub(from) / length); !t.Before(from) {
			counts[i]++
			sum++
			last = max(last, i)
		}
	}
	for _, n := range counts {
		most = max(most, n)
	}
	return most, float64(sum) / float64(last+1)
}

func (a *archive) onTime(every time.Duration, jitter float64) {
	a.t.Helper()
	slack := 15 * time.Second // a visit may have to queue for a moment
	for d, at := range a.begun {
		for i := 1; i < len(at); i++ {
			gap := at[i].Sub(at[i-1])
			if early, late := every-time.Duration(jitter*float64(every)), every+time.Duration(jitter*float64(every)); gap < early-slack || gap > late+slack {
				a.t.Fatalf("%s was visited %s after its last visit, want %s to %s", d, gap, early, late)
			}
		}
	}
}

// A day of a daemon that has been running for some days and is restarted before
// it: 5,000 sites every 6 hours.
func TestADayOf5000SitesIsOnTimeAndEven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, every, jitter = 5000, 6 * time.Hour, 0.1
		a := newArchive(t, schedule.Rule{Every: every, Jitter: jitter, NoticeAfter: 3})
		a.run(64, a.sites(n), 3*24*time.Hour)
		last := a.begun
		a.begun, a.all, a.peak = map[string][]time.Time{}, nil, 0
		for d, at := range last {
			a.begun[d] = at[len(at)-1:] // the first visit of the day has to be on time, too
		}
		start := time.Now()
		a.run(64, a.sites(n), 24*time.Hour)
		for d, at := range a.begun {
			if len(at) < 4 || len(at) > 6 {
				t.Fatalf("%s was visited %d times in a day", d, len(at)-1)
			}
		}
		a.onTime(every, jitter)
		if most, mean := a.busiest(start, 10*time.Minute); len(a.begun) != n || float64(most) > 1.4*mean {
			t.Errorf("%d visits in the busiest 10 minutes, %.1f in the mean", most, mean)
		} else {
			t.Logf("%d visits; %d in the busiest 10 minutes, %.1f in the mean; at most %d at a time", len(a.all), most, mean, a.peak)
		}
	})
}

// A new list of 5,000 sites: the first round is quick but no herd, and within
// days the visits are even.
func TestANewListDriftsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, every = 5000, 12 * time.Hour
		a := newArchive(t, schedule.Rule{Every: every, Jitter: 0.1, NoticeAfter: 3})
		start := time.Now()
		s := a.run(64, a.sites(n), 6*time.Hour)
		if len(a.all) != n {
			t.Errorf("%d visits in the first six hours, want one a site", len(a.all))
		}
		if most, _ := a.busiest(start, time.Minute); most > 70 {
			t.Errorf("%d visits in one minute", most)
		}
		a.runOn(s, 4*24*time.Hour)
		a.onTime(every, 0.1)
		a.all = nil
		from := time.Now()
		a.runOn(s, 24*time.Hour)
		if most, mean := a.busiest(from, 10*time.Minute); float64(most) > 1.5*mean {
			t.Errorf("after five days: %d visits in the busiest 10 minutes, %.1f in the mean", most, mean)
		} else {
			t.Logf("after five days: %d visits in the busiest 10 minutes, %.1f in the mean", most, mean)
		}
	})
}

// After three days down everything is overdue.
func TestARestartWithEverythingOverdueIsSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, every = 5000, 6 * time.Hour
		a := newArchive(t, schedule.Rule{Every: every, Jitter: 0.1, NoticeAfter: 3})
		for i, s := range a.sites(n) {
			a.past[s.Domain] = record.Past{Site: s.Domain, LastVisit: time.Now().Add(-72*time.Hour - time.Duration(i)*time.Second)}
		}
		start := time.Now()
		a.run(64, a.sites(n), 2*time.Hour)
		if len(a.begun) != n {
			t.Errorf("%d of %d sites were visited in two hours", len(a.begun), n)
		}
		if most, mean := a.busiest(start, time.Minute); most > 70 || a.peak > 20 {
			t.Errorf("%d visits in the busiest minute, %.1f in the mean; %d at a time", most, mean, a.peak)
		}
		// The longest overdue comes first.
		first, last := a.begun[fmt.Sprintf("agency%d.gov.ir", n-1)], a.begun["agency0.gov.ir"]
		if !first[0].Before(last[0]) {
			t.Errorf("the site that is overdue longest was visited at %s, another at %s", first[0], last[0])
		}
	})
}

// A restart in good time changes no plan: the same sites are due at the same time.
func TestARestartChangesNoPlan(t *testing.T) {
	r := schedule.Rule{Every: 12 * time.Hour, Jitter: 0.1, NoticeAfter: 3}
	p := record.Past{Site: "a.gov", LastVisit: time.Date(2026, 3, 1, 8, 0, 0, 5, time.UTC)}
	if a, b := r.Due(p), r.Due(p); !a.Equal(b) {
		t.Errorf("due at %s, then at %s", a, b)
	}
}

// A visit that takes longer than the interval is not overtaken by the next, and
// a panic is one visit lost.
func TestOverrunAndPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t, schedule.Rule{Every: time.Minute, NoticeAfter: 3})
		a.takes = func(string) time.Duration { return 150 * time.Second }
		s := &schedule.Scheduler{Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
		panics := 0
		s.Visit = func(ctx context.Context, d string) time.Time {
			if d == "agency1.gov.ir" {
				panics++
				panic("spoilt page")
			}
			return a.visit(ctx, d)
		}
		s.Set(64, a.sites(2))
		a.runOn(s, time.Hour)
		if n := len(a.begun["agency0.gov.ir"]); n < 20 || n > 24 {
			t.Errorf("a visit of 150 s every minute began %d times in an hour", n)
		}
		if panics < 55 || panics > 62 {
			t.Errorf("the visit that panics was made %d times in an hour", panics)
		}
	})
}

// The agencies of one ministry share a server, whatever is due.
func TestSitesOfOneOwnerTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rule := schedule.Rule{Every: time.Hour, NoticeAfter: 3}
		a := newArchive(t, rule)
		a.takes = func(string) time.Duration { return time.Minute }
		var sites []schedule.Site
		for i := range 20 {
			sites = append(sites, schedule.Site{Domain: fmt.Sprintf("office%d.ministry.gov.ir", i), Rule: rule})
		}
		a.run(64, sites, 15*time.Minute) // archive.visit watches that there are never three
		if len(a.begun) != 20 || a.peak != 2 {
			t.Errorf("%d of 20 sites were visited, %d at a time", len(a.begun), a.peak)
		}
	})
}

// New lists while visits run: who runs goes on, who is gone comes no more, who
// is new comes.
func TestSetWhileVisitsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rule := schedule.Rule{Every: time.Hour, NoticeAfter: 3}
		a := newArchive(t, rule)
		a.takes = func(string) time.Duration { return 10 * time.Minute }
		s := &schedule.Scheduler{Visit: a.visit, Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
		s.Set(64, []schedule.Site{{Domain: "stays.gov", Rule: rule}, {Domain: "goes.gov", Rule: rule}})
		a.runOn2(s, time.Minute, func() {
			if st := s.Status(); st.Running != 2 || st.Sites != 2 {
				t.Errorf("%+v", st)
			}
			s.Set(64, []schedule.Site{{Domain: "stays.gov", Rule: rule}, {Domain: "comes.gov", Rule: rule}, {Domain: "comes.gov", Rule: rule}})
			s.Set(64, []schedule.Site{{Domain: "stays.gov", Rule: rule}, {Domain: "comes.gov", Rule: rule}})
		}, 3*time.Hour-5*time.Minute)
		if n := len(a.begun["goes.gov"]); n != 1 {
			t.Errorf("the site that is no longer listed was visited %d times", n)
		}
		if n := len(a.begun["comes.gov"]); n != 3 {
			t.Errorf("the new site was visited %d times in three hours", n)
		}
		if n := len(a.begun["stays.gov"]); n != 3 && n != 4 {
			t.Errorf("the site that stays was visited %d times in three hours", n)
		}
	})
}

// runOn2 lets a scheduler work, and does something in between.
func (a *archive) runOn2(s *schedule.Scheduler, first time.Duration, do func(), then time.Duration) {
	time.AfterFunc(first, do)
	a.runOn(s, first+then)
}

// S6: the machine slept for ten hours, then its clock was set back by two days.
func TestTheClockJumps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 600
		rule := schedule.Rule{Every: 6 * time.Hour, Jitter: 0.1, NoticeAfter: 3}
		var off time.Duration
		a := newArchive(t, rule)
		for i, s := range a.sites(n) {
			a.past[s.Domain] = record.Past{Site: s.Domain, LastVisit: time.Now().Add(-time.Duration(i) * time.Second)}
		}
		s := &schedule.Scheduler{Log: slog.New(slog.DiscardHandler)}
		s.Clock = func() time.Time { a.mu.Lock(); defer a.mu.Unlock(); return time.Now().Add(off) }
		s.Visit = func(ctx context.Context, d string) time.Time {
			a.visit(ctx, d)
			return rule.Due(record.Past{Site: d, LastVisit: s.Clock()})
		}
		s.Set(64, a.sites(n))
		start := time.Now()
		set := func(d time.Duration) func() { return func() { a.mu.Lock(); off = d; a.mu.Unlock() } }
		a.runOn2(s, time.Minute, set(10*time.Hour), time.Hour)
		if most, _ := a.busiest(start, time.Minute); len(a.all) != n || most > 70 {
			t.Errorf("after the machine slept: %d of %d visits, %d of them in one minute", len(a.all), n, most)
		}
		a.all = nil
		a.runOn2(s, time.Minute, set(-38*time.Hour), 32*time.Hour)
		if len(a.all) < n {
			t.Errorf("after the clock was set back: %d of %d sites were visited within a day", len(a.all), n)
		}
	})
}
