package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"policywatch/store"
	"policywatch/store/record"
)

// The reasons for an alert and the digest that it is in come back as they were put.
func TestAlertKeepsItsReasons(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	a := alert("a", day)
	a.Event.Profile = "ir-gov"
	a.Why = []record.Cause{{Route: "law", Event: record.EventGone, Floor: "major", Label: "ministry", Site: "*.gov.ir", Profile: "ir-gov"}, {Route: "2"}}
	if err := db.Enqueue(ctx, []record.Alert{a}); err != nil {
		t.Fatal(err)
	}
	a.Digest = "pw_digest"
	if err := db.Settle(ctx, a); err != nil {
		t.Fatal(err)
	}
	got, err := db.Lease(ctx, day, time.Minute, 1)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]record.Alert{a}, got); d != "" {
		t.Errorf("(-put +leased):\n%s", d)
	}
	db.sound()
}

// Alerts are settled together or not at all: half a digest that counts as sent
// would be told by no other.
func TestSettledTogether(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	alerts := []record.Alert{alert("a", day), alert("b", day), alert("c", day)}
	if err := db.Enqueue(ctx, alerts); err != nil {
		t.Fatal(err)
	}
	for i := range alerts {
		alerts[i].State, alerts[i].Settled = record.AlertSent, day
	}
	if err := db.Settle(ctx, append(alerts[:2:2], alert("nobody", day))...); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an alert that is not there: %v", err)
	}
	if ids := db.lease(day, time.Minute, 10); len(ids) != 3 {
		t.Errorf("after the refusal %q wait", ids)
	}
	if err := db.Settle(ctx, alerts...); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Alerts(ctx, record.AlertFilter{State: record.AlertSent}); err != nil || len(got) != 3 {
		t.Errorf("%d are sent, %v", len(got), err)
	}
	db.sound()
}

// What was given up is sent again under its own ID, as if it had never been tried.
func TestRequeue(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	dead, sent := alert("dead", day), alert("sent", day)
	if err := db.Enqueue(ctx, []record.Alert{dead, sent, alert("waits", day.AddDate(1, 0, 0))}); err != nil {
		t.Fatal(err)
	}
	dead.State, dead.Tries, dead.Settled, dead.Reason, dead.Digest = record.AlertGivenUp, 10, day, "given up", "pw_digest"
	sent.State, sent.Tries, sent.Settled = record.AlertSent, 1, day
	if err := db.Settle(ctx, dead, sent); err != nil {
		t.Fatal(err)
	}
	now := day.Add(time.Hour)
	if _, err := db.Requeue(ctx, now, "dead", "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an alert that is not there: %v", err)
	}
	if ids := db.lease(now, time.Minute, 10); len(ids) != 0 {
		t.Errorf("after the refusal %q wait", ids)
	}
	got, err := db.Requeue(ctx, now, "sent", "dead", "waits", "dead")
	if err != nil || len(got) != 3 {
		t.Fatalf("%v, %v", got, err)
	}
	for _, a := range got {
		if a.State != record.AlertWaiting || a.Tries != 0 || !a.Next.Equal(now) || !a.Settled.IsZero() || a.Digest != "" || a.Event.Reason == "" {
			t.Errorf("%+v", a)
		}
	}
	if ids := db.lease(now, time.Minute, 10); len(ids) != 3 {
		t.Errorf("%q are due", ids)
	}
	db.sound()
}
