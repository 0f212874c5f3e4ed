package schedule_test

import (
	"fmt"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"policywatch/cmd/internal/schedule"
)

// BenchmarkTwoHundredThousandSites is what a long list costs: to be planned, to be
// reported on, and to have one site taken out of turn.
func BenchmarkTwoHundredThousandSites(b *testing.B) {
	const sites = 200_000
	rule := schedule.Rule{Every: 12 * time.Hour, Jitter: 0.1, Windows: schedule.Windows{Zone: time.UTC}}
	list := make([]schedule.Site, sites)
	for i := range list {
		list[i] = schedule.Site{Domain: fmt.Sprintf("agency%06d.gov.example", i), Rule: rule, Due: time.Now().Add(time.Minute + time.Duration(i)*12*time.Hour/sites)}
	}
	plan := func() *schedule.Scheduler {
		s := &schedule.Scheduler{Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
		s.Set(64, list)
		return s
	}
	b.Run("set", func(b *testing.B) {
		b.ReportAllocs()
		var s *schedule.Scheduler
		before := heap()
		for b.Loop() {
			s = plan()
		}
		b.ReportMetric(float64(heap()-before)/sites, "B-held/site")
		runtime.KeepAlive(s)
	})
	b.Run("status", func(b *testing.B) {
		s := plan()
		for b.Loop() {
			s.Status()
		}
	})
	b.Run("hurry", func(b *testing.B) {
		s := plan()
		for i := 0; b.Loop(); i++ {
			s.Hurry(list[i*7919%sites].Domain)
		}
	})
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
