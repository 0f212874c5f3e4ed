package web_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"policywatch/notify/web"
	"policywatch/store/record"
)

func TestEveryAnswerCarriesThePolicy(t *testing.T) {
	h := dashboard(t, office())
	for _, target := range []string{"/", "/nope", "/feed.atom", "/healthz", "/assets/style.css", "/sites/" + harbour + "/snapshots/" + digest('b')} {
		head := ask(h, "GET", target).Header()
		p := head.Get("Content-Security-Policy")
		if !strings.Contains(p, "default-src 'none'") || !strings.Contains(p, "frame-ancestors 'none'") || strings.Contains(p, "unsafe") || strings.Contains(p, "script-src") {
			t.Errorf("%s: policy %q", target, p)
		}
		if head.Get("X-Content-Type-Options") != "nosniff" || head.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: %v", target, head)
		}
	}
}

func TestMethodsAndUnknownPages(t *testing.T) {
	a := office()
	h := dashboard(t, a, acting(a))
	for _, c := range []struct {
		method, target string
		status         int
		allow          string
	}{
		{"GET", "/nope", 404, ""}, {"GET", "/assets/", 404, ""}, {"GET", "/sites/nowhere.example", 404, ""}, {"GET", "/sites/" + harbour + "/versions/9", 404, ""},
		{"GET", "/sites/" + harbour + "/versions/x", 404, ""}, {"GET", "/sites/" + harbour + "/changes/0", 404, ""},
		{"GET", "/sites/" + harbour + "/snapshots/zz", 404, ""}, {"POST", "/sites", 405, "GET, HEAD"}, {"DELETE", "/sites/" + harbour, 405, "GET, HEAD"},
		{"GET", "/sites/" + harbour + "/release", 405, "POST"}, {"GET", "/alerts/resend", 405, "POST"}, {"GET", "/feed.atom?site=nowhere", 404, ""},
	} {
		w := ask(h, c.method, c.target)
		if w.Code != c.status || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q", c.method, c.target, w.Code, w.Header().Get("Allow"))
		}
		if !strings.Contains(w.Body.String(), `<main id="main"`) {
			t.Errorf("%s %s: no page", c.method, c.target)
		}
	}
	for target := range everyPage {
		if w := ask(h, "HEAD", target); w.Code != http.StatusOK {
			t.Errorf("HEAD %s: %d", target, w.Code)
		}
	}
	// Where pages are for reading only, there is nothing to press.
	reading := dashboard(t, office())
	if w := ask(reading, "POST", "/sites/"+bridges+"/release"); w.Code != http.StatusNotFound {
		t.Errorf("release on a dashboard for reading: %d", w.Code)
	}
	if page := ask(reading, "GET", "/pending").Body.String(); strings.Contains(page, `method="post"`) {
		t.Error("a button on a dashboard for reading")
	}
}

func TestActionsActOnceAndShow(t *testing.T) {
	a := office()
	h := dashboard(t, a, acting(a))
	if page := ask(h, "GET", "/pending").Body.String(); !strings.Contains(page, `action="/sites/`+strings.Replace(bridges, ":", "%3a", 1)+`/release"`) && !strings.Contains(page, `action="/sites/`+bridges+`/release"`) {
		t.Fatalf("no button: %s", page)
	}
	w := ask(h, "POST", "/sites/"+bridges+"/release", "Sec-Fetch-Site: same-origin")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/pending?done=released" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	// The list of sites was read a moment ago; it must be read again.
	page := visible(ask(h, "GET", "/pending?done=released").Body.String())
	if !strings.Contains(page, "No capture waits") || !strings.Contains(page, "The capture is the new version now.") {
		t.Errorf("after the release: %s", page)
	}
	if w := ask(h, "POST", "/sites/"+bridges+"/release"); w.Code != http.StatusConflict || !strings.Contains(visible(w.Body.String()), "Perhaps it no longer waits") {
		t.Errorf("a second time: %d", w.Code)
	}
	ask(h, "POST", "/sites/"+bridges+"/reject")
	if w := ask(h, "POST", "/alerts/resend?id=alert-001"); w.Code != http.StatusSeeOther {
		t.Errorf("resend: %d", w.Code)
	}
	if w := ask(h, "POST", "/alerts/resend"); w.Code != http.StatusBadRequest {
		t.Errorf("resend of nothing: %d", w.Code)
	}
	if want := []string{"release " + bridges, "release " + bridges, "reject " + bridges, "resend alert-001"}; !slices.Equal(a.did, want) {
		t.Errorf("%q", a.did)
	}
}

// A page elsewhere cannot press the buttons in a reader's name.
func TestOtherSitesCannotAct(t *testing.T) {
	a := office()
	h := dashboard(t, a, acting(a))
	for _, header := range []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: https://evil.example", "Origin: null"} {
		if w := ask(h, "POST", "/sites/"+bridges+"/release", header); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", header, w.Code)
		}
	}
	if len(a.did) != 0 {
		t.Errorf("did %q", a.did)
	}
}

func TestNameAndPassword(t *testing.T) {
	h := dashboard(t, office(), func(o *web.Options) { o.User, o.Password = "editor", "ای‌رمز" })
	get := func(target, user, password string) int {
		r, err := http.NewRequest("GET", target, nil)
		if err != nil {
			t.Fatal(err)
		}
		if user != "" {
			r.SetBasicAuth(user, password)
		}
		header := "X: y"
		if v := r.Header.Get("Authorization"); v != "" {
			header = "Authorization: " + v
		}
		return ask(h, "GET", target, header).Code
	}
	for _, c := range []struct {
		target, user, password string
		want                   int
	}{
		{"/", "", "", 401}, {"/", "editor", "wrong", 401}, {"/", "other", "ای‌رمز", 401}, {"/", "editor", "", 401}, {"/", "editor", "ای‌رمز", 200},
		{"/feed.atom", "", "", 401}, {"/assets/style.css", "", "", 401}, {"/healthz", "", "", 200}, {"/readyz", "", "", 200},
	} {
		if got := get(c.target, c.user, c.password); got != c.want {
			t.Errorf("%s as %q: %d, want %d", c.target, c.user, got, c.want)
		}
	}
}

// Passwords cannot be tried out at any speed, and trying is logged; who has the
// right one does not wait.
func TestGuessingIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		h := dashboard(t, office(), func(o *web.Options) {
			o.User, o.Password, o.Log = "editor", "long", slog.New(slog.NewTextHandler(&log, nil))
		})
		auth := func(password string) string {
			return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("editor:"+password))
		}
		began := time.Now()
		var guesses sync.WaitGroup
		for i := range 20 {
			guesses.Go(func() {
				if w := ask(h, "GET", "/", auth(fmt.Sprint(i))); w.Code != http.StatusUnauthorized {
					t.Errorf("guess %d: %d", i, w.Code)
				}
			})
		}
		synctest.Wait()
		if w := ask(h, "GET", "/healthz"); w.Code != http.StatusOK || !time.Now().Equal(began) {
			t.Errorf("a probe waits: %d", w.Code)
		}
		if w := ask(h, "GET", "/", auth("long")); w.Code != http.StatusOK || !time.Now().Equal(began) {
			t.Errorf("the right password waits: %d", w.Code)
		}
		guesses.Wait()
		if took := time.Since(began); took < 10*time.Second {
			t.Errorf("20 guesses took %s", took)
		}
		if n := strings.Count(log.String(), "a wrong name or password"); n != 20 || strings.Contains(log.String(), "long") {
			t.Errorf("%d lines: %s", n, log.String())
		}
	})
}

// A page that says the same is not sent again; one that says something else is.
func TestPagesAreSentOnce(t *testing.T) {
	a := office()
	h := dashboard(t, a, acting(a))
	for target := range everyPage {
		w := ask(h, "GET", target, "Accept-Language: en")
		tag := w.Header().Get("ETag")
		if again := ask(h, "GET", target, "Accept-Language: en", "If-None-Match: "+tag); tag == "" || again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s again: %d, tag %s", target, again.Code, tag)
		}
		if other := ask(h, "GET", target, "Accept-Language: fa", "If-None-Match: "+tag); other.Code != http.StatusOK {
			t.Errorf("%s in another language: %d", target, other.Code)
		}
	}
	tag := ask(h, "GET", "/pending").Header().Get("ETag")
	ask(h, "POST", "/sites/"+bridges+"/release")
	if w := ask(h, "GET", "/pending", "If-None-Match: "+tag); w.Code != http.StatusOK {
		t.Errorf("after a release: %d", w.Code)
	}
}

// A search of many words costs no more than one of a line.
func TestLongQueriesAreCut(t *testing.T) {
	h := dashboard(t, many(40))
	w := ask(h, "GET", "/sites?q="+strings.Repeat("o+", 20_000))
	if w.Code != http.StatusOK || w.Body.Len() > 100_000 {
		t.Errorf("%d, %d bytes", w.Code, w.Body.Len())
	}
}

// A name that somebody else lets point to this machine (DNS rebinding) gets
// nothing.
func TestLoopbackAnswersToItsOwnNamesOnly(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(ctx, l, dashboard(t, office()), slog.New(slog.DiscardHandler)) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for host, want := range map[string]int{"": 200, "localhost:1": 200, "[::1]:80": 200, "evil.example": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example": 421} {
		r, err := http.NewRequest("GET", "http://"+l.Addr().String()+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("Host %q: %d, want %d", host, res.StatusCode, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the end: %v", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("it still listens")
	}
	named := dashboard(t, office(), func(o *web.Options) { o.BaseURL = "https://watch.example.org" })
	for host, want := range map[string]int{"watch.example.org": 200, "watch.example.org:443": 200, "evil.example": 421, "127.0.0.1:8420": 200} {
		if got := ask(named, "GET", "/", "Host: "+host).Code; got != want {
			t.Errorf("with a base address, Host %s: %d, want %d", host, got, want)
		}
	}
}

// broken is an archive whose rows break whoever reads them.
type broken struct{ *archive }

func (broken) Version(context.Context, string, int) (*record.Version, error) {
	panic("a row that nobody foresaw")
}

func TestOneBrokenPageIsOnePage(t *testing.T) {
	a := office()
	var log strings.Builder
	h := dashboard(t, a, func(o *web.Options) {
		o.Reader, o.Log = broken{a}, slog.New(slog.NewTextHandler(&log, nil))
	})
	w := ask(h, "GET", "/sites/"+harbour)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "foresaw") || !strings.Contains(log.String(), "foresaw") {
		t.Errorf("%d, log %.200s", w.Code, log.String())
	}
	if w := ask(h, "GET", "/sites"); w.Code != http.StatusOK {
		t.Errorf("another page: %d", w.Code)
	}
}

// Trouble inside is for the log: a page tells nothing of paths and machines.
func TestTroubleIsNotShown(t *testing.T) {
	a := office()
	a.err = io.ErrUnexpectedEOF
	var log strings.Builder
	h := dashboard(t, a, func(o *web.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	for target := range everyPage {
		w := ask(h, "GET", target)
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "unexpected") {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	if !strings.Contains(log.String(), "unexpected EOF") {
		t.Error("the log does not say why")
	}
	if w := ask(h, "GET", "/readyz"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("ready: %d", w.Code)
	}
	if w := ask(h, "GET", "/healthz"); w.Code != http.StatusOK {
		t.Errorf("healthy: %d", w.Code)
	}
}
