package wire_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

const statement = `<!DOCTYPE html><html lang="en"><head><title>Privacy policy</title></head><body><main><h1>Privacy policy</h1>
<p>The Office of Bridges explains on this page which personal information its website collects and what it does with it.</p>
<h2>Information we collect</h2><p>You give us your name and e-mail address when you report a damaged bridge. Our server records your IP address and browser.</p>
<h2>How we use it</h2><p>We use your information to answer your report and to keep the site secure, and for nothing else.</p>
<h2>Sharing</h2><p>We do not sell personal information. We disclose it only where a court orders us to.</p>
<h2>Retention</h2><p>Reports are kept for six months and then destroyed.</p>
<h2>Your rights</h2><p>You may ask to see, correct or delete your information at any time by writing to privacy@bridges.example.gov.</p>
</main></body></html>`

// office is a program over one site whose statement the test can edit.
type office struct {
	t    *testing.T
	dir  string
	page atomic.Pointer[string]
	opts wire.Options
	// live, where it is set, is what the server makes of the page for a request.
	live func(page string, r *http.Request) string
}

func newOffice(t *testing.T, channels string) *office {
	o := &office{t: t, dir: t.TempDir()}
	text := statement
	o.page.Store(&text)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/privacy" {
			http.NotFound(w, r)
			return
		}
		page := *o.page.Load()
		if o.live != nil {
			page = o.live(page, r)
		}
		fmt.Fprint(w, page)
	}))
	t.Cleanup(srv.Close)
	cfg := fmt.Sprintf("crawl: {per_host_interval: 0s, confirm_after: 0s, scheme: http, browser: 'off', allow_addresses: [127.0.0.0/8]}\n"+
		"sites: [{domain: %q, url: %q}]\n%s", strings.TrimPrefix(srv.URL, "http://"), srv.URL+"/privacy", channels)
	path := filepath.Join(o.dir, "policywatch.yaml")
	if err := os.WriteFile(path, []byte(cfg), 0o644); err != nil {
		t.Fatal(err)
	}
	o.opts = wire.Options{ConfigPath: path, Env: os.LookupEnv, Log: slog.New(slog.DiscardHandler)}
	return o
}

func (o *office) edit(old, new string) {
	text := strings.Replace(*o.page.Load(), old, new, 1)
	o.page.Store(&text)
}

// session opens the program, runs f and closes it.
func (o *office) session(f func(*wire.App)) {
	o.t.Helper()
	a, err := wire.Open(o.t.Context(), o.opts, false)
	if err != nil {
		o.t.Fatal(err)
	}
	f(a)
	if err := a.Close(); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) scan(a *wire.App, want record.VisitState) {
	o.t.Helper()
	sum, err := a.Monitor.Scan(o.t.Context(), a.Sites(), 1, func(r monitor.Result) {
		if r.State != want {
			o.t.Errorf("state %s (%s), want %s", r.State, r.Reason, want)
		}
	})
	if err != nil || sum.Sites != 1 {
		o.t.Fatalf("%+v %v", sum, err)
	}
}

func (o *office) mails() int {
	list, err := filepath.Glob(filepath.Join(o.dir, "alerts", "*.eml"))
	if err != nil {
		o.t.Fatal(err)
	}
	return len(list)
}

const folder = "notify: {channels: [{name: f, kind: file, path: alerts}], routes: [{channels: [f]}]}\n"

// N7: the process ends between the version and its mail; after the restart the
// mail goes out once.
func TestAlertSurvivesACrashAndIsToldOnce(t *testing.T) {
	o := newOffice(t, folder)
	o.session(func(a *wire.App) { o.scan(a, record.VisitNew) })
	o.edit("six months", "eighteen months")
	o.session(func(a *wire.App) { o.scan(a, record.VisitChanged) }) // no delivery before the end
	if n := o.mails(); n != 0 {
		t.Fatalf("%d mails before any delivery", n)
	}
	for range 2 {
		o.session(func(a *wire.App) {
			o.scan(a, record.VisitUnchanged)
			if _, err := a.Dispatcher.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
		if n := o.mails(); n != 1 {
			t.Fatalf("%d mails", n)
		}
	}
}

// N1: a channel that fails leaves the others alone, and its alert waits with
// the reason.
func TestOneChannelFailingDoesNotHoldUpTheOther(t *testing.T) {
	o := newOffice(t, "notify:\n  channels:\n    - {name: f, kind: file, path: alerts}\n    - {name: dead, kind: webhook, url: 'http://127.0.0.1:1/', secret: s}\n"+
		"  routes: [{channels: [dead, f]}]\n")
	o.session(func(a *wire.App) { o.scan(a, record.VisitNew) })
	o.edit("six months", "eighteen months")
	o.session(func(a *wire.App) {
		o.scan(a, record.VisitChanged)
		if _, err := a.Dispatcher.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		waiting, err := a.Store.Alerts(t.Context(), record.AlertFilter{State: record.AlertWaiting})
		if err != nil || len(waiting) != 1 || waiting[0].Channel != "dead" || waiting[0].Reason == "" {
			t.Errorf("waiting: %+v %v", waiting, err)
		}
	})
	if n := o.mails(); n != 1 {
		t.Errorf("%d mails", n)
	}
}

// D9: reading and comparing tell nobody anything.
func TestReadingTellsNobody(t *testing.T) {
	o := newOffice(t, folder)
	o.session(func(a *wire.App) { o.scan(a, record.VisitNew) })
	a, err := wire.Open(t.Context(), o.opts, true)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	v, err := a.Store.Version(t.Context(), a.Sites()[0].Domain, 1)
	if err != nil || v.Document == nil {
		t.Fatal(err)
	}
	if alerts, err := a.Store.Alerts(t.Context(), record.AlertFilter{}); err != nil || len(alerts) != 0 {
		t.Errorf("%d alerts, %v", len(alerts), err)
	}
}

// S3: a second process on one archive is told who holds it, at once.
func TestTwoProcessesOnOneArchive(t *testing.T) {
	o := newOffice(t, folder)
	o.session(func(a *wire.App) {
		_, err := wire.Open(t.Context(), o.opts, false)
		if err == nil || !strings.Contains(err.Error(), "policywatch.db") {
			t.Errorf("error %v", err)
		}
	})
}
