package schedule_test

import (
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"policywatch/cmd/internal/schedule"
	"policywatch/configs"
	"policywatch/store/record"
)

func turns(t *testing.T, cron, zone string) schedule.Turns {
	var c configs.Cron
	if err := c.UnmarshalText([]byte(cron)); err != nil {
		t.Fatal(err)
	}
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return c.In(z)
}

// The next turn is what counts, the jitter lies behind it, faults and captures that
// wait are looked at sooner or later, and the windows hold.
func TestDueByTurns(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC) }
	retry, final := &record.Fault{Kind: record.FaultTimeout}, &record.Fault{Kind: record.FaultNotFound}
	asked := &record.Fault{Kind: record.FaultRateLimited, RetryAfter: 30 * time.Hour}
	night := schedule.Windows{List: []schedule.Window{{From: 1 * time.Hour, To: 5 * time.Hour}}, Zone: time.UTC}
	daily := turns(t, "0 2 * * *", "UTC")
	for _, c := range []struct {
		name        string
		rule        schedule.Rule
		past        record.Past
		least, most time.Time
	}{
		{"never visited", schedule.Rule{Turns: daily}, record.Past{}, time.Time{}, time.Time{}},
		{"the next turn", schedule.Rule{Turns: daily}, record.Past{LastVisit: at(1, 2, 0)}, at(2, 2, 0), at(2, 2, 0)},
		{"visited before the turn, by hand", schedule.Rule{Turns: daily}, record.Past{LastVisit: at(1, 1, 59)}, at(1, 2, 0), at(1, 2, 0)},
		{"jitter lies behind", schedule.Rule{Turns: daily, Jitter: 0.5}, record.Past{LastVisit: at(1, 9, 0)}, at(2, 2, 0), at(2, 14, 0)},
		{"work days only", schedule.Rule{Turns: turns(t, "0 2 * * 1-5", "UTC")}, record.Past{LastVisit: at(6, 2, 0)}, at(9, 2, 0), at(9, 2, 0)}, // Fri to Mon
		{"a fault that may pass", schedule.Rule{Turns: daily, NoticeAfter: 3}, record.Past{LastVisit: at(1, 2, 0), Failures: 1, LastFault: retry}, at(1, 8, 0), at(1, 8, 0)},
		{"one that does not", schedule.Rule{Turns: daily, NoticeAfter: 3}, record.Past{LastVisit: at(1, 2, 0), Failures: 1, LastFault: final}, at(2, 2, 0), at(2, 2, 0)},
		{"sooner is never later than the turn", schedule.Rule{Turns: daily, NoticeAfter: 3}, record.Past{LastVisit: at(1, 23, 0), Failures: 1, LastFault: retry}, at(2, 2, 0), at(2, 2, 0)},
		{"failing on: every second turn", schedule.Rule{Turns: daily, NoticeAfter: 3}, record.Past{LastVisit: at(1, 2, 0), Failures: 4, LastFault: retry}, at(3, 2, 0), at(3, 2, 0)},
		{"and every fourth", schedule.Rule{Turns: daily, NoticeAfter: 3}, record.Past{LastVisit: at(1, 2, 0), Failures: 9, LastFault: retry}, at(5, 2, 0), at(5, 2, 0)},
		{"the server asked for time", schedule.Rule{Turns: daily, NoticeAfter: 3}, record.Past{LastVisit: at(1, 2, 0), Failures: 1, LastFault: asked}, at(3, 2, 0), at(3, 2, 0)},
		{"a capture that waits", schedule.Rule{Turns: daily}, record.Past{LastVisit: at(1, 2, 0), Pending: &record.Pending{Seen: 1}}, at(1, 8, 0), at(1, 8, 0)},
		{"which waits for the window, too", schedule.Rule{Turns: daily, Windows: night}, record.Past{LastVisit: at(1, 2, 0), Pending: &record.Pending{Seen: 1}}, at(2, 1, 0), at(2, 4, 40)},
		{"a turn outside the window", schedule.Rule{Turns: turns(t, "0 12 * * *", "UTC"), Windows: night}, record.Past{LastVisit: at(1, 2, 0)}, at(2, 1, 0), at(2, 4, 40)},
		{"years apart", schedule.Rule{Turns: turns(t, "0 0 29 2 *", "UTC"), Jitter: 0.1}, record.Past{LastVisit: at(1, 2, 0)}, time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2028, 8, 1, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := range 50 {
				c.past.Site = fmt.Sprintf("agency%d.gov.ir", i)
				if due := c.rule.Due(c.past); due.Before(c.least) || due.After(c.most) {
					t.Fatalf("%s is due %s, not between %s and %s", c.past.Site, due, c.least, c.most)
				}
			}
		})
	}
}

// A day of 5,000 sites that are all due at ten in the evening, with a quarter of the
// day to spread over. The daemon is killed twice, once for a moment and once for an
// hour amid the turn: everybody is visited once, on time or soon after the start, and
// never all at once.
func TestADayOf5000SitesByCronWithRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, jitter = 5000, 0.25
		rule := schedule.Rule{Turns: turns(t, "0 22 * * *", "Asia/Tehran"), Jitter: jitter, NoticeAfter: 3}
		a := newArchive(t, rule)
		turn := rule.Turns.Next(time.Now())
		a.run(64, a.sites(n), time.Until(turn.Add(-time.Hour))) // the first visits, of a new list
		if len(a.all) != n {
			t.Fatalf("%d first visits", len(a.all))
		}
		a.begun, a.all, a.peak = map[string][]time.Time{}, nil, 0
		runTo := func(at time.Time) { a.run(64, a.sites(n), time.Until(at)) }
		runTo(turn.Add(time.Hour))
		runTo(turn.Add(2 * time.Hour)) // killed and started at once
		before := len(a.all)
		time.Sleep(time.Hour) // down
		up := time.Now()
		runTo(turn.Add(23 * time.Hour))
		if len(a.begun) != n {
			t.Fatalf("%d of %d sites were visited", len(a.begun), n)
		}
		late := 0
		for d, at := range a.begun {
			after := at[0].Sub(turn)
			if len(at) != 1 || after < 0 || after > 6*time.Hour+time.Minute {
				t.Fatalf("%s was visited %d times, first %s after the turn", d, len(at), after)
			}
			if due := rule.Due(record.Past{Site: d, LastVisit: turn.Add(-time.Hour)}); at[0].Sub(due) > time.Minute {
				if late++; due.Before(up.Add(-time.Hour)) || due.After(up) {
					t.Errorf("%s was due %s and visited %s", d, due, at[0])
				}
			}
		}
		most, mean := a.busiest(turn, 10*time.Minute)
		if float64(most) > 10*60+1.4*float64(n)/36 { // one a second of the overdue, beside those on time
			t.Errorf("%d visits in the busiest ten minutes", most)
		}
		if most, _ := a.busiest(turn, time.Minute); most > 60+40 || a.peak > 20 {
			t.Errorf("%d visits in the busiest minute, %d at a time", most, a.peak)
		}
		t.Logf("%d visits, %d of them before the hour down; %d late by it; %d in the busiest 10 minutes, %.1f in the mean; at most %d at a time", len(a.all), before, late, most, mean, a.peak)
	})
}

// The same over a day that is half done when everything restarts: intervals.
func TestADayOf5000SitesWithARestartInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, every, jitter = 5000, 6 * time.Hour, 0.1
		a := newArchive(t, schedule.Rule{Every: every, Jitter: jitter, NoticeAfter: 3})
		a.run(64, a.sites(n), 3*24*time.Hour)
		a.begun, a.all, a.peak = map[string][]time.Time{}, nil, 0
		start := time.Now()
		a.run(64, a.sites(n), 12*time.Hour)
		a.run(64, a.sites(n), 12*time.Hour)
		a.onTime(every, jitter)
		if most, mean := a.busiest(start, 10*time.Minute); len(a.begun) != n || float64(most) > 1.4*mean {
			t.Errorf("%d sites; %d visits in the busiest 10 minutes, %.1f in the mean", len(a.begun), most, mean)
		} else {
			t.Logf("%d visits; %d in the busiest 10 minutes, %.1f in the mean; at most %d at a time", len(a.all), most, mean, a.peak)
		}
	})
}

// S6: whoever is due at half past two every night is visited once every night, also
// when the clock skips that time or shows it twice.
func TestOneVisitANightWhereClocksAreSet(t *testing.T) {
	for _, night := range []time.Time{time.Date(2000, 3, 24, 12, 0, 0, 0, time.UTC), time.Date(2000, 10, 27, 12, 0, 0, 0, time.UTC)} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(night))
			rule := schedule.Rule{Turns: turns(t, "30 2 * * *", "Europe/Berlin"), NoticeAfter: 3}
			a := newArchive(t, rule)
			a.past["agency0.gov.ir"] = record.Past{Site: "agency0.gov.ir", LastVisit: time.Now()}
			s := &schedule.Scheduler{Visit: a.visit, Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
			s.Set(4, a.sites(1))
			a.runOn(s, 4*24*time.Hour)
			berlin, err := time.LoadLocation("Europe/Berlin")
			if err != nil {
				t.Fatal(err)
			}
			days := map[string]int{}
			for _, at := range a.all {
				clock := at.In(berlin).Format("15:04")
				if days[at.In(berlin).Format(time.DateOnly)]++; clock != "02:30" && clock != "03:00" {
					t.Errorf("visited at %s", at.In(berlin))
				}
			}
			if len(days) != 4 || len(a.all) != 4 {
				t.Errorf("visits by day: %v", days)
			}
		})
	}
}
