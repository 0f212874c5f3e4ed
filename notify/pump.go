package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"policywatch/store/record"
)

// pump carries leased alerts to the channels' workers. feed and finish are
// called by one goroutine; a worker lives as long as its queue holds something.
type pump struct {
	d   *Dispatcher
	ctx context.Context

	mu      sync.Mutex
	pending map[string]*item // queued or being sent, by alert ID
	queues  map[string][]*item
	tally   Tally
	errs    []error
	workers sync.WaitGroup
}

type item struct {
	alert record.Alert
	until time.Time // end of the lease
}

func (d *Dispatcher) pump(ctx context.Context) *pump {
	return &pump{d: d, ctx: ctx, pending: make(map[string]*item), queues: make(map[string][]*item)}
}

// feed leases until nothing more is due.
func (p *pump) feed() error {
	d := p.d
	// An outbox whose Settle fails, or a clock that jumped, may hand out again what
	// it has just given; that is for the next drain.
	seen := make(map[string]bool)
	for p.ctx.Err() == nil {
		now := d.now()
		// Nothing could be sent within a lease that is shorter than a delivery.
		lease := max(cmp.Or(d.Lease, 10*time.Minute), 2*d.timeout())
		alerts, err := d.Outbox.Lease(p.ctx, now, lease, cmp.Or(d.Batch, 100))
		if err != nil {
			return fmt.Errorf("lease alerts: %w", err)
		}
		fresh := 0
		for _, a := range alerts {
			if !seen[a.ID] {
				seen[a.ID] = true
				fresh++
				p.push(a, now.Add(lease))
			}
		}
		if fresh == 0 {
			return nil
		}
	}
	return nil
}

func (p *pump) push(a record.Alert, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if it := p.pending[a.ID]; it != nil {
		it.until = until // it waits behind others of a slow channel: leased anew
		return
	}
	it := &item{a, until}
	p.pending[a.ID] = it
	_, running := p.queues[a.Channel]
	p.queues[a.Channel] = append(p.queues[a.Channel], it)
	if !running {
		p.workers.Go(func() { p.work(a.Channel) })
	}
}

// work sends what is queued for one channel, in order, until nothing is.
func (p *pump) work(name string) {
	for {
		p.mu.Lock()
		q := p.queues[name]
		if len(q) == 0 {
			delete(p.queues, name) // under the lock: the next push starts a worker
			p.mu.Unlock()
			return
		}
		it := q[0]
		p.queues[name] = q[1:]
		until := it.until
		p.mu.Unlock()

		count, err := p.one(it.alert, until)

		p.mu.Lock()
		*count(&p.tally)++
		if err != nil {
			p.errs = append(p.errs, err)
		}
		delete(p.pending, it.alert.ID)
		p.mu.Unlock()
	}
}

// The counters that one may answer with.
func sent(t *Tally) *int    { return &t.Sent }
func retried(t *Tally) *int { return &t.Retry }
func putOff(t *Tally) *int  { return &t.PutOff }
func givenUp(t *Tally) *int { return &t.GivenUp }
func left(t *Tally) *int    { return &t.Left }

// one brings a single alert to its outcome and keeps it.
func (p *pump) one(a record.Alert, until time.Time) (count func(*Tally) *int, err error) {
	d := p.d
	// A lease that ends during the delivery would let another worker deliver too.
	if p.ctx.Err() != nil || d.now().Add(d.timeout()).After(until) {
		return left, nil
	}
	ch := d.channel(a.Channel)
	if hold, why := ch.held(d.now()); why != nil {
		w := d.firstWait()
		a.Next = hold.Add(max(d.jitter(w)-w, 0))
		a.Reason = "put off, its channel is failing: " + reason(why)
		count = putOff
	} else {
		retry, serr := d.deliver(p.ctx, a)
		if serr != nil && retry && p.ctx.Err() != nil {
			return left, nil // interrupted: no verdict on the channel
		}
		now := d.now()
		a = d.judge(a, retry, serr, now)
		ch.note(d, now, a.State == record.AlertSent, retry, serr)
		switch a.State {
		case record.AlertSent:
			count = sent
		case record.AlertGivenUp:
			count = givenUp
			d.log().Warn("alerts: given up", "alert", a.ID, "channel", a.Channel, "site", a.Event.Site, "reason", a.Reason)
		default:
			count = retried
		}
	}
	// The outcome is a fact, whatever has become of the context since: losing it
	// would deliver twice.
	if err := d.Outbox.Settle(context.WithoutCancel(p.ctx), a); err != nil {
		return left, fmt.Errorf("keep outcome of alert %s (%s): %w", a.ID, a.Reason, err)
	}
	return count, nil
}

// finish waits for the workers and reports what they did.
func (p *pump) finish(err error) (Tally, error) {
	p.workers.Wait()
	return p.tally, errors.Join(append(p.troubles(), err)...)
}

// troubles takes out the outcomes that could not be kept so far.
func (p *pump) troubles() []error {
	p.mu.Lock()
	defer p.mu.Unlock()
	errs := p.errs
	p.errs = nil
	return errs
}

// deliver renders and sends one alert, and comes back whatever the sender does.
func (d *Dispatcher) deliver(ctx context.Context, a record.Alert) (retry bool, err error) {
	s := d.Senders[a.Channel]
	if s == nil {
		// The configuration may be repaired while the alert waits.
		return true, fmt.Errorf("no channel %q is configured", a.Channel)
	}
	lang := d.Lang
	if l := d.Langs[a.Channel]; l != "" {
		lang = l
	}
	// The context's end stops no delivery at once: a message half sent is sent
	// again later, and arrives twice.
	sctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.timeout())
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		time.AfterFunc(cmp.Or(d.Grace, 10*time.Second), cancel)
	})()

	type outcome struct {
		retry bool
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				d.log().Error("alerts: delivery panicked", "channel", a.Channel, "alert", a.ID, "stack", string(debug.Stack()))
				done <- outcome{true, panicError(r)}
			}
		}()
		m, err := d.Writer.Write(a, lang)
		if err != nil {
			done <- outcome{false, err}
			return
		}
		retry, err := s.Send(sctx, m)
		done <- outcome{retry, err}
	}()
	select {
	case o := <-done:
		return o.retry, o.err
	case <-sctx.Done():
	}
	select {
	case o := <-done:
		return o.retry, o.err
	case <-time.After(slack):
		return true, fmt.Errorf("the delivery did not end within %s", d.timeout())
	}
}

// panicError tells what panicked. The value of a panic that is not the run
// time's own may hold anything, secrets included, and is not shown.
func panicError(r any) error {
	if e, ok := r.(runtime.Error); ok {
		return fmt.Errorf("the delivery panicked: %w", e)
	}
	return fmt.Errorf("the delivery panicked with a %T", r)
}

func (d *Dispatcher) timeout() time.Duration { return cmp.Or(d.Timeout, time.Minute) }

func (d *Dispatcher) firstWait() time.Duration {
	w, _ := d.wait(1)
	return w
}
