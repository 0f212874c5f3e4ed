package store_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"policywatch/store"
	"policywatch/store/record"
)

// Every field of a visit comes back, also one that somebody adds to a record.
func TestEveryFieldIsKept(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	v := filled[record.Visit]()
	v.Past.Site, v.Version.Site = v.Site.Domain, v.Site.Domain
	v.Past.Version, v.Version.Number = 1, 1
	v.Version.Snapshot, v.Version.Previous = store.Digest(v.Snapshot.Body), ""
	// These are not kept by themselves: they are others by definition.
	v.Past.Prior.Identity, v.Past.Prior.Exact = "", ""
	v.Version.Document.Imprint = record.Imprint{}
	v.Version.Document.Identity, v.Version.Document.Exact = v.Version.Identity, v.Version.Exact
	for i := range v.Alerts {
		v.Alerts[i].State = record.AlertWaiting
	}
	db.commit(v)

	past := db.past(v.Site.Domain)
	if d := cmp.Diff(v.Past, past); d != "" {
		t.Errorf("past (-committed +read):\n%s", d)
	}
	got, err := db.Version(ctx, v.Site.Domain, 1)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(v.Version, got); d != "" {
		t.Errorf("version (-committed +read):\n%s", d)
	}
	snap, err := db.Snapshot(ctx, v.Version.Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(v.Snapshot, snap); d != "" {
		t.Errorf("snapshot (-committed +read):\n%s", d)
	}
	alerts, err := db.Alerts(ctx, record.AlertFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]record.Alert{v.Alerts[1], v.Alerts[0]}, alerts); d != "" {
		t.Errorf("alerts (-committed +read):\n%s", d)
	}
	notes, err := db.Visits(ctx, v.Site.Domain, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := []record.VisitNote{{At: v.At, First: v.At, Count: 1, State: v.State, Version: 1, Snapshot: v.Version.Snapshot,
		Fault: v.Fault, Reason: v.Reason, Told: v.Told, Trail: v.Trail}}
	if d := cmp.Diff(want, notes); d != "" {
		t.Errorf("visits (-committed +read):\n%s", d)
	}
	sites, err := db.Sites(ctx)
	if err != nil {
		t.Fatal(err)
	}
	listed := v.Past // without what only a visit needs
	listed.TextDigest, listed.ExactDigest, listed.Recent, listed.Rejected, listed.Volatile = "", "", nil, nil, nil
	listed.Prior.Selectors, listed.Prior.Imprint = "", record.Imprint{}
	if len(sites) != 1 || !cmp.Equal(sites[0].Site, v.Site) || !cmp.Equal(sites[0].Past, listed) ||
		sites[0].Title != v.Version.Document.Title || !sites[0].Changed.Equal(v.Version.At) {
		t.Errorf("sites: %+v", sites)
	}
}

func TestVersionsAndTheirTimes(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	for n := 1; n <= 40; n++ {
		db.commit(visitOf("a.gov.ir", n, day.AddDate(0, n, 0), statement(uint64(n), 20)))
	}
	// A neighbour whose name begins alike must not be seen.
	db.commit(visitOf("a.gov.ir.example", 1, day, statement(99, 5)))

	for n := 1; n <= 40; n++ {
		v, err := db.Version(ctx, "a.gov.ir", n)
		if err != nil {
			t.Fatal(err)
		}
		want := visitOf("a.gov.ir", n, day.AddDate(0, n, 0), statement(uint64(n), 20)).Version
		want.Previous = v.Previous
		if d := cmp.Diff(want, v); d != "" {
			t.Fatalf("version %d (-committed +read):\n%s", n, d)
		}
		if (v.Previous == "") != (n == 1) {
			t.Errorf("version %d is chained to %q", n, v.Previous)
		}
	}
	newest, err := db.Version(ctx, "a.gov.ir", 0)
	if err != nil || newest.Number != 40 {
		t.Errorf("the newest is %v, %v", newest, err)
	}
	for _, c := range []struct {
		at   time.Time
		want int
	}{{day.AddDate(0, 1, 0), 1}, {day.AddDate(0, 3, 0).Add(-1), 2}, {day.AddDate(0, 3, 0), 3}, {day.AddDate(99, 0, 0), 40}} {
		v, err := db.VersionAt(ctx, "a.gov.ir", c.at)
		if err != nil || v.Number != c.want {
			t.Errorf("at %s: version %v, %v; want %d", c.at, v, err, c.want)
		}
	}
	history, err := db.History(ctx, "a.gov.ir")
	if err != nil || len(history) != 40 || history[0].Number != 1 || history[39].Number != 40 {
		t.Fatalf("history: %d versions, %v", len(history), err)
	}
	if h := history[39]; h.Document != nil || h.Change == nil || len(h.Findings) != 3 {
		t.Errorf("history holds %+v", h)
	}
	news, err := db.Since(ctx, day.AddDate(0, 38, 0), 0)
	if err != nil || len(news) != 2 || news[0].Number != 40 || news[1].Number != 39 {
		t.Errorf("since: %v, %v", news, err)
	}
	if news, _ := db.Since(ctx, time.Time{}, 7); len(news) != 7 {
		t.Errorf("a limit of 7 gave %d", len(news))
	}
}

func TestNotFound(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	db.commit(visitOf("a.gov.ir", 1, day, statement(1, 5)))
	db.commit(touch(record.Past{Site: "never.gov.ir"}, day))
	errs := map[string]error{}
	_, errs["version 2 of a.gov.ir"] = db.Version(ctx, "a.gov.ir", 2)
	_, errs["version -1 of a.gov.ir"] = db.Version(ctx, "a.gov.ir", -1)
	_, errs["a version of b.gov.ir"] = db.Version(ctx, "b.gov.ir", 0)
	_, errs["a version of never.gov.ir"] = db.Version(ctx, "never.gov.ir", 0)
	_, errs["version of a.gov.ir at 2026-03-21T06:29:00Z"] = db.VersionAt(ctx, "a.gov.ir", day.Truncate(time.Minute).Add(-time.Minute))
	_, errs["history of b.gov.ir"] = db.History(ctx, "b.gov.ir")
	_, errs["history of "] = db.History(ctx, "")
	_, errs["snapshot "+store.Digest(nil)] = db.Snapshot(ctx, store.Digest(nil))
	_, errs["snapshot nonsense"] = db.Snapshot(ctx, "nonsense")
	errs["settle alert x"] = db.Settle(ctx, record.Alert{ID: "x"})
	for what, err := range errs {
		if !errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	p, err := db.Past(ctx, "b.gov.ir")
	if err != nil || p.State != record.StateNew || p.Site != "b.gov.ir" || p.Version != 0 {
		t.Errorf("past of an unknown site: %+v, %v", p, err)
	}
}

// S4: what stands in a domain is only bytes to the keys.
func TestWeirdDomains(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	weird := []string{"a", "a b", "a/../b", "localhost:8080", "[::1]:80", "xn--mgba3a4f16a.ir", "ایران.ir", "x|y", "\xff\xfe", "%00", "\x01",
		strings.Repeat("long.", 200)}
	for i, domain := range weird {
		db.commit(visitOf(domain, 1, day, statement(uint64(i), 3)))
		db.commit(visitOf(domain, 2, day.Add(time.Hour), statement(uint64(i+100), 3)))
	}
	for i, domain := range weird {
		h, err := db.History(ctx, domain)
		if err != nil || len(h) != 2 || h[0].Site != domain {
			t.Errorf("%q: %v, %v", domain, h, err)
		}
		v, err := db.Version(ctx, domain, 2)
		if err != nil || !cmp.Equal(v.Document, statement(uint64(i+100), 3)) {
			t.Errorf("%q has the text of another: %v", domain, err)
		}
	}
	for _, domain := range []string{"", "a\x00b", strings.Repeat("x", 1025)} {
		if err := db.Commit(ctx, record.Visit{Site: record.Site{Domain: domain}, At: day}); err == nil {
			t.Errorf("the domain %.20q was taken", domain)
		}
	}
}

// S8: the same policy under two domains, and the same bytes twice, lie in the
// archive once; each site keeps its own record of how it got them.
func TestEqualContentIsKeptOnce(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	body := []byte(strings.Repeat("<p>متن</p>", 1000))
	for i := range 10 {
		v := visitOf(fmt.Sprintf("s%d.gov.ir", i), 1, day, statement(1, 50))
		v.Snapshot.Body, v.Version.Snapshot = body, store.Digest(body)
		db.commit(v)
	}
	if r := db.sound(); r.Contents != 3 { // body, document, findings
		t.Errorf("%d contents for ten equal sites", r.Contents)
	}
	s, err := db.SnapshotOf(ctx, "s7.gov.ir", store.Digest(body))
	if err != nil || s.URL != "https://s7.gov.ir/privacy" {
		t.Errorf("snapshot of s7: %+v, %v", s, err)
	}
	if _, err := db.SnapshotOf(ctx, "s", store.Digest(body)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a site that has no such snapshot: %v", err)
	}
}

func TestVisitsAreCountedAndPruned(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	at := day
	db.commit(visitOf("a.gov.ir", 1, at, statement(1, 5)))
	past := db.past("a.gov.ir")
	for range 57 {
		at = at.Add(time.Hour)
		db.commit(touch(past, at))
	}
	fault := touch(past, at.Add(time.Hour))
	fault.State, fault.Fault, fault.Reason = "", &record.Fault{Kind: record.FaultTimeout, Detail: "no answer in 30s"}, "no answer"
	db.commit(fault)
	db.commit(touch(past, at.Add(2*time.Hour)))

	notes, err := db.Visits(ctx, "a.gov.ir", 0)
	if err != nil {
		t.Fatal(err)
	}
	type line struct {
		state record.VisitState
		count int
		at    time.Time
		first time.Time
		steps int
	}
	var got []line
	for _, n := range notes {
		got = append(got, line{n.State, n.Count, n.At, n.First, len(n.Trail)})
	}
	want := []line{
		{record.VisitUnchanged, 1, at.Add(2 * time.Hour), at.Add(2 * time.Hour), 0},
		{record.VisitFault, 1, at.Add(time.Hour), at.Add(time.Hour), 1},
		{record.VisitUnchanged, 57, at, day.Add(time.Hour), 0},
		{record.VisitNew, 1, day, day, 1},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(line{})); d != "" {
		t.Errorf("visits (-want +got):\n%s", d)
	}
	if n, _ := db.Visits(ctx, "a.gov.ir", 2); len(n) != 2 {
		t.Errorf("a limit of 2 gave %d", len(n))
	}
	// A site that fails for a year does not fill the archive, S7.
	for i := range 700 {
		fault.At = fault.At.Add(12 * time.Hour)
		fault.Past.Failures = i
		db.commit(fault)
	}
	if r := db.sound(); r.Notes > 30 {
		t.Errorf("%d notes are kept", r.Notes)
	}
}

// S6: a clock that was set back neither loses visits nor takes one for another.
func TestClockSetBack(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	db.commit(visitOf("a.gov.ir", 1, day, statement(1, 5)))
	db.commit(visitOf("a.gov.ir", 2, day.Add(-time.Hour), statement(2, 5)))
	db.commit(touch(db.past("a.gov.ir"), day.Add(-2*time.Hour)))
	db.commit(visitOf("a.gov.ir", 3, day.Add(-2*time.Hour), statement(3, 5))) // the very same instant as the touch
	if p := db.past("a.gov.ir"); p.Version != 3 || !p.LastVisit.Equal(day.Add(-2*time.Hour)) {
		t.Errorf("past: %+v", p)
	}
	if v, err := db.VersionAt(ctx, "a.gov.ir", day.Add(-time.Hour)); err != nil || v.Number != 3 {
		t.Errorf("%v, %v", v, err)
	}
}

func TestImpossibleVisits(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	db.commit(visitOf("a.gov.ir", 1, day, statement(1, 5)))
	db.commit(visitOf("a.gov.ir", 2, day.Add(time.Hour), statement(2, 5)))
	next := func(change func(*record.Visit)) record.Visit {
		v := visitOf("a.gov.ir", 3, day.Add(2*time.Hour), statement(3, 5))
		change(&v)
		return v
	}
	for what, c := range map[string]struct {
		visit record.Visit
		stale bool
	}{
		"a gap":                      {next(func(v *record.Visit) { v.Past.Version, v.Version.Number = 4, 4 }), true},
		"a fork":                     {next(func(v *record.Visit) { v.Past.Version, v.Version.Number = 2, 2 }), true}, // S5
		"an old past":                {next(func(v *record.Visit) { v.Past.Version, v.Version, v.Alerts = 1, nil, nil }), true},
		"past and version disagree":  {next(func(v *record.Visit) { v.Past.Version = 2 }), false},
		"version 0":                  {next(func(v *record.Visit) { v.Past.Version, v.Version.Number = 0, 0 }), false},
		"a number beyond the format": {next(func(v *record.Visit) { v.Past.Version, v.Version.Number = math.MaxInt, math.MaxInt }), false},
		"another site's past":        {next(func(v *record.Visit) { v.Past.Site = "b.gov.ir" }), false},    // D10
		"another site's version":     {next(func(v *record.Visit) { v.Version.Site = "b.gov.ir" }), false}, // D10
		"no time":                    {next(func(v *record.Visit) { v.At = time.Time{} }), false},
		"a version without a time":   {next(func(v *record.Visit) { v.Version.At = time.Time{} }), false},
		"a snapshot nobody kept":     {next(func(v *record.Visit) { v.Version.Snapshot = store.Digest(nil) }), false},
		"a snapshot that is none":    {next(func(v *record.Visit) { v.Version.Snapshot = "abc" }), false},
		"cancelled work":             {next(func(v *record.Visit) { v.Fault = &record.Fault{Kind: record.FaultCancelled} }), false},
		"an alert without ID":        {next(func(v *record.Visit) { v.Alerts[0].ID = "" }), false},
	} {
		err := db.Commit(ctx, c.visit)
		if err == nil || errors.Is(err, store.ErrStale) != c.stale || !strings.Contains(err.Error(), "a.gov.ir") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if h, err := db.History(ctx, "a.gov.ir"); err != nil || len(h) != 2 {
		t.Errorf("after the refusals: %d versions, %v", len(h), err)
	}
	if a, err := db.Alerts(ctx, record.AlertFilter{}); err != nil || len(a) != 2 {
		t.Errorf("after the refusals: %d alerts, %v", len(a), err)
	}
}

func TestCancelledCommitStoresNothing(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := db.Commit(ctx, visitOf("a.gov.ir", 1, day, statement(1, 5))); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if p := db.past("a.gov.ir"); p.State != record.StateNew {
		t.Errorf("past: %+v", p)
	}
}

func TestClosed(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error("closing twice:", err)
	}
	if err := db.Commit(ctx, visitOf("a.gov.ir", 1, day, statement(1, 5))); !errors.Is(err, store.ErrClosed) {
		t.Error("commit:", err)
	}
	if err := db.Commit(ctx, touch(record.Past{Site: "a.gov.ir"}, day)); !errors.Is(err, store.ErrClosed) {
		t.Error("touch:", err)
	}
	if _, err := db.Past(ctx, "a.gov.ir"); !errors.Is(err, store.ErrClosed) {
		t.Error("past:", err)
	}
}
