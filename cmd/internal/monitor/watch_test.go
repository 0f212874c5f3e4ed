package monitor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"policywatch/cmd/internal/monitor"
	"policywatch/store/record"
)

// A page that the program trips over is that site's fault: it is committed, the
// version that stands keeps standing, and the other sites are visited.
func TestAPanicIsTheSitesFault(t *testing.T) {
	s := newScene(t)
	site := record.Site{Domain: "water.example.gov"}
	s.crawl.next = s.sees(statement, "text/1")
	if r, err := s.Check(t.Context(), site); err != nil || r.State != record.VisitNew {
		t.Fatalf("%+v %v", r, err)
	}
	for name, spoilt := range map[string]func() record.Observation{
		"while it is fetched": func() record.Observation { panic("secret") },
		"while it is read":    func() record.Observation { var list []int; _ = list[len(list)]; return record.Observation{} },
		"while it is judged":  func() record.Observation { return record.Observation{URL: page, Document: nil} },
	} {
		s.crawl.next = spoilt
		seen := map[string]record.FaultKind{}
		sum, err := s.Scan(t.Context(), []record.Site{site, {Domain: "b.gov"}}, 1, func(r monitor.Result) {
			seen[r.Site] = r.Fault
			if strings.Contains(r.Reason, "secret") {
				t.Errorf("%s: the panic's value shows: %s", name, r.Reason)
			}
		})
		if err != nil || sum.Faults != 2 || seen[site.Domain] != record.FaultPanicked {
			t.Errorf("%s: %+v %v %v", name, sum, seen, err)
		}
	}
	past, err := s.db.Past(t.Context(), site.Domain)
	if err != nil || past.Version != 1 || past.LastFault == nil || past.LastFault.Kind != record.FaultPanicked {
		t.Errorf("%+v %v", past, err)
	}
	s.crawl.next = s.sees(statement, "text/1")
	if r, err := s.Check(t.Context(), site); err != nil || r.State != record.VisitUnchanged {
		t.Errorf("after it was mended: %+v %v", r, err)
	}
}

// visits makes a visit of each site that sees the same and counts what is told.
func (s *scene) visits(w *monitor.Watch, sees func() record.Observation, sites ...string) (alerts int) {
	s.t.Helper()
	for _, d := range sites {
		s.crawl.next = sees
		s.now = s.now.Add(time.Millisecond)
		r, err := w.Check(s.t.Context(), record.Site{Domain: d})
		if err != nil {
			s.t.Fatal(err)
		}
		alerts += r.Alerts
	}
	return alerts
}

// When the monitor's own network fails, that is told once, and no site is blamed;
// a site that fails while others answer is.
func TestAWatchTellsItsOwnOutageOnce(t *testing.T) {
	s := newScene(t)
	var turns []string
	var outlook monitor.Outlook
	begin := func() *monitor.Watch {
		return s.Watch(&outlook, 4, func(outage bool, lost int) { turns = append(turns, fmt.Sprint(outage, lost)) })
	}
	w := begin()
	visit := func(o func() record.Observation, sites ...string) int { return s.visits(w, o, sites...) }
	good := s.sees(statement, "text/1")
	visit(good, "a.gov", "b.gov", "c.gov", "d.gov")
	told := 0
	for range 4 {
		w = begin() // the configuration is read anew
		told += visit(fails(record.FaultTimeout), "a.gov", "b.gov", "c.gov", "d.gov")
	}
	if told != 0 {
		t.Errorf("an outage of ours was told of %d sites", told)
	}
	visit(good, "b.gov", "c.gov", "d.gov")
	if n := visit(fails(record.FaultTimeout), "a.gov"); n != 1 {
		t.Errorf("a site that is down while others answer was told %d times", n)
	}
	if len(turns) != 2 || turns[0] != "true 4" || turns[1] != "false 0" {
		t.Errorf("turns: %v", turns)
	}
}

// N4: a daemon that is restarted in an outage that was told tells it no second time,
// blames no site for it, and tells that it is over.
func TestAnOutageOutlivesARestart(t *testing.T) {
	s := newScene(t)
	sites := []string{"a.gov", "b.gov", "c.gov", "d.gov"}
	var turns []string
	life := func(resume bool) func(o func() record.Observation) (alerts int) {
		var outlook monitor.Outlook
		if resume {
			outlook.Resume()
		}
		w := s.Watch(&outlook, len(sites), func(outage bool, _ int) { turns = append(turns, fmt.Sprint(outage)) })
		return func(o func() record.Observation) int { return s.visits(w, o, sites...) }
	}
	visit := life(false)
	visit(s.sees(statement, "text/1"))
	told := 0
	for range 4 {
		told += visit(fails(record.FaultTimeout))
	}
	visit = life(true)
	told += visit(fails(record.FaultTimeout))
	told += visit(s.sees(statement, "text/1"))
	if want := []string{"true", "false"}; told != 0 || !slices.Equal(turns, want) {
		t.Errorf("%d alerts about sites, outage told: %q", told, turns)
	}
}
