package notify_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"policywatch/notify"
	"policywatch/notify/file"
	"policywatch/store"
	"policywatch/store/record"
)

// BenchmarkTenThousandAlerts delivers so many, of a few kilobytes each, from an archive
// on disk to a feed, and reports what lay in memory half-way.
func BenchmarkTenThousandAlerts(b *testing.B) {
	const n = 10_000
	ctx := context.Background()
	for b.Loop() {
		b.StopTimer()
		db, err := store.Open(ctx, store.Options{Path: filepath.Join(b.TempDir(), "policywatch.db")})
		if err != nil {
			b.Fatal(err)
		}
		var alerts []record.Alert
		for i := range n {
			a := alert(fmt.Sprintf("%05d", i), "feed")
			c := *a.Event.Change
			for k := range 20 {
				c.Edits = append(c.Edits, record.Edit{Op: record.EditReplace, Section: "Retention", Before: strings.Repeat(fmt.Sprintf("We keep item %d of office %d for a year. ", k, i), 4), After: "We keep it."})
			}
			a.Event.Change = &c
			alerts = append(alerts, a)
		}
		for ; len(alerts) > 0; alerts = alerts[500:] {
			if err := db.Enqueue(ctx, alerts[:500]); err != nil {
				b.Fatal(err)
			}
		}
		feed, err := file.NewFeed(file.FeedOptions{Path: filepath.Join(b.TempDir(), "feed.atom"), Name: "all"})
		if err != nil {
			b.Fatal(err)
		}
		alerts = nil
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		before := m.HeapAlloc
		var peak atomic.Uint64
		ended := make(chan struct{})
		go func() {
			for {
				select {
				case <-ended:
					return
				case <-time.After(200 * time.Millisecond):
					runtime.GC()
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak.Store(max(peak.Load(), m.HeapAlloc))
				}
			}
		}()
		d := dispatcher(nil, still, map[string]notify.Sender{"feed": feed})
		d.Outbox = db
		b.StartTimer()
		tally, err := d.Drain(ctx)
		b.StopTimer()
		close(ended)
		if err != nil || tally.Sent != n {
			b.Fatal(tally, err)
		}
		b.ReportMetric(float64(peak.Load()-before)/1e6, "MB-live")
		b.ReportMetric(float64(db.Stats().Transactions), "transactions")
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
