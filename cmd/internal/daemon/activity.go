package daemon

import (
	"maps"
	"slices"
	"time"

	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/schedule"
	"policywatch/store/record"
)

// Activity is what a daemon is doing and has done since it began. Counts only
// grow.
type Activity struct {
	Since  time.Time
	Visits map[record.VisitState]int
	Faults map[record.FaultKind]int
	// Unkept counts visits that the archive did not take.
	Unkept   int
	Took     Histogram
	Schedule schedule.Status
	// Trouble is since when the archive fails; zero means that it works.
	Trouble time.Time
	// Stale says that the newest configuration was wrong and an older one is in use.
	Stale bool
}

// Histogram counts durations by upper bounds in seconds.
type Histogram struct {
	Bounds []float64
	// Counts has one number for each bound, of what lay above the bound before, and
	// one more for what lay above them all.
	Counts []int
	Sum    float64 // seconds
}

func (h *Histogram) add(d time.Duration) {
	s := d.Seconds()
	i, _ := slices.BinarySearch(h.Bounds, s)
	h.Counts[i]++
	h.Sum += s
}

// tally is the part of the counts that is kept by kind.
type tally struct {
	states map[record.VisitState]int
	kinds  map[record.FaultKind]int
	unkept int
	took   Histogram
}

// newTally begins at nothing. A state or fault that has not come up yet counts
// nought rather than being absent, so that its first time shows as a rise.
func newTally() tally {
	t := tally{states: map[record.VisitState]int{}, kinds: map[record.FaultKind]int{}}
	for _, s := range []record.VisitState{record.VisitNew, record.VisitUnchanged, record.VisitChanged, record.VisitReturned, record.VisitPending, record.VisitFault} {
		t.states[s] = 0
	}
	for _, r := range record.FaultRules() {
		if r.Kind != record.FaultCancelled { // which is never kept
			t.kinds[r.Kind] = 0
		}
	}
	// A visit takes a tenth of a second where nothing changed, and up to an hour
	// where a slow site is searched.
	t.took.Bounds = []float64{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800}
	t.took.Counts = make([]int, len(t.took.Bounds)+1)
	return t
}

func (t *tally) count(res monitor.Result, took time.Duration) {
	t.states[res.State]++
	if res.State == record.VisitFault {
		t.kinds[res.Fault]++
	}
	t.took.add(took)
}

// Activity tells what the daemon does. Before Run there is nothing to tell, and
// it is the zero Activity.
func (d *Daemon) Activity() Activity {
	r := d.life.Load()
	if r == nil {
		return Activity{}
	}
	st := r.sched.Status()
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &r.counts
	took := Histogram{Bounds: c.took.Bounds, Counts: slices.Clone(c.took.Counts), Sum: c.took.Sum}
	return Activity{Since: c.since, Visits: maps.Clone(c.states), Faults: maps.Clone(c.kinds), Unkept: c.unkept, Took: took,
		Schedule: st, Trouble: c.trouble, Stale: c.stale}
}

// Hurry makes a site's turn come now, or when a visit of it that runs has ended,
// and reports whether the site is listed.
func (d *Daemon) Hurry(domain string) bool {
	r := d.life.Load()
	return r != nil && r.sched.Hurry(domain)
}
