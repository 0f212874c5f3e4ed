package monitor

import (
	"context"
	"errors"
	"sync"

	"policywatch/store/record"
)

// Scan checks every site once, `workers` at a time, and hands each result to
// emit from one goroutine in the order in which visits end. It returns what it
// counted, and an error when it was interrupted or the store failed; results
// handed out before that were committed.
func (m *Monitor) Scan(ctx context.Context, sites []record.Site, workers int, emit func(Result)) (record.ScanSummary, error) {
	start := m.Clock()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := &scanWeather{sites: len(sites)}
	todo := make(chan record.Site)
	done := make(chan Result)
	var wg sync.WaitGroup
	for range min(workers, len(sites)) {
		wg.Go(func() {
			for site := range todo {
				r, err := m.check(ctx, site, w)
				if err != nil {
					// A store that fails once fails for all: stop, and keep the
					// first reason.
					if !errors.Is(err, ErrInterrupted) && ctx.Err() == nil {
						cancel(err)
					}
					continue
				}
				done <- r
			}
		})
	}
	go func() {
		defer close(todo)
		for _, s := range sites {
			select {
			case todo <- s:
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() { wg.Wait(); close(done) }()

	var sum record.ScanSummary
	for r := range done {
		sum.Sites++
		sum.Alerts += r.Alerts
		switch r.State {
		case record.VisitNew:
			sum.New++
		case record.VisitChanged:
			sum.Changed++
		case record.VisitFault:
			sum.Faults++
		default:
			sum.Unchanged++
		}
		emit(r)
	}
	sum.Outage = w.outage()
	sum.Seconds = m.Clock().Sub(start).Seconds()
	if err := context.Cause(ctx); err != nil {
		if errors.Is(err, context.Canceled) {
			err = ErrInterrupted
		}
		return sum, err
	}
	return sum, nil
}
