package fetch_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"policywatch/crawler/fetch"
	"policywatch/store/record"
)

// F11: the chain says where the page went, so that a redirect to the home page
// can be told from the page.
func TestRedirectChain(t *testing.T) {
	var seen []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		switch r.URL.Path {
		case "/old":
			http.Redirect(w, r, "http://user:secret@"+r.Host+"/error?aspxerrorpath=/old#x", 302)
		case "/error":
			w.Header().Set("Location", "/صفحه اصلی")
			w.WriteHeader(301)
		default:
			io.WriteString(w, r.URL.Path)
		}
	})
	snap, err := get(t, client(t, fetch.Options{}), strings.Replace(s.URL, "://", "://me:secret@", 1)+"/old")
	if err != nil {
		t.Fatal(err)
	}
	end := s.URL + "/%D8%B5%D9%81%D8%AD%D9%87%20%D8%A7%D8%B5%D9%84%DB%8C"
	want := []record.Hop{
		{Status: 302, From: s.URL + "/old", To: s.URL + "/error?aspxerrorpath=/old"},
		{Status: 301, From: s.URL + "/error?aspxerrorpath=/old", To: end},
	}
	if fmt.Sprint(snap.Chain) != fmt.Sprint(want) {
		t.Errorf("chain\n%v, want\n%v", snap.Chain, want)
	}
	if snap.URL != s.URL+"/old" || snap.FinalURL != end || string(snap.Body) != "/صفحه اصلی" {
		t.Errorf("URL %s, final %s, body %s", snap.URL, snap.FinalURL, snap.Body)
	}
	if got := strings.Join(seen, ""); got != "" {
		t.Errorf("credentials were sent: %s", got)
	}
}

func TestRedirectsWithoutEnd(t *testing.T) {
	asked := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		var n int
		if _, err := fmt.Sscanf(r.URL.Path, "/down/%d", &n); err == nil {
			if n == 0 {
				io.WriteString(w, "bottom")
				return
			}
			http.Redirect(w, r, fmt.Sprintf("/down/%d", n-1), 307)
			return
		}
		http.Redirect(w, r, map[string]string{"/a": "/b", "/b": "/a", "/self": "/self"}[r.URL.Path], 302)
	})
	c := client(t, fetch.Options{})
	if snap, err := get(t, c, s.URL+"/down/10"); err != nil || len(snap.Chain) != 10 || string(snap.Body) != "bottom" {
		t.Errorf("ten redirects: %v", err)
	}
	for path, most := range map[string]int{"/down/11": 11, "/a": 2, "/self": 1} {
		asked = 0
		snap, err := get(t, c, s.URL+path)
		f := wantFault(t, err, record.FaultHTTP4xx)
		if snap == nil || len(snap.Chain) == 0 || len(snap.Body) != 0 || f.Status/100 != 3 {
			t.Errorf("%s: %+v, %+v", path, f, snap)
		}
		if asked > most {
			t.Errorf("%s: asked %d times", path, asked)
		}
	}
}

// Some sites set a cookie and send the visitor back to where he came from. The
// cookie lives as long as the visit, and no other visit sees it.
func TestCookiesLiveForOneVisit(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		k, err := r.Cookie("session")
		if err != nil {
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "1", Path: "/"})
			if r.URL.Path == "/gate" {
				http.Redirect(w, r, "/gate", 302)
			}
			return
		}
		io.WriteString(w, "let in with "+k.Value)
	})
	c := client(t, fetch.Options{})
	for range 2 { // the second visit starts from nothing, too
		ctx := fetch.WithVisit(context.Background(), nil)
		snap, err := c.Fetch(ctx, record.Request{URL: s.URL + "/gate"})
		if err != nil || string(snap.Body) != "let in with 1" || len(snap.Chain) != 1 {
			t.Fatalf("redirect with a cookie: %v, %v", snap, err)
		}
		snap, err = c.Fetch(ctx, record.Request{URL: s.URL + "/next"})
		if err != nil || string(snap.Body) != "let in with 1" {
			t.Errorf("next page of the visit: %q, %v", snap.Body, err)
		}
		snap, err = get(t, c, s.URL+"/next")
		if err != nil || string(snap.Body) != "" {
			t.Errorf("another visit has the cookie: %q, %v", snap.Body, err)
		}
	}
}

// A cookie of one host must not follow a redirect to another.
func TestCookiesStayWithTheirHost(t *testing.T) {
	var got string
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header.Get("Cookie") })
	away := strings.Replace(other.URL, "127.0.0.1", "localhost.example", 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1", Path: "/"})
		if r.URL.Path == "/away" {
			http.Redirect(w, r, away, 302)
		}
	})
	c := client(t, fetch.Options{Resolver: resolver(t, map[string]string{"localhost.example": "127.0.0.1"})})
	ctx := fetch.WithVisit(context.Background(), nil)
	for _, path := range []string{"/", "/away"} {
		if _, err := c.Fetch(ctx, record.Request{URL: s.URL + path}); err != nil {
			t.Fatal(err)
		}
	}
	if got != "" {
		t.Errorf("the other host was sent %q", got)
	}
}

// F7: 304 is an answer, not an error, and only to a question.
func TestConditionalGET(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/moved":
			http.Redirect(w, r, "/page", 301)
		case r.URL.Path == "/always":
			w.WriteHeader(304)
		case r.Header.Get("If-None-Match") == `"1"` || r.Header.Get("If-Modified-Since") != "":
			w.Header().Set("ETag", `"1"`)
			w.WriteHeader(304)
		default:
			fmt.Fprintf(w, "text; cache %q", r.Header.Get("Cache-Control"))
		}
	})
	c := client(t, fetch.Options{})
	fetchIt := func(r record.Request) (*record.Snapshot, error) {
		r.URL = s.URL + r.URL
		return c.Fetch(context.Background(), r)
	}
	for _, r := range []record.Request{{URL: "/page", ETag: `"1"`}, {URL: "/page", LastModified: "Mon, 02 Jan 2006 15:04:05 GMT"}} {
		snap, err := fetchIt(r)
		if err != nil || snap.Status != 304 || len(snap.Body) != 0 || snap.ETag() != `"1"` {
			t.Errorf("%+v: %+v, %v", r, snap, err)
		}
	}
	snap, err := fetchIt(record.Request{URL: "/page", Fresh: true})
	if err != nil || string(snap.Body) != `text; cache "no-cache"` {
		t.Errorf("fresh: %v, %v", snap, err)
	}
	// Servers repeat the page's length where there is no page.
	odd := rawServer(t, func(conn net.Conn) { io.WriteString(conn, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\n\r\n") })
	snap, err = c.Fetch(context.Background(), record.Request{URL: odd, ETag: `"1"`})
	if err != nil || snap.Status != 304 || len(snap.Body) != 0 {
		t.Errorf("304 with a length: %+v, %v", snap, err)
	}
	// The tag belongs to the old address; the new one may use the same tag for
	// another text.
	snap, err = fetchIt(record.Request{URL: "/moved", ETag: `"1"`})
	if err != nil || snap.Status != 200 || len(snap.Body) == 0 {
		t.Errorf("redirected: %+v, %v", snap, err)
	}
	_, err = fetchIt(record.Request{URL: "/always"})
	wantFault(t, err, record.FaultHTTP5xx)
}

// A fault after a redirect names the address that failed, and the snapshot the
// one that answered.
func TestFaultBehindRedirect(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://gone.invalid/x", 302) })
	snap, err := get(t, client(t, fetch.Options{Resolver: resolver(t, nil)}), s.URL+"/")
	f := wantFault(t, err, record.FaultDNS)
	if f.URL != "http://gone.invalid/x" || f.Status != 302 || snap == nil || snap.FinalURL != s.URL+"/" || len(snap.Chain) != 1 {
		t.Errorf("%+v, %+v", f, snap)
	}
}

func TestAcceptLanguage(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get("Accept-Language")) })
	for _, k := range []struct{ option, request, want string }{{"", "", ""}, {"fa", "", "fa"}, {"fa", "ar", "ar"}} {
		c := client(t, fetch.Options{AcceptLanguage: k.option})
		snap, err := c.Fetch(context.Background(), record.Request{URL: s.URL, AcceptLanguage: k.request})
		if err != nil || string(snap.Body) != k.want {
			t.Errorf("%+v: sent %q, %v", k, snap.Body, err)
		}
	}
}
