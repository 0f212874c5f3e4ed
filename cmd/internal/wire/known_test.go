package wire_test

import (
	"os"
	"strings"
	"testing"

	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

// reasons scans once and returns what became of the site.
func (o *office) visit() (got monitor.Result) {
	o.session(func(a *wire.App) {
		if _, err := a.Monitor.Scan(o.t.Context(), a.Sites(), 1, func(r monitor.Result) { got = r }); err != nil {
			o.t.Fatal(err)
		}
	})
	return got
}

// A page among other counters is known by its bytes; every edit is read.
func TestTheStatementIsKnownAmongOtherCounters(t *testing.T) {
	o := newOffice(t, "")
	o.edit("<main>", "<div>Visitors today: 17</div><main>")
	if r := o.visit(); r.State != record.VisitNew {
		t.Fatalf("%+v", r)
	}
	o.edit("today: 17", "today: 4711")
	if r := o.visit(); r.State != record.VisitUnchanged || !strings.Contains(r.Reason, "byte for byte") {
		t.Errorf("read again for a counter: %s, %s", r.State, r.Reason)
	}
	o.edit("</main>", "<p>We also keep recordings of your calls.</p></main>")
	if r := o.visit(); r.State != record.VisitChanged {
		t.Errorf("a new paragraph: %s, %s", r.State, r.Reason)
	}
	o.edit("six months", "six years")
	if r := o.visit(); r.State != record.VisitChanged {
		t.Errorf("another period: %s, %s", r.State, r.Reason)
	}
}

// Selectors that the user changes are obeyed at once, although the page sends the
// same bytes, and what they leave out is not told as the site's change.
func TestNewSelectorsReadThePageAnewAndTellNothing(t *testing.T) {
	o := newOffice(t, folder)
	o.visit()
	config, err := os.ReadFile(o.opts.ConfigPath)
	if err != nil {
		t.Fatal(err)
	}
	narrow := strings.Replace(string(config), "{domain:", "{remove: ['h2:last-of-type', 'p:last-of-type'], domain:", 1)
	if err := os.WriteFile(o.opts.ConfigPath, []byte(narrow), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := o.visit(); r.State != record.VisitUnchanged || strings.Contains(r.Reason, "byte for byte") {
		t.Errorf("%s, %s", r.State, r.Reason)
	}
	o.edit("six months", "six years")
	if r := o.visit(); r.State != record.VisitChanged || len(r.Change.Dropped) > 0 {
		t.Errorf("after an edit: %s, %s", r.State, r.Reason)
	}
	o.edit("privacy@bridges", "data@bridges") // in what is left out
	if r := o.visit(); r.State != record.VisitUnchanged {
		t.Errorf("an edit outside the selection: %s, %s", r.State, r.Reason)
	}
}
