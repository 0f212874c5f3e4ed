package render_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/crawler/render"
	"policywatch/store/record"
)

func TestRedirectsAreTold(t *testing.T) {
	s := newSite(t)
	s.mux.HandleFunc("/a", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/b", http.StatusMovedPermanently) })
	s.mux.HandleFunc("/b", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/c?x=1#top", http.StatusFound) })
	s.page("/c", `<meta http-equiv="refresh" content="0; url=/d">`)
	s.page("/d", `<script>setTimeout(() => location.replace('/e'), 50)</script>`)
	s.page("/e", statement+`<script>history.pushState({}, '', '/fa/privacy')</script>`)
	s.mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/round?"+r.URL.RawQuery+"x", http.StatusFound)
	})
	b := browser(t, s, render.Options{})
	snap, err := get(t, b, strings.Replace(s.URL, "http://", "http://user:secret@", 1)+"/a")
	if err != nil {
		t.Fatal(err)
	}
	want := []record.Hop{
		{Status: 301, From: s.URL + "/a", To: s.URL + "/b"},
		{Status: 302, From: s.URL + "/b", To: s.URL + "/c?x=1"},
		{Status: 200, From: s.URL + "/c?x=1", To: s.URL + "/d"},
		{Status: 200, From: s.URL + "/d", To: s.URL + "/e"},
	}
	if fmt.Sprint(snap.Chain) != fmt.Sprint(want) {
		t.Errorf("chain %v\nwant  %v", snap.Chain, want)
	}
	if snap.URL != s.URL+"/a" || snap.FinalURL != s.URL+"/fa/privacy" {
		t.Errorf("from %s to %s", snap.URL, snap.FinalURL)
	}
	_, err = get(t, b, s.URL+"/round")
	wantFault(t, err, record.FaultHTTP4xx)
}

// An error page is brought with its fault, as a plain fetch would. F7: a 304 that
// nobody asked for is no page.
func TestStatus(t *testing.T) {
	s := newSite(t)
	s.mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		var code int
		fmt.Sscan(r.PathValue("code"), &code)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
		w.WriteHeader(code)
		if !r.URL.Query().Has("empty") {
			io.WriteString(w, "<title>خطا</title><h1>صفحه یافت نشد</h1>"+statement)
		}
	})
	b := browser(t, s, render.Options{})
	for code, kind := range map[int]record.FaultKind{404: record.FaultNotFound, 410: record.FaultNotFound, 403: record.FaultBlocked,
		401: record.FaultHTTP4xx, 429: record.FaultRateLimited, 503: record.FaultHTTP5xx} {
		for _, empty := range []string{"", "?empty"} {
			snap, err := get(t, b, fmt.Sprintf("%s/status/%d%s", s.URL, code, empty))
			if f := wantFault(t, err, kind); f.Status != code || snap == nil || snap.Status != code {
				t.Errorf("%d%s: %+v, %+v", code, empty, f, snap)
			}
			if has := strings.Contains(string(snap.Body), "یافت نشد"); has != (empty == "") {
				t.Errorf("%d%s: body %q", code, empty, snap.Body)
			}
		}
	}
	_, err := get(t, b, s.URL+"/status/304")
	wantFault(t, err, record.FaultHTTP5xx)
	if snap, err := get(t, b, s.URL+"/status/204"); err != nil || snap.Status != 204 || len(snap.Body) != 0 {
		t.Errorf("204: %+v, %v", snap, err)
	}
}

func TestUnreachable(t *testing.T) {
	s := newSite(t)
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(tls.Close)
	gone := newSite(t)
	gone.Close()
	s.allowed[tls.Listener.Addr().String()] = true
	s.allowed[gone.Listener.Addr().String()] = true
	s.mux.HandleFunc("/cut", func(w http.ResponseWriter, r *http.Request) {
		c, _, _ := http.NewResponseController(w).Hijack()
		c.Close()
	})
	s.mux.HandleFunc("/half", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Length", "100000")
		io.WriteString(w, statement)
		panic(http.ErrAbortHandler)
	})
	s.mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, statement)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	b, brief := browser(t, s, render.Options{}), browser(t, s, render.Options{Timeout: 6 * time.Second})
	for at, kind := range map[string]record.FaultKind{
		tls.URL + "/":   record.FaultTLSInvalid,
		gone.URL + "/":  record.FaultUnreachable,
		s.URL + "/cut":  record.FaultUnreachable,
		s.URL + "/half": record.FaultUnreachable,
		// A text is never cut.
		s.URL + "/slow": record.FaultTimeout,
	} {
		in := b
		if kind == record.FaultTimeout {
			in = brief
		}
		_, err := get(t, in, at)
		wantFault(t, err, kind)
	}
}

// The request says who asks and prefers no language unless told to; the answer's
// header tells nothing that would make the next request conditional.
func TestHeaders(t *testing.T) {
	s := newSite(t)
	seen := map[string]http.Header{}
	var mu sync.Mutex
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.URL.Path] = r.Header
		mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=windows-1256")
		w.Header().Set("ETag", `"shell"`)
		w.Header().Set("Last-Modified", "Sat, 21 Nov 2026 10:00:00 GMT")
		w.Header().Add("X-Two", "one")
		w.Header().Add("X-Two", "two")
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes"})
		io.WriteString(w, "<meta charset=windows-1256><p>\xcd\xd1\xed\xe3 \xce\xd5\xe6\xd5\xed</p><script>document.write(navigator.language); fetch('/data' + location.pathname)</script>"+strings.Repeat("<p>filler", 100))
	})
	b := browser(t, s, render.Options{UserAgent: "policywatch/1 (+mailto:office@example.org)"})
	snap, err := b.Fetch(t.Context(), record.Request{URL: s.URL + "/plain", ETag: `"shell"`, LastModified: "Sat, 21 Nov 2026 10:00:00 GMT"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(snap.Body), "<p>حريم خصوصي</p>") || snap.ContentType() != "text/html; charset=utf-8" {
		t.Errorf("the text is not UTF-8: %s, %.100q", snap.ContentType(), snap.Body)
	}
	if snap.ETag() != "" || snap.LastModified() != "" {
		t.Error("the shell's validators stand for the page")
	}
	if got := snap.Header["X-Two"]; len(got) != 2 || got[1] != "two" {
		t.Errorf("X-Two %q", got)
	}
	asked := func(path string) http.Header { mu.Lock(); defer mu.Unlock(); return seen[path] }
	h := asked("/plain")
	if !strings.Contains(h.Get("User-Agent"), "policywatch/1 (+mailto:office@example.org)") || !strings.Contains(h.Get("User-Agent"), "Chrome/") {
		t.Errorf("User-Agent %q", h.Get("User-Agent"))
	}
	if h.Get("If-None-Match") != "" || h.Get("If-Modified-Since") != "" {
		t.Error("the request is conditional")
	}
	t.Logf("Accept-Language %q, %q", h["Accept-Language"], asked("/data/plain")["Accept-Language"])
	snap, err = b.Fetch(t.Context(), record.Request{URL: s.URL + "/persian", AcceptLanguage: "fa"})
	if err != nil {
		t.Fatal(err)
	}
	if got := asked("/persian").Get("Accept-Language"); got != "fa" || !strings.Contains(string(snap.Body), "fa<") {
		t.Errorf("Accept-Language %q", got)
	}
	if got := asked("/persian").Get("Cookie"); got != "" {
		t.Errorf("the page before left a cookie: %q", got)
	}
}

// What a person would see, wherever the markup keeps it and however long it takes.
func TestWaitsForTheText(t *testing.T) {
	s := newSite(t)
	s.page("/timer", `<div id="x">در حال بارگذاری</div><script>setTimeout(() => x.innerHTML = document.querySelector('template').innerHTML, 1500)</script><template>`+statement+`</template>`)
	s.page("/shadow", `<privacy-page><h1 slot="head">حریم</h1></privacy-page><script>
customElements.define('privacy-page', class extends HTMLElement {
  connectedCallback() { this.attachShadow({mode: 'closed'}).innerHTML = '<slot name="head"></slot><section>`+statement+`</section>'; }
});</script>`)
	s.page("/chat", `<script>document.write('`+statement+`'); (function poll() { fetch('/poll').finally(poll) })(); new EventSource('/poll')</script>`)
	s.mux.HandleFunc("/poll", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(20 * time.Second):
		}
	})
	s.page("/image", `<img src="/slow"><link rel=stylesheet href="/slow"><script>onload = () => document.body.innerHTML = '`+statement+`'</script>`)
	s.page("/third", `<script src="/slow" async></script>`+statement)
	s.mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	s.page("/route", `<script>onhashchange = go; function go() { document.body.innerHTML = location.hash === '#/privacy' ? '`+statement+`' : 'home' } addEventListener('DOMContentLoaded', go)</script>`)
	s.page("/slow-data", `<nav>`+strings.Repeat("<a href=/x>فهرست خدمات</a> ", 50)+`</nav><div id="x">در حال بارگذاری</div><script>fetch('/late').then(r => r.text()).then(t => x.innerHTML = t)</script>`)
	s.mux.HandleFunc("/late", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(3 * time.Second)
		io.WriteString(w, statement)
	})
	b := browser(t, s, render.Options{})
	for _, path := range []string{"/timer", "/shadow", "/chat", "/image", "/third", "/route#/privacy", "/slow-data"} {
		snap, err := get(t, b, s.URL+path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if n := strings.Count(string(snap.Body), "جمع‌آوری می‌کند"); n < 12 {
			t.Errorf("%s: %d lines: %.300s", path, n, snap.Body)
		}
		if snap.FinalURL != s.URL+path {
			t.Errorf("%s ended at %s", path, snap.FinalURL)
		}
		t.Log(path, snap.Took)
	}
	snap, _ := get(t, b, s.URL+"/shadow")
	if body := string(snap.Body); !strings.Contains(body, `<h1 slot="head">حریم</h1></slot><section><p>`) {
		t.Errorf("the shadow tree is not in its place: %.400s", body)
	}
}

func TestTabs(t *testing.T) {
	s := newSite(t)
	var mu sync.Mutex
	open, most := 0, 0
	meet := make(chan struct{})
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		open++
		most = max(most, open)
		mu.Unlock()
		// A page waits for its neighbour, on a machine however slow, and then long
		// enough for a third to come where it is let.
		select {
		case meet <- struct{}{}:
		case <-meet:
		case <-time.After(10 * time.Second):
		}
		time.Sleep(100 * time.Millisecond)
		mu.Lock()
		open--
		mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, statement)
	})
	b := browser(t, s, render.Options{Tabs: 2})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := get(t, b, s.URL+"/"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most != 2 {
		t.Errorf("%d pages at a time", most)
	}
}
