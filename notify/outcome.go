package notify

import (
	"context"
	"fmt"
	"time"

	"policywatch/store/record"
)

// What becomes of an item: whether it is tried now, and the outcome that is kept.

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

// outcome gives all alerts of the item that of one.
func (it *item) outcome(a record.Alert) {
	for i := range it.alerts {
		b := &it.alerts[i]
		b.State, b.Tries, b.Next, b.Settled, b.Reason, b.Told = a.State, a.Tries, a.Next, a.Settled, a.Reason, a.Told
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
	it.outcome(a)
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

// tryAll delivers items together and keeps the outcome. Where that fails they go back to
// the head of the queue, to be tried one by one: one that cannot be written must not be
// the end of the others.
func (p *pump) tryAll(name string, items []*item) {
	d := p.d
	if err := d.deliverAll(p.ctx, name, items); err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, it := range items {
			it.alone = true
		}
		p.queues[name] = append(items, p.queues[name]...)
		return
	}
	now := d.now()
	var alerts []record.Alert
	for _, it := range items {
		a := d.judge(it.alerts[0], false, nil, now)
		it.outcome(a)
		alerts = append(alerts, it.alerts...)
	}
	d.channel(name).note(d, now, true, false, nil)
	count, err := sent, p.settle(alerts)
	if err != nil {
		count = left
	}
	p.done(count, err, items...)
}

// settle keeps outcomes. They are facts, whatever has become of the context
// since: losing them would deliver twice.
func (p *pump) settle(alerts []record.Alert) error {
	if err := p.d.Outbox.Settle(context.WithoutCancel(p.ctx), alerts...); err != nil {
		return fmt.Errorf("keep the outcome of %d alerts, the first %s (%s): %w", len(alerts), alerts[0].ID, alerts[0].Reason, err)
	}
	return nil
}
