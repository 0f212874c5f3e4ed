package notify

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"policywatch/notify/report"
)

// deliver renders and sends one item, and comes back whatever the sender does.
func (d *Dispatcher) deliver(ctx context.Context, it *item) (retry bool, err error) {
	s := d.Senders[it.channel]
	if s == nil {
		// The configuration may be repaired while the alert waits.
		return true, fmt.Errorf("no channel %q is configured", it.channel)
	}
	given := it.lent()
	return d.bounded(ctx, it.channel, it.id, func(ctx context.Context) (bool, error) {
		m, err := d.write(given, d.lang(it.channel))
		if err != nil {
			return false, err
		}
		return s.Send(ctx, m)
	})
}

// deliverAll is deliver for several items of a channel whose sender takes them together.
func (d *Dispatcher) deliverAll(ctx context.Context, channel string, items []*item) error {
	s := d.Senders[channel].(Gatherer)
	given := make([]*item, len(items))
	for i, it := range items {
		given[i] = it.lent()
	}
	_, err := d.bounded(ctx, channel, items[0].id, func(ctx context.Context) (bool, error) {
		list := make([]report.Message, len(given))
		for i, it := range given {
			var err error
			if list[i], err = d.write(it, d.lang(channel)); err != nil {
				return false, err
			}
		}
		return s.SendAll(ctx, list)
	})
	return err
}

// lent is a copy for a sender: one that never answers keeps reading what it was given,
// while the outcome is written into the item's own alerts.
func (it *item) lent() *item {
	given := *it
	given.alerts = slices.Clone(it.alerts)
	return &given
}

func (d *Dispatcher) lang(channel string) string { return cmp.Or(d.Langs[channel], d.Lang) }

// bounded runs a delivery and comes back when its time is up, whatever it does.
func (d *Dispatcher) bounded(ctx context.Context, channel, id string, send func(context.Context) (bool, error)) (retry bool, err error) {
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
				d.log().Error("alerts: delivery panicked", "channel", channel, "alert", id, "stack", string(debug.Stack()))
				done <- outcome{true, panicError(r)}
			}
		}()
		retry, err := send(sctx)
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

// write renders the item. A digest of which one alert alone is left is a digest
// still: its ID says so.
func (d *Dispatcher) write(it *item, lang string) (report.Message, error) {
	if a := it.alerts[0]; len(it.alerts) == 1 && a.ID == it.id {
		return d.Writer.Write(a, lang)
	}
	return d.Writer.Digest(it.id, it.alerts, lang)
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
