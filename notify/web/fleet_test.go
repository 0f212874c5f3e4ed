package web_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"policywatch/notify/web"
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
