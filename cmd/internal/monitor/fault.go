package monitor

import (
	"policywatch/store/record"
)

// pendingGone marks a statement that was not there at the last visit.
const pendingGone = "gone"

// faulted records a visit that gave no usable statement. The version that
// stands keeps standing; only the site's own state moves.
func (j *judgement) faulted() {
	f := j.obs.Fault
	p := &j.visit.Past
	p.LastVisit, p.LastFault = j.visit.At, f
	p.Failures++
	p.State = record.StateDegraded
	if p.Failures >= j.m.FailNoticeAfter {
		p.State = record.StateFailing
	}
	// The bytes that a fault was judged on are kept once for each run of it.
	if j.before.LastFault == nil || j.before.LastFault.Kind != f.Kind {
		j.visit.Snapshot = j.obs.Snapshot
	}
	j.result.State, j.result.Fault, j.result.Reason = record.VisitFault, f.Kind, f.Error()
	if j.result.URL == "" {
		j.result.URL = f.URL
	}
	switch {
	case j.gone():
		p.FaultTold, p.ToldAt = true, j.visit.At
		j.tell(record.Event{Type: record.EventGone, Severity: record.SeverityCritical, Fault: f, URL: j.before.Prior.URL},
			record.Say("told.gone", why(f), record.Text(f.Error())))
	case p.State == record.StateFailing && !p.FaultTold && j.weather.blames(f):
		p.FaultTold, p.ToldAt = true, j.visit.At
		j.tell(record.Event{Type: record.EventFailing, Severity: record.SeverityMinor, Fault: f, URL: j.result.URL},
			record.Say("told.failing", record.Count(p.Failures), why(f), record.Text(f.Error())))
	case j.remindable() && j.weather.blames(f):
		p.ToldAt = j.visit.At
		j.tell(record.Event{Type: record.EventFailing, Severity: record.SeverityMinor, Fault: f, URL: j.result.URL},
			record.Say("told.still_failing", record.Count(p.Failures), why(f), record.Text(f.Error())))
	}
}

// remindable reports whether a failure that was told has lasted so long since
// that it is told again.
func (j *judgement) remindable() bool {
	p := &j.visit.Past
	if !p.FaultTold || j.m.RemindEvery <= 0 {
		return false
	}
	if p.ToldAt.IsZero() { // told before the archive kept the time
		p.ToldAt = j.visit.At
	}
	return j.visit.At.Sub(p.ToldAt) >= j.m.RemindEvery
}

// why is a fault as a sentence speaks of it.
func why(f *record.Fault) record.Value {
	return record.Value{Kind: record.ValueFault, Texts: []string{string(f.Kind)}}
}

// gone reports whether the statement's absence is confirmed by a second visit
// that is late enough. Only faults that mean absence count; a site that could
// not be looked at proves nothing, and does not reset the wait either.
func (j *judgement) gone() bool {
	p := &j.visit.Past
	if j.before.Version == 0 || j.before.FaultTold || !j.obs.Fault.Kind.Rule().Absent {
		return false
	}
	waiting := j.before.Pending
	if waiting == nil || waiting.Kind != pendingGone {
		p.Pending = &record.Pending{Kind: pendingGone, First: j.visit.At, Seen: 1, Reason: j.obs.Fault.Error()}
		return false
	}
	p.Pending = &record.Pending{Kind: pendingGone, First: waiting.First, Seen: waiting.Seen + 1, Reason: j.obs.Fault.Error()}
	return j.visit.At.Sub(waiting.First) >= j.m.ConfirmAfter
}
