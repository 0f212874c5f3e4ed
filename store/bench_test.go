//go:build unix

package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"policywatch/store"
	"policywatch/store/record"
)

// each runs fn for 0 to n-1 on 64 goroutines, as a scan does.
func each(n int, fn func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range 64 {
		wg.Go(func() {
			for i := range next {
				fn(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

func domainOf(i int) string { return fmt.Sprintf("site-%05d.agency.gov.ir", i*7919%100003) }

// firstVisit is a page of about 60 KB with a statement of about 12 KB in it.
func firstVisit(i int) record.Visit {
	v := visitOf(domainOf(i), 1, day, statement(uint64(i), 90))
	v.Snapshot.Body = page(v.Version.Document, 60_000, uint64(i))
	v.Version.Snapshot = store.Digest(v.Snapshot.Body)
	return v
}

// secondVisit is a later one: the same page with new noise and one sentence turned.
func secondVisit(i int) record.Visit {
	v := visitOf(domainOf(i), 2, day.AddDate(0, 0, 1), statement(uint64(i), 90))
	v.Version.Document.Blocks[3].Text += " " + sentences[i%len(sentences)]
	v.Snapshot.Body = page(v.Version.Document, 60_000, uint64(i+1e6))
	v.Version.Snapshot = store.Digest(v.Snapshot.Body)
	return v
}

func benchOpen(b *testing.B) *store.DB {
	db, err := store.Open(context.Background(), store.Options{Path: b.TempDir() + "/policywatch.db"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

// cpu is the processor time of this process so far.
func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// benchVisits commits ready-made visits and reports processor time as well.
func benchVisits(b *testing.B, db *store.DB, visits []record.Visit) {
	b.ReportAllocs()
	size := fileSize(b, db)
	before, busy := db.Stats(), cpu()
	b.ResetTimer()
	each(len(visits), func(i int) {
		if err := db.Commit(context.Background(), visits[i]); err != nil {
			b.Error(err)
		}
	})
	b.StopTimer()
	n := float64(len(visits))
	b.ReportMetric(float64((cpu()-busy).Microseconds())/n, "cpu-µs/op")
	b.ReportMetric(n/float64(max(1, db.Stats().Transactions-before.Transactions)), "visits/tx")
	b.ReportMetric(float64(fileSize(b, db)-size)/n, "B/visit")
}

func fileSize(b *testing.B, db *store.DB) int64 {
	info, err := os.Stat(db.Path())
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

func BenchmarkCommitFirst(b *testing.B) {
	db := benchOpen(b)
	visits := make([]record.Visit, b.N)
	for i := range visits {
		visits[i] = firstVisit(i)
	}
	benchVisits(b, db, visits)
}

func BenchmarkCommitChanged(b *testing.B) {
	db := benchOpen(b)
	first, second := make([]record.Visit, b.N), make([]record.Visit, b.N)
	for i := range first {
		first[i], second[i] = firstVisit(i), secondVisit(i)
	}
	each(b.N, func(i int) { db.Commit(context.Background(), first[i]) })
	benchVisits(b, db, second)
}

func BenchmarkCommitUnchanged(b *testing.B) {
	const sites = 2000
	db := benchOpen(b)
	each(sites, func(i int) {
		v := visitOf(domainOf(i), 1, day, statement(1, 1))
		if err := db.Commit(context.Background(), v); err != nil {
			b.Error(err)
		}
	})
	visits := make([]record.Visit, b.N)
	for i := range visits {
		p, err := db.Past(context.Background(), domainOf(i%sites))
		if err != nil {
			b.Fatal(err)
		}
		visits[i] = touch(p, day.Add(time.Duration(i+1)*time.Second))
		visits[i].Site = visitOf(p.Site, 1, day, statement(1, 1)).Site
	}
	benchVisits(b, db, visits)
}

func BenchmarkPast(b *testing.B) {
	db := benchOpen(b)
	each(2000, func(i int) { db.Commit(context.Background(), visitOf(domainOf(i), 1, day, statement(1, 1))) })
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := db.Past(context.Background(), domainOf(i%2000)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVersion(b *testing.B) {
	db := benchOpen(b)
	for n := 1; n <= 16; n++ {
		v := visitOf("a.gov.ir", n, day.AddDate(0, 0, n), statement(1, 90))
		v.Version.Document.Blocks[n].Text += " x"
		if err := db.Commit(context.Background(), v); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := db.Version(context.Background(), "a.gov.ir", 16); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTenThousandSites is what an archive of that many costs: on disk, in
// memory after one more visit of each, and to list.
func BenchmarkTenThousandSites(b *testing.B) {
	const sites = 10_000
	ctx := context.Background()
	for b.Loop() {
		db := benchOpen(b)
		heap, resident := memory(b)
		start := time.Now()
		each(sites, func(i int) {
			v := firstVisit(i)
			if err := db.Commit(ctx, v); err != nil {
				b.Error(err)
			}
		})
		b.ReportMetric(time.Since(start).Seconds(), "s-first")
		start = time.Now()
		each(sites, func(i int) {
			p, err := db.Past(ctx, domainOf(i))
			if err == nil {
				err = db.Commit(ctx, touch(p, day.AddDate(0, 0, 1)))
			}
			if err != nil {
				b.Error(err)
			}
		})
		b.ReportMetric(time.Since(start).Seconds(), "s-second")
		heapAfter, residentAfter := memory(b)
		b.ReportMetric((heapAfter-heap)/sites, "heap-B/site")
		b.ReportMetric((residentAfter-resident)/sites, "mapped-B/site")
		start = time.Now()
		rows, err := db.Sites(ctx)
		if err != nil || len(rows) != sites {
			b.Fatal(len(rows), err)
		}
		b.ReportMetric(float64(time.Since(start).Microseconds())/1000, "ms-list")
		b.ReportMetric(float64(fileSize(b, db))/sites, "disk-B/site")
		start = time.Now()
		r, err := db.Check(ctx)
		if err != nil || !r.OK() {
			b.Fatal(r, err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s-check")
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// memory returns the live heap and the file pages in memory, in bytes; the
// latter where the system tells.
func memory(b *testing.B) (heap, files float64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return float64(m.HeapAlloc), 0
	}
	for line := range bytes.Lines(status) {
		if f := bytes.Fields(line); len(f) == 3 && string(f[0]) == "RssFile:" {
			kb, err := strconv.Atoi(string(f[1]))
			if err != nil {
				b.Fatal(err)
			}
			files = float64(kb) * 1024
		}
	}
	return float64(m.HeapAlloc), files
}
