package fetch

import (
	"container/list"
	"context"
	"encoding/json"
	"sync"
	"time"

	"policywatch/store/record"
)

// RuleKeeper keeps robots.txt rules from one process to the next, so that a
// daily scan from a shell need not ask every host twice. The bytes are opaque
// and carry their own date; a keeper may lose them at any time. It is called
// from many goroutines.
type RuleKeeper interface {
	Rules(origin string) ([]byte, bool)
	KeepRules(origin string, rules []byte)
}

// How long what we know of a robots.txt holds (RFC 9309, section 2.4).
const (
	rulesHold = 24 * time.Hour
	// faultHolds spares a failing host the repeated question within one visit.
	faultHolds = time.Minute
	// maxRuleBytes bounds the memory of all rules together; the usual host
	// takes some hundred bytes.
	maxRuleBytes = 16 << 20
)

// rules remembers robots.txt files, one to an origin, and asks for each once
// however many fetches want it.
type rules struct {
	source Fetcher
	keeper RuleKeeper
	clock  func() time.Time

	mu    sync.Mutex
	by    map[string]*list.Element // of *entry, the oldest in front
	order list.List
	bytes int
	max   int
}

// entry is one origin's rules, or the question under way.
type entry struct {
	origin string
	done   chan struct{} // closed once set and fault stand
	set    ruleSet
	fault  *record.Fault
	at     time.Time
	size   int
	stale  *ruleSet // an older reading, in case the question fails
}

// kept is the form in which a keeper gets the rules.
type kept struct {
	At  time.Time `json:"t"`
	Set ruleSet   `json:"s"`
}

func newRules(source Fetcher, o *Options) *rules {
	return &rules{source: source, keeper: o.Rules, clock: o.Clock, by: map[string]*list.Element{}, max: maxRuleBytes}
}

// get returns the rules of an origin, or the fault that keeps them from us.
func (s *rules) get(ctx context.Context, origin string) (*ruleSet, *record.Fault) {
	for {
		e, mine := s.claim(origin)
		if mine {
			s.settle(ctx, e)
		}
		select {
		case <-e.done:
		case <-ctx.Done():
			return nil, faultOf(interrupted(ctx, origin+"/robots.txt", "waiting for robots.txt"))
		}
		// A cancelled question is nobody else's answer: ask again.
		if e.fault != nil && e.fault.Kind == record.FaultCancelled && !mine && ctx.Err() == nil {
			continue
		}
		if e.fault != nil {
			own := *e.fault // the asker may write into it
			return nil, &own
		}
		return &e.set, nil
	}
}

// claim returns the origin's entry. mine means that the caller has to settle it.
func (s *rules) claim(origin string) (e *entry, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := &entry{origin: origin, done: make(chan struct{}), size: 256 + 2*len(origin)}
	if el := s.by[origin]; el != nil {
		old := el.Value.(*entry)
		select {
		case <-old.done:
		default:
			return old, false
		}
		age := s.clock().Sub(old.at)
		switch {
		case old.fault == nil && age < rulesHold, old.fault != nil && age < faultHolds && old.fault.Kind != record.FaultCancelled:
			return old, false
		case old.fault == nil:
			fresh.stale = &old.set
		default:
			fresh.stale = old.stale
		}
		s.drop(el)
	}
	s.by[origin] = s.order.PushBack(fresh)
	s.bytes += fresh.size
	return fresh, true
}

// settle answers the question that e stands for.
func (s *rules) settle(ctx context.Context, e *entry) {
	defer close(e.done)
	e.at = s.clock()
	if e.stale == nil && s.keeper != nil {
		if b, ok := s.keeper.Rules(e.origin); ok {
			var k kept
			if json.Unmarshal(b, &k) == nil {
				if age := e.at.Sub(k.At); age >= 0 && age < rulesHold {
					e.set, e.at = k.Set, k.At
					s.weigh(e)
					return
				}
				e.stale = &k.Set
			}
		}
	}
	e.set, e.fault = s.ask(ctx, e.origin)
	if e.fault != nil {
		if e.stale == nil || e.fault.Kind == record.FaultCancelled {
			return
		}
		// An old reading stands in for an unreachable file (section 2.4), for
		// as long as a failed question would be remembered. What is wrong with
		// the host, the page itself will tell.
		e.set, e.fault = *e.stale, nil
		e.at = e.at.Add(faultHolds - rulesHold)
		s.weigh(e)
		return
	}
	e.stale = nil
	s.weigh(e)
	if s.keeper != nil {
		if b, err := json.Marshal(kept{At: e.at, Set: e.set}); err == nil {
			s.keeper.KeepRules(e.origin, b)
		}
	}
}

// weigh counts the memory that e takes and lets the oldest go where it is too
// much together.
func (s *rules) weigh(e *entry) {
	size := 256 + 2*len(e.origin)
	for _, r := range e.set.Rules {
		size += len(r.Path) + 32
	}
	for _, l := range e.set.Sitemaps {
		size += len(l) + 16
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if el := s.by[e.origin]; el != nil && el.Value == e {
		s.bytes += size - e.size
		e.size = size
	}
	for el := s.order.Front(); el != nil && s.bytes > s.max && len(s.by) > 1; {
		next := el.Next()
		if old := el.Value.(*entry); old != e {
			s.drop(el)
		}
		el = next
	}
}

// drop forgets an entry; whoever holds it may go on using it. s.mu is held.
func (s *rules) drop(el *list.Element) {
	e := s.order.Remove(el).(*entry)
	delete(s.by, e.origin)
	s.bytes -= e.size
}

// known reports whether an origin was asked already.
func (s *rules) known(origin string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.by[origin] != nil
}

// crawlDelay is what the origin asks for, as far as it is known; it never asks.
func (s *rules) crawlDelay(origin string) time.Duration {
	s.mu.Lock()
	el := s.by[origin]
	s.mu.Unlock()
	if el == nil {
		return 0
	}
	e := el.Value.(*entry)
	select {
	case <-e.done:
		return e.set.Delay
	default:
		return 0
	}
}
