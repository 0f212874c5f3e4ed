package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"policywatch/notify"
	"policywatch/notify/report"
	"policywatch/store/record"
)

// ledger is a channel that fails at random and remembers what each ID told. A
// receiver that drops repetitions by their ID loses nothing exactly if no ID ever
// tells anything else.
type ledger struct {
	mu     sync.Mutex
	told   map[string][]string
	times  []time.Time
	broken []string
	fails  func() bool
	now    func() time.Time
}

func (l *ledger) Send(_ context.Context, m report.Message) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fails() {
		return true, errors.New("down")
	}
	l.times = append(l.times, l.now())
	sites := []string{m.Event.Site}
	if m.Event.Type == record.EventDigest {
		var body struct {
			Data struct {
				Events []struct{ Data struct{ Site string } }
			}
		}
		if err := json.Unmarshal(m.JSON, &body); err != nil {
			l.broken = append(l.broken, err.Error())
		}
		sites = nil
		for _, e := range body.Data.Events {
			sites = append(sites, e.Data.Site)
		}
	}
	slices.Sort(sites)
	if old, ok := l.told[m.ID]; ok && !slices.Equal(old, sites) {
		l.broken = append(l.broken, fmt.Sprintf("%s told %v and then %v", m.ID, old, sites))
	}
	l.told[m.ID] = sites
	// The receiver has it, and the answer is lost.
	if l.fails() {
		return true, errors.New("the answer is lost")
	}
	return false, nil
}

// Whatever fails between store, dispatcher and channel, with digests, quiet hours
// and rates of any kind: every alert is told, by one ID alone, each ID tells one
// thing only, and no quiet hour is broken.
func TestTellingTogether(t *testing.T) { // N1, N5, N6, N7
	rapid.Check(t, func(t *rapid.T) {
		now := start
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var mu sync.Mutex
		chance := func(p float64) bool { mu.Lock(); defer mu.Unlock(); return rng.Float64() < p }
		down, trouble := rapid.Float64Range(0, 0.6).Draw(t, "down"), rapid.Float64Range(0, 0.9).Draw(t, "store fails")
		l := &ledger{told: map[string][]string{}, fails: func() bool { return chance(down) }, now: func() time.Time { return now }}
		quiet := notify.Quiet{From: 22 * time.Hour, To: 6 * time.Hour}
		routes := []notify.Route{{Channels: []string{"c"}}}
		if every := rapid.SampledFrom([]notify.Period{"", notify.Hourly, notify.Daily}).Draw(t, "digest"); every != "" {
			routes[0].Digest = notify.Digest{Every: every, At: 8 * time.Hour}
			if rapid.Bool().Draw(t, "the grave at once") {
				routes = append(routes, notify.Route{Channels: []string{"c"}, MinSeverity: "critical"})
			}
		}
		r := notify.NewRouter(routes)
		r.Quiet = map[string]notify.Quiet{"c": quiet}
		o := newOutbox()
		o.failCommit = func() (error, bool) {
			if chance(trouble) {
				return errors.New("store"), chance(0.5)
			}
			return nil, false
		}
		rate := notify.Rate{Messages: rapid.IntRange(0, 5).Draw(t, "rate"), Per: time.Hour}
		d := dispatcher(o, func() time.Time { return now }, map[string]notify.Sender{"c": l})
		d.Plan, d.Rates, d.Batch = r.Plan, map[string]notify.Rate{"c": rate}, rapid.IntRange(1, 20).Draw(t, "batch")
		d.Schedule = slices.Repeat([]time.Duration{20 * time.Minute}, 10_000) // nothing is given up
		n := rapid.IntRange(1, 40).Draw(t, "alerts")
		made := 0
		for rounds := 0; made < n || o.states()[record.AlertWaiting] > 0; rounds++ {
			if rounds > 5000 {
				t.Fatalf("still waiting after %v: %v", now.Sub(start), o.states())
			}
			for ; made < n && chance(0.3); made++ {
				ev := changed(fmt.Sprintf("s%02d.example", made), now)
				if chance(0.2) {
					ev.Severity = "critical"
				}
				for _, a := range r.Alerts(ev) {
					o.put(a)
				}
			}
			_, _ = d.Drain(context.Background())
			if chance(0.1) { // the program dies and forgets all but the outbox
				d = &notify.Dispatcher{Outbox: o, Senders: d.Senders, Writer: d.Writer, Lang: "en", Clock: d.Clock, Plan: d.Plan, Batch: d.Batch, Schedule: d.Schedule, Jitter: d.Jitter}
			}
			now = now.Add(13 * time.Minute)
		}
		if len(l.broken) > 0 {
			t.Fatal(l.broken)
		}
		var told []string
		for _, sites := range l.told {
			told = append(told, sites...)
		}
		slices.Sort(told)
		if len(slices.Compact(slices.Clone(told))) != n {
			t.Fatalf("not all of %d were told: %v", n, told)
		}
		if len(told) != n {
			t.Fatalf("told under two IDs: %v", told)
		}
		for _, at := range l.times {
			if at.Hour() >= 22 || at.Hour() < 6 {
				t.Fatalf("told at %s", at)
			}
		}
	})
}
