package export_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"policywatch/store"
	"policywatch/store/export"
	"policywatch/store/record"
)

var day = time.Date(2026, 3, 21, 6, 30, 0, 123456789, time.UTC)

// open makes an archive that is checked when its test ends.
func open(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if r, err := db.Check(context.Background()); err != nil || !r.OK() {
			t.Errorf("integrity: %v, %v", err, r.Damage)
		}
		db.Close()
	})
	return db
}

func exporter(db *store.DB) *export.Exporter {
	return &export.Exporter{Archive: db, Program: "policywatch test", Now: day.AddDate(1, 0, 0)}
}

func statement(n int, more string) *record.Document {
	d := &record.Document{Title: "بیانیه حریم خصوصی", Lang: "fa", Dir: "rtl", Extractor: "html/1",
		Blocks: []record.Block{
			{Kind: record.Heading, Level: 2, Text: "گردآوری"},
			{Kind: record.Paragraph, Text: fmt.Sprintf("ما نام شما را نگه می‌داریم. مدت %d ماه است؟ بله.", n), Links: []record.Link{{Text: "قانون", URL: "https://a.example/law"}}},
			{Kind: record.Item, Level: 2, Text: "=HYPERLINK(\"https://evil.example\")"},
			{Kind: record.Paragraph, Text: "<script>alert(1)</script>" + more},
		},
		Sections: []record.Section{{Heading: "گردآوری", Level: 2, Topics: []record.Topic{record.Retention}, Confidence: 0.8125, From: 0, To: 4, Words: []string{"ماه"}}},
		Facts:    []record.Fact{{Kind: record.FactDuration, Value: fmt.Sprintf("P%dM", n), Text: fmt.Sprintf("%d ماه", n), Block: 1}},
		Quality:  record.Quality{Verdict: record.VerdictStatement, Score: 0.9, Reasons: []string{"names its subject"}},
	}
	d.Identity, d.Exact = store.Digest([]byte(d.Text())), store.Digest([]byte("x"+d.Text()))
	return d
}

// commit makes version n of a site.
func commit(t *testing.T, db *store.DB, domain string, n int, at time.Time, body string) {
	t.Helper()
	d := statement(n, domain)
	url := "https://" + domain + "/privacy"
	before, err := db.Past(t.Context(), domain)
	if err != nil {
		t.Fatal(err)
	}
	past := record.Past{Site: domain, State: record.StateOK, Version: n, TextDigest: d.Identity, ExactDigest: d.Exact, LastVisit: at, LastSuccess: at,
		Topics: []record.Topic{record.Retention}, Absent: []string{"rights"},
		Prior: record.Prior{URL: url, BodyDigest: store.Digest([]byte(body)), Extractor: "html/1", Lang: "fa", Selectors: "\n.menu\na[b=';']"}}
	if n > 1 {
		past.Recent = append([]string{before.TextDigest}, before.Recent...)
	}
	v := record.Visit{Site: record.Site{Domain: domain, Name: "=cmd()", Profile: "ir-gov", Labels: []string{"ministry", "north"}, Remove: []string{".menu", "a[b=';']"},
		Every: 6 * time.Hour}, At: at, Past: past,
		Snapshot: &record.Snapshot{URL: "http://" + domain + "/p", FinalURL: url, Status: 200, At: at, Via: "http", Took: 1500 * time.Millisecond, Body: []byte(body),
			Chain:  []record.Hop{{Status: 301, From: "http://" + domain + "/p", To: url}},
			Header: map[string][]string{"Content-Type": {"text/html"}, "Content-Encoding": {"gzip"}, "Set-Cookie": {"a=1", "b=2"}}},
		Version: &record.Version{Number: n, At: at, URL: url, Identity: d.Identity, Exact: d.Exact, Snapshot: store.Digest([]byte(body)), Document: d,
			Findings: []record.Finding{
				{ID: "rights", Title: "حقوق", Must: true, Status: record.StatusAbsent, Topics: []record.Topic{record.Rights}, Reason: "no section speaks of it"},
				{ID: "retention", Status: record.StatusPresent, Topics: []record.Topic{record.Retention}, Evidence: &record.Evidence{Quote: "ماه", Section: "گردآوری"}}}}}
	if n > 1 {
		v.Version.Change = &record.Change{Class: record.ClassSubstantive, Severity: record.SeverityMajor, Reason: "A period changed:\nfrom one to another.",
			Told: []record.Sentence{record.Say("fact.changed", record.Quote("rtl", "یک ماه"), record.Count(2)), {Key: "lost", Values: []record.Value{
				{Kind: record.ValueElement, More: 1, Elements: []record.ElementName{{ID: "rights", Title: map[string]string{"en": "Rights", "fa": "حقوق"}}}}}}},
			Altered: []record.Topic{record.Retention}, Facts: []record.FactChange{{Kind: record.FactDuration, Before: "P1M", After: "P2M"}},
			Edits: []record.Edit{{Op: record.EditReplace, Section: "گردآوری", Before: "<b>یک", After: "دو", Parts: []record.Part{{Op: record.EditDelete, Text: "یک"}}}}}
		for i, state := range []record.AlertState{record.AlertSent, record.AlertWaiting} {
			v.Alerts = append(v.Alerts, record.Alert{ID: fmt.Sprintf("%s-%d-%d", domain, n, i), Channel: "office", State: state, Tries: i, Next: at, Why: []record.Cause{{Route: "law", Floor: "major"}},
				Event: record.Event{Type: record.EventChanged, At: at, Site: domain, From: n - 1, To: n, Severity: record.SeverityMajor, Change: v.Version.Change}})
		}
	}
	if err := db.Commit(t.Context(), v); err != nil {
		t.Fatal(err)
	}
}

// ministry fills an archive: three sites, of which two once sent the same bytes,
// an answer that made no version, and a site that was never read.
func ministry(t *testing.T) *store.DB {
	t.Helper()
	db := open(t)
	for n := 1; n <= 3; n++ {
		for _, domain := range []string{"a.gov.ir", "127.0.0.1:8080"} {
			commit(t, db, domain, n, day.AddDate(0, 0, n), fmt.Sprintf("<html>%d</html>", n))
		}
	}
	commit(t, db, "xn--mgbaam7a8h", 1, day, "%PDF-1.4 \x00\x01\x02")
	past, err := db.Past(t.Context(), "a.gov.ir")
	if err != nil {
		t.Fatal(err)
	}
	past.LastVisit = day.AddDate(0, 0, 9)
	if err := db.Commit(t.Context(), record.Visit{Site: record.Site{Domain: "a.gov.ir", Name: "=cmd()", Profile: "ir-gov", Labels: []string{"ministry", "north"},
		Remove: []string{".menu", "a[b=';']"}, Every: 6 * time.Hour}, At: past.LastVisit, Past: past, State: record.VisitUnchanged,
		Snapshot: &record.Snapshot{URL: "https://a.gov.ir/privacy", FinalURL: "https://a.gov.ir/privacy", Status: 200, Via: "browser",
			At: past.LastVisit, Body: []byte("<html>3 again</html>")}}); err != nil {
		t.Fatal(err)
	}
	fault := &record.Fault{Kind: record.FaultDNS, Detail: "no such host"}
	if err := db.Commit(t.Context(), record.Visit{Site: record.Site{Domain: "gone.gov.ir"}, At: day, Fault: fault,
		Past: record.Past{Site: "gone.gov.ir", State: record.StateFailing, Failures: 4, LastFault: fault, LastVisit: day}}); err != nil {
		t.Fatal(err)
	}
	return db
}

func read(t *testing.T, name ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(name...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestNothingIsOverwrittenUnasked(t *testing.T) {
	db := ministry(t)
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious")
	if err := os.WriteFile(precious, []byte("kept"), 0o644); err != nil {
		t.Fatal(err)
	}
	x := exporter(db)
	for name, err := range map[string]error{
		"dataset": x.Dataset(t.Context(), dir, false), "git": x.Git(t.Context(), dir), "warc": x.Warc(t.Context(), precious),
		"bundle": x.Bundle(t.Context(), "a.gov.ir", 1, dir), "zip": x.Bundle(t.Context(), "a.gov.ir", 1, filepath.Join(precious)),
	} {
		if name == "zip" {
			if err == nil {
				t.Error("a bundle was written under a file")
			}
			continue
		}
		want := export.ErrThere
		if name == "git" {
			want = export.ErrNotOurs
		}
		if !errors.Is(err, want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if read(t, precious) != "kept" {
		t.Error("the file was overwritten")
	}
	if err := x.Bundle(t.Context(), "a.gov.ir", 9, filepath.Join(dir, "no")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a version that is not there: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}
