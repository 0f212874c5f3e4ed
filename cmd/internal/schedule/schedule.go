// Package schedule says when each site's turn comes and makes the visits begin:
// what is due first goes first, no site twice at a time, not too many at once,
// and not many at once behind one owner.
//
// It keeps nothing: when a site is due follows from its last visit, which the
// archive knows. What a visit is it does not know either.
package schedule

import (
	"container/heap"
	"context"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"policywatch/store/record"
)

// Site is one entry of the schedule.
type Site struct {
	Domain string
	Rule   Rule
	// Due is when the next visit is to begin; one in the past is overdue.
	Due time.Time
}

const (
	// perOwner is how many visits may run at a time behind one owner: many small
	// agencies share the one server of their ministry.
	perOwner = 2
	// pulse is the longest time without a look at the clock on the wall, which may
	// be set, or go on while the machine sleeps.
	pulse = time.Minute
	// jump is how much clock and elapsed time may come apart in a pulse unnoticed.
	jump = time.Minute
	// stagger is the time between overdue visits.
	stagger = time.Second
)

// Scheduler makes visits begin when they are due. The fields are set before Run.
type Scheduler struct {
	// Visit makes a visit and returns when the next is due. It is never called for
	// a site while an earlier call for it runs.
	Visit func(ctx context.Context, domain string) (next time.Time)
	Clock func() time.Time
	Log   *slog.Logger

	mu      sync.Mutex
	sites   map[string]*entry
	queue   queue
	owners  map[string]*owner
	busy    map[*entry]bool // whose visits run
	running int
	workers int
	wake    chan struct{}
}

// entry is one site's place: in the queue, waiting behind its owner, or running.
type entry struct {
	Site
	running bool
	since   time.Time // of the running visit
	dropped bool      // no longer listed; forgotten when its visit ends
	asked   bool      // for by a person, who knows what hour it is
}

type owner struct {
	running int
	waiting []*entry
}

// Status is what a scheduler is doing.
type Status struct {
	Sites, Running, Overdue int
	// Due counts the sites whose turn comes within the next hour, those overdue not
	// among them.
	Due int
	// Next is when the next visit begins; zero when nothing waits.
	Next time.Time
	// Longest is how long the longest running visit has been running.
	Longest time.Duration
}

// Set replaces the list of sites, of which so many are visited at a time. Visits
// that run go on, and those that somebody asked for come. What is overdue is spread
// over some time, the longest overdue first: one visit a second, or as
// many more as it takes to be done within a quarter of their intervals.
func (s *Scheduler) Set(workers int, sites []Site) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workers = workers
	old := s.sites
	s.sites, s.queue, s.owners = make(map[string]*entry, len(sites)), nil, map[string]*owner{}
	for _, site := range sites {
		if s.sites[site.Domain] != nil {
			continue
		}
		e := old[site.Domain]
		if e == nil {
			e = &entry{}
		}
		e.Site, e.dropped = site, false
		if e.asked && !e.running {
			e.Due = s.now()
		}
		s.sites[site.Domain] = e
	}
	for domain, e := range old {
		if e.running {
			e.dropped = s.sites[domain] == nil
			s.owner(e).running++
			s.sites[domain] = e
		}
	}
	for _, e := range s.sites {
		if !e.running {
			s.queue = append(s.queue, e)
		}
	}
	s.settle(s.now())
	s.kick()
}

// settle makes the queue's times ones that can be kept. s.mu is held.
func (s *Scheduler) settle(now time.Time) {
	for _, e := range s.queue {
		e.Due = e.bound(now, e.Due)
	}
	spread(s.queue, now)
	heap.Init(&s.queue)
}

// bound takes care of a last visit that lies in the future, because the clock
// was set back: its site need not wait for that time to come again.
func (e *entry) bound(now, due time.Time) time.Time {
	if limit := e.Rule.within(e.Domain, e.Rule.horizon(now)); due.After(limit) {
		return limit
	}
	return due
}

// Run begins visits until ctx ends, and returns when those that run have ended.
// Visits get the context visits.
func (s *Scheduler) Run(ctx, visits context.Context) {
	s.mu.Lock()
	s.kick() // makes the channel
	s.mu.Unlock()
	var work sync.WaitGroup
	defer work.Wait()
	began, ahead := time.Now(), s.now()
	for ctx.Err() == nil {
		s.mu.Lock()
		now := s.now()
		// The elapsed time stands still while the machine sleeps and does not mind
		// who sets the clock; where the two differ, times have to be made anew.
		if off := now.Sub(ahead) - time.Since(began); off.Abs() > jump {
			s.Log.Warn("the clock jumped", "by", off.Round(time.Second))
			began, ahead = time.Now(), now
			s.settle(now)
		}
		for _, e := range s.due(now) {
			domain := e.Domain // e itself may be changed while the visit runs
			work.Go(func() { s.visit(visits, e, domain) })
		}
		wait := pulse
		if len(s.queue) > 0 && s.running < s.workers {
			wait = min(wait, s.queue[0].Due.Sub(now))
		}
		s.mu.Unlock()
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-s.wake:
		}
		timer.Stop()
	}
}

// due takes out of the queue what may begin now. s.mu is held.
func (s *Scheduler) due(now time.Time) (begin []*entry) {
	for s.running < s.workers && len(s.queue) > 0 && !s.queue[0].Due.After(now) {
		e := s.queue[0]
		if !e.asked && !e.Rule.Windows.Open(now) {
			e.Due = e.Rule.within(e.Domain, now)
			heap.Fix(&s.queue, 0)
			continue
		}
		heap.Pop(&s.queue)
		o := s.owner(e)
		if o.running >= perOwner {
			o.waiting = append(o.waiting, e)
			continue
		}
		o.running++
		s.running++
		e.running, e.since, e.asked = true, now, false
		if s.busy == nil {
			s.busy = map[*entry]bool{}
		}
		s.busy[e] = true
		begin = append(begin, e)
	}
	return begin
}

func (s *Scheduler) visit(ctx context.Context, e *entry, domain string) {
	next := s.guarded(ctx, domain)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	e.running = false
	delete(s.busy, e)
	o := s.owner(e)
	o.running--
	if len(o.waiting) > 0 {
		heap.Push(&s.queue, o.waiting[0])
		o.waiting = o.waiting[1:]
	} else if o.running == 0 {
		delete(s.owners, Owner(e.Domain))
	}
	if e.dropped {
		delete(s.sites, e.Domain)
	} else {
		now := s.now()
		if e.Due = e.bound(now, next); e.asked {
			e.Due = now
		} else if !e.Due.After(now) {
			// The visit took longer than the time to the next: leave the site alone
			// for a while all the same.
			e.Due = now.Add(scaled(e.Rule.Interval(now), -sooner))
		}
		heap.Push(&s.queue, e)
	}
	s.kick()
}

// Hurry makes a site's turn come now, whatever its interval and windows say, and
// reports whether the site is listed. One that is being visited is visited again
// after that: the page may have been read before somebody asked.
func (s *Scheduler) Hurry(domain string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.sites[domain]
	if e == nil || e.dropped {
		return false
	}
	e.asked = true
	if i := slices.Index(s.queue, e); i >= 0 { // else it runs, or waits behind its owner
		e.Due = s.now()
		heap.Fix(&s.queue, i)
		s.kick()
	}
	return true
}

// guarded makes a visit. One that panics is one visit lost.
func (s *Scheduler) guarded(ctx context.Context, domain string) (next time.Time) {
	began := s.now()
	defer func() {
		if r := recover(); r != nil {
			s.Log.Error("the visit panicked", "site", domain, "stack", string(debug.Stack()))
			s.mu.Lock()
			defer s.mu.Unlock()
			next = s.sites[domain].Rule.Due(record.Past{Site: domain, LastVisit: began})
		}
	}()
	return s.Visit(ctx, domain)
}

func (s *Scheduler) owner(e *entry) *owner {
	name := Owner(e.Domain)
	o := s.owners[name]
	if o == nil {
		o = &owner{}
		s.owners[name] = o
	}
	return o
}

// kick makes Run look at the queue. s.mu is held.
func (s *Scheduler) kick() {
	if s.wake == nil {
		s.wake = make(chan struct{}, 1)
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// now is the time on the wall, without the elapsed time that Go adds to it.
func (s *Scheduler) now() time.Time { return s.Clock().Round(0) }

// Status says what the scheduler is doing.
func (s *Scheduler) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	st := Status{Sites: len(s.sites), Running: s.running}
	// Of a long list nearly all is due much later, and is not looked at.
	for e := range s.busy {
		st.Longest = max(st.Longest, now.Sub(e.since))
		if e.dropped {
			st.Sites--
		}
	}
	for _, o := range s.owners {
		st.Overdue += len(o.waiting)
	}
	s.queue.until(now.Add(time.Hour), 0, func(e *entry) {
		if e.Due.Before(now) {
			st.Overdue++
		} else {
			st.Due++
		}
	})
	if len(s.queue) > 0 {
		st.Next = s.queue[0].Due
	}
	return st
}
