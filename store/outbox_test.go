package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"policywatch/store"
	"policywatch/store/record"
)

func alert(id string, next time.Time) record.Alert {
	return record.Alert{ID: id, Channel: "office", State: record.AlertWaiting, Next: next,
		Event: record.Event{Type: record.EventScanFinished, At: next, Reason: "the scan ended", Scan: &record.ScanSummary{Sites: 5}}}
}

func (a *archive) lease(now time.Time, d time.Duration, max int) []string {
	a.t.Helper()
	list, err := a.Lease(context.Background(), now, d, max)
	if err != nil {
		a.t.Fatal(err)
	}
	var ids []string
	for _, x := range list {
		ids = append(ids, x.ID)
	}
	return ids
}

func TestLeaseAndSettle(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	if err := db.Enqueue(ctx, []record.Alert{alert("later", day.Add(time.Hour)), alert("first", day.Add(-time.Hour)), alert("second", day), alert("third", day)}); err != nil {
		t.Fatal(err)
	}
	want := func(what string, got []string, ids ...string) {
		t.Helper()
		if !slices.Equal(got, ids) {
			t.Errorf("%s: %q, want %q", what, got, ids)
		}
	}
	want("nothing is asked for", db.lease(day, time.Minute, 0))
	want("the longest due first", db.lease(day, time.Minute, 2), "first", "second")
	want("not the leased ones", db.lease(day, time.Minute, 10), "third")
	want("nothing is left", db.lease(day.Add(time.Minute-1), time.Minute, 10))
	want("a lease that ran out", db.lease(day.Add(time.Minute), time.Minute, 2), "first", "second")

	list, err := db.Lease(ctx, day.Add(time.Minute), time.Minute, 1)
	if err != nil || len(list) != 1 || list[0].ID != "third" {
		t.Fatalf("%v, %v", list, err)
	}
	a := list[0]
	if d := cmp.Diff(alert("third", day), a); d != "" {
		t.Errorf("a leased alert (-put +leased):\n%s", d)
	}
	a.Tries, a.Next, a.Reason = 1, day.Add(30*time.Minute), "the mail server was busy"
	if err := db.Settle(ctx, a); err != nil {
		t.Fatal(err)
	}
	want("put off further than the lease", db.lease(day.Add(30*time.Minute-1), time.Hour, 10), "first", "second")
	want("and then due again", db.lease(day.Add(30*time.Minute), time.Hour, 10), "third")

	a.State, a.Tries, a.Settled, a.Reason = record.AlertSent, 2, day.Add(31*time.Minute), "250 taken"
	if err := db.Settle(ctx, a); err != nil {
		t.Fatal(err)
	}
	// A dispatcher that was slow must not undo it.
	late := a
	late.State, late.Reason, late.Next = record.AlertWaiting, "timeout", day
	if err := db.Settle(ctx, late); err != nil {
		t.Fatal(err)
	}
	want("what was sent stays sent", db.lease(day.AddDate(1, 0, 0), time.Hour, 10), "later", "first", "second")
	got, err := db.Alerts(ctx, record.AlertFilter{State: record.AlertSent})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]record.Alert{a}, got); d != "" {
		t.Errorf("the settled alert (-want +got):\n%s", d)
	}
}

// Given up may still turn out to have been delivered, and nothing else.
func TestGivenUp(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	a := alert("x", day)
	if err := db.Enqueue(ctx, []record.Alert{a}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ set, want record.AlertState }{
		{record.AlertGivenUp, record.AlertGivenUp}, {record.AlertWaiting, record.AlertGivenUp}, {record.AlertSent, record.AlertSent},
		{record.AlertGivenUp, record.AlertSent},
	} {
		a.State = c.set
		if err := db.Settle(ctx, a); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Alerts(ctx, record.AlertFilter{}); err != nil || got[0].State != c.want {
			t.Errorf("after %s it is %v, %v", c.set, got, err)
		}
	}
}

// Two dispatchers share the outbox: each alert goes to one of them.
func TestDispatchersShare(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	var alerts []record.Alert
	for i := range 300 {
		alerts = append(alerts, alert(fmt.Sprintf("a%03d", i), day.Add(time.Duration(i)*time.Second)))
	}
	if err := db.Enqueue(ctx, alerts); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	times := map[string]int{}
	for range 4 {
		wg.Go(func() {
			for {
				list, err := db.Lease(ctx, day.AddDate(0, 0, 1), time.Hour, 7)
				if err != nil {
					t.Error(err)
				}
				if len(list) == 0 {
					return
				}
				for _, a := range list {
					mu.Lock()
					times[a.ID]++
					mu.Unlock()
					a.State = record.AlertSent
					if err := db.Settle(ctx, a); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	for _, a := range alerts {
		if times[a.ID] != 1 {
			t.Errorf("alert %s was leased %d times", a.ID, times[a.ID])
		}
	}
	if r := db.sound(); r.Waiting != 0 || r.Alerts != 300 {
		t.Errorf("%d of %d wait", r.Waiting, r.Alerts)
	}
}

// N7: the program ends between "version stored" and "mail sent". After the
// restart the row is there, once, and is due when the lease of the dead
// dispatcher runs out.
func TestRestartBetweenVersionAndMail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policywatch.db")
	db := openAt(t, path)
	db.commit(visitOf("a.gov.ir", 1, day, statement(1, 5)))
	v := visitOf("a.gov.ir", 2, day.Add(time.Hour), statement(2, 5))
	v.Alerts = v.Alerts[:1]
	db.commit(v)
	now := day.Add(2 * time.Hour)
	if ids := db.lease(now, time.Minute, 10); len(ids) != 1 {
		t.Fatalf("leased %q", ids)
	}
	db.sound()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	db = openAt(t, path)
	db.commit(v) // the visit is made again, too
	if ids := db.lease(now, time.Minute, 10); len(ids) != 0 {
		t.Errorf("leased twice: %q", ids)
	}
	if ids := db.lease(now.Add(time.Minute), time.Minute, 10); len(ids) != 1 {
		t.Errorf("after the lease: %q", ids)
	}
	if got, err := db.Alerts(context.Background(), record.AlertFilter{}); err != nil || len(got) != 1 {
		t.Errorf("rows: %v, %v", got, err)
	}
}

func TestAlertFilters(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	for n := 1; n <= 4; n++ {
		db.commit(visitOf("a.gov.ir", n, day.AddDate(0, 0, n), statement(uint64(n), 3)))
		db.commit(visitOf("b.gov.ir", n, day.AddDate(0, 0, n), statement(uint64(n+9), 3)))
	}
	if err := db.Enqueue(ctx, []record.Alert{{ID: "scan", Channel: "hook", Next: day, Event: record.Event{Type: record.EventScanFinished, At: day.AddDate(0, 0, 9)}}}); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		f    store.AlertFilter
		want int
	}{
		"all":     {store.AlertFilter{}, 13},
		"limit":   {store.AlertFilter{Limit: 5}, 5},
		"site":    {store.AlertFilter{Site: "b.gov.ir"}, 6},
		"channel": {store.AlertFilter{Channel: "hook"}, 7},
		"type":    {store.AlertFilter{Type: record.EventScanFinished}, 1},
		"since":   {store.AlertFilter{Since: day.AddDate(0, 0, 4)}, 5},
		"state":   {store.AlertFilter{State: record.AlertSent}, 0},
		"waiting": {store.AlertFilter{State: record.AlertWaiting, Site: "a.gov.ir", Channel: "office"}, 3},
	} {
		got, err := db.Alerts(ctx, c.f)
		if err != nil || len(got) != c.want {
			t.Errorf("%s: %d alerts, %v; want %d", what, len(got), err, c.want)
		}
		for i := 1; i < len(got); i++ {
			if got[i].Event.At.After(got[i-1].Event.At) {
				t.Errorf("%s: not the newest first", what)
			}
		}
	}
}

// Times at the ends of what a clock can say neither lose nor stop an alert.
func TestOddDueTimes(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := db.Enqueue(ctx, []record.Alert{alert("never", far), alert("now", time.Time{}), alert("old", time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC))}); err != nil {
		t.Fatal(err)
	}
	if ids := db.lease(day, 1<<63-1, 10); !slices.Equal(ids, []string{"now", "old"}) {
		t.Errorf("leased %q", ids)
	}
	if ids := db.lease(day.AddDate(100, 0, 0), time.Hour, 10); len(ids) != 0 {
		t.Errorf("leased %q", ids)
	}
	a := alert("now", far)
	if err := db.Settle(ctx, a); err != nil {
		t.Fatal(err)
	}
}

// N7: what a dispatcher that was killed had leased need not wait for the lease to
// run out; what is put off by its own time stays put off.
func TestANewProcessEndsTheLeasesOfTheOneBefore(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	if err := db.Enqueue(ctx, []record.Alert{alert("leased", day), alert("later", day.Add(time.Hour)), alert("sent", day.Add(-time.Hour))}); err != nil {
		t.Fatal(err)
	}
	list, err := db.Lease(ctx, day, 10*time.Minute, 10)
	if err != nil || len(list) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	list[0].State = record.AlertSent
	if err := db.Settle(ctx, list[0]); err != nil {
		t.Fatal(err)
	}
	if n, err := db.Unlease(ctx); err != nil || n != 1 {
		t.Errorf("%d leases ended: %v", n, err)
	}
	if got := db.lease(day, time.Minute, 10); !slices.Equal(got, []string{"leased"}) {
		t.Errorf("leased again: %q", got)
	}
}

// A list goes on where the one before ended, and counting opens no event.
func TestOutboxIsWalkedInPages(t *testing.T) {
	a := open(t)
	ctx := context.Background()
	var all []record.Alert
	for i := range 25 {
		all = append(all, record.Alert{ID: fmt.Sprintf("alert-%02d", i), Channel: "office", Next: day,
			Event: record.Event{Type: record.EventChanged, Site: "a.gov.ir", At: day.Add(time.Duration(i) * time.Hour)}})
	}
	if err := a.Enqueue(ctx, all); err != nil {
		t.Fatal(err)
	}
	gone := all[3]
	gone.State, gone.Settled = record.AlertGivenUp, day
	if err := a.Settle(ctx, gone); err != nil {
		t.Fatal(err)
	}
	var got []string
	for before := ""; ; {
		list, err := a.Alerts(ctx, record.AlertFilter{Before: before, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, al := range list {
			got = append(got, al.ID)
		}
		if len(list) < 10 {
			break
		}
		before = list[9].ID
	}
	if len(got) != 25 || got[0] != "alert-24" || got[10] != "alert-14" || got[24] != "alert-00" {
		t.Errorf("%v", got)
	}
	if list, err := a.Alerts(ctx, record.AlertFilter{Before: "no such alert"}); err != nil || len(list) != 0 {
		t.Errorf("%d alerts before one that is not there, %v", len(list), err)
	}
	if list, _ := a.Alerts(ctx, record.AlertFilter{State: record.AlertGivenUp, Newest: 20}); len(list) != 0 {
		t.Errorf("looked further than told: %v", list)
	}
	n, err := a.Outbox(ctx, 0)
	if err != nil || n.Waiting != 24 || n.GivenUp != 1 || n.Partial || !n.Oldest.Equal(day) {
		t.Errorf("%+v, %v", n, err)
	}
	if n, _ := a.Outbox(ctx, 10); n.Waiting != 10 || !n.Partial {
		t.Errorf("%+v", n)
	}
}

// What is skipped stays due, and costs no write; what cannot be read stops nothing.
func TestLeaseFor(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	other := alert("other", day)
	other.Channel = "hook"
	if err := db.Enqueue(ctx, []record.Alert{alert("one", day), other, alert("two", day)}); err != nil {
		t.Fatal(err)
	}
	not := func(channel string) func(id, ch, digest string) bool {
		return func(_, ch, _ string) bool { return ch == channel }
	}
	if got, err := db.LeaseFor(ctx, day, time.Minute, 1, not("office")); err != nil || len(got) != 1 || got[0].ID != "other" {
		t.Errorf("%v, %v", got, err)
	}
	before := db.Stats().Transactions
	if got, err := db.LeaseFor(ctx, day, time.Minute, 10, not("office")); err != nil || len(got) != 0 || db.Stats().Transactions != before {
		t.Errorf("%v, %v", got, err)
	}
	if got := db.lease(day, time.Minute, 10); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("%q", got)
	}
}
