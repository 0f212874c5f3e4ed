package monitor

import (
	"sync/atomic"

	"policywatch/store/record"
)

// stormSites is how many sites must be unreachable, and none reachable, before
// a scan blames the monitor's own network.
const stormSites = 3

// weather is what the visits of one scan say of the monitor's own network. A
// nil weather knows nothing and blames the sites.
type weather struct {
	reached, lost atomic.Int64
}

// see takes note of how a visit ended.
func (w *weather) see(f *record.Fault) {
	switch {
	case w == nil:
	case f != nil && f.Kind.Rule().Network:
		w.lost.Add(1)
	default:
		w.reached.Add(1)
	}
}

// blames reports whether a fault may be told as the site's own. One that an
// outage of ours would cause too is told only once the same scan has reached
// another site; until then it waits for the next visit.
func (w *weather) blames(f *record.Fault) bool {
	return w == nil || !f.Kind.Rule().Network || w.reached.Load() > 0 || w.lost.Load() < stormSites
}

// outage reports whether no site at all could be reached.
func (w *weather) outage() bool { return w.reached.Load() == 0 && w.lost.Load() >= stormSites }
