package monitor

import (
	"context"

	"policywatch/store/record"
)

// Watch is visits without end, as the daemon makes them: they know from each
// other whether the monitor's own network is down.
type Watch struct {
	m *Monitor
	w *lastingWeather
}

// Watch begins a watch over so many sites. change is called when an outage of the
// monitor's own network begins and when it is over, from the goroutine of a visit.
func (m *Monitor) Watch(sites int, change func(outage bool, lost int)) *Watch {
	return &Watch{m, &lastingWeather{sites: sites, change: change, lost: map[string]bool{}}}
}

// Check is Monitor.Check within the watch.
func (w *Watch) Check(ctx context.Context, site record.Site) (Result, error) {
	return w.m.check(ctx, site, w.w)
}
