package wire

import (
	"time"

	"policywatch/cmd/internal/schedule"
	"policywatch/configs"
	"policywatch/store/record"
)

// rules says when each site is visited.
func (a *App) rules() func(record.Site) schedule.Rule {
	all, own := timetable(a.config)
	return func(site record.Site) schedule.Rule {
		r, ok := own[site.Domain]
		if !ok {
			r = all
			if site.Every > 0 { // a line of a list
				r.Every, r.Turns = site.Every, nil
			}
		}
		return r
	}
}

// timetable is the rule of the schedule, and those of the sites whose own entry says
// more than every, which the site itself knows.
func timetable(c configs.Config) (all schedule.Rule, own map[string]schedule.Rule) {
	s := c.Schedule
	zones := map[string]*time.Location{} // many sites share one, and each takes memory
	zone := func(name string) *time.Location {
		if zones[name] == nil {
			zones[name], _ = configs.Location(name) // checked with the configuration
		}
		return zones[name]
	}
	all = schedule.Rule{Every: time.Duration(s.Every), Jitter: float64(s.Jitter) / 100, Windows: windows(s.Windows, zone(s.Zone)), NoticeAfter: s.FailNoticeAfter}
	if !s.Cron.IsZero() {
		all.Turns = s.Cron.In(all.Windows.Zone)
	}
	own = map[string]schedule.Rule{}
	for _, site := range c.Sites {
		_, twice := own[site.Domain] // the first entry counts
		if twice || site.Cron.IsZero() && len(site.Windows) == 0 && site.Zone == "" {
			continue
		}
		r, cron := all, s.Cron
		if len(site.Windows) > 0 {
			r.Windows = windows(site.Windows, all.Windows.Zone)
		}
		if site.Zone != "" {
			r.Windows.Zone = zone(site.Zone)
		}
		switch {
		case site.Every > 0:
			r.Every, r.Turns, cron = time.Duration(site.Every), nil, configs.Cron{}
		case !site.Cron.IsZero():
			r.Every, cron = 0, site.Cron
		}
		if !cron.IsZero() {
			r.Turns = cron.In(r.Windows.Zone)
		}
		own[site.Domain] = r
	}
	return all, own
}

func windows(list []configs.Window, zone *time.Location) schedule.Windows {
	w := schedule.Windows{Zone: zone}
	for _, x := range list {
		w.List = append(w.List, schedule.Window{Days: x.Days, From: x.From, To: x.To})
	}
	return w
}

// Forecast is when visits by one cron expression are due.
type Forecast struct {
	// Key is where the configuration has it, Site the first site that it is for, empty
	// when it is for all.
	Key, Site, Cron string
	// Next are the coming turns, in the zone of the expression: when a turn lies
	// outside the windows, the time at which one opens.
	Next []time.Time
	// Spread is how long after a turn its visits may begin.
	Spread time.Duration
}

// forecasts tells the next three turns of every cron expression in use, each once.
func forecasts(c configs.Config, now time.Time) (out []Forecast) {
	all, own := timetable(c)
	seen := map[string]bool{}
	add := func(key, site string, cron configs.Cron, r schedule.Rule) {
		if cron.IsZero() || r.Turns == nil || seen[cron.String()+r.Windows.Zone.String()] {
			return
		}
		seen[cron.String()+r.Windows.Zone.String()] = true
		f := Forecast{Key: key, Site: site, Cron: cron.String(), Spread: time.Duration(r.Jitter * float64(r.Interval(now))).Round(time.Second)}
		for turn := now; len(f.Next) < 3; {
			if turn = r.Turns.Next(turn); turn.IsZero() {
				break
			}
			at := turn
			if open, _ := r.Windows.Next(turn); open.After(turn) {
				at, turn = open, open // the turns until then are one with it
			}
			f.Next = append(f.Next, at.In(r.Windows.Zone))
		}
		out = append(out, f)
	}
	add("schedule.cron", "", c.Schedule.Cron, all)
	for _, site := range c.Sites {
		cron := site.Cron
		if cron.IsZero() {
			cron = c.Schedule.Cron // in another zone, perhaps
		}
		add("cron", site.Domain, cron, own[site.Domain])
	}
	return out
}
