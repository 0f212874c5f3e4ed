package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"policywatch/store"
	"policywatch/store/record"
)

func briefs(t *testing.T, db *store.DB, domains []string) (out []record.SiteBrief) {
	t.Helper()
	if err := db.Briefs(context.Background(), domains, func(s *record.SiteBrief) error {
		x := *s
		x.Labels = slices.Clone(s.Labels)
		out = append(out, x)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// A brief says of a site what its row in a list says.
func TestBriefsAgreeWithLists(t *testing.T) {
	db := open(t)
	for i, domain := range []string{"b.gov", "a.gov", "a.gov.ir", "a.gov:8080", "c"} {
		v := visitOf(domain, 1, day, statement(uint64(i), 2))
		v.Site.Labels, v.Site.Profile = []string{"one", fmt.Sprint(i)}, "ir-gov"
		v.Version.Findings = append(v.Version.Findings, record.Finding{ID: "purposes", Must: true, Status: record.StatusAbsent})
		db.commit(v)
		if i%2 == 0 {
			db.commit(visitOf(domain, 2, day.Add(time.Hour), statement(uint64(i+9), 2)))
		}
		if i == 1 {
			w := touch(v.Past, day.Add(time.Hour))
			w.Past.State, w.Past.Pending = record.StateFailing, &record.Pending{Kind: "gone", First: day, Seen: 1, Reason: "x"}
			w.State, w.Site = record.VisitPending, v.Site
			db.commit(w)
		}
	}
	rows, err := db.Sites(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var want []record.SiteBrief
	for _, r := range rows {
		want = append(want, record.SiteBrief{Domain: r.Site.Domain, Name: r.Site.Name, Profile: r.Site.Profile, Labels: r.Site.Labels, State: r.Past.State, Version: r.Past.Version,
			Pending: r.Past.Pending != nil, LastVisit: r.Past.LastVisit, LastSuccess: r.Past.LastSuccess, Changed: r.Changed, Title: r.Title,
			Absent: len(r.Past.Absent), AbsentRequired: len(r.AbsentRequired)})
	}
	if d := cmp.Diff(want, briefs(t, db.DB, nil)); d != "" {
		t.Errorf("-list +brief:\n%s", d)
	}
	if d := cmp.Diff([]record.SiteBrief{want[4], want[0]}, briefs(t, db.DB, []string{"c", "nobody.gov", "", "a.gov"})); d != "" {
		t.Errorf("of some, -list +brief:\n%s", d)
	}
	some, err := db.SiteRows(context.Background(), []string{"c", "nobody.gov", "", "a.gov"})
	if d := cmp.Diff([]store.SiteRow{rows[4], rows[0]}, some); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	for _, domain := range []string{"c", "a.gov", "nobody.gov"} {
		p, err := db.Standing(context.Background(), domain)
		full := db.past(domain)
		want := record.Past{Site: domain, State: full.State, Version: full.Version, Failures: full.Failures, LastVisit: full.LastVisit, LastSuccess: full.LastSuccess,
			LastFault: full.LastFault, FaultTold: full.FaultTold, ToldAt: full.ToldAt, Pending: full.Pending,
			Prior: record.Prior{ETag: full.Prior.ETag, LastModified: full.Prior.LastModified, BodyDigest: full.Prior.BodyDigest}}
		if d := cmp.Diff(want, p); d != "" || err != nil {
			t.Errorf("%v, -past +standing:\n%s", err, d)
		}
	}
	stop := errors.New("enough")
	if err := db.Briefs(context.Background(), nil, func(*record.SiteBrief) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// Whoever reads what he is told of as touched misses nothing, and nothing twice.
func TestTouched(t *testing.T) {
	db := open(t)
	ask := func(since int64) (string, int64) {
		domains, now, all := db.Touched(since)
		slices.Sort(domains)
		if all {
			return "all", now
		}
		return fmt.Sprint(domains), now
	}
	commit := func(domain string, n int) {
		db.commit(visitOf(domain, n, day.Add(time.Duration(n)*time.Hour), statement(uint64(n), 2)))
	}
	commit("a.gov", 1)
	got, first := ask(0)
	if got != "all" {
		t.Error(got)
	}
	if got, now := ask(first); got != "[]" || now != first {
		t.Error(got)
	}
	commit("a.gov", 2)
	commit("b.gov", 1)
	commit("a.gov", 3)
	got, second := ask(first)
	if got != "[a.gov b.gov]" {
		t.Error(got)
	}
	if got, _ := ask(second); got != "[]" {
		t.Error(got)
	}
	commit("b.gov", 2)
	if got, _ := ask(first); got != "all" {
		t.Errorf("what was told is not known any more: %s", got)
	}
	if got, _ := ask(1 << 40); got != "all" {
		t.Errorf("of another archive: %s", got)
	}
}
