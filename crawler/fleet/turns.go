package fleet

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	randv2 "math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Turns give a host to one worker at a time. A worker holds a host from its first
// request until the quiet time after the last one is over, and says beforehand how
// long at most. Another may take a hold over that it has seen stand for that long.
//
// No two clocks are compared: who holds a host counts from before the servers had
// the hold, who waits for it from after having seen it, each by a clock of its own
// that is never set.
//
// A worker's fetcher takes turns beside its own pace. They give nothing out before
// the worker has joined a fleet, and while the servers cannot be reached.
type Turns struct {
	// Longest is how long one request may take.
	Longest time.Duration

	mu      sync.Mutex
	l       *link
	holds   map[string]*hold
	others  map[string]sighting // holds of others that are waited for
	sweep   bool
	wary    time.Time     // no host is taken before
	server  string        // which one was connected to last
	checked uint64        // the reconnection after which holds were looked at
	widest  time.Duration // of all gaps
}

// hold is a host that this worker has.
type hold struct {
	host, id string
	seq      uint64
	busy     bool
	until    time.Time // others may take it
	gap      time.Duration
	quiet    time.Time // it may be given back
}

// sighting is the hold of another as it was first seen.
type sighting struct {
	id    string
	since time.Time
	life  time.Duration
}

// claim is a hold as the servers keep it.
type claim struct {
	By   string        `json:"by"`
	ID   string        `json:"id"`
	Life time.Duration `json:"life_ns"`
}

const (
	// holdSpare is what a hold lasts beyond the longest request and the quiet time
	// after it: a request that comes soon after needs no new one.
	holdSpare = 2 * time.Second
	// holdPoll is the time between two tries for a host that another worker has.
	holdPoll = 300 * time.Millisecond
	// settling is how long a worker takes no host after it began.
	settling = 3 * time.Second
	// holdKept is how long the servers keep a hold beyond its life, so that nobody
	// need wait for the hosts of a dead worker that nobody wants just now. Their clocks
	// may be set forward by that much.
	holdKept = 15 * time.Second
	// longestQuiet bounds the quiet time that a server is given because it asked.
	longestQuiet = 5 * time.Minute
	// free marks a host that was given back. It stands for a second, and may be
	// written over at once. A hold is not deleted by its number: servers that lost
	// their last messages may have given that to another.
	free = ""
	// sweepEvery is how often holds are looked through.
	sweepEvery = 250 * time.Millisecond
)

func (t *Turns) use(l *link) {
	t.mu.Lock()
	t.l, t.holds, t.others, t.wary = l, map[string]*hold{}, map[string]sighting{}, time.Now().Add(settling)
	t.server, t.checked = l.nc.ConnectedServerId(), l.nc.Stats().Reconnects
	t.mu.Unlock()
	l.nc.SetReconnectHandler(func(*nats.Conn) {
		l.Log.Info("the fleet's servers can be reached again")
		t.recheck()
	})
}

// life is how long a hold lasts that is to be good for a request with that gap.
func (t *Turns) life(gap time.Duration) time.Duration { return t.Longest + gap + holdSpare }

// Take waits for the turn of a host that wants a quiet time of gap after each
// request. The request must be over at by. The worker has the host until done is
// called with the quiet time that it came to, and beyond it for that long.
func (t *Turns) Take(ctx context.Context, host string, gap time.Duration) (by time.Time, done func(quiet time.Duration), err error) {
	t.mu.Lock()
	joined := t.l != nil
	t.mu.Unlock()
	if !joined {
		return by, nil, errors.New("the worker has not joined a fleet")
	}
	host = token(host)
	try := &attempt{host: host, gap: gap, claim: claim{By: t.l.Member, ID: rand.Text(), Life: t.life(gap)}}
	for {
		h, old, wait := t.own(host, gap)
		if h != nil {
			return h.until.Add(-gap), func(quiet time.Duration) { t.done(h, quiet) }, nil
		}
		if wait == 0 {
			if err = t.acquire(ctx, try, old); err == nil {
				continue
			}
			wait = holdPoll + randv2.N(holdPoll)
		}
		if sleep(ctx, wait); ctx.Err() != nil {
			t.mu.Lock()
			delete(t.others, host)
			t.mu.Unlock()
			return by, nil, fmt.Errorf("wait for the turn of %s: %w", host, errors.Join(ctx.Err(), err))
		}
	}
}

// own takes a hold that is good for another request. Where there is none, old is the
// number of the message that a new one replaces, 0 for none, and wait how long none
// may be had at all.
func (t *Turns) own(host string, gap time.Duration) (h *hold, old uint64, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.sure() {
		return nil, 0, holdPoll
	}
	t.widest = max(t.widest, gap)
	h = t.holds[host]
	switch {
	case h == nil:
		return nil, 0, max(0, time.Until(t.wary))
	case h.busy: // by a host whose name comes to the same
		return nil, 0, holdPoll
	case time.Until(h.until) < t.Longest+gap:
		return nil, h.seq, 0
	}
	h.busy, h.gap = true, gap
	return h, 0, 0
}

// sure reports whether the servers have what this worker holds, as far as it knows.
// Those that come back may have forgotten it, and have given it to another. t.mu is held.
func (t *Turns) sure() bool { return t.l.nc.IsConnected() && t.l.nc.Stats().Reconnects == t.checked }

// attempt is what a worker wants of the servers; the same until it has it.
type attempt struct {
	host  string
	gap   time.Duration
	claim claim
	began time.Time // when the servers may first have had the claim
}

// acquire takes a host: from nobody, from this worker's hold old, from a mark that
// it is free, or from a hold whose time is up.
func (t *Turns) acquire(ctx context.Context, a *attempt, old uint64) error {
	began := time.Now()
	if a.began.IsZero() {
		a.began = began
	}
	seq, err := t.put(ctx, a.host, a.claim, old)
	if err != nil {
		began, seq, err = t.replace(ctx, a, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if h := t.holds[a.host]; err != nil {
		if h != nil && h.seq == old && !h.busy { // it was let go of meanwhile
			delete(t.holds, a.host)
		}
		return err
	}
	delete(t.others, a.host)
	t.holds[a.host] = &hold{host: a.host, id: a.claim.ID, seq: seq, until: began.Add(a.claim.Life), gap: a.gap}
	a.claim.ID, a.began = rand.Text(), time.Time{} // one name, one hold
	t.start()
	return nil
}

// replace takes a host that something was written about.
func (t *Turns) replace(ctx context.Context, a *attempt, why error) (began time.Time, seq uint64, err error) {
	m, err := last(ctx, t.l.turns, t.l.turnSubject(a.host))
	if err != nil {
		return began, 0, errors.Join(why, err)
	}
	seen := time.Now()
	var c claim
	_ = json.Unmarshal(m.Data, &c) // a worker of an older version writes its name alone
	switch {
	case c.ID == a.claim.ID: // the servers took it, and we did not hear of that
		return a.began, m.Sequence, nil
	case string(m.Data) == free:
	case t.outlived(a.host, c, seen):
		t.l.Log.Info("a host is taken over from a worker that fell silent", "host", a.host, "worker", c.By)
	default:
		return began, 0, why
	}
	began = time.Now()
	seq, err = t.put(ctx, a.host, a.claim, m.Sequence)
	return began, seq, err
}

// outlived reports whether a hold has been seen to stand for as long as it may.
func (t *Turns) outlived(host string, c claim, now time.Time) bool {
	if c.ID == "" || c.Life <= 0 {
		return false // the servers let go of it
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s, known := t.others[host]
	if !known || s.id != c.ID {
		t.others[host] = sighting{c.ID, now, c.Life}
		return false
	}
	return now.Sub(s.since) > s.life
}

// put writes who has a host, where the last to write was old, 0 for nobody.
func (t *Turns) put(ctx context.Context, host string, c claim, old uint64) (uint64, error) {
	m := nats.NewMsg(t.l.turnSubject(host))
	life := time.Second
	if c.ID != free {
		m.Data, _ = json.Marshal(c) // plain data
		life = (c.Life + holdKept).Truncate(time.Second)
	}
	return t.l.publish(ctx, m, jetstream.WithExpectLastSequencePerSubject(old), jetstream.WithMsgTTL(life))
}

// recheck looks at the worker's holds after the servers were away. Those that are
// another's now, or of which nothing can be learnt, are not used any more; forgotten
// ones are written again. A server other than before may have forgotten the holds of
// workers that are no more, too.
func (t *Turns) recheck() {
	t.mu.Lock()
	now := t.l.nc.Stats().Reconnects
	if id := t.l.nc.ConnectedServerId(); id != t.server {
		t.server, t.wary = id, time.Now().Add(max(settling, t.life(t.widest)))
	}
	all := slices.Collect(maps.Values(t.holds))
	t.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 2*answerTime)
	defer cancel()
	var gone []*hold
	for _, h := range all {
		life := time.Until(h.until)
		if life <= 0 {
			gone = append(gone, h)
			continue
		}
		m, err := last(ctx, t.l.turns, t.l.turnSubject(h.host))
		var c claim
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
			var seq uint64
			if seq, err = t.put(ctx, h.host, claim{t.l.Member, h.id, life}, 0); err == nil {
				t.mu.Lock()
				h.seq = seq
				t.mu.Unlock()
			}
		case err == nil:
			if _ = json.Unmarshal(m.Data, &c); c.ID != h.id {
				err = errors.New("another has it")
			}
		}
		if err != nil {
			gone = append(gone, h)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range gone {
		if t.holds[h.host] == h {
			delete(t.holds, h.host)
		}
	}
	t.checked = now
}
