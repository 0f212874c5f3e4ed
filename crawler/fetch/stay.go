package fetch

import (
	"context"
	"net/url"
	"strings"
	"time"

	"policywatch/store/record"
)

// stay is the time that one fetch has a host for itself. Redirects take it from one
// host to the next; it has one at a time and waits for none while it has another.
// It belongs to the goroutine that fetches.
type stay struct {
	p    *pace
	host string
	t    *turn // nil while no turn is needed, or none is held
	gap  time.Duration
	// by is when the turn of a host that is shared is over; zero means never.
	by   time.Time
	done func(quiet time.Duration)
	// unsent means that nothing was asked of the host yet. owed means that something
	// was, and that the turn was given away since without a quiet time of our own.
	unsent, owed bool
}

type stayKey struct{}

func stayOf(ctx context.Context) *stay {
	s, _ := ctx.Value(stayKey{}).(*stay)
	return s
}

// paceHost is the host that a turn is for: a name with and without www. is nearly
// always one server.
func paceHost(u *url.URL) string {
	if rest, ok := strings.CutPrefix(u.Host, "www."); ok && strings.Contains(rest, ".") {
		return rest
	}
	return u.Host
}

// enter waits for the turn of an address's host.
func (s *stay) enter(ctx context.Context, u *url.URL) error {
	p := s.p
	next := paceHost(u)
	if s.owed && next != s.host {
		s.leave(nil)
	}
	s.host, s.gap, s.by, s.done, s.unsent = next, p.interval, time.Time{}, nil, false
	if p.delay != nil {
		s.gap = max(s.gap, min(p.delay(origin(u)), maxCrawlDelay))
	}
	if s.t = p.take(s.host, s.gap > 0); s.t == nil {
		return nil
	}
	if err := p.wait(ctx, s.t, u.String()); err != nil {
		p.leave(s.host, s.t)
		s.t, s.unsent = nil, true
		return err
	}
	if p.shared == nil {
		s.owed = false
		return nil
	}
	var err error
	if s.by, s.done, err = p.shared.Take(ctx, s.host, s.gap); err != nil {
		s.unsent = true
		s.release(nil, 0)
		return interrupted(ctx, u.String(), "waiting for the host's turn among several machines")
	}
	s.owed = false
	return nil
}

// leave gives the turn to the next. f is what the request came to.
func (s *stay) leave(f *record.Fault) {
	switch {
	case s.t == nil && s.owed:
		s.p.rest(s.host, s.gap)
		s.owed = false
		return
	case s.t == nil:
		if !s.unsent {
			s.p.heed(s.host, nil, 0, f)
		}
		return
	}
	gap := s.gap
	if !s.unsent && gaveUp(f) {
		gap += s.p.spent
	}
	s.p.heed(s.host, s.t, gap, f)
	s.p.mu.Lock()
	quiet := time.Until(s.t.quiet)
	s.p.mu.Unlock()
	s.release(s.done, quiet)
}

// pause gives the turn away between two requests that count as one, such as
// robots.txt and the page that it was asked for, or a page and where it has moved to
// on its host. Others leave the host alone as after any request.
func (s *stay) pause() {
	if s.t != nil {
		s.release(s.done, s.gap)
		s.owed = true
	}
}

func (s *stay) release(done func(time.Duration), quiet time.Duration) {
	if done != nil {
		done(quiet)
	}
	t := s.t
	s.t, s.unsent = nil, true
	<-t.slot
	s.p.leave(s.host, t)
}

// aside is a Fetcher for requests that no quiet time of ours precedes or follows,
// but that are never beside another, and to which other machines keep their distance.
type aside struct {
	p    *pace
	next Fetcher
}

func (a aside) Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error) {
	u, err := url.Parse(r.URL)
	if err != nil || a.p.interval == 0 {
		return a.next.Fetch(ctx, r)
	}
	s := &stay{p: a.p}
	if err := s.enter(ctx, u); err != nil {
		return nil, err
	}
	defer s.pause() // where nothing else has
	snap, err := a.next.Fetch(context.WithValue(ctx, stayKey{}, s), r)
	if f := faultOf(err); gaveUp(f) || s.host != paceHost(u) {
		s.leave(f)
	}
	return snap, err
}

// gaveUp reports a request that the server may still be busy with.
func gaveUp(f *record.Fault) bool {
	return f != nil && (f.Kind == record.FaultTimeout || f.Kind == record.FaultCancelled)
}
