package web_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"policywatch/notify/web"
	"policywatch/store/record"
)

// The health page tells of the workers that visit for a daemon, in every language,
// and does without when their servers do not answer or there is no fleet.
func TestWorkersOnTheHealthPage(t *testing.T) {
	fleet := &web.Fleet{Queued: 7, Out: 3, Redelivered: 1, Reports: 2, Oldest: time.Now().Add(-time.Minute), Workers: []web.Worker{
		{Name: "tehran-1", Version: "1.2.0", Vantage: "ir", Busy: 3, Slots: 64, Visits: 99, At: time.Now()},
		{Name: "<b>attic", Version: "0.9.0", Stranger: true},
	}}
	var err error
	h := dashboard(t, office(), func(o *web.Options) {
		o.Fleet = func(context.Context) (*web.Fleet, error) { return fleet, err }
	})
	for _, lang := range []string{"en", "fa", "ar"} {
		page := ask(h, "GET", "/health", "Accept-Language", lang).Body.String()
		sound(t, "/health in "+lang, page)
		for _, want := range []string{"tehran-1", ">ir<", "&lt;b&gt;attic", "0.9.0 · "} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q", lang, want)
			}
		}
	}
	fleet.Workers = nil
	if page := ask(h, "GET", "/health").Body.String(); !strings.Contains(page, "No worker was heard of") {
		t.Error("the page does not say that there is no worker")
	}
	err, fleet = errors.New("no servers"), nil
	for _, h := range []string{ask(h, "GET", "/health").Body.String(), ask(dashboard(t, office()), "GET", "/health").Body.String()} {
		if strings.Contains(h, `id="fleet"`) || !strings.Contains(h, `id="late"`) {
			t.Error("the page is not what it is without a fleet")
		}
	}
}

// The metrics tell of a daemon's fleet, and are silent without one; the rules and the
// board that are given out name none that is not there.
func TestMetricsOfAFleet(t *testing.T) {
	running := web.Running{Since: time.Now(), Faults: map[record.FaultKind]int{record.FaultDeadly: 2}}
	fleet := &web.Fleet{Queued: 7, Out: 3, Redelivered: 1, Reports: 2, Oldest: time.Now().Add(-time.Hour), Workers: []web.Worker{
		{Name: "tehran-1", Busy: 3, Slots: 64}, {Name: "attic", Stranger: true, Slots: 8}}}
	var err error
	h := dashboard(t, office(), func(o *web.Options) {
		o.Running = func() web.Running { return running }
		o.Fleet = func(context.Context) (*web.Fleet, error) { return fleet, err }
	})
	text := ask(h, "GET", "/metrics").Body.String()
	for _, want := range []string{
		"policywatch_fleet_up 1", "policywatch_fleet_deadly_visits_total 2", `policywatch_fleet_workers{kind="able"} 1`, `policywatch_fleet_workers{kind="stranger"} 1`,
		`policywatch_fleet_places{state="all"} 64`, `policywatch_fleet_visits{state="queued"} 7`, `policywatch_fleet_visits{state="redelivered"} 1`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("the metrics lack %s", want)
		}
	}
	for _, name := range []string{"alerts.rules.yaml", "dashboard.grafana.json"} {
		b, err := os.ReadFile("../../cmd/policywatch/packaging/" + name)
		if err != nil {
			t.Fatal(err)
		}
		named := regexp.MustCompile(`policywatch_fleet_[a-z_]+`).FindAllString(string(b), -1)
		if len(named) == 0 {
			t.Errorf("%s says nothing of fleets", name)
		}
		for _, m := range named {
			if !strings.Contains(text, "# TYPE "+m+" ") {
				t.Errorf("%s names %s, which is not exported", name, m)
			}
		}
	}
	fleet, err = nil, errors.New("no servers")
	if text := ask(h, "GET", "/metrics").Body.String(); !strings.Contains(text, "policywatch_fleet_up 0\n") || strings.Contains(text, "policywatch_fleet_workers") {
		t.Error("servers that do not answer are not told apart from an idle fleet")
	}
	alone := dashboard(t, office(), func(o *web.Options) { o.Running = func() web.Running { return running } })
	if strings.Contains(ask(alone, "GET", "/metrics").Body.String(), "policywatch_fleet") {
		t.Error("a daemon without a fleet tells of one")
	}
}
