package export_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/store"
	"policywatch/store/export"
	"policywatch/store/record"
)

// BenchmarkImportAnswers brings in a data set with ten thousand answers that came one
// to a hundred on a site, and reports what is in memory when all of them are known.
func BenchmarkImportAnswers(b *testing.B) {
	const sites, answers = 100, 100
	ctx := b.Context()
	open := func() *store.DB {
		db, err := store.Open(ctx, store.Options{Path: filepath.Join(b.TempDir(), "a.db")})
		if err != nil {
			b.Fatal(err)
		}
		return db
	}
	from := open()
	defer from.Close()
	var wg sync.WaitGroup
	for i := range sites {
		wg.Go(func() {
			site := record.Site{Domain: fmt.Sprintf("s%03d.gov.ir", i)}
			for n := range answers {
				at := day.Add(time.Duration(n) * time.Hour)
				body := []byte(fmt.Sprintf("<p>%d of %d", n, i))
				v := record.Visit{Site: site, At: at, Past: record.Past{Site: site.Domain, State: record.StateOK, Version: 1, LastVisit: at, LastSuccess: at},
					Snapshot: &record.Snapshot{URL: "https://" + site.Domain, Status: 200, Body: body, At: at,
						Header: map[string][]string{"Content-Security-Policy": {strings.Repeat("script-src 'self'; ", 60)}, "Set-Cookie": {fmt.Sprint("id=", n), "b=1"}}}}
				if n == 0 {
					v.Version = &record.Version{Site: site.Domain, Number: 1, At: at, URL: v.Snapshot.URL, Identity: store.Digest(body), Snapshot: store.Digest(body), Document: statement(i, "")}
					v.Past.TextDigest = v.Version.Identity
				}
				if err := from.Commit(ctx, v); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	dir := filepath.Join(b.TempDir(), "set")
	if err := exporter(from).Dataset(ctx, dir, true); err != nil {
		b.Fatal(err)
	}
	alive := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	b.ReportAllocs()
	for b.Loop() {
		to := open()
		before, first := alive(), true
		x := &export.Exporter{Archive: to, Now: day, Step: func(string) {
			if first {
				b.ReportMetric((alive()-before)/sites/answers, "B/answer")
			}
			first = false
		}}
		if done, err := x.Import(ctx, dir, to, conflict); err != nil || done.Answers != sites*answers {
			b.Fatal(done, err)
		}
		to.Close()
	}
}
