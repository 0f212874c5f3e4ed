package fleet

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// What becomes of a hold once its request is over.

func (t *Turns) done(h *hold, quiet time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h.busy = false
	if at := time.Now().Add(min(quiet, longestQuiet)); at.After(h.quiet) {
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
			over, longer := t.over(false)
			t.release(over)
			t.prolong(longer)
			if t.idle() {
				return
			}
		}
	}()
}

// over takes out the holds whose time is up, all that are not in use where the
// worker leaves. longer are those whose host asked to be left alone for longer than
// they last.
func (t *Turns) over(leaving bool) (done, longer []*hold) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.sure() && !leaving {
		return nil, nil
	}
	now := time.Now()
	for host, h := range t.holds {
		switch {
		case h.busy:
		case now.Before(h.quiet):
			if h.quiet.After(h.until) {
				longer = append(longer, h)
			}
		default:
			delete(t.holds, host)
			if now.Before(h.until) {
				done = append(done, h)
			}
		}
	}
	return done, longer
}

// idle ends the looking where nothing is held.
func (t *Turns) idle() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep = len(t.holds) > 0
	return !t.sweep
}

func (t *Turns) number(h *hold) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return h.seq
}

// release gives hosts back. One that the servers do not hear of is free when its
// time is up.
func (t *Turns) release(done []*hold) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	for _, h := range done {
		if _, err := t.put(ctx, h.host, claim{}, t.number(h)); err != nil {
			t.l.Log.Debug("give back a host", "host", h.host, "error", err)
			t.again(h, err)
		}
	}
}

// again takes back a hold that could not be given back, to be used or given back once
// the servers answer.
func (t *Turns) again(h *hold, err error) {
	var api *jetstream.APIError
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.holds[h.host] == nil && !errors.As(err, &api) && time.Now().Before(h.until) {
		t.holds[h.host] = h
	}
}

// prolong makes holds last until their hosts may be asked again.
func (t *Turns) prolong(longer []*hold) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	for _, h := range longer {
		began := time.Now()
		c := claim{t.l.Member, rand.Text(), h.quiet.Sub(began) + holdSpare}
		seq, err := t.put(ctx, h.host, c, t.number(h))
		t.mu.Lock()
		if err == nil && t.holds[h.host] == h {
			t.holds[h.host] = &hold{host: h.host, id: c.ID, seq: seq, until: began.Add(c.Life), gap: h.gap, quiet: h.quiet}
		}
		t.mu.Unlock()
	}
}

// letGo gives back what may be given back; the rest is free when its time is up.
func (t *Turns) letGo() {
	over, longer := t.over(true)
	t.release(over)
	t.prolong(longer)
}
