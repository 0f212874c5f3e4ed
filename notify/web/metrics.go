package web

import (
	"context"
	"net/http"
	"runtime"
	"time"

	"policywatch/store/record"
)

// Running is what a daemon is doing and has done since Since. Counts only grow
// while it runs.
type Running struct {
	Since  time.Time
	Visits map[record.VisitState]int
	Faults map[record.FaultKind]int
	// Unkept counts visits that the archive did not take.
	Unkept int
	Took   Histogram
	// Due counts the sites whose turn comes within the hour, Overdue those whose turn
	// has come and who wait, Busy the visits that run.
	Due, Overdue, Busy int
	// Longest is how long the longest of them has been running.
	Longest time.Duration
	// Trouble is since when the archive takes nothing; zero means that it works.
	Trouble time.Time
	// Stale says that the newest configuration was wrong and an older one is in use.
	Stale bool
}

// Histogram counts durations by upper bounds, in seconds; Counts has one number
// for each bound and one for what lay above them all.
type Histogram struct {
	Bounds []float64
	Counts []int
	Sum    float64
}

// metrics tells a monitoring system how the program does. What a daemon counts is
// there only where one runs: a command that serves an archive for reading visits
// nobody, which nought would not say.
func (d *dashboard) metrics(w http.ResponseWriter, r *http.Request) error {
	b, err := d.boards.recent(r.Context())
	if err != nil {
		return err
	}
	x := &exposition{}
	x.gauge("policywatch_build_info", "The program, always 1.", 1, "version", d.Version, "goversion", runtime.Version())
	d.archiveMetrics(x, b)
	if d.Size != nil {
		n, err := d.Size()
		if err != nil {
			return err
		}
		x.gauge("policywatch_archive_bytes", "Size of the archive's file.", float64(n))
	}
	if d.Running != nil {
		if run := d.Running(); !run.Since.IsZero() {
			runningMetrics(x, run, d.Clock())
			d.fleetMetrics(r.Context(), x, run)
		}
	}
	w.Header().Set("Content-Type", expositionType)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(x.Bytes())
	return nil
}

func (d *dashboard) archiveMetrics(x *exposition, b *board) {
	states := map[record.SiteState]int{record.StateNew: 0, record.StateOK: 0, record.StateDegraded: 0, record.StateFailing: 0}
	for s, n := range b.states {
		if s != "" {
			states[s] += n
		}
	}
	newest, oldest, stale, now := moment(b.newest), moment(b.oldest), 0, d.Clock()
	for i := range b.rows {
		if b.rows[i].late(now) {
			stale++
		}
	}
	by(x, "policywatch_sites", "gauge", "Sites by where they stand; new are those that wait for their first visit.", "state", states)
	x.gauge("policywatch_sites_pending", "Sites with a capture that waits for confirmation.", float64(len(b.pending)))
	x.gauge("policywatch_sites_unread", "Sites whose statement was never read.", float64(b.unread))
	x.gauge("policywatch_sites_late", "Sites that are visited and whose statement was not read for 48 hours, or never.", float64(stale))
	x.gauge("policywatch_versions", "Versions of all statements.", float64(b.versions))
	x.moment("policywatch_last_success_timestamp_seconds", "When a statement was last read.", newest)
	x.moment("policywatch_oldest_success_timestamp_seconds", "Of all sites, the last success that lies longest ago; sites never read are not in it.", oldest)
	x.head("policywatch_last_success_age_seconds", "gauge", "How long ago a statement was last read.")
	if !newest.IsZero() {
		x.sample("policywatch_last_success_age_seconds", now.Sub(newest).Seconds())
	}
	by(x, "policywatch_outbox_alerts", "gauge", "Alerts by where they stand: waiting, sent, or given up after all tries. Of the settled ones the newest are counted.", "state",
		map[record.AlertState]int{record.AlertWaiting: b.outbox.Waiting, record.AlertSent: b.outbox.Sent, record.AlertGivenUp: b.outbox.GivenUp})
	x.moment("policywatch_outbox_oldest_timestamp_seconds", "When what has waited longest in the outbox happened.", b.outbox.Oldest)
}

func runningMetrics(x *exposition, run Running, now time.Time) {
	x.moment("policywatch_start_timestamp_seconds", "When the daemon began.", run.Since)
	by(x, "policywatch_visits_total", "counter", "Visits by how they ended.", "state", run.Visits)
	by(x, "policywatch_visit_faults_total", "counter", "Visits that gave no statement, by why.", "fault", run.Faults)
	x.counter("policywatch_visits_unkept_total", "Visits that the archive did not take; they are made again.", float64(run.Unkept))
	x.histogram("policywatch_visit_duration_seconds", "How long visits took.", run.Took)
	by(x, "policywatch_queue_sites", "gauge", "Sites whose turn comes within the hour (due), has come and waits (overdue), or is now (running).", "state",
		map[string]int{"due": run.Due, "overdue": run.Overdue, "running": run.Busy})
	x.gauge("policywatch_visit_longest_seconds", "How long the longest running visit has been running.", run.Longest.Seconds())
	trouble := 0.0
	if !run.Trouble.IsZero() {
		trouble = max(1, now.Sub(run.Trouble).Seconds())
	}
	x.gauge("policywatch_archive_trouble_seconds", "For how long the archive has been taking nothing; 0 while it works.", trouble)
	current := 1.0
	if run.Stale {
		current = 0
	}
	x.gauge("policywatch_config_current", "1 while the newest configuration is in use, 0 when it was wrong and an older one stays.", current)
	x.gauge("go_goroutines", "Goroutines that exist.", float64(runtime.NumGoroutine()))
}

// fleetMetrics tells of the workers that visit for a daemon. Where their servers do
// not answer that is all that is told: numbers of nobody knows when would mislead.
func (d *dashboard) fleetMetrics(ctx context.Context, x *exposition, run Running) {
	if d.Fleet == nil {
		return
	}
	f, answered := d.fleet(ctx), 0.0
	if f != nil {
		answered = 1
	}
	x.gauge("policywatch_fleet_up", "1 while the fleet's servers answer.", answered)
	x.counter("policywatch_fleet_deadly_visits_total", "Visits that ended every worker that made them.", float64(run.Faults[record.FaultDeadly]))
	if f == nil {
		return
	}
	able, strange, places, busy := 0, 0, 0, 0
	for _, w := range f.Workers {
		if w.Stranger {
			strange++
			continue
		}
		able, places, busy = able+1, places+w.Slots, busy+w.Busy
	}
	by(x, "policywatch_fleet_workers", "gauge", "Workers heard of in the last half minute; strangers speak another protocol and get no visits.", "kind", map[string]int{"able": able, "stranger": strange})
	by(x, "policywatch_fleet_places", "gauge", "Visits that the workers can make at a time, and those that they make.", "state", map[string]int{"all": places, "busy": busy})
	by(x, "policywatch_fleet_visits", "gauge", "Visits that nobody has taken (queued), that are being made (out), of them those that a worker began and left (redelivered), and reports that wait to be judged.", "state",
		map[string]int{"queued": f.Queued, "out": f.Out, "redelivered": f.Redelivered, "reported": f.Reports})
	lag := 0.0
	if !f.Oldest.IsZero() {
		lag = max(0, d.Clock().Sub(f.Oldest).Seconds())
	}
	x.gauge("policywatch_fleet_lag_seconds", "Age of the oldest visit that is queued or out.", lag)
}
