package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"policywatch/store/record"
)

// queueFull is how many alerts of one channel wait in memory before no more of it are
// leased, until half of them have gone. Alerts hold the change that they tell, and ten
// thousand of them a hundred megabytes.
const queueFull = 2 * putOffAtOnce

// pump carries leased alerts to the channels' workers. feed and finish are
// called by one goroutine; a worker lives as long as its queue holds something.
type pump struct {
	d   *Dispatcher
	ctx context.Context
	// emptied tells that a channel of which more is due has room again.
	emptied chan struct{}

	mu      sync.Mutex
	pending map[string]*item // queued or being sent, by alert ID
	queues  map[string][]*item
	held    map[string]int  // alerts in memory, by channel
	full    map[string]bool // channels of which nothing is leased
	// feeding says that more is being leased, or about to be; fed is signalled when a
	// queue has grown or feeding has ended.
	feeding, ending bool
	fed             *sync.Cond
	tally           Tally
	errs            []error
	workers         sync.WaitGroup
}

// item is what makes one message: an alert, or those of a digest.
type item struct {
	id      string // of the message
	channel string
	alerts  []record.Alert
	until   time.Time // end of the lease
	alone   bool      // not to be sent together with others
}

func (d *Dispatcher) pump(ctx context.Context) *pump {
	p := &pump{d: d, ctx: ctx, emptied: make(chan struct{}, 1), pending: make(map[string]*item), queues: make(map[string][]*item),
		held: make(map[string]int), full: make(map[string]bool)}
	p.fed = sync.NewCond(&p.mu)
	return p
}

// feed leases until nothing more is due but what was seen before and what belongs to
// channels that are full, and reports whether there is any of that. All is leased at
// one moment, so that the leases of a digest's alerts end at one moment too.
func (p *pump) feed(seen map[string]bool) (more bool, err error) {
	p.feeds(true)
	defer p.feeds(false)
	d := p.d
	now := d.now()
	// Nothing could be sent within a lease that is shorter than a delivery.
	lease := max(cmp.Or(d.Lease, 10*time.Minute), 2*d.timeout())
	until := now.Add(lease)
	g := gathering{p: p, until: until, groups: map[group][]record.Alert{}}
	skip := func(id, channel, digest string) bool {
		if seen[id] {
			return true
		}
		// A digest that has begun is leased whole.
		if !p.isFull(channel, g.open(channel)) || digest != "" && g.groups[group{channel, digest}] != nil || p.isPending(id) {
			return false
		}
		more = true
		return true
	}
	for p.ctx.Err() == nil {
		more = false
		alerts, err := d.Outbox.LeaseFor(p.ctx, now, lease, cmp.Or(d.Batch, 100), skip)
		if err != nil {
			// Half of a digest is none: what was gathered comes again when its lease
			// is over.
			return false, fmt.Errorf("lease alerts: %w", err)
		}
		if len(alerts) == 0 {
			g.end()
			return more, nil
		}
		for _, a := range alerts {
			seen[a.ID] = true
			switch {
			case p.renew(a.ID, until):
			case a.Digest != "" || d.gathers(a, now):
				g.add(a)
			default:
				p.push(&item{id: a.ID, channel: a.Channel, alerts: []record.Alert{a}, until: until})
			}
		}
	}
	return false, nil
}

func (p *pump) feeds(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.feeding = on
	p.fed.Broadcast()
}

// isFull reports whether no more of a channel is to be leased. One of which a digest is
// being gathered is given time to fill it.
func (p *pump) isFull(channel string, open int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.held[channel] + open
	switch {
	case n >= 2*queueFull, n >= queueFull && open == 0:
		p.full[channel] = true
	case n <= queueFull/2:
		delete(p.full, channel)
	}
	return p.full[channel]
}

func (p *pump) isPending(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pending[id] != nil
}

// room waits until a channel that was full is so no more, and reports whether one is.
func (p *pump) room(ctx context.Context) bool {
	select {
	case <-p.emptied:
		return true
	case <-ctx.Done():
		return false
	}
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
	p.held[it.channel] += len(it.alerts)
	p.fed.Broadcast()
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
		if len(q) == 0 && p.feeding {
			p.fed.Wait() // what comes is likely to be put off with the others
			p.mu.Unlock()
			continue
		}
		if len(q) == 0 {
			p.mu.Unlock()
			flush()
			continue
		}
		items := p.next(name)
		p.mu.Unlock()

		ready := items[:0]
		for _, it := range items {
			switch {
			case p.ctx.Err() != nil || p.expires(it):
				p.done(left, nil, it)
			case p.hold(it):
				off = append(off, it)
				if waiting += len(it.alerts); waiting >= putOffAtOnce {
					flush()
				}
			default:
				ready = append(ready, it)
			}
		}
		switch len(ready) {
		case 0:
			continue
		case 1:
			flush()
			count, err := p.try(ready[0])
			p.done(count, err, ready...)
		default:
			flush()
			p.tryAll(name, ready)
		}
	}
}

// expires reports whether a lease ends before a delivery would: another worker could
// then deliver too.
func (p *pump) expires(it *item) bool {
	p.mu.Lock()
	until := it.until
	p.mu.Unlock()
	return p.d.now().Add(p.d.timeout()).After(until)
}

// sentAtOnce bounds how many messages are sent together.
const sentAtOnce = 100

// next takes from a channel's queue what is sent next: one item, or several where the
// sender takes them together. p.mu is held.
func (p *pump) next(name string) []*item {
	q, n := p.queues[name], 1
	if _, ok := p.d.Senders[name].(Gatherer); ok && !q[0].alone {
		for n < len(q) && n < sentAtOnce && !q[n].alone {
			n++
		}
	}
	p.queues[name] = q[n:]
	return slices.Clone(q[:n])
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
		p.held[it.channel] -= len(it.alerts)
		p.freed(it.channel)
	}
}

// freed tells when a channel that was full has room again. p.mu is held.
func (p *pump) freed(channel string) {
	if !p.full[channel] || p.held[channel] > queueFull/2 {
		return
	}
	delete(p.full, channel)
	select {
	case p.emptied <- struct{}{}:
		p.feeding = !p.ending // in a moment
	default: // somebody will look anyway
	}
}

// lose counts an item that was never queued.
func (p *pump) lose(it *item, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errs = append(p.errs, err)
	p.tally.Left += len(it.alerts)
	p.freed(it.channel)
}

// The counters that an outcome may be counted by.
func sent(t *Tally) *int    { return &t.Sent }
func retried(t *Tally) *int { return &t.Retry }
func putOff(t *Tally) *int  { return &t.PutOff }
func givenUp(t *Tally) *int { return &t.GivenUp }
func left(t *Tally) *int    { return &t.Left }

// finish waits for the workers and reports what they did.
func (p *pump) finish(err error) (Tally, error) {
	p.mu.Lock()
	p.ending = true
	p.mu.Unlock()
	p.feeds(false)
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
