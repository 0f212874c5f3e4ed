package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/notify"
	"policywatch/notify/report"
	"policywatch/store/record"
)

// hourly routes everything to the channel into a digest at every full hour.
func hourly(channels ...string) *notify.Router {
	return notify.NewRouter([]notify.Route{{Channels: channels, Digest: notify.Digest{Every: notify.Hourly}}})
}

func changed(site string, at time.Time) record.Event {
	return record.Event{Type: record.EventChanged, Site: site, At: at, From: 1, To: 2, Severity: "major", Reason: "A period changed.",
		Change: &record.Change{Class: record.ClassSubstantive, Severity: "major", Reason: site}}
}

// inbox is a sender that keeps messages, and refuses them while down is set.
type inbox struct {
	mu   sync.Mutex
	got  []report.Message
	down bool
}

func (i *inbox) Send(_ context.Context, m report.Message) (bool, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.down {
		return true, errors.New("down")
	}
	i.got = append(i.got, m)
	return false, nil
}

// sites lists the sites that a digest's body tells of.
func sites(t *testing.T, m report.Message) (out []string) {
	t.Helper()
	var body struct {
		Type string
		Data struct {
			Events []struct{ Data struct{ Site string } }
		}
	}
	if err := json.Unmarshal(m.JSON, &body); err != nil || body.Type != string(record.EventDigest) {
		t.Fatalf("%v in %s", err, m.JSON)
	}
	for _, e := range body.Data.Events {
		out = append(out, e.Data.Site)
	}
	return out
}

func TestDigestTellsWhatWaits(t *testing.T) {
	r, o, in, now := hourly("office"), newOutbox(), &inbox{}, start
	d := dispatcher(o, func() time.Time { return now }, map[string]notify.Sender{"office": in})
	d.Plan = r.Plan
	for i := range 3 {
		for _, a := range r.Alerts(changed(fmt.Sprintf("site%d.example", i), start.Add(time.Duration(i)*time.Minute))) {
			o.put(a)
		}
	}
	if tally := drain(t, d); tally != (notify.Tally{}) {
		t.Errorf("before its hour: %+v", tally)
	}
	now = start.Add(30 * time.Minute)
	if tally := drain(t, d); tally != (notify.Tally{Sent: 3}) {
		t.Errorf("at its hour: %+v", tally)
	}
	if len(in.got) != 1 {
		t.Fatalf("%d messages", len(in.got))
	}
	m := in.got[0]
	if got := sites(t, m); !slices.Equal(got, []string{"site0.example", "site1.example", "site2.example"}) {
		t.Errorf("%v", got)
	}
	for _, text := range []string{m.Text, m.HTML} {
		for i := range 3 {
			if !strings.Contains(text, fmt.Sprintf("site%d.example", i)) {
				t.Errorf("site %d is not in\n%s", i, text)
			}
		}
	}
	if a := o.rows[o.order[0]]; a.State != record.AlertSent || a.Digest != m.ID || m.ID == a.ID || len(m.ID) != len(a.ID) {
		t.Errorf("%+v in message %s", a, m.ID)
	}
	if tally := drain(t, d); tally != (notify.Tally{}) || len(in.got) != 1 {
		t.Errorf("told again: %+v", tally)
	}
}

// One alert alone needs no list around it.
func TestDigestOfOne(t *testing.T) {
	r, o, in := hourly("office"), newOutbox(), &inbox{}
	d := dispatcher(o, func() time.Time { return start.Add(time.Hour) }, map[string]notify.Sender{"office": in})
	d.Plan = r.Plan
	a := r.Alerts(changed("a.example", start))[0]
	o.put(a)
	drain(t, d)
	if len(in.got) != 1 || in.got[0].ID != a.ID || in.got[0].Event.Type != record.EventChanged {
		t.Errorf("%+v", in.got)
	}
}

// N7: whatever comes between, a digest that is sent again holds what it held, under
// the same ID; what has come since is told by another.
func TestDigestIsStable(t *testing.T) {
	r, o, now := hourly("office"), newOutbox(), start.Add(30*time.Minute)
	put := func(site string) {
		for _, a := range r.Alerts(changed(site, start)) { // all of the same hour
			o.put(a)
		}
	}
	put("a.example")
	put("b.example")
	// The program dies after the message is out and before that is kept.
	first := &inbox{}
	dying := dispatcher(o, func() time.Time { return now }, map[string]notify.Sender{"office": first})
	dying.Plan = r.Plan
	o.failSettle = func(a record.Alert) (error, bool) {
		if a.State == record.AlertSent {
			return errors.New("the machine is off"), false
		}
		return nil, false
	}
	if _, err := dying.Drain(t.Context()); err == nil || len(first.got) != 1 {
		t.Fatalf("%d messages, %v", len(first.got), err)
	}
	o.failSettle = nil
	put("c.example")
	put("d.example")
	now = now.Add(20 * time.Minute)
	second := &inbox{}
	back := dispatcher(o, func() time.Time { return now }, map[string]notify.Sender{"office": second})
	back.Plan = r.Plan
	if tally := drain(t, back); tally != (notify.Tally{Sent: 4}) || len(second.got) != 2 {
		t.Fatalf("%+v, %d messages", tally, len(second.got))
	}
	ids := map[string][]string{}
	for _, m := range second.got {
		ids[m.ID] = sites(t, m)
	}
	if got := ids[first.got[0].ID]; !slices.Equal(got, []string{"a.example", "b.example"}) {
		t.Errorf("the repeated message tells %v: %v", got, ids)
	}
}

// A digest that fails is tried again whole, and given up whole.
func TestDigestFails(t *testing.T) {
	r, o, in, now := hourly("office"), newOutbox(), &inbox{down: true}, start.Add(30*time.Minute)
	for i := range 250 { // two messages
		for _, a := range r.Alerts(changed(fmt.Sprintf("site%03d.example", i), start)) {
			o.put(a)
		}
	}
	d := dispatcher(o, func() time.Time { return now }, map[string]notify.Sender{"office": in})
	d.Plan, d.Schedule = r.Plan, []time.Duration{time.Minute}
	if tally := drain(t, d); tally != (notify.Tally{Retry: 250}) {
		t.Errorf("%+v", tally)
	}
	if o.settlements > 6 {
		t.Errorf("%d transactions for two messages", o.settlements)
	}
	in.down = false
	now = now.Add(time.Minute)
	if tally := drain(t, d); tally != (notify.Tally{Sent: 250}) || len(in.got) != 2 {
		t.Errorf("%+v, %d messages", tally, len(in.got))
	}
	if n := len(sites(t, in.got[0])) + len(sites(t, in.got[1])); n != 250 {
		t.Errorf("told %d", n)
	}
}

func TestQuietHoursHoldRetries(t *testing.T) {
	r := notify.NewRouter([]notify.Route{{Channels: []string{"office"}}})
	r.Quiet = map[string]notify.Quiet{"office": {From: 10 * time.Hour, To: 12 * time.Hour, Pass: "critical"}}
	o, in, now := newOutbox(), &inbox{down: true}, start // 09:30
	d := dispatcher(o, func() time.Time { return now }, map[string]notify.Sender{"office": in})
	d.Plan, d.Schedule = r.Plan, []time.Duration{time.Hour, time.Hour}
	o.put(r.Alerts(changed("a.example", start))[0])
	drain(t, d)
	in.down = false
	now = start.Add(time.Hour) // 10:30
	grave := changed("b.example", now)
	grave.Severity = "critical"
	o.put(r.Alerts(grave)[0])
	if tally := drain(t, d); tally != (notify.Tally{Sent: 1, PutOff: 1}) || len(in.got) != 1 || in.got[0].Event.Site != "b.example" {
		t.Errorf("%+v, %+v", tally, in.got)
	}
	now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	if tally := drain(t, d); tally != (notify.Tally{Sent: 1}) {
		t.Errorf("%+v", tally)
	}
}

// However many wait, a channel gets no more in any hour than it takes, and the
// outbox is not written anew every hour for all of them.
func TestRate(t *testing.T) {
	o, in, now := newOutbox(), &inbox{}, start
	for i := range 100 {
		o.put(alert(fmt.Sprintf("%03d", i), "office"))
	}
	d := dispatcher(o, func() time.Time { return now }, map[string]notify.Sender{"office": in})
	d.Rates = map[string]notify.Rate{"office": {Messages: 10, Per: time.Hour}}
	var times []time.Time
	put := 0
	for len(in.got) < 100 {
		before := len(in.got)
		put += drain(t, d).PutOff
		for range len(in.got) - before {
			times = append(times, now)
		}
		now = now.Add(7 * time.Minute)
		if now.Sub(start) > 20*time.Hour {
			t.Fatalf("%d messages after %s", len(in.got), now.Sub(start))
		}
	}
	for i := 10; i < len(times); i++ {
		if times[i].Sub(times[i-10]) < time.Hour {
			t.Errorf("messages %d to %d went within %s", i-10, i, times[i].Sub(times[i-10]))
		}
	}
	if put > 2*90 {
		t.Errorf("put off %d times", put)
	}
}

// The time that a channel was down is not saved up.
func TestRateAfterAFailure(t *testing.T) {
	o, in, now := newOutbox(), &inbox{}, start
	for i := range 40 {
		o.put(alert(fmt.Sprintf("%03d", i), "office"))
	}
	d := dispatcher(o, func() time.Time { return now }, map[string]notify.Sender{"office": in})
	d.Rates = map[string]notify.Rate{"office": {Messages: 5, Per: time.Hour}}
	drain(t, d)
	now = start.Add(100 * time.Hour)
	if drain(t, d); len(in.got) > 10 {
		t.Errorf("%d messages, of which 5 were before", len(in.got))
	}
}

// A person who sends an alert again is served at once, quiet hours or not.
func TestSendNow(t *testing.T) {
	r := notify.NewRouter([]notify.Route{{Channels: []string{"office"}, Digest: notify.Digest{Every: notify.Daily}}})
	o, in := newOutbox(), &inbox{}
	d := dispatcher(o, still, map[string]notify.Sender{"office": in})
	d.Plan = r.Plan
	a := r.Alerts(changed("a.example", start))[0]
	o.put(a)
	got, err := d.Send(t.Context(), a)
	if err != nil || got.State != record.AlertSent || o.alert(a.ID).State != record.AlertSent || len(in.got) != 1 || in.got[0].ID != a.ID {
		t.Errorf("%+v, %v, %d messages", got, err, len(in.got))
	}
	in.down = true
	b := r.Alerts(changed("b.example", start))[0]
	o.put(b)
	if got, err = d.Send(t.Context(), b); err != nil || got.State != record.AlertWaiting || !strings.Contains(got.Reason, "down") {
		t.Errorf("%+v, %v", got, err)
	}
}
