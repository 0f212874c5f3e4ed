package notify

import (
	"slices"
	"time"

	"policywatch/store/record"
)

// Period is how often a digest is made.
type Period string

// The periods; the empty one is no digest: each alert is a message of its own.
const (
	Hourly Period = "hourly"
	Daily  Period = "daily"
	Weekly Period = "weekly"
)

// Digest says when the alerts that have gathered are told together.
type Digest struct {
	Every Period
	// At is the time of day, counted by the clock on the wall, and Weekday the day
	// of a weekly digest. An hourly one is made at every full hour.
	At      time.Duration
	Weekday time.Weekday
	// Zone is the time zone that At and Weekday are in; nil means UTC.
	Zone *time.Location
}

// After returns the first time later than t at which a digest is made.
func (d Digest) After(t time.Time) time.Time {
	t = in(t, d.Zone)
	if d.Every == Hourly {
		// Zones are off by half hours: the full hour is the wall's, not UTC's.
		return onDay(t, 0, time.Duration(t.Hour()+1)*time.Hour, t)
	}
	for day := 0; ; day++ {
		// An hour that is there twice makes one digest, not two.
		if at := onDay(t, day, d.At, time.Time{}); at.After(t) && (d.Every != Weekly || at.Weekday() == d.Weekday) {
			return at
		}
	}
}

// onDay is the given time of the day that is so many days after t's. Where
// the clocks go forward and the wall skips that time, it is the moment at which
// an unchanged clock would show it; never one that is not later than after.
func onDay(t time.Time, days int, at time.Duration, after time.Time) time.Time {
	y, m, d := t.Date()
	hour, minute := int(at/time.Hour), int(at%time.Hour/time.Minute)
	out := time.Date(y, m, d+days, hour, minute, 0, 0, t.Location())
	// Where the wall skips the time, Date answers with one before the gap or one behind
	// it, by the zone: in Santiago midnight becomes eleven o'clock of the day before.
	if early := wall(time.Date(y, m, d+days, hour, minute, 0, 0, time.UTC)).Sub(wall(out)); early > 0 {
		out = out.Add(early)
	}
	// Where the clocks go back an hour is there twice, and the one that Date chose may be over.
	if !out.After(after) {
		if second := out.Add(time.Hour); second.Hour() == out.Hour() && second.After(after) {
			return second
		}
	}
	return out
}

// wall is what a clock on the wall shows, as a time that can be reckoned with.
func wall(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, time.UTC)
}

func in(t time.Time, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone)
}

// Quiet is when a channel is left in peace.
type Quiet struct {
	// From and To are times of day; the quiet lasts over midnight where From is
	// the later one. Equal times mean no daily quiet.
	From, To time.Duration
	// Days are quiet from midnight to midnight, as a week-end.
	Days []time.Weekday
	// Pass is the least severity that is told all the same; empty means none.
	Pass record.Severity
	// Zone is the time zone of all that; nil means UTC.
	Zone *time.Location
}

// Until returns when an event of that severity may be told if t is now: t itself
// outside quiet hours.
func (q Quiet) Until(t time.Time, s record.Severity) time.Time {
	if q.Pass != "" && s.AtLeast(q.Pass) {
		return t
	}
	// A week has at most eight stretches that touch. A table without a gap, which
	// the configuration refuses, is no reason to wait for ever.
	for range 16 {
		next := q.next(in(t, q.Zone))
		if next.IsZero() {
			return t
		}
		t = next
	}
	return t
}

// next is the end of the quiet that t lies in; zero when it lies in none.
func (q Quiet) next(t time.Time) time.Time {
	if slices.Contains(q.Days, t.Weekday()) {
		return onDay(t, 1, 0, t)
	}
	clock := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	switch {
	case q.From == q.To:
	case q.From < q.To && clock >= q.From && clock < q.To:
		return onDay(t, 0, q.To, t)
	case q.From > q.To && clock >= q.From:
		return onDay(t, 1, q.To, t)
	case q.From > q.To && clock < q.To:
		return onDay(t, 0, q.To, t)
	}
	return time.Time{}
}

// Rate is how many messages a channel is sent within a time; the zero Rate is
// no limit.
type Rate struct {
	Messages int
	Per      time.Duration
}
