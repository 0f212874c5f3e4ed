package wire_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

// browse opens the dashboard over the archive.
func (o *office) browse(a *wire.App, acting bool) func(method, target string) *httptest.ResponseRecorder {
	o.t.Helper()
	h, err := a.Dashboard("test", acting)
	if err != nil {
		o.t.Fatal(err)
	}
	return func(method, target string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
		return w
	}
}

// A capture that waits is seen, released on the dashboard, kept and told, as on
// the command line.
func TestReleaseOnTheDashboard(t *testing.T) {
	o := newOffice(t, folder)
	o.session(func(a *wire.App) { o.scan(a, record.VisitNew) })
	short := "<title>Privacy policy</title><main><h1>Privacy policy</h1><h2>Sharing</h2><p>We do not sell personal information. We disclose it only where a court orders us to, and your rights stay as they are.</p></main>"
	o.page.Store(&short)
	o.session(func(a *wire.App) {
		o.scan(a, record.VisitPending)
		site := "/sites/" + url.PathEscape(a.Sites()[0].Domain)
		get := o.browse(a, true)
		for target, want := range map[string]string{"/": "One capture waits", "/pending": "Take it as the new version", site: "A capture waits for confirmation"} {
			if w := get("GET", target); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %d, without %q", target, w.Code, want)
			}
		}
		if w := o.browse(a, false)("POST", site+"/release"); w.Code != http.StatusNotFound {
			t.Errorf("released on a dashboard for reading: %d", w.Code)
		}
		if w := get("POST", site+"/release"); w.Code != http.StatusSeeOther {
			t.Fatalf("release: %d %s", w.Code, w.Body)
		}
		if w := get("GET", site+"/changes/2"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "six months") {
			t.Errorf("the change: %d", w.Code)
		}
		if w := get("POST", site+"/release"); w.Code != http.StatusConflict {
			t.Errorf("a second release: %d", w.Code)
		}
		if w := get("POST", "/sites/nowhere.example/reject"); w.Code != http.StatusNotFound {
			t.Errorf("a site that nobody watches: %d", w.Code)
		}
	})
	if o.mails() == 0 {
		t.Error("nobody was told")
	}
}

// A dead letter goes out once somebody says so.
func TestResendOnTheDashboard(t *testing.T) {
	o := newOffice(t, folder)
	o.session(func(a *wire.App) { o.scan(a, record.VisitNew) })
	o.edit("six months", "eighteen months")
	o.session(func(a *wire.App) {
		o.scan(a, record.VisitChanged)
		list, err := a.Store.Alerts(t.Context(), record.AlertFilter{})
		if err != nil || len(list) != 1 {
			t.Fatalf("%d alerts, %v", len(list), err)
		}
		list[0].State, list[0].Reason, list[0].Told = record.AlertGivenUp, "the disk was full", nil
		if err := a.Store.Settle(t.Context(), list[0]); err != nil {
			t.Fatal(err)
		}
		get := o.browse(a, true)
		if w := get("GET", "/alerts"); !strings.Contains(w.Body.String(), "the disk was full") || !strings.Contains(w.Body.String(), "Send again") {
			t.Error("the dead letter is not shown")
		}
		if w := get("POST", "/alerts/resend?id="+url.QueryEscape(list[0].ID)); w.Code != http.StatusBadRequest {
			t.Errorf("an address alone must not send: %d", w.Code)
		}
		h, err := a.Dashboard("test", true)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/alerts/resend", strings.NewReader(url.Values{"id": {list[0].ID}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusSeeOther {
			t.Errorf("resend: %d", w.Code)
		}
	})
	if n := o.mails(); n != 1 {
		t.Errorf("%d mails", n)
	}
}

// Messages lead to the change that they tell of, where there is an address.
func TestMessagesLeadToTheDashboard(t *testing.T) {
	o := newOffice(t, folder+"web: {base_url: 'https://watch.example.org/'}\n")
	o.session(func(a *wire.App) { o.scan(a, record.VisitNew) })
	o.edit("six months", "eighteen months")
	o.session(func(a *wire.App) {
		o.scan(a, record.VisitChanged)
		list, err := a.Store.Alerts(t.Context(), record.AlertFilter{})
		if err != nil || len(list) != 1 {
			t.Fatalf("%d alerts, %v", len(list), err)
		}
		m, err := a.Report.Write(list[0], "en")
		if err != nil {
			t.Fatal(err)
		}
		address := "https://watch.example.org/sites/" + url.PathEscape(a.Sites()[0].Domain) + "/changes/2"
		if want := `"dashboard":"` + address + `"`; !strings.Contains(string(m.JSON), want) {
			t.Errorf("%s lacks %s", m.JSON, want)
		}
		if w := o.browse(a, false)("GET", address); w.Code != http.StatusOK {
			t.Errorf("%s: %d", address, w.Code)
		}
	})
}

// A site on the list is on the dashboard before anybody visited it, and dates are
// read in the calendars that the command line reads.
func TestListedSitesAreOnTheDashboard(t *testing.T) {
	o := newOffice(t, folder)
	o.session(func(a *wire.App) {
		site := "/sites/" + url.PathEscape(a.Sites()[0].Domain)
		get := o.browse(a, false)
		for _, target := range []string{"/sites", site, "/conformance"} {
			if w := get("GET", target); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "not visited yet") {
				t.Errorf("%s before the first visit: %d", target, w.Code)
			}
		}
		o.scan(a, record.VisitNew)
		if w := o.browse(a, false)("GET", "/sites"); strings.Contains(w.Body.String(), `class="state new"`) {
			t.Error("still not visited")
		}
		for at, want := range map[string]string{"1445-01-01": "holds no version", "1400/01/01": "holds no version", "2100-01-01": "newest version"} {
			if w := get("GET", site+"?at="+at); !strings.Contains(w.Body.String(), want) {
				t.Errorf("at %s: %d without %q", at, w.Code, want)
			}
		}
	})
}
