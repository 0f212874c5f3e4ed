package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"policywatch/configs"
	"policywatch/notify/report"
	"policywatch/notify/web"
	"policywatch/store"
	"policywatch/store/record"
)

const (
	benchSites    = 10_000
	benchVersions = 10
)

// fill keeps ten versions of each of ten thousand statements, with an alert for
// every change.
func fill(b *testing.B) *store.DB {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Path: filepath.Join(b.TempDir(), "policywatch.db")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	visit := func(i, n int) record.Visit {
		domain := fmt.Sprintf("site-%05d.agency.gov.ir", i)
		at := now.AddDate(0, 0, -20*(benchVersions-n)).Add(-time.Duration(i) * time.Second)
		text := fmt.Sprintf("اداره %d اطلاعات شخصی را تنها برای %d ماه نگهداری می‌کند و جز به حکم قانون در اختیار کسی نمی‌گذارد.", i, n)
		doc := &record.Document{Title: "بیانیه حریم خصوصی", Lang: "fa", Dir: "rtl", Extractor: "html/1",
			Blocks:   []record.Block{{Kind: record.Heading, Level: 2, Text: "نگهداری"}, {Kind: record.Paragraph, Text: text}},
			Sections: []record.Section{{Heading: "نگهداری", Topics: []record.Topic{record.Retention}, To: 2}}}
		body := []byte("<p>" + text)
		v := record.Visit{Site: record.Site{Domain: domain, Name: fmt.Sprintf("اداره نمونه %d", i), Profile: "ir-gov", Labels: []string{fmt.Sprint("استان ", i%31)}}, At: at,
			Past: record.Past{Site: domain, State: record.StateOK, Version: n, TextDigest: store.Digest([]byte(text)), LastVisit: at, LastSuccess: at},
			Version: &record.Version{Site: domain, Number: n, At: at, URL: "https://" + domain + "/privacy", Identity: store.Digest([]byte(text)),
				Snapshot: store.Digest(body), Document: doc, Findings: []record.Finding{{ID: "legal_reference", Must: true, Status: record.StatusAbsent}}},
			Snapshot: &record.Snapshot{URL: "https://" + domain, Status: 200, Body: body, At: at}}
		// As much as a year of visits leaves with a site.
		v.Past.Prior = record.Prior{URL: v.Version.URL, ETag: `"5f3a-61b2c"`, LastModified: at.Format(http.TimeFormat), BodyDigest: v.Version.Snapshot, Extractor: "html/1",
			Lang: "fa", Imprint: record.Imprint{Words: v.Version.Identity, Length: len(text), Region: v.Version.Identity, Around: uint64(i), Read: at}}
		v.Past.ExactDigest, v.Past.Topics = v.Version.Identity, []record.Topic{record.Retention, record.SharingThirdParties}
		v.Past.Absent = []string{"legal_reference", "purposes", "correction", "language.versions"}
		for k := n - 1; k > 0; k-- {
			v.Past.Recent = append(v.Past.Recent, store.Digest([]byte(fmt.Sprint(i, k))))
		}
		if n > 1 {
			v.Version.Change = &record.Change{Class: record.ClassSubstantive, Severity: record.Severities()[1+(i+n)%4], Reason: "A period changed.",
				Facts: []record.FactChange{{Kind: record.FactDuration, Before: fmt.Sprintf("P%dM", n-1), After: fmt.Sprintf("P%dM", n)}}}
			v.Alerts = []record.Alert{{ID: fmt.Sprint(domain, n), Channel: "office", State: record.AlertSent, Settled: at,
				Event: record.Event{Type: record.EventChanged, At: at, Site: domain, From: n - 1, To: n, Change: v.Version.Change}}}
		}
		return v
	}
	for n := 1; n <= benchVersions; n++ {
		next := make(chan int)
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				for i := range next {
					if err := db.Commit(ctx, visit(i, n)); err != nil {
						b.Error(err)
					}
				}
			})
		}
		for i := range benchSites {
			next <- i
		}
		close(next)
		wg.Wait()
	}
	return db
}

// BenchmarkTenThousandSites is the server's time for a page over an archive of
// 10,000 sites with 10 versions each. "cold" counts the sites anew, as the daemon does
// when it begins: /metrics waits for all of it, a page half a second at most. The others
// find them counted.
func BenchmarkTenThousandSites(b *testing.B) {
	benchPages(b, fill(b), []page{
		{"overview", "/"}, {"sites", "/sites"}, {"sites/last", "/sites?page=200"}, {"sites/search", "/sites?q=%D8%A7%D8%AF%D8%A7%D8%B1%D9%87+99"},
		{"sites/sorted", "/sites?sort=-changed&label=%D8%A7%D8%B3%D8%AA%D8%A7%D9%86+7"}, {"site", "/sites/site-00042.agency.gov.ir"},
		{"change", "/sites/site-00042.agency.gov.ir/changes/9"}, {"changes", "/changes"}, {"shared", "/shared"}, {"conformance", "/conformance"}, {"alerts", "/alerts"},
		{"alerts/given_up", "/alerts?state=given_up"}, {"health", "/health"}, {"feed", "/feed.atom"}, {"metrics", "/metrics"},
		{"api/sites", "/api/v1/sites?q=%D8%A7%D8%AF%D8%A7%D8%B1%D9%87+99&page=2"}, {"api/statement", "/api/v1/sites/site-00042.agency.gov.ir/statement?at=2025-12-31"},
	})
}

// alive is the size of the heap, in bytes.
func alive() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// page is one that is measured, under a name.
type page struct{ name, target string }

func benchPages(b *testing.B, db *store.DB, pages []page) {
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		b.Fatal(err)
	}
	profiles, err := configs.Profiles(configs.Data())
	if err != nil {
		b.Fatal(err)
	}
	open := func() *web.Dashboard {
		return web.New(web.Options{Reader: db, Report: report.New(books), Books: books, Profiles: profiles, Clock: func() time.Time { return now },
			Missing: func(err error) bool { return errors.Is(err, store.ErrNotFound) }, Revision: func() int64 { return db.Stats().Transactions }, Touched: db.Touched})
	}
	get := func(b *testing.B, h http.Handler, target string) {
		if w := ask(h, "GET", target, "Accept-Language: fa"); w.Code != http.StatusOK {
			b.Fatal(target, w.Code)
		}
	}
	warm := open()
	get(b, warm, "/metrics")
	for _, p := range pages {
		b.Run(p.name, func(b *testing.B) {
			get(b, warm, p.target)
			b.ReportAllocs()
			for b.Loop() {
				get(b, warm, p.target)
			}
		})
	}
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
			before := alive()
			h := open()
			get(b, h, "/metrics")
			get(b, h, "/sites")
			b.ReportMetric((alive()-before)/1e6, "MB")
			get(b, h, "/metrics")
		}
	})
	for _, target := range []string{"/metrics", "/"} {
		b.Run("cold"+target, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				h := open()
				b.StartTimer()
				get(b, h, target)
			}
		})
	}
}
