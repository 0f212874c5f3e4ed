package web_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/store"
	"policywatch/store/record"
)

const largeSites = 200_000

// country opens an archive of 200,000 sites with two or three versions each: some
// hundred systems whose customers share their text, a few thousand grave changes,
// sites that fail, captures that wait, and an outbox. It takes minutes to make;
// POLICYWATCH_LARGE names a file to keep it in for the next time.
func country(b *testing.B) *store.DB {
	ctx := context.Background()
	path := os.Getenv("POLICYWATCH_LARGE")
	if path == "" {
		path = filepath.Join(b.TempDir(), "policywatch.db")
	}
	_, err := os.Stat(path)
	made := err == nil
	db, err := store.Open(ctx, store.Options{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	for n := 1; n <= 4 && !made; n++ { // the fourth visit brings trouble and no version
		next := make(chan int)
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				for i := range next {
					if v, ok := countryVisit(i, n); ok {
						if err := db.Commit(ctx, v); err != nil {
							b.Error(err)
						}
					}
				}
			})
		}
		for i := range largeSites {
			next <- i
		}
		close(next)
		wg.Wait()
	}
	return db
}

func countryVisit(i, n int) (v record.Visit, made bool) {
	versions := 2 + i%2
	fails, waits := i%50 == 7, i%400 == 9
	if n > versions && (n < 4 || !fails && !waits) {
		return v, false
	}
	domain := fmt.Sprintf("site-%06d.agency.gov.ir", i)
	at := now.AddDate(0, 0, -25*(4-n)).Add(-time.Duration(i%86400) * time.Second)
	newest := min(n, versions)
	text := func(k int) string { return fmt.Sprint("متن اداره ", i, " بار ", k) }
	site := record.Site{Domain: domain, Name: fmt.Sprintf("اداره نمونه %d", i), Profile: "ir-gov", Labels: []string{fmt.Sprint("استان ", i%31), []string{"وزارت", "شهرداری"}[i%2]}}
	v = record.Visit{Site: site, At: at,
		Past: record.Past{Site: domain, State: record.StateOK, Version: newest, LastVisit: at, LastSuccess: at, TextDigest: store.Digest([]byte(text(newest))),
			Topics: []record.Topic{record.Retention, record.SharingThirdParties, record.Security}, Absent: []string{"legal_reference", "purposes", "correction", "language.versions"}}}
	v.Past.ExactDigest = v.Past.TextDigest
	for k := newest - 1; k > 0; k-- {
		v.Past.Recent = append(v.Past.Recent, store.Digest([]byte(text(k))))
	}
	address := "https://" + domain + "/privacy"
	v.Past.Prior = record.Prior{URL: address, ETag: `"5f3a-61b2c"`, LastModified: at.Format(http.TimeFormat), BodyDigest: v.Past.TextDigest, Extractor: "html/1", Lang: "fa",
		Imprint: record.Imprint{Words: v.Past.TextDigest, Length: 3000, Region: v.Past.TextDigest, Around: uint64(i), Read: at}}
	if n > versions {
		if fails {
			v.Past.State, v.Past.Failures = record.StateDegraded, 1
			if i%100 == 7 {
				v.Past.State, v.Past.Failures, v.Past.FaultTold, v.Past.ToldAt = record.StateFailing, 4, true, at
			}
			v.Past.LastSuccess = at.AddDate(0, 0, -25)
			v.Fault = &record.Fault{Kind: record.FaultTimeout, Detail: "no answer within 30s"}
			v.Past.LastFault, v.State = v.Fault, record.VisitFault
		} else {
			body := []byte("<p>" + text(9))
			v.State, v.Reason = record.VisitPending, "The text shrank to 20 %."
			v.Snapshot = &record.Snapshot{URL: address, Status: 200, Body: body, At: at}
			v.Past.Pending = &record.Pending{Kind: "collapse", TextDigest: store.Digest(body), Snapshot: store.Digest(body), First: at, Seen: 1, Reason: v.Reason}
		}
		return v, true
	}
	doc := &record.Document{Title: "بیانیه حریم خصوصی", Lang: "fa", Dir: "rtl", Extractor: "html/1", Blocks: []record.Block{{Kind: record.Heading, Level: 2, Text: "نگهداری"}},
		Sections: []record.Section{{Heading: "نگهداری", Topics: []record.Topic{record.Retention}, To: 21}}}
	for k := range 20 {
		line := fmt.Sprintf("سامانه شماره %d اطلاعات شخصی کاربران را تنها برای هدف شماره %d گردآوری می‌کند و در اختیار دیگران نمی‌گذارد.", i%400, k)
		if k < 3 {
			line = fmt.Sprintf("اداره %d اطلاعات شخصی بند %d را تنها برای %d ماه نگهداری می‌کند و جز به حکم قانون در اختیار کسی نمی‌گذارد.", i, k, n)
		}
		doc.Blocks = append(doc.Blocks, record.Block{Kind: record.Paragraph, Text: line})
	}
	var body strings.Builder
	for _, x := range doc.Blocks {
		body.WriteString("<p>" + x.Text + "\n")
	}
	v.Snapshot = &record.Snapshot{URL: address, Status: 200, Body: []byte(body.String()), At: at}
	v.Version = &record.Version{Site: domain, Number: n, At: at, URL: address, Identity: v.Past.TextDigest, Exact: v.Past.TextDigest, Snapshot: store.Digest(v.Snapshot.Body), Document: doc,
		Findings: []record.Finding{{ID: "legal_reference", Must: true, Status: record.StatusAbsent}, {ID: "purposes", Must: true, Status: []record.Status{record.StatusPresent, record.StatusAbsent}[i%2]}}}
	if n == 1 {
		return v, true
	}
	c := &record.Change{Class: record.ClassMinor, Severity: record.SeverityMinor, Reason: "A period changed.",
		Facts: []record.FactChange{{Kind: record.FactDuration, Before: fmt.Sprintf("P%dM", n-1), After: fmt.Sprintf("P%dM", n)}}}
	if i%60 == 11 {
		c.Class, c.Severity = record.ClassSubstantive, []record.Severity{record.SeverityMajor, record.SeverityCritical}[i%2]
		a := record.Alert{ID: fmt.Sprint(domain, n), Channel: "office", State: record.AlertSent, Settled: at,
			Event: record.Event{Type: record.EventChanged, At: at, Site: domain, Name: site.Name, URL: address, From: n - 1, To: n, Severity: c.Severity, Change: c, Labels: site.Labels}}
		switch {
		case i%3000 == 11:
			a.State, a.Reason = record.AlertGivenUp, "refused: 550 no such user"
		case i%3000 == 71:
			a.State, a.Settled, a.Next = record.AlertWaiting, time.Time{}, now.AddDate(9, 0, 0)
		}
		v.Alerts = []record.Alert{a}
	}
	v.Version.Change = c
	return v, true
}

// BenchmarkTwoHundredThousandSites is BenchmarkTenThousandSites over an archive of that
// many.
func BenchmarkTwoHundredThousandSites(b *testing.B) {
	db := country(b)
	benchPages(b, db, []page{{"overview", "/"}, {"sites", "/sites"}, {"sites/last", "/sites?page=4000"}, {"sites/search", "/sites?q=%D8%A7%D8%AF%D8%A7%D8%B1%D9%87+99"},
		{"sites/failing", "/sites?state=failing"}, {"sites/pending", "/sites?state=pending"}, {"sites/none", "/sites?state=none"}, {"sites/label", "/sites?label=%D8%A7%D8%B3%D8%AA%D8%A7%D9%86+7"},
		{"sites/profile", "/sites?profile=ir-gov"}, {"sites/changed", "/sites?sort=-changed"}, {"site", "/sites/site-100042.agency.gov.ir"}, {"changes", "/changes"},
		{"pending", "/pending"}, {"conformance", "/conformance"}, {"alerts", "/alerts"}, {"alerts/given_up", "/alerts?state=given_up"}, {"health", "/health"}, {"metrics", "/metrics"},
		{"api/sites", "/api/v1/sites?q=%D8%A7%D8%AF%D8%A7%D8%B1%D9%87+99&page=2"}, {"shared", "/shared"}})
}
