package notify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/notify"
	"policywatch/notify/report"
	"policywatch/store/record"
)

// N1, N6: of five thousand alerts of a channel that hangs, a thousand or two are in
// memory, and one of another channel that is due after them all does not wait.
func TestOneChannelTakesNeitherMemoryNorTimeOfAnother(t *testing.T) {
	const n = 5000
	o := newOutbox()
	for i := range n {
		o.put(alert(fmt.Sprintf("%05d", i), "slow"))
	}
	o.put(alert("last", "quick"))
	arrived := make(chan struct{})
	slow := &sender{do: func(context.Context, report.Message) (bool, error) { <-arrived; return false, nil }}
	quick := &sender{do: func(context.Context, report.Message) (bool, error) { close(arrived); return false, nil }}
	d := dispatcher(o, still, map[string]notify.Sender{"slow": slow, "quick": quick})
	if tally := drain(t, d); tally != (notify.Tally{Sent: n + 1}) {
		t.Errorf("%+v", tally)
	}
	if most := o.most["slow"]; most > 2200 {
		t.Errorf("%d alerts of the slow channel were leased at a time", most)
	}
}

// Digests of a bounded number of alerts in memory are the same digests.
func TestDigestsAreFullAllTheSame(t *testing.T) {
	o := newOutbox()
	for i := range 5000 {
		o.put(alert(fmt.Sprintf("%05d", i), []string{"office", "hook"}[i%2]))
	}
	var mu sync.Mutex
	sizes := map[string]int{}
	s := &sender{do: func(_ context.Context, m report.Message) (bool, error) {
		mu.Lock()
		defer mu.Unlock()
		sizes[m.ID] = strings.Count(string(m.JSON), `"statement.changed"`)
		return false, nil
	}}
	d := dispatcher(o, still, map[string]notify.Sender{"office": s, "hook": s})
	d.Plan = func(record.Event, string, time.Time) notify.Plan { return notify.Plan{At: start, Digest: true} }
	if tally := drain(t, d); tally.Sent != 5000 || len(sizes) != 26 {
		t.Errorf("%+v in %d digests", tally, len(sizes))
	}
	for channel, most := range o.most {
		if most > 2200 {
			t.Errorf("%d alerts of %s were leased at a time", most, channel)
		}
	}
}

// gatherer takes many messages at once, and refuses a poisoned one.
type gatherer struct {
	sender
	poison string
	calls  int
	wrote  map[string]bool // what was on disk when a call returned
}

func (g *gatherer) SendAll(_ context.Context, list []report.Message) (bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls++
	for _, m := range list {
		if m.ID == g.poison {
			return true, errors.New("poison")
		}
	}
	for _, m := range list {
		g.wrote[m.ID] = true
	}
	return false, nil
}

func (g *gatherer) Send(ctx context.Context, m report.Message) (bool, error) {
	return g.SendAll(ctx, []report.Message{m})
}

// N1, N7: a sender that takes messages together is called once for many, what is kept
// as sent was taken by it, and one that it refuses is no harm to the others.
func TestMessagesAreTakenTogether(t *testing.T) {
	const n = 2000
	for _, poison := range []string{"", "01345"} {
		o := newOutbox()
		for i := range n {
			o.put(alert(fmt.Sprintf("%05d", i), "feed"))
		}
		g := &gatherer{poison: poison, wrote: map[string]bool{}}
		o.failSettle = func(a record.Alert) (error, bool) {
			g.mu.Lock()
			defer g.mu.Unlock()
			if a.State == record.AlertSent && !g.wrote[a.ID] {
				t.Errorf("%s is kept as sent before it was taken", a.ID)
			}
			return nil, false
		}
		tally := drain(t, dispatcher(o, still, map[string]notify.Sender{"feed": g}))
		want, calls := notify.Tally{Sent: n}, 2*n/100
		if poison != "" {
			want, calls = notify.Tally{Sent: n - 1, Retry: 1}, calls+100
		}
		if tally != want || g.calls > calls || o.settlements > calls {
			t.Errorf("%+v in %d calls and %d transactions", tally, g.calls, o.settlements)
		}
		if a := o.alert("01345"); poison != "" && (a.Tries != 1 || !strings.Contains(a.Reason, "poison")) {
			t.Errorf("%+v", a)
		}
	}
}
