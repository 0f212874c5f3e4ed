package wire_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

// D2: a server that puts a counter and a clock into the statement's own paragraph at
// every request is heard only when somebody edits the statement.
func TestACounterAndAClockInTheStatementStaySilent(t *testing.T) {
	o := newOffice(t, folder)
	var requests atomic.Int64
	o.live = func(page string, _ *http.Request) string {
		n := requests.Add(1)
		amid := fmt.Sprintf("what it does with it. You are visitor %d; this page was made on %s in 0.%03d seconds.", 90210+n*n,
			time.Now().Add(time.Duration(n)*time.Second).Format("Monday, 2 January 2006 15:04:05"), 100+n*7%97)
		return strings.Replace(page, "what it does with it.", amid, 1)
	}
	if r := o.visit(); r.State != record.VisitNew {
		t.Fatalf("%+v", r)
	}
	for range 5 {
		if r := o.visit(); r.State != record.VisitUnchanged || r.Version != 1 || r.Alerts != 0 {
			t.Fatalf("%s (%s), version %d, %d alerts", r.State, r.Reason, r.Version, r.Alerts)
		}
	}
	// One look a scan, and one more where the places were found.
	if n := requests.Load(); n > 8 {
		t.Errorf("%d requests for six scans", n)
	}
	o.edit("six months", "eighteen months")
	if r := o.visit(); r.State != record.VisitChanged || r.Alerts != 1 {
		t.Errorf("%s (%s), %d alerts", r.State, r.Reason, r.Alerts)
	}
	o.session(func(a *wire.App) {
		v, err := a.Store.Version(t.Context(), a.Sites()[0].Domain, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range v.Change.Edits {
			if strings.Contains(e.After, "visitor") {
				t.Errorf("the counter is told: %+v", e)
			}
		}
	})
	for range 3 {
		if r := o.visit(); r.State != record.VisitUnchanged {
			t.Errorf("%s, %s", r.State, r.Reason)
		}
	}
}
