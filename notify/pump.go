package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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

// item is what makes one message: an alert, or those of a digest.
type item struct {
	id      string // of the message
	channel string
	alerts  []record.Alert
	until   time.Time // end of the lease
}

func (d *Dispatcher) pump(ctx context.Context) *pump {
	return &pump{d: d, ctx: ctx, pending: make(map[string]*item), queues: make(map[string][]*item)}
}

// feed leases until nothing more is due. All is leased at one moment, so that
// the leases of a digest's alerts end at one moment too.
func (p *pump) feed() error {
	d := p.d
	now := d.now()
	// Nothing could be sent within a lease that is shorter than a delivery.
	lease := max(cmp.Or(d.Lease, 10*time.Minute), 2*d.timeout())
	until := now.Add(lease)
	// An outbox whose Settle fails, or a clock that jumped, may hand out again what
	// it has just given; that is for the next drain.
	seen := make(map[string]bool)
	var gathered []record.Alert
	for p.ctx.Err() == nil {
		alerts, err := d.Outbox.Lease(p.ctx, now, lease, cmp.Or(d.Batch, 100))
		if err != nil {
			// Half of a digest is none: what was gathered comes again when its lease
			// is over.
			return fmt.Errorf("lease alerts: %w", err)
		}
		fresh := 0
		for _, a := range alerts {
			if seen[a.ID] {
				continue
			}
			seen[a.ID] = true
			fresh++
			switch {
			case p.renew(a.ID, until):
			case a.Digest != "" || d.gathers(a, now):
				gathered = append(gathered, a)
			default:
				p.push(&item{a.ID, a.Channel, []record.Alert{a}, until})
			}
		}
		if fresh == 0 {
			p.bundle(gathered, until)
			return nil
		}
	}
	return nil
}

// renew extends the lease of an alert that waits behind others of a slow
// channel, and reports whether there is such a one.
func (p *pump) renew(id string, until time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	it := p.pending[id]
	if it != nil {
		it.until = until
	}
	return it != nil
}

func (p *pump) push(it *item) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range it.alerts {
		p.pending[a.ID] = it
	}
	_, running := p.queues[it.channel]
	p.queues[it.channel] = append(p.queues[it.channel], it)
	if !running {
		p.workers.Go(func() { p.work(it.channel) })
	}
}

// putOffAtOnce bounds how many alerts are put off in one transaction.
const putOffAtOnce = 500

// work sends what is queued for one channel, in order, until nothing is. What is
// to be put off is kept in groups: a dead channel with ten thousand alerts would
// else cost the others as many transactions.
func (p *pump) work(name string) {
	var off []*item
	waiting := 0
	flush := func() {
		if len(off) == 0 {
			return
		}
		var alerts []record.Alert
		for _, it := range off {
			alerts = append(alerts, it.alerts...)
		}
		count, err := putOff, p.settle(alerts)
		if err != nil {
			count = left
		}
		p.done(count, err, off...)
		off, waiting = nil, 0
	}
	for {
		p.mu.Lock()
		q := p.queues[name]
		if len(q) == 0 && len(off) == 0 {
			delete(p.queues, name) // under the lock: the next push starts a worker
			p.mu.Unlock()
			return
		}
		if len(q) == 0 {
			p.mu.Unlock()
			flush()
			continue
		}
		it := q[0]
		p.queues[name] = q[1:]
		until := it.until
		p.mu.Unlock()

		// A lease that ends during the delivery would let another worker deliver too.
		if p.ctx.Err() != nil || p.d.now().Add(p.d.timeout()).After(until) {
			p.done(left, nil, it)
			continue
		}
		if p.hold(it) {
			off = append(off, it)
			if waiting += len(it.alerts); waiting >= putOffAtOnce {
				flush()
			}
			continue
		}
		flush()
		count, err := p.try(it)
		p.done(count, err, it)
	}
}

// done counts what became of items and lets go of them.
func (p *pump) done(count func(*Tally) *int, err error, items ...*item) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.errs = append(p.errs, err)
	}
	for _, it := range items {
		*count(&p.tally) += len(it.alerts)
		for _, a := range it.alerts {
			delete(p.pending, a.ID)
		}
	}
}

// The counters that an outcome may be counted by.
func sent(t *Tally) *int    { return &t.Sent }
func retried(t *Tally) *int { return &t.Retry }
func putOff(t *Tally) *int  { return &t.PutOff }
func givenUp(t *Tally) *int { return &t.GivenUp }
func left(t *Tally) *int    { return &t.Left }

// hold reports whether the item is not to be tried now, and then says in its
// alerts until when and why.
func (p *pump) hold(it *item) bool {
	d, now := p.d, p.d.now()
	ch := d.channel(it.channel)
	if hold, why := ch.held(now); why != nil {
		w := d.firstWait()
		it.putOff(hold.Add(max(d.jitter(w)-w, 0)), "put off, its channel is failing: "+reason(why), say("told.alert.held", said(why)))
		return true
	}
	// A digest waits for the most patient of its alerts' routes, so that one that
	// must not be told at night does not slip through with another.
	var plan Plan
	for _, a := range it.alerts {
		if q := d.plan(a, now); q.At.After(plan.At) {
			plan = q
		}
	}
	if plan.At.After(now) {
		it.putOff(plan.At, plan.Reason, plan.Told)
		return true
	}
	rate := d.Rates[it.channel]
	if at := ch.turn(it.id, now, rate); at.After(now) {
		it.putOff(at, fmt.Sprintf("put off, the channel takes %d messages in %s", rate.Messages, rate.Per),
			say("told.alert.rate", record.Count(rate.Messages), record.Duration(rate.Per)))
		return true
	}
	return false
}

func (it *item) putOff(until time.Time, reason string, why []record.Sentence) {
	for i := range it.alerts {
		it.alerts[i].Next, it.alerts[i].Reason, it.alerts[i].Told = until, reason, why
	}
}

// try delivers one item and keeps the outcome.
func (p *pump) try(it *item) (count func(*Tally) *int, err error) {
	d := p.d
	retry, serr := d.deliver(p.ctx, it)
	if serr != nil && retry && p.ctx.Err() != nil {
		return left, nil // interrupted: no verdict on the channel
	}
	now := d.now()
	a := d.judge(it.alerts[0], retry, serr, now)
	for i := range it.alerts {
		b := &it.alerts[i]
		b.State, b.Tries, b.Next, b.Settled, b.Reason, b.Told = a.State, a.Tries, a.Next, a.Settled, a.Reason, a.Told
	}
	d.channel(it.channel).note(d, now, a.State == record.AlertSent, retry, serr)
	switch a.State {
	case record.AlertSent:
		count = sent
	case record.AlertGivenUp:
		count = givenUp
		d.log().Warn("alerts: given up", "alert", it.id, "channel", it.channel, "site", a.Event.Site, "reason", a.Reason)
	default:
		count = retried
	}
	if err := p.settle(it.alerts); err != nil {
		return left, err
	}
	return count, nil
}

// settle keeps outcomes. They are facts, whatever has become of the context
// since: losing them would deliver twice.
func (p *pump) settle(alerts []record.Alert) error {
	if err := p.d.Outbox.Settle(context.WithoutCancel(p.ctx), alerts...); err != nil {
		return fmt.Errorf("keep the outcome of %d alerts, the first %s (%s): %w", len(alerts), alerts[0].ID, alerts[0].Reason, err)
	}
	return nil
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
