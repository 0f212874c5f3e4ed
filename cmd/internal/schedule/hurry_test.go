package schedule_test

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"policywatch/cmd/internal/schedule"
)

// A person who asks for a visit gets it at once, outside the windows too, and it
// changes nothing about the visits that follow.
func TestHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shut := schedule.Windows{Zone: time.UTC, List: []schedule.Window{{Days: 127, From: 0, To: 1}}}
		rule := schedule.Rule{Every: 24 * time.Hour, NoticeAfter: 3, Windows: shut}
		a := newArchive(t, rule)
		s := &schedule.Scheduler{Visit: a.visit, Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
		s.Set(4, []schedule.Site{{Domain: "a.gov", Rule: rule, Due: time.Now().Add(20 * time.Hour)}, {Domain: "b.gov", Rule: rule, Due: time.Now().Add(30 * time.Minute)}})
		start := time.Now()
		if st := s.Status(); st.Due != 1 || st.Overdue != 0 {
			t.Errorf("%+v", st)
		}
		a.runOn2(s, 10*time.Minute, func() {
			if s.Hurry("nowhere.gov") || !s.Hurry("a.gov") || !s.Hurry("a.gov") {
				t.Error("the answers are wrong")
			}
		}, time.Minute)
		if began := a.begun["a.gov"]; len(began) != 1 || began[0].Sub(start) != 10*time.Minute {
			t.Errorf("began %v", began)
		}
		// Who asks while a visit runs gets one that begins after he asked, and no more.
		a.takes = func(string) time.Duration { return time.Minute }
		a.begun, start = map[string][]time.Time{}, time.Now()
		time.AfterFunc(30*time.Second, func() { s.Hurry("a.gov") })
		s.Hurry("a.gov")
		a.runOn(s, 5*time.Minute)
		if began := a.begun["a.gov"]; len(began) != 2 || began[1].Sub(start) != time.Minute {
			t.Errorf("began %v after %s", began, start)
		}
	})
}

// A new configuration does not make forgotten what somebody asked for.
func TestHurryOutlivesANewList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rule := schedule.Rule{Every: 24 * time.Hour, NoticeAfter: 3}
		a := newArchive(t, rule)
		a.takes = func(string) time.Duration { return 10 * time.Minute }
		start := time.Now()
		sites := []schedule.Site{{Domain: "busy.gov", Rule: rule, Due: start}, {Domain: "asked.gov", Rule: rule, Due: start.Add(20 * time.Hour)}}
		s := &schedule.Scheduler{Visit: a.visit, Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
		s.Set(1, sites)
		time.AfterFunc(time.Minute, func() { s.Hurry("asked.gov") }) // the only worker is busy
		time.AfterFunc(2*time.Minute, func() { s.Set(1, sites) })
		a.runOn(s, time.Hour)
		if at := a.begun["asked.gov"]; len(at) != 1 || at[0].Sub(start) > 11*time.Minute {
			t.Errorf("visited at %v, began at %v", at, start)
		}
	})
}
