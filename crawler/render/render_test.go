package render_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"policywatch/crawler/render"
	"policywatch/store/record"
)

// Nothing that a browser started here may outlive its tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(patient{m}) }

type patient struct{ *testing.M }

// Run waits after the tests for what ends by itself: on a busy machine that takes
// longer than goleak waits.
func (p patient) Run() (code int) {
	code = p.M.Run()
	for late := time.Now().Add(time.Minute); code == 0 && goleak.Find() != nil && time.Now().Before(late); {
	}
	return code
}

// site is a website on loopback; only what is listed as allowed may be dialled.
type site struct {
	*httptest.Server
	mux *http.ServeMux

	mu      sync.Mutex
	allowed map[string]bool
	asked   []string
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{mux: http.NewServeMux(), allowed: map[string]bool{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.Path)
		s.mu.Unlock()
		s.mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	s.allowed[s.Listener.Addr().String()] = true
	return s
}

// page serves markup at a path.
func (s *site) page(path, markup string) {
	s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, markup)
	})
}

func (s *site) wasAsked(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.asked {
		if p == path {
			return true
		}
	}
	return false
}

func (s *site) dial(ctx context.Context, network, address string) (net.Conn, error) {
	s.mu.Lock()
	ok := s.allowed[address]
	s.mu.Unlock()
	if !ok {
		return nil, &record.Fault{Kind: record.FaultForbiddenAddress, URL: address, Detail: "it leads to " + address + ", which is no public address"}
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// browser returns a real browser that reaches the site alone.
func browser(t testing.TB, s *site, o render.Options) *render.Browser {
	t.Helper()
	if o.Remote == "" {
		if _, err := render.Find(o.Path); err != nil {
			t.Skipf("NOT TESTED: rendering needs Chromium: %v", err)
		}
	}
	if o.Dial == nil && !o.Unguarded {
		o.Dial = s.dial
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if os.Getenv("LOG") != "" {
		o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	b, err := render.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func get(t testing.TB, b *render.Browser, at string) (*record.Snapshot, error) {
	t.Helper()
	return b.Fetch(t.Context(), record.Request{URL: at})
}

// wantFault checks that err is a fault of the kind and returns it.
func wantFault(t testing.TB, err error, kind record.FaultKind) *record.Fault {
	t.Helper()
	var f *record.Fault
	if !errors.As(err, &f) {
		t.Fatalf("got error %v, want fault %s", err, kind)
	}
	if f.Kind != kind {
		t.Fatalf("got fault %v, want %s", f, kind)
	}
	if f.Detail == "" {
		t.Errorf("fault %s says nothing about what happened", kind)
	}
	return f
}

// statement is long enough to be taken for a page that is done.
var statement = strings.Repeat("<p>سازمان آب نیلرود اطلاعات شخصی شما را تنها برای ارائهٔ خدمت جمع‌آوری می‌کند و به دیگری نمی‌سپارد.</p>", 12)

// C5: the text comes by script, after the page.
func TestBringsWhatScriptsBuild(t *testing.T) {
	s := newSite(t)
	s.page("/privacy", `<!DOCTYPE html><html lang="fa" dir="rtl"><head><title>حریم خصوصی</title><link rel="stylesheet" href="/style.css"></head>
<body><noscript>برای دیدن این صفحه اسکریپت را فعال کنید</noscript><div id="app"></div><img src="/logo.png">
<script>fetch('/api/statement').then(r => r.json()).then(d => { document.getElementById('app').innerHTML = '<h1>بیانیهٔ حریم خصوصی</h1>' + d.body; });</script></body></html>`)
	s.mux.HandleFunc("/api/statement", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, "{\"body\": %q}", statement)
	})
	b := browser(t, s, render.Options{UserAgent: "policywatch/1 (+mailto:office@example.org)"})
	snap, err := get(t, b, s.URL+"/privacy")
	if err != nil {
		t.Fatal(err)
	}
	body := string(snap.Body)
	if !strings.Contains(body, "<h1>بیانیهٔ حریم خصوصی</h1>") || strings.Count(body, "جمع‌آوری می‌کند") != 12 {
		t.Errorf("the text is not there: %.400s", body)
	}
	if strings.Contains(body, "noscript") {
		t.Error("what nobody sees where scripts run is there")
	}
	if snap.Via != "browser" || snap.Status != 200 || snap.FinalURL != s.URL+"/privacy" || snap.ContentType() != "text/html; charset=utf-8" {
		t.Errorf("unexpected snapshot: %s %d %s %s", snap.Via, snap.Status, snap.FinalURL, snap.ContentType())
	}
	for _, path := range []string{"/style.css", "/logo.png"} {
		if s.wasAsked(path) {
			t.Errorf("%s was loaded", path)
		}
	}
	t.Log(snap.Took)
}
