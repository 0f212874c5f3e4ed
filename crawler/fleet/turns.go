package fleet

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Turns give a host to one worker at a time. A worker holds a host from its first
// request until the quiet time after the last one is over; a hold outlives a worker
// that dies by that time. The servers' clock alone counts.
//
// A worker's fetcher takes them beside its own pace. They give nothing out before
// the worker has joined a fleet, and while the servers cannot be reached.
type Turns struct {
	// Longest is how long one request may take.
	Longest time.Duration

	mu    sync.Mutex
	l     *link
	holds map[string]*hold
	sweep bool
	wary  time.Time // no host is taken before
}

// hold is a host that this worker has.
type hold struct {
	host  string
	seq   uint64
	users int
	life  time.Duration
	until time.Time // the servers may let go of it
	quiet time.Time // it may be given back
}

const (
	// holdSpare is what a hold lasts beyond the longest request and the quiet time
	// after it: a request that comes soon after needs no new one.
	holdSpare = 2 * time.Second
	// holdPoll is the time between two tries for a host that another worker has.
	holdPoll = 300 * time.Millisecond
	// settling is how long nobody takes a host after the servers came back, so that
	// all can say first what they hold.
	settling = 3 * time.Second
	// free marks a host that was given back. It stands for a second, and may be
	// written over at once. A hold is not deleted by its number: a server that was
	// killed may have given that to another.
	free = ""
	// sweepEvery is how often holds are looked through.
	sweepEvery = 250 * time.Millisecond
)

func (t *Turns) use(l *link) {
	t.mu.Lock()
	t.l, t.holds, t.wary = l, map[string]*hold{}, time.Now().Add(settling)
	t.mu.Unlock()
	l.nc.SetReconnectHandler(func(*nats.Conn) {
		l.Log.Info("the fleet's servers can be reached again")
		t.reassert()
	})
}

// Take waits for the turn of a host that wants a quiet time of gap after each
// request. The worker has it until done is called with the quiet time that it came to,
// and beyond it for that long.
func (t *Turns) Take(ctx context.Context, host string, gap time.Duration) (done func(quiet time.Duration), err error) {
	t.mu.Lock()
	joined := t.l != nil
	t.mu.Unlock()
	if !joined {
		return nil, errors.New("the worker has not joined a fleet")
	}
	host = token(host)
	need := t.Longest + gap
	for {
		h, seq, wait := t.claim(host, need)
		if h != nil {
			return func(quiet time.Duration) { t.done(h, quiet) }, nil
		}
		if wait == 0 {
			if err = t.acquire(ctx, host, seq, need); err == nil {
				continue
			}
			wait = holdPoll + rand.N(holdPoll)
		}
		if sleep(ctx, wait); ctx.Err() != nil {
			return nil, fmt.Errorf("wait for the turn of %s: %w", host, errors.Join(ctx.Err(), err))
		}
	}
}

// acquire takes a host from the servers: from nobody, from this worker's hold seq, or
// from a mark that it is free.
func (t *Turns) acquire(ctx context.Context, host string, seq uint64, need time.Duration) error {
	began := time.Now()
	life := (need + holdSpare).Truncate(time.Second) + time.Second // the servers count seconds
	got, err := t.put(ctx, host, t.l.Member, seq, life)
	if err != nil {
		if m, gerr := last(ctx, t.l.turns, t.l.turnSubject(host)); gerr == nil && string(m.Data) == free {
			got, err = t.put(ctx, host, t.l.Member, m.Sequence, life)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if h := t.holds[host]; err != nil {
		if h != nil && h.seq == seq && h.users == 0 { // it was let go of meanwhile
			delete(t.holds, host)
		}
		return err
	}
	t.holds[host] = &hold{host: host, seq: got, until: began.Add(life), life: life}
	t.start()
	return nil
}

// put writes who has a host, where the last to write was seq, 0 for nobody.
func (t *Turns) put(ctx context.Context, host, who string, seq uint64, life time.Duration) (uint64, error) {
	m := nats.NewMsg(t.l.turnSubject(host))
	m.Data = []byte(who)
	return t.l.publish(ctx, m, jetstream.WithExpectLastSequencePerSubject(seq), jetstream.WithMsgTTL(life))
}

// reassert writes the worker's holds once more after the servers were away: one that
// was killed may have forgotten them.
func (t *Turns) reassert() {
	t.mu.Lock()
	t.wary = time.Now().Add(settling)
	all := make(map[*hold]hold, len(t.holds)) // as they are now
	for _, h := range t.holds {
		all[h] = *h
	}
	t.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), settling)
	defer cancel()
	for at, h := range all {
		began := time.Now()
		seq, err := t.put(ctx, h.host, t.l.Member, h.seq, h.life)
		if err != nil {
			seq, err = t.put(ctx, h.host, t.l.Member, 0, h.life)
		}
		if err == nil {
			t.mu.Lock()
			at.seq, at.until = seq, began.Add(h.life)
			t.mu.Unlock()
		}
	}
}

// claim takes a hold that is good for another request, for so long. Where there is none it says
// which message a new one replaces, 0 for none.
// wait is how long none may be had at all.
func (t *Turns) claim(host string, need time.Duration) (h *hold, seq uint64, wait time.Duration) {
	if !t.l.nc.IsConnected() { // what it holds may have been forgotten
		return nil, 0, holdPoll
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	h = t.holds[host]
	switch {
	case h != nil && (h.users > 0 || time.Until(h.until) >= need):
		h.users++
		return h, 0, 0
	case h != nil:
		return nil, h.seq, 0
	}
	return nil, 0, max(0, time.Until(t.wary))
}

func (t *Turns) done(h *hold, quiet time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h.users--
	if at := time.Now().Add(quiet); at.After(h.quiet) {
		h.quiet = at
	}
}

// start begins to look for holds that are over. t.mu is held.
func (t *Turns) start() {
	if t.sweep {
		return
	}
	t.sweep = true
	go func() {
		for {
			time.Sleep(sweepEvery)
			over, left := t.over(false)
			t.release(over)
			if !left {
				return
			}
		}
	}()
}

// over takes out the holds whose time is up, all that are not in use where the
// worker leaves and their quiet time ends soon.
func (t *Turns) over(leaving bool) (done []hold, left bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	for host, h := range t.holds {
		if h.users > 0 || now.Before(h.quiet) {
			continue
		}
		delete(t.holds, host)
		if now.Before(h.until) {
			done = append(done, *h)
		}
	}
	if left = len(t.holds) > 0 && !leaving; !left {
		t.sweep = false
	}
	return done, left
}

// release gives hosts back. One that the servers do not hear of is free when its
// time is up.
func (t *Turns) release(done []hold) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, h := range done {
		if _, err := t.put(ctx, h.host, free, h.seq, time.Second); err != nil {
			t.l.Log.Debug("give back a host", "host", h.host, "error", err)
		}
	}
}

// letGo gives back what may be given back; the rest is free when its time is up.
func (t *Turns) letGo() {
	over, _ := t.over(true)
	t.release(over)
}
