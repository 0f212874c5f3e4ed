package monitor_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"policywatch/cmd/internal/monitor"
	"policywatch/store/record"
)

// network is a thousand sites behind one line, which may be down. A visit asks when
// it begins; one that began while the line was down ends in a fault, whatever has
// become of the line since.
type network struct {
	s    *scene
	down atomic.Bool
	hang func(site string) // called by a visit that will fail, before it does
}

func (n *network) Observe(_ context.Context, site record.Site, _ record.Prior) record.Observation {
	next := n.s.sees(statement, "text/1")
	if n.down.Load() {
		if n.hang != nil {
			n.hang(site.Domain)
		}
		next = fails(record.FaultTimeout)
	}
	o := next()
	o.Site, o.At = site.Domain, n.s.now
	return o
}

func (n *network) Again(_ context.Context, site record.Site, _ string, _ *record.Document) record.Observation {
	return n.Observe(context.Background(), site, record.Prior{})
}

// N4: the monitor's line goes down under a thousand sites and comes back, 64 visits
// at a time as the daemon makes them. It is one notice and one that it is over: no
// site is blamed, none is said to have recovered, and visits that hang from the time
// of the outage until after it neither blame their sites nor begin another outage.
func TestAThousandSitesAtOnce(t *testing.T) {
	const n, workers = 1000, 64
	s := newScene(t)
	line := &network{s: s}
	s.Looker = s.from(line)
	var outlook monitor.Outlook
	var mu sync.Mutex
	var turns []string
	w := s.Watch(&outlook, n, func(down bool, _ int) {
		mu.Lock()
		defer mu.Unlock()
		turns = append(turns, fmt.Sprint("down ", down))
	})
	var told atomic.Int64
	check := func(domain string) {
		r, err := w.Check(t.Context(), record.Site{Domain: domain})
		if err != nil {
			t.Error(err)
		}
		told.Add(int64(r.Alerts))
	}
	var sites []string
	for i := range n {
		sites = append(sites, fmt.Sprintf("s%03d.gov", i))
	}
	round := func(sites []string) {
		s.now = s.now.Add(12 * time.Hour)
		todo := make(chan string)
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for domain := range todo {
					check(domain)
				}
			})
		}
		for _, domain := range sites {
			todo <- domain
		}
		close(todo)
		wg.Wait()
	}

	round(sites)
	line.down.Store(true)
	for range 4 {
		round(sites)
	}
	if told.Load() != 0 || !slices.Equal(turns, []string{"down true"}) {
		t.Fatalf("%d sites were told of, turns %v", told.Load(), turns)
	}

	// 64 visits hang in the dead line. It comes back, another visit succeeds, and only
	// then do they end.
	hung, release := make(chan string, workers), make(chan struct{})
	line.hang = func(site string) { hung <- site; <-release }
	var wg sync.WaitGroup
	for _, domain := range sites[:workers] {
		wg.Go(func() { check(domain) })
	}
	for range workers {
		<-hung
	}
	line.down.Store(false)
	line.hang = nil
	check(sites[workers])
	close(release)
	wg.Wait()
	round(sites)
	if told.Load() != 0 || !slices.Equal(turns, []string{"down true", "down false"}) {
		t.Errorf("%d sites were told of, turns %v", told.Load(), turns)
	}

	// Who is down by itself afterwards is told as ever.
	for range 3 {
		line.down.Store(true)
		check(sites[0])
		line.down.Store(false)
		check(sites[1])
		check(sites[2])
	}
	if told.Load() != 1 {
		t.Errorf("a site that fails alone was told %d times", told.Load())
	}
}

// N4: the same for scans, one after the other: each says that there was an outage,
// and no site is told of, not even those that were visited first.
func TestAThousandSitesInScans(t *testing.T) {
	const n = 1000
	s := newScene(t)
	line := &network{s: s}
	s.Looker = s.from(line)
	var sites []record.Site
	for i := range n {
		sites = append(sites, record.Site{Domain: fmt.Sprintf("s%03d.gov", i)})
	}
	line.down.Store(true)
	for range 4 {
		s.now = s.now.Add(12 * time.Hour)
		sum, err := s.Scan(t.Context(), sites, 64, func(monitor.Result) {})
		if err != nil || !sum.Outage || sum.Alerts != 0 || sum.Faults != n {
			t.Errorf("%+v %v", sum, err)
		}
	}
}
