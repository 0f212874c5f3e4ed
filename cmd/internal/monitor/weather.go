package monitor

import (
	"sync"
	"sync/atomic"

	"policywatch/store/record"
)

// stormSites is how many sites must be unreachable, and none reachable, before
// the monitor's own network is blamed.
const stormSites = 3

// weather is what many visits together say of the monitor's own network.
type weather interface {
	// see takes note of how a visit of a site ended.
	see(site string, f *record.Fault)
	// blames reports whether a fault may be told as the site's own. One that an
	// outage of ours would cause too waits for the next visit while there may be
	// one.
	blames(f *record.Fault) bool
}

// fair knows nothing of other visits and blames the sites.
type fair struct{}

func (fair) see(string, *record.Fault) {}
func (fair) blames(*record.Fault) bool { return true }

// scanWeather is that of one scan, which visits each of so many sites once: a network
// fault is told only once the same scan has reached another site, unless there are
// too few of them to tell.
type scanWeather struct {
	sites         int
	reached, lost atomic.Int64
}

func (w *scanWeather) see(_ string, f *record.Fault) {
	if f != nil && f.Kind.Rule().Network {
		w.lost.Add(1)
	} else {
		w.reached.Add(1)
	}
}

func (w *scanWeather) blames(f *record.Fault) bool {
	return !f.Kind.Rule().Network || w.reached.Load() > 0 || w.sites < stormSites
}

// outage reports whether no site at all could be reached.
func (w *scanWeather) outage() bool { return w.reached.Load() == 0 && w.lost.Load() >= stormSites }

// Outlook is what visits without end say of the monitor's own network: what
// counts is how many sites could not be reached since one could. It outlives a
// Watch, so that an outage is not told again when the configuration is read anew.
type Outlook struct {
	mu   sync.Mutex
	lost map[string]bool
	out  bool
	// turn counts how often the network came back. Dozens of visits run at a time: one
	// that began before it did and fails after it proves nothing, neither of its site
	// nor of the network as it is now.
	turn int
}

// begin returns the turn at which a visit begins.
func (o *Outlook) begin() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.turn
}

// see takes note of a visit that began at the turn, and reports whether an outage
// began or ended with it.
func (o *Outlook) see(site string, f *record.Fault, sites, turn int) (turned, out bool, lost int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case f == nil || !f.Kind.Rule().Network:
		if len(o.lost) >= stormSites || o.out {
			o.turn++
		}
		clear(o.lost)
	case turn != o.turn:
		return false, o.out, len(o.lost)
	default:
		if o.lost == nil {
			o.lost = map[string]bool{}
		}
		o.lost[site] = true
	}
	// Dead sites are always there and now and then come in a row: an outage is told
	// only when it cannot be that.
	lost = len(o.lost)
	out = lost >= min(max(sites, stormSites), 10) || o.out && lost > 0
	turned = out != o.out
	o.out = out
	return turned, out, lost
}

// Resume says that an outage had been told and was not over when the program ended
// that ran before: it is not told again, and its end is.
func (o *Outlook) Resume() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.out = true
}

func (o *Outlook) blames(f *record.Fault, turn int) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !f.Kind.Rule().Network || turn == o.turn && len(o.lost) < stormSites && !o.out
}
