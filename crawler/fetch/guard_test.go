package fetch_test

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"policywatch/crawler/fetch"
	"policywatch/store/record"
)

// F12: no spelling of a private address gets a request out.
func TestGuardRefusesPrivateAddresses(t *testing.T) {
	c := client(t, fetch.Options{AllowAddresses: []netip.Prefix{}, Robots: true})
	for _, host := range []string{"127.0.0.1", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0",
		"10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "198.18.0.1",
		"224.0.0.1", "[ff02::1]", "[2001:db8::1]"} {
		for _, scheme := range []string{"http", "https"} {
			_, err := get(t, c, scheme+"://"+host+":9/")
			wantFault(t, err, record.FaultForbiddenAddress)
		}
	}
}

func TestOnlyHTTPIsFetched(t *testing.T) {
	c := client(t, fetch.Options{})
	for _, at := range []string{"file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "javascript:alert(1)", "data:text/html,x"} {
		_, err := get(t, c, at)
		wantFault(t, err, record.FaultForbiddenAddress)
	}
}

// F12: a name may lead to a private address, at once or on the second asking.
func TestGuardLooksAtWhatANameLeadsTo(t *testing.T) {
	hit := false
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { hit = true })
	port := s.URL[strings.LastIndexByte(s.URL, ':'):]
	var asked atomic.Int32
	c := client(t, fetch.Options{
		AllowAddresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		Resolver: resolverFunc(t, func(name string) (string, bool) {
			if name == "rebinding.example" && asked.Add(1) == 1 {
				return "127.0.0.1", true
			}
			return "127.0.0.2", true
		}),
	})
	_, err := get(t, c, "http://inside.example"+port+"/")
	wantFault(t, err, record.FaultForbiddenAddress)
	if hit {
		t.Error("the request went out")
	}
	if _, err := get(t, c, "http://rebinding.example"+port+"/"); err != nil {
		t.Fatalf("first answer: %v", err)
	}
	c.Close() // forget the connection: the name is looked up again
	_, err = get(t, c, "http://rebinding.example"+port+"/")
	wantFault(t, err, record.FaultForbiddenAddress)
}

// F12: redirects, robots.txt and its redirects go through the same guard.
func TestGuardHoldsForEverything(t *testing.T) {
	inside := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Host, "127.0.0.9") {
			inside++
			return
		}
		switch r.URL.Path {
		case "/robots.txt":
			if r.URL.Query().Has("x") {
				return
			}
			w.WriteHeader(404)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(302)
		case "/script":
			w.Header().Set("Location", "javascript:alert(1)")
			w.WriteHeader(302)
		default:
			http.Redirect(w, r, "http://127.0.0.9"+s9(r)+"/", 302)
		}
	})
	c := client(t, fetch.Options{AllowAddresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	for _, path := range []string{"/private", "/file", "/script"} {
		snap, err := get(t, c, s.URL+path)
		f := wantFault(t, err, record.FaultForbiddenAddress)
		if f.Status != 302 || snap == nil || len(snap.Chain) != 1 {
			t.Errorf("%s: the redirect is not told: %+v, %+v", path, f, snap)
		}
	}
	if inside != 0 {
		t.Error("a request reached the inside")
	}

	// robots.txt that redirects inside: what it says cannot be had.
	trap := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.Redirect(w, r, "http://127.0.0.9"+s9(r)+"/robots.txt", 302)
			return
		}
		t.Error("the page was fetched")
	})
	c = client(t, fetch.Options{AllowAddresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Robots: true})
	_, err := get(t, c, trap.URL+"/")
	wantFault(t, err, record.FaultForbiddenAddress)
	if got := c.Sitemaps(context.Background(), trap.URL); got != nil {
		t.Errorf("sitemaps %v from nowhere", got)
	}
}

func s9(r *http.Request) string { return r.Host[strings.LastIndexByte(r.Host, ':'):] }

// A proxy named in the environment would dial in our place.
func TestEnvironmentHasNoSay(t *testing.T) {
	used := false
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) { used = true })
	for _, k := range []string{"HTTP_PROXY", "http_proxy", "ALL_PROXY", "COLLY_PROXY"} {
		t.Setenv(k, proxy.URL)
	}
	t.Setenv("COLLY_MAX_BODY_SIZE", "3")
	t.Setenv("COLLY_USER_AGENT", "Mozilla/5.0")
	var agent string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { agent = r.UserAgent(); io.WriteString(w, "the whole") })
	c := client(t, fetch.Options{Version: "7", Contact: "mailto:office@example.org",
		Resolver: resolver(t, map[string]string{"site.example": "127.0.0.1"})})
	snap, err := get(t, c, strings.Replace(s.URL, "127.0.0.1", "site.example", 1))
	if err != nil || string(snap.Body) != "the whole" || used {
		t.Errorf("got %v, %v, proxy used: %v", snap, err, used)
	}
	if want := "policywatch/7 (+mailto:office@example.org)"; agent != want {
		t.Errorf("User-Agent %q, want %q", agent, want)
	}
}
