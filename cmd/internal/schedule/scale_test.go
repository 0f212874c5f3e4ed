package schedule_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"policywatch/cmd/internal/schedule"
	"policywatch/store/record"
)

// A day of many sites, each visited once, with visits that take a second and now and
// then a minute: how many begin in a second and run at a time, and whether all are
// done. POLICYWATCH_DAY says how many sites; crawler/fleet/SCALE.md rests on it.
func TestADayOfManySites(t *testing.T) {
	n := 2000
	if s, err := strconv.Atoi(os.Getenv("POLICYWATCH_DAY")); err == nil {
		n = s
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		running, most, done, began := 0, 0, 0, 0
		second, busiest, inSecond := time.Time{}, 0, 0
		var sum, hours float64
		rule := schedule.Rule{Every: 24 * time.Hour, Jitter: 0.1}
		dice := rand.New(rand.NewPCG(1, 1))
		measured := time.Now().Add(3 * 24 * time.Hour) // the places of new sites have come apart by then
		visit := func(_ context.Context, domain string) time.Time {
			mu.Lock()
			at := time.Now()
			running++
			if took := at.Truncate(time.Second); took != second {
				second, inSecond = took, 0
			}
			inSecond++
			if !at.Before(measured) {
				began++
				most, busiest = max(most, running), max(busiest, inSecond)
			}
			d := time.Duration((0.7 + dice.ExpFloat64()*0.5) * float64(time.Second))
			if dice.IntN(100) == 0 {
				d = time.Minute
			}
			sum, hours = sum+d.Seconds(), hours+1
			mu.Unlock()
			time.Sleep(d)
			mu.Lock()
			defer mu.Unlock()
			running--
			done++
			return rule.Due(record.Past{Site: domain, LastVisit: at})
		}
		s := &schedule.Scheduler{Visit: visit, Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
		sites := make([]schedule.Site, n)
		for i := range sites {
			domain := fmt.Sprintf("office%d.example", i)
			sites[i] = schedule.Site{Domain: domain, Rule: rule, Due: rule.Due(record.Past{Site: domain, LastVisit: time.Now().Add(-time.Duration(dice.Int64N(int64(24 * time.Hour))))})}
		}
		s.Set(65536, sites)
		runtime.GC()
		runtime.ReadMemStats(&after)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); s.Run(ctx, ctx) }()
		time.Sleep(time.Until(measured) + 24*time.Hour)
		cancel()
		<-ended
		if want := n * 9 / 10; began < want || began > n*11/10 {
			t.Errorf("%d visits in a day, of %d sites", began, n)
		}
		mean := float64(began) / 86400
		if float64(busiest) > 20+8*mean || float64(most) > 40+4*mean*sum/hours {
			t.Errorf("the day is lumpy: up to %d begin in a second, %d run at a time; on average %.2f begin", busiest, most, mean)
		}
		t.Logf("%d sites: %d visits a day, %.2f a second, at most %d in one; at most %d at a time, %.1f on average; the schedule takes %d bytes a site",
			n, began, mean, busiest, most, mean*sum/hours, int64(after.HeapAlloc-before.HeapAlloc)/int64(n))
	})
}
