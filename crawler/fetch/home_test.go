package fetch_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"policywatch/crawler/fetch"
	"policywatch/store/record"
)

// F1: many sites answer at one of the four usual addresses only.
func TestHome(t *testing.T) {
	// One port for all names, by http; where a name's https is wanted, the
	// same port answers plain text to it, which is a broken handshake.
	answers := map[string]int{"good.example": 200, "www.apex403.example": 200, "apex403.example": 403, "both403.example": 403,
		"www.both403.example": 403, "www.onlywww.example": 200, "bare.example": 200, "gone.example": 404, "www.limited.example": 200, "limited.example": 429}
	names := map[string]string{"dead.example": "127.0.0.3"}
	for n := range answers {
		names[n] = "127.0.0.1"
	}
	var asked []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.Host)
		asked = append(asked, host)
		w.WriteHeader(answers[host])
		io.WriteString(w, "home of "+host)
	})
	port := s.URL[strings.LastIndexByte(s.URL, ':'):]
	c := client(t, fetch.Options{Resolver: resolver(t, names)})
	cases := []struct {
		domain, final string
		kind          record.FaultKind
		status        int
	}{
		{"good.example", "good.example", "", 200},
		{"apex403.example", "www.apex403.example", "", 200},
		{"onlywww.example", "www.onlywww.example", "", 200},
		{"www.bare.example", "bare.example", "", 200},
		{"both403.example", "", record.FaultBlocked, 403},
		{"gone.example", "", record.FaultNotFound, 404},
		{"limited.example", "", record.FaultRateLimited, 429}, // who asks for fewer requests gets no more
		{"nowhere.example", "", record.FaultDNS, 0},
		{"dead.example", "", record.FaultUnreachable, 0},
	}
	for _, k := range cases {
		for _, scheme := range []string{"http", "https", ""} {
			snap, err := c.Home(context.Background(), k.domain+port, scheme)
			if k.kind != "" {
				kind := k.kind
				f := wantFault(t, err, kind)
				if f.Status != k.status || snap != nil && snap.Status != k.status {
					t.Errorf("%s: %v, %v", k.domain, snap, f)
				}
				continue
			}
			if err != nil || snap.URL != "http://"+k.final+port+"/" || string(snap.Body) != "home of "+k.final {
				t.Errorf("%s: %+v, %v", k.domain, snap, err)
			}
		}
	}
}

// https is preferred when both answer, and an expired certificate does not hide
// a site that also speaks http.
func TestHomeSchemes(t *testing.T) {
	plain := func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil {
			io.WriteString(w, "secure")
			return
		}
		io.WriteString(w, "plain")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(plain)}}
	s.Start()
	t.Cleanup(s.Close)
	c := client(t, fetch.Options{})
	var trail []string
	ctx := fetch.WithVisit(context.Background(), func(s record.Step) { trail = append(trail, s.URL+" "+s.Outcome) })
	snap, err := c.Home(ctx, l.Addr().String(), "https")
	if err != nil || string(snap.Body) != "plain" {
		t.Fatalf("got %+v, %v", snap, err)
	}
	if len(trail) != 1 || !strings.Contains(trail[0], "tls_invalid") {
		t.Errorf("the trail hides the failure: %q", trail)
	}
}

func TestHomeStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	asked := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { asked++; cancel(); <-r.Context().Done() })
	_, err := client(t, fetch.Options{}).Home(ctx, strings.TrimPrefix(s.URL, "http://"), "http")
	wantFault(t, err, record.FaultCancelled)
	if asked > 1 {
		t.Errorf("asked %d times", asked)
	}
}
