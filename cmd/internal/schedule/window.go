package schedule

import "time"

// Window is a stretch of the day in which visits may begin.
type Window struct {
	// Days has a bit for each time.Weekday on which it opens; 0 means every day.
	Days uint8
	// From and To are times of the day by the clock on the wall. One that does not
	// end after it begins ends on the next day.
	From, To time.Duration
}

// Windows are the stretches in which a site may be visited; without any it may
// be visited at all times.
type Windows struct {
	List []Window
	// Zone is where the times of the day are meant; nil means time.Local.
	Zone *time.Location
}

// Open reports whether a visit may begin at t.
func (w Windows) Open(t time.Time) bool {
	open, _ := w.Next(t)
	return !open.After(t)
}

// Next returns the stretch that holds t, or else the first one after it. Without
// windows that is t itself and everything after it.
func (w Windows) Next(t time.Time) (open, close time.Time) {
	if len(w.List) == 0 {
		return t, t.Add(1 << 62)
	}
	zone := w.Zone
	if zone == nil {
		zone = time.Local
	}
	local := t.In(zone)
	// Yesterday's may still be open; a week later every day has come once.
	for day := -1; day <= 8; day++ {
		for _, win := range w.List {
			from, to := win.on(local, day)
			// A clock that is put forward may leave nothing of a short window.
			if !to.After(t) || !to.After(from) {
				continue
			}
			if open.IsZero() || from.Before(open) {
				open, close = from, to
			}
		}
		if !open.IsZero() && day >= 0 {
			return open, close
		}
	}
	// Not reached: every window opens within a week, unless the zone's clock
	// skips it, and then a week later.
	return open, close
}

// on is the window as it falls on the date of t, or so many days from it.
func (w Window) on(t time.Time, days int) (from, to time.Time) {
	y, m, d := t.Date()
	at := func(d int, clock time.Duration) time.Time {
		return time.Date(y, m, d, int(clock/time.Hour), int(clock/time.Minute)%60, 0, 0, t.Location())
	}
	from = at(d+days, w.From)
	if w.Days != 0 && w.Days>>time.Date(y, m, d+days, 12, 0, 0, 0, t.Location()).Weekday()&1 == 0 {
		return from, from // it does not open that day
	}
	if w.To <= w.From {
		days++
	}
	return from, at(d+days, w.To)
}
