package notify

import (
	"context"
	"time"

	"policywatch/store/record"
)

// digestLimit is how many alerts one digest tells. What goes beyond makes a
// digest of its own: a message without end would be refused, and all of it lost.
const digestLimit = 200

func (d *Dispatcher) plan(a record.Alert, now time.Time) Plan {
	if d.Plan == nil {
		return Plan{At: now}
	}
	return d.Plan(a.Event, a.Channel, now)
}

// gathers reports whether an alert that is due belongs into a digest of now.
func (d *Dispatcher) gathers(a record.Alert, now time.Time) bool {
	p := d.plan(a, now)
	return p.Digest && !p.At.After(now)
}

// bundle makes digests of the alerts that were gathered, each for one channel.
//
// Which alerts a digest holds is kept before it is sent. A program that dies
// between sending and marking would else, when it comes back, send the same
// alerts together with those that have come since, under another ID: the receiver
// could not tell what it has. And were the ID that of the hour, a second message
// of the same hour would be dropped for a repetition.
func (p *pump) bundle(gathered []record.Alert, until time.Time) {
	type key struct{ channel, digest string }
	var order []key
	groups := make(map[key][]record.Alert)
	for _, a := range gathered {
		k := key{a.Channel, a.Digest}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], a)
	}
	for _, k := range order {
		group := groups[k]
		if k.digest != "" {
			p.push(&item{k.digest, k.channel, group, until})
			continue
		}
		for len(group) > 0 {
			n := min(len(group), digestLimit)
			p.found(k.channel, group[:n:n], until)
			group = group[n:]
		}
	}
}

// found makes a new digest. One alert alone is told as itself, under its own ID;
// that too is kept, or a second try would tell it again among others.
func (p *pump) found(channel string, alerts []record.Alert, until time.Time) {
	id := alerts[0].ID
	if len(alerts) > 1 {
		id = digestID(alerts)
	}
	it := &item{id, channel, alerts, until}
	for i := range alerts {
		alerts[i].Digest = it.id
		alerts[i].Next = until // it stays leased
	}
	if err := p.settle(alerts); err != nil {
		p.done(left, err, it)
		return
	}
	p.push(it)
}

// Send delivers one waiting alert now, by itself, whatever its plan, its
// channel's rate and its channel's failures say: a person asked for it. It keeps
// and returns the outcome.
func (d *Dispatcher) Send(ctx context.Context, a record.Alert) (record.Alert, error) {
	a.Digest = ""
	it := &item{a.ID, a.Channel, []record.Alert{a}, time.Time{}}
	_, err := d.pump(ctx).try(it)
	return it.alerts[0], err
}
