package notify

import (
	"context"
	"slices"
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

// gathering makes digests of the alerts that are leased together, each for one channel.
//
// Which alerts a digest holds is kept before it is sent. A program that dies
// between sending and marking would else, when it comes back, send the same
// alerts together with those that have come since, under another ID: the receiver
// could not tell what it has. And were the ID that of the hour, a second message
// of the same hour would be dropped for a repetition.
type gathering struct {
	p      *pump
	until  time.Time
	order  []group
	groups map[group][]record.Alert
}

// group is a channel, and the ID of a digest that was made before; empty for a new one.
type group struct{ channel, digest string }

// open is how many alerts are gathered of a channel for a new digest.
func (g *gathering) open(channel string) int { return len(g.groups[group{channel, ""}]) }

// add takes an alert. A new digest goes when it is full.
func (g *gathering) add(a record.Alert) {
	k := group{a.Channel, a.Digest}
	if g.groups[k] == nil {
		g.order = append(g.order, k)
	}
	g.groups[k] = append(g.groups[k], a)
	if k.digest == "" && len(g.groups[k]) == digestLimit {
		g.p.found(k.channel, g.groups[k], g.until)
		g.groups[k] = nil
		g.order = slices.DeleteFunc(g.order, func(x group) bool { return x == k })
	}
}

// end sends what was gathered.
func (g *gathering) end() {
	for _, k := range g.order {
		if k.digest != "" {
			g.p.push(&item{id: k.digest, channel: k.channel, alerts: g.groups[k], until: g.until})
		} else {
			g.p.found(k.channel, g.groups[k], g.until)
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
	it := &item{id: id, channel: channel, alerts: alerts, until: until}
	for i := range alerts {
		alerts[i].Digest = it.id
		alerts[i].Next = until // it stays leased
	}
	if err := p.settle(alerts); err != nil {
		p.lose(it, err)
		return
	}
	p.push(it)
}

// Send delivers one waiting alert now, by itself, whatever its plan, its
// channel's rate and its channel's failures say: a person asked for it. It keeps
// and returns the outcome.
func (d *Dispatcher) Send(ctx context.Context, a record.Alert) (record.Alert, error) {
	a.Digest = ""
	it := &item{id: a.ID, channel: a.Channel, alerts: []record.Alert{a}}
	_, err := d.pump(ctx).try(it)
	return it.alerts[0], err
}
