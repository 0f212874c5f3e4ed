//go:build unix

package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"policywatch/store"
)

// Pages of sites, put together, are all sites.
func TestSitesInPages(t *testing.T) {
	ctx := context.Background()
	a := open(t)
	for _, domain := range []string{"b.gov", "a.gov", "a.gov.ir", "a.gov:8080", "c"} {
		a.commit(visitOf(domain, 1, day, statement(1, 2)))
	}
	all, err := a.Sites(ctx)
	if err != nil || len(all) != 5 {
		t.Fatalf("%d sites, %v", len(all), err)
	}
	for size := 1; size <= 6; size++ {
		var got []store.SiteRow
		for after := ""; ; {
			page, err := a.SitesAfter(ctx, after, size)
			if err != nil || len(page) > size {
				t.Fatalf("%d of %d, %v", len(page), size, err)
			}
			if len(page) == 0 {
				break
			}
			got = append(got, page...)
			after = page[len(page)-1].Site.Domain
		}
		if fmt.Sprint(got) != fmt.Sprint(all) {
			t.Errorf("in pages of %d: %d sites", size, len(got))
		}
	}
}

// BenchmarkThousandVersions reads versions and their bodies out of a long history.
func BenchmarkThousandVersions(b *testing.B) {
	const versions = 1000
	ctx := context.Background()
	db := benchOpen(b)
	for n := 1; n <= versions; n++ {
		v := visitOf("a.gov.ir", n, day.AddDate(0, 0, n), statement(1, 90))
		blocks := v.Version.Document.Blocks
		blocks[n%len(blocks)].Text += fmt.Sprint(" ", n)
		v.Snapshot.Body = page(v.Version.Document, 60_000, uint64(n))
		v.Version.Snapshot = store.Digest(v.Snapshot.Body)
		if err := db.Commit(ctx, v); err != nil {
			b.Fatal(err)
		}
	}
	var worst time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		v, err := db.Version(ctx, "a.gov.ir", 1+i%versions)
		if err == nil {
			_, err = db.SnapshotOf(ctx, "a.gov.ir", v.Snapshot)
		}
		if err != nil {
			b.Fatal(err)
		}
		worst = max(worst, time.Since(start))
	}
	b.ReportMetric(float64(worst.Microseconds())/1000, "ms-worst")
	b.ReportMetric(float64(fileSize(b, db))/versions, "disk-B/version")
}

// BenchmarkHundredThousandSites opens an archive of that many sites with ten
// versions each. It takes minutes to make; POLICYWATCH_BIG names a file to keep it
// in for the next time.
func BenchmarkHundredThousandSites(b *testing.B) {
	const sites, versions = 100_000, 10
	ctx := context.Background()
	path := os.Getenv("POLICYWATCH_BIG")
	if path == "" {
		path = filepath.Join(b.TempDir(), "big.db")
	}
	if _, err := os.Stat(path); err != nil {
		db, err := store.Open(ctx, store.Options{Path: path})
		if err != nil {
			b.Fatal(err)
		}
		for n := 1; n <= versions; n++ {
			each(sites, func(i int) {
				v := visitOf(domainOf(i), n, day.AddDate(0, 0, n), statement(uint64(i%500+n), 10))
				v.Alerts = nil
				if err := db.Commit(ctx, v); err != nil {
					b.Error(err)
				}
			})
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		heap, resident := memory(b)
		start := time.Now()
		db, err := store.Open(ctx, store.Options{Path: path})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(start).Microseconds())/1000, "ms-open")
		start = time.Now()
		if rows, err := db.SitesAfter(ctx, "", 100); err != nil || len(rows) != 100 {
			b.Fatal(len(rows), err)
		}
		b.ReportMetric(float64(time.Since(start).Microseconds())/1000, "ms-first-page")
		start = time.Now()
		if rows, err := db.SitesAfter(ctx, "site-050000", 100); err != nil || len(rows) != 100 {
			b.Fatal(len(rows), err)
		}
		b.ReportMetric(float64(time.Since(start).Microseconds())/1000, "ms-middle-page")
		heapAfter, residentAfter := memory(b)
		b.ReportMetric((heapAfter-heap)/1e6, "MB-heap")
		b.ReportMetric((residentAfter-resident)/1e6, "MB-mapped")
		start = time.Now()
		rows, err := db.Sites(ctx)
		if err != nil || len(rows) != sites {
			b.Fatal(len(rows), err)
		}
		b.ReportMetric(float64(time.Since(start).Microseconds())/1000, "ms-all-sites")
		b.ReportMetric(float64(fileSize(b, db))/sites, "disk-B/site")
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
