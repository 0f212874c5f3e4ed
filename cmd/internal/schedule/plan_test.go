package schedule_test

import (
	"testing"
	"testing/synctest"
	"time"

	"policywatch/cmd/internal/schedule"
	"policywatch/store/record"
)

func TestBackOff(t *testing.T) {
	last := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	r := schedule.Rule{Every: 12 * time.Hour, NoticeAfter: 3}
	fault := func(n int, k record.FaultKind) record.Past {
		return record.Past{LastVisit: last, Failures: n, LastFault: &record.Fault{Kind: k}}
	}
	busy := fault(1, record.FaultRateLimited)
	busy.LastFault.RetryAfter = 20 * time.Hour
	pending := func(seen int, told bool) record.Past {
		return record.Past{LastVisit: last, FaultTold: told, Pending: &record.Pending{Seen: seen}}
	}
	for name, c := range map[string]struct {
		past record.Past
		want time.Duration
	}{
		"all is well":                         {record.Past{LastVisit: last}, 12 * time.Hour},
		"one time-out":                        {fault(1, record.FaultTimeout), 3 * time.Hour},
		"two":                                 {fault(2, record.FaultTimeout), 6 * time.Hour},
		"three, told":                         {fault(3, record.FaultTimeout), 12 * time.Hour},
		"four":                                {fault(4, record.FaultTimeout), 24 * time.Hour},
		"five":                                {fault(5, record.FaultTimeout), 48 * time.Hour},
		"five hundred":                        {fault(500, record.FaultTimeout), 48 * time.Hour},
		"one block page, which will not pass": {fault(1, record.FaultBlocked), 12 * time.Hour},
		"nine block pages":                    {fault(9, record.FaultBlocked), 48 * time.Hour},
		"the server asked for time":           {busy, 20 * time.Hour},
		"a suspicious capture":                {pending(1, false), 3 * time.Hour},
		"seen again":                          {pending(2, false), 6 * time.Hour},
		"seen often":                          {pending(9, false), 12 * time.Hour},
		"gone, and told":                      {pending(2, true), 12 * time.Hour},
	} {
		c.past.Site = "a.gov"
		if got := r.Due(c.past).Sub(last); got != c.want {
			t.Errorf("%s: due after %s, want %s", name, got, c.want)
		}
	}
	weekly := schedule.Rule{Every: 30 * 24 * time.Hour, NoticeAfter: 3}
	if got := weekly.Due(fault(9, record.FaultTimeout)).Sub(last); got != 30*24*time.Hour {
		t.Errorf("a site visited once a month waits %s when it fails", got)
	}
}

// A site that fails all day is visited less and less, and as ever once it is back.
func TestAFailingSiteIsVisitedLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t, schedule.Rule{Every: time.Hour, Jitter: 0.1, NoticeAfter: 3})
		down := true
		a.ends = func(p *record.Past) {
			p.Failures, p.LastFault = p.Failures+1, &record.Fault{Kind: record.FaultTimeout}
			if !down {
				p.Failures, p.LastFault = 0, nil
			}
		}
		s := a.run(4, a.sites(1), 24*time.Hour)
		failing := len(a.all)
		if failing < 7 || failing > 11 {
			t.Errorf("a failing site was visited %d times in a day", failing)
		}
		down = false
		a.runOn(s, 5*time.Hour)
		a.all = nil
		a.runOn(s, 10*time.Hour)
		if len(a.all) < 9 || len(a.all) > 11 {
			t.Errorf("a site that is back was visited %d times in ten hours", len(a.all))
		}
	})
}

func TestWindowsAcrossMidnightAndZones(t *testing.T) {
	zone := func(name string) *time.Location {
		l, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	tehran, berlin := zone("Asia/Tehran"), zone("Europe/Berlin")
	night := schedule.Window{From: 22 * time.Hour, To: 6 * time.Hour}
	weekend := schedule.Window{Days: 1<<time.Thursday | 1<<time.Friday, From: 0, To: 24 * time.Hour}
	gap := schedule.Window{From: 2 * time.Hour, To: 3 * time.Hour}
	for _, c := range []struct {
		name        string
		w           schedule.Windows
		at          time.Time
		open, close time.Time
	}{
		{"the evening before", schedule.Windows{List: []schedule.Window{night}, Zone: tehran},
			time.Date(2026, 3, 1, 12, 0, 0, 0, tehran), time.Date(2026, 3, 1, 22, 0, 0, 0, tehran), time.Date(2026, 3, 2, 6, 0, 0, 0, tehran)},
		{"after midnight it is still open", schedule.Windows{List: []schedule.Window{night}, Zone: tehran},
			time.Date(2026, 3, 2, 1, 0, 0, 0, tehran), time.Date(2026, 3, 1, 22, 0, 0, 0, tehran), time.Date(2026, 3, 2, 6, 0, 0, 0, tehran)},
		{"its end is outside", schedule.Windows{List: []schedule.Window{night}, Zone: tehran},
			time.Date(2026, 3, 2, 6, 0, 0, 0, tehran), time.Date(2026, 3, 2, 22, 0, 0, 0, tehran), time.Date(2026, 3, 3, 6, 0, 0, 0, tehran)},
		{"another zone's evening is no evening", schedule.Windows{List: []schedule.Window{night}, Zone: tehran},
			time.Date(2026, 3, 1, 17, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 22, 0, 0, 0, tehran), time.Date(2026, 3, 2, 6, 0, 0, 0, tehran)},
		{"only at the weekend", schedule.Windows{List: []schedule.Window{weekend}, Zone: tehran}, // 1 March 2026 is a Sunday
			time.Date(2026, 3, 1, 12, 0, 0, 0, tehran), time.Date(2026, 3, 5, 0, 0, 0, 0, tehran), time.Date(2026, 3, 6, 0, 0, 0, 0, tehran)},
		{"the night when the clock is put forward is shorter", schedule.Windows{List: []schedule.Window{night}, Zone: berlin},
			time.Date(2026, 3, 28, 20, 0, 0, 0, berlin), time.Date(2026, 3, 28, 21, 0, 0, 0, time.UTC), time.Date(2026, 3, 29, 4, 0, 0, 0, time.UTC)},
		{"an hour that the clock skips is skipped", schedule.Windows{List: []schedule.Window{gap}, Zone: berlin},
			time.Date(2026, 3, 29, 0, 30, 0, 0, berlin), time.Date(2026, 3, 30, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 30, 1, 0, 0, 0, time.UTC)},
		{"an hour that comes twice is open once", schedule.Windows{List: []schedule.Window{gap}, Zone: berlin},
			time.Date(2026, 10, 25, 0, 30, 0, 0, berlin), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 2, 0, 0, 0, time.UTC)},
	} {
		open, close := c.w.Next(c.at)
		if !open.Equal(c.open) || !close.Equal(c.close) {
			t.Errorf("%s: %s to %s, want %s to %s", c.name, open, close, c.open, c.close)
		}
	}
}

// Visits begin inside the window only, all sites come, and not all at its opening.
func TestVisitsKeepToTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tehran := time.FixedZone("+0330", 12600)
		w := schedule.Windows{List: []schedule.Window{{From: 22 * time.Hour, To: 6 * time.Hour}}, Zone: tehran}
		const n = 1000
		a := newArchive(t, schedule.Rule{Every: 12 * time.Hour, Jitter: 0.1, Windows: w, NoticeAfter: 3})
		start := time.Now()
		a.run(64, a.sites(n), 72*time.Hour)
		for _, at := range a.all {
			if h := at.In(tehran).Hour(); h < 22 && h >= 6 {
				t.Fatalf("a visit began at %s", at.In(tehran))
			}
		}
		for d, at := range a.begun {
			if len(at) < 3 || len(at) > 4 {
				t.Fatalf("%s was visited %d times in three nights", d, len(at))
			}
		}
		if most, _ := a.busiest(start.Add(12*time.Hour), 10*time.Minute); len(a.begun) != n || most > 60 {
			t.Errorf("%d of %d sites were visited; %d in the busiest ten minutes", len(a.begun), n, most)
		}
	})
}

func TestOwner(t *testing.T) {
	for domain, want := range map[string]string{
		"portal.health.gov.ir": "health.gov.ir",
		"health.gov.ir":        "health.gov.ir",
		"gov.uk":               "gov.uk",
		"127.0.0.1:8080":       "127.0.0.1:8080",
		"localhost:8080":       "localhost:8080",
		"www.mfa.gov.sa:8443":  "mfa.gov.sa",
	} {
		if got := schedule.Owner(domain); got != want {
			t.Errorf("%s: %s, want %s", domain, got, want)
		}
	}
}
