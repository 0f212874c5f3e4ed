package fetch

import (
	"context"
	"net/url"
	"sync"
	"time"

	"policywatch/store/record"
)

// Bounds of politeness: what a host may ask of us.
const (
	// maxCrawlDelay caps a Crawl-delay; some sites ask for hours.
	maxCrawlDelay = time.Minute
	// maxPatience is how long a fetch waits for a Retry-After to pass. A longer
	// one is a fault that names the time, for the schedule to deal with.
	maxPatience = 30 * time.Second
	// longestSpent bounds how much longer a host is left alone after a request that
	// we gave up.
	longestSpent = 10 * time.Second
)

// pace spaces the requests to one host and lets one at a time through, because
// some servers answer two at once with a block page. It keeps a record of a
// host only while that can matter, in no goroutine of its own.
type pace struct {
	next     Fetcher
	interval time.Duration
	// delay is a host's Crawl-delay as far as known; nil means none.
	delay func(origin string) time.Duration
	// shared gives out turns beyond this process; nil where nobody else asks.
	shared SharedTurns
	// spent is what a server gets beyond the gap to be done with a request that we
	// gave up; it may be answering still.
	spent time.Duration
	*turns
}

// SharedTurns give hosts' turns out among several clients, each of which leaves gap
// between its own requests already. Take waits until the host may be asked. The
// request must be over by the time that it returns; done says that it is, and how
// long the host is to be left alone now.
type SharedTurns interface {
	Take(ctx context.Context, host string, gap time.Duration) (by time.Time, done func(quiet time.Duration), err error)
}

// turns are the hosts' states. Paces that share them keep the same distance.
type turns struct {
	mu    sync.Mutex
	hosts map[string]*turn
	sweep int // size of hosts at which the idle ones are dropped
}

// turn is one host's state.
type turn struct {
	slot  chan struct{} // holds one token while a request is under way
	users int           // fetches that hold or wait for the slot
	quiet time.Time     // no request before this
	asked bool          // quiet was asked for by Retry-After
}

func newPace(next Fetcher, interval time.Duration) *pace {
	return &pace{next: next, interval: interval, turns: &turns{hosts: map[string]*turn{}, sweep: 256}}
}

// with is the same pace before another fetcher.
func (p *pace) with(next Fetcher) *pace {
	q := *p
	q.next = next
	return &q
}

func (p *pace) Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return p.next.Fetch(ctx, r)
	}
	s := &stay{p: p}
	if err := s.enter(ctx, u); err != nil {
		return nil, err
	}
	left := false
	defer func() { // also after a panic, or the host would never be asked again
		if !left {
			s.leave(nil)
		}
	}()
	snap, err := p.next.Fetch(context.WithValue(ctx, stayKey{}, s), r)
	left = true
	s.leave(faultOf(err))
	return snap, err
}

// take joins the host's queue. It returns nil when the host has no state and
// needs none.
func (p *pace) take(host string, paced bool) *turn {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.hosts[host]
	if t == nil {
		if !paced {
			return nil
		}
		t = p.add(host)
	}
	t.users++
	return t
}

// add makes a host's record, and drops those that no longer matter each time
// their number has doubled. p.mu is held.
func (p *pace) add(host string) *turn {
	if len(p.hosts) >= p.sweep {
		now := time.Now()
		for h, t := range p.hosts {
			if t.users == 0 && !now.Before(t.quiet) {
				delete(p.hosts, h)
			}
		}
		p.sweep = max(256, 2*len(p.hosts))
	}
	t := &turn{slot: make(chan struct{}, 1)}
	p.hosts[host] = t
	return t
}

// wait takes the slot when the host has been quiet for long enough.
func (p *pace) wait(ctx context.Context, t *turn, at string) error {
	select {
	case t.slot <- struct{}{}:
	case <-ctx.Done():
		return interrupted(ctx, at, "waiting for the host's other requests")
	}
	p.mu.Lock()
	left, asked := time.Until(t.quiet), t.asked
	p.mu.Unlock()
	if asked && left > maxPatience {
		<-t.slot
		return &record.Fault{Kind: record.FaultRateLimited, URL: at, RetryAfter: left.Round(time.Second),
			Detail: "the server asked to be left alone for now"}
	}
	if err := sleep(ctx, left); err != nil {
		<-t.slot
		return interrupted(ctx, at, "waiting between requests to the host")
	}
	return nil
}

// heed notes when the host may be asked again. t is nil when the fetch went
// unpaced.
func (p *pace) heed(host string, t *turn, gap time.Duration, f *record.Fault) {
	var asked time.Duration
	if f != nil && f.Status != 0 {
		asked = f.RetryAfter
	}
	if t == nil && asked == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t == nil {
		if t = p.hosts[host]; t == nil {
			t = p.add(host)
		}
	}
	t.asked = asked > gap
	t.quiet = time.Now().Add(max(gap, asked))
}

// rest has a host left alone for gap from now on.
func (p *pace) rest(host string, gap time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.hosts[host]
	if t == nil {
		t = p.add(host)
	}
	if at := time.Now().Add(gap); at.After(t.quiet) {
		t.quiet, t.asked = at, false
	}
}

// leave drops the host's record where it says nothing any more.
func (p *pace) leave(host string, t *turn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.users--
	if t.users == 0 && !time.Now().Before(t.quiet) && p.hosts[host] == t {
		delete(p.hosts, host)
	}
}

// sleep waits for d or for ctx to end.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// interrupted is the fault of a wait that ended with its context.
func interrupted(ctx context.Context, at, doing string) error {
	f := &record.Fault{Kind: record.FaultCancelled, URL: at, Detail: "cancelled while " + doing}
	if ctx.Err() == context.DeadlineExceeded {
		f.Kind, f.Detail = record.FaultTimeout, "the visit's time ran out while "+doing
	}
	return f
}
