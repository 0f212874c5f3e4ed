package monitor

import (
	"context"

	"policywatch/store/record"
)

// Watch is visits without end, as the daemon makes them: they know from each
// other whether the monitor's own network is down.
type Watch struct {
	m       *Monitor
	outlook *Outlook
	sites   int
	change  func(outage bool, lost int)
}

// Watch begins a watch over so many sites. change is called when an outage of the
// monitor's own network begins and when it is over, from the goroutine of a visit.
func (m *Monitor) Watch(o *Outlook, sites int, change func(outage bool, lost int)) *Watch {
	return &Watch{m, o, sites, change}
}

// Check is Monitor.Check within the watch.
func (w *Watch) Check(ctx context.Context, site record.Site) (Result, error) {
	return w.m.check(ctx, site, spell{w, w.outlook.begin()})
}

// spell is the weather of one visit, which began at a certain turn of it.
type spell struct {
	*Watch
	turn int
}

func (w spell) see(site string, f *record.Fault) {
	if turned, out, lost := w.outlook.see(site, f, w.sites, w.turn); turned {
		w.change(out, lost)
	}
}

func (w spell) blames(f *record.Fault) bool { return w.outlook.blames(f, w.turn) }
