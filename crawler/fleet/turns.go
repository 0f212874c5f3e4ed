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
}

// hold is a host that this worker has.
type hold struct {
	seq   uint64
	users int
	until time.Time // the servers may let go of it
	quiet time.Time // it may be given back
}

const (
	// holdSpare is what a hold lasts beyond the longest request and the quiet time
	// after it: a request that comes soon after needs no new one.
	holdSpare = 2 * time.Second
	// holdPoll is the time between two tries for a host that another worker has.
	holdPoll = 300 * time.Millisecond
	// sweepEvery is how often holds are looked through.
	sweepEvery = 250 * time.Millisecond
)

func (t *Turns) use(l *link) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.l, t.holds = l, map[string]*hold{}
}

// Take waits for the turn of a host that wants a quiet time of gap after each
// request. The worker has it until done is called with the quiet time that it came to,
// and beyond it for that long.
func (t *Turns) Take(ctx context.Context, host string, gap time.Duration) (done func(quiet time.Duration), err error) {
	t.mu.Lock()
	l := t.l
	t.mu.Unlock()
	if l == nil {
		return nil, errors.New("the worker has not joined a fleet")
	}
	host = token(host)
	need := t.Longest + gap
	life := (need + holdSpare).Truncate(time.Second) + time.Second // the servers count seconds
	for {
		h, seq := t.claim(host, need)
		if h != nil {
			return func(quiet time.Duration) { t.done(h, quiet) }, nil
		}
		began := time.Now()
		m := nats.NewMsg(l.turnSubject(host))
		m.Data = []byte(l.Member)
		ack, err := l.js.PublishMsg(ctx, m, jetstream.WithExpectLastSequencePerSubject(seq), jetstream.WithMsgTTL(life))
		if err == nil {
			t.mu.Lock()
			t.holds[host] = &hold{seq: ack.Sequence, until: began.Add(life)}
			t.start()
			t.mu.Unlock()
			continue
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("wait for the turn of %s: %w", host, ctx.Err())
		}
		if seq != 0 { // it was let go of meanwhile
			t.mu.Lock()
			if h := t.holds[host]; h != nil && h.seq == seq && h.users == 0 {
				delete(t.holds, host)
			}
			t.mu.Unlock()
		}
		sleep(ctx, holdPoll+rand.N(holdPoll))
	}
}

// claim takes a hold that is good for another request, for so long. Where there is none it says
// which message a new one replaces, 0 for none.
func (t *Turns) claim(host string, need time.Duration) (h *hold, seq uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h = t.holds[host]
	if h == nil {
		return nil, 0
	}
	if h.users == 0 && time.Until(h.until) < need {
		return nil, h.seq
	}
	h.users++
	return h, 0
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
func (t *Turns) over(leaving bool) (seqs []uint64, left bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	for host, h := range t.holds {
		if h.users > 0 || now.Before(h.quiet) {
			continue
		}
		delete(t.holds, host)
		if now.Before(h.until) {
			seqs = append(seqs, h.seq)
		}
	}
	if left = len(t.holds) > 0 && !leaving; !left {
		t.sweep = false
	}
	return seqs, left
}

// release gives hosts back. One that the servers do not hear of is free when its
// time is up.
func (t *Turns) release(seqs []uint64) {
	if len(seqs) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, seq := range seqs {
		if err := t.l.turns.DeleteMsg(ctx, seq); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
			t.l.Log.Debug("give back a host", "error", err)
			return
		}
	}
}

// letGo gives back what may be given back; the rest is free when its time is up.
func (t *Turns) letGo() {
	over, _ := t.over(true)
	t.release(over)
}
