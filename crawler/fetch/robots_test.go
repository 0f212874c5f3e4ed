package fetch_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"policywatch/crawler/fetch"
	"policywatch/store/record"
)

// site serves a robots.txt and pages, and writes down what was asked.
type site struct {
	url    string
	robots http.HandlerFunc
	mu     sync.Mutex
	asked  []string
}

func newSite(t testing.TB, robots http.HandlerFunc) *site {
	s := &site{robots: robots}
	s.url = serve(t, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.Path)
		s.mu.Unlock()
		if r.URL.Path == "/robots.txt" {
			s.robots(w, r)
			return
		}
		io.WriteString(w, "page")
	}).URL
	return s
}

func (s *site) log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.asked, " ")
}

func (s *site) count(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(s.asked), func(p string) bool { return p != path }))
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) }
}

// P2: what each answer to robots.txt means (RFC 9309, section 2.3.1).
func TestRobotsAnswers(t *testing.T) {
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	packed := bomb(64 << 20)
	cases := []struct {
		name   string
		robots http.HandlerFunc
		fault  record.FaultKind // empty: the page is fetched
	}{
		{"rules that allow", text("User-agent: *\nDisallow: /x"), ""},
		{"rules that forbid", text("User-agent: *\nDisallow: /fa"), record.FaultRobotsDenied},
		{"rules for us", text("User-agent: *\nDisallow:\nUser-agent: policywatch\nDisallow: /fa"), record.FaultRobotsDenied},
		{"404", status(404), ""},
		{"403", status(403), ""},
		{"401", status(401), ""},
		{"429", status(429), ""},
		{"500", status(500), record.FaultHTTP5xx},
		{"503", status(503), record.FaultHTTP5xx},
		{"an error page called 200", text("<html><body>Disallow everything: / <br> not found</body></html>"), ""},
		{"empty", text(""), ""},
		{"time-out", func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-hold:
			case <-r.Context().Done():
			}
		}, record.FaultTimeout},
		{"broken off", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, "User-agent: *\n")
		}, record.FaultUnreachable},
		{"gzip", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, gzipped("User-agent: *\nDisallow: /fa"))
		}, record.FaultRobotsDenied},
		{"gzip bomb", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, packed)
		}, ""},
		{"longer than 500 KiB", text("User-agent: *\nDisallow: /fa\n" + strings.Repeat("# filler\n", 100_000) + "Allow: /fa/privacy"), record.FaultRobotsDenied},
		{"an image", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			io.WriteString(w, "\x89PNG")
		}, ""},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			s := newSite(t, k.robots)
			o := fetch.Options{Robots: true}
			if k.fault == record.FaultTimeout {
				o.Timeout = 200 * time.Millisecond
			}
			c := client(t, o)
			snap, err := get(t, c, s.url+"/fa/privacy")
			if k.fault == "" {
				if err != nil || string(snap.Body) != "page" {
					t.Fatalf("got %v, %v", snap, err)
				}
				return
			}
			wantFault(t, err, k.fault)
			if s.count("/fa/privacy") != 0 {
				t.Error("the page was fetched all the same")
			}
		})
	}
}

// P2: a robots.txt may redirect, also to another host, five times at most.
func TestRobotsRedirects(t *testing.T) {
	far := newSite(t, text("User-agent: *\nDisallow: /secret"))
	for hops, wantDenied := range map[int]bool{1: true, 5: true, 6: false} {
		left := hops
		at := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/robots.txt") {
				if left--; left > 0 {
					http.Redirect(w, r, fmt.Sprintf("/robots.txt?%d", left), 302)
				} else {
					http.Redirect(w, r, far.url+"/robots.txt", 301)
				}
				return
			}
			io.WriteString(w, "page")
		}).URL
		_, err := get(t, client(t, fetch.Options{Robots: true}), at+"/secret")
		if wantDenied {
			wantFault(t, err, record.FaultRobotsDenied)
		} else if err != nil { // too many: as if there were none
			t.Errorf("%d redirects: %v", hops, err)
		}
	}
}

// Robots rules hold for the place that a redirect leads to.
func TestRobotsAreAskedAboutRedirects(t *testing.T) {
	far := newSite(t, text("User-agent: *\nDisallow: /secret"))
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			w.WriteHeader(404)
			return
		}
		http.Redirect(w, r, far.url+r.URL.Path, 302)
	})
	c := client(t, fetch.Options{Robots: true})
	if _, err := get(t, c, s.URL+"/open"); err != nil {
		t.Error(err)
	}
	snap, err := get(t, c, s.URL+"/secret")
	wantFault(t, err, record.FaultRobotsDenied)
	if far.count("/secret") != 0 || snap == nil || len(snap.Chain) != 1 {
		t.Errorf("asked %s; %+v", far.log(), snap)
	}
}

// One question a day and host, however many fetches want the answer.
func TestRobotsAreAskedOnce(t *testing.T) {
	s := newSite(t, text("User-agent: *\nDisallow: /x"))
	var now atomic.Int64
	now.Store(time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC).Unix())
	c := client(t, fetch.Options{Robots: true, Clock: func() time.Time { return time.Unix(now.Load(), 0) }})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := get(t, c, s.url+"/a"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := s.count("/robots.txt"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	now.Add(int64(23 * 3600))
	get(t, c, s.url+"/a")
	if n := s.count("/robots.txt"); n != 1 {
		t.Errorf("asked %d times within a day", n)
	}
	now.Add(int64(2 * 3600))
	get(t, c, s.url+"/a")
	if n := s.count("/robots.txt"); n != 2 {
		t.Errorf("asked %d times after a day", n)
	}
	// An old reading stands in while the file cannot be had.
	s.robots = status(503)
	now.Add(int64(25 * 3600))
	if _, err := get(t, c, s.url+"/a"); err != nil {
		t.Errorf("with an old reading at hand: %v", err)
	}
	_, err := get(t, c, s.url+"/x")
	wantFault(t, err, record.FaultRobotsDenied)
}

// A failing host is not asked again for every page of one visit, but soon.
func TestRobotsFailureIsRememberedForAMinute(t *testing.T) {
	s := newSite(t, status(503))
	now := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	c := client(t, fetch.Options{Robots: true, Clock: func() time.Time { return now }})
	for range 5 {
		_, err := get(t, c, s.url+"/a")
		wantFault(t, err, record.FaultHTTP5xx)
	}
	if got := s.log(); got != "/robots.txt" {
		t.Errorf("asked %s", got)
	}
	now = now.Add(2 * time.Minute)
	s.robots = status(404)
	if _, err := get(t, c, s.url+"/a"); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

// One visit's cancellation is nobody else's answer.
func TestRobotsQuestionSurvivesItsAsker(t *testing.T) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	var first atomic.Bool
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if first.CompareAndSwap(false, true) {
			close(arrived)
			<-r.Context().Done()
			close(answer)
			return
		}
		w.WriteHeader(404)
	})
	c := client(t, fetch.Options{Robots: true})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := c.Fetch(ctx, record.Request{URL: s.url + "/a"})
		wantFault(t, err, record.FaultCancelled)
	})
	<-arrived
	wg.Go(func() {
		if _, err := get(t, c, s.url+"/b"); err != nil {
			t.Errorf("the other visit: %v", err)
		}
	})
	cancel()
	wg.Wait()
	<-answer
}

// memory is a RuleKeeper.
type memory struct{ m sync.Map }

func (k *memory) Rules(origin string) ([]byte, bool) {
	b, ok := k.m.Load(origin)
	if !ok {
		return nil, false
	}
	return b.([]byte), true
}
func (k *memory) KeepRules(origin string, rules []byte) { k.m.Store(origin, rules) }

// A scan from a shell does not ask again what yesterday evening's scan was told.
func TestRulesAreKeptBetweenProcesses(t *testing.T) {
	s := newSite(t, text("User-agent: *\nDisallow: /x\nSitemap: /s.xml"))
	keeper := &memory{}
	now := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	for run := range 3 {
		c := client(t, fetch.Options{Robots: true, Rules: keeper, Clock: func() time.Time { return now }})
		if _, err := get(t, c, s.url+"/a"); err != nil {
			t.Fatal(err)
		}
		_, err := get(t, c, s.url+"/x")
		wantFault(t, err, record.FaultRobotsDenied)
		if got := c.Sitemaps(context.Background(), s.url); len(got) != 1 || got[0] != s.url+"/s.xml" {
			t.Errorf("run %d: sitemaps %q", run, got)
		}
		now = now.Add(10 * time.Hour)
	}
	if n := s.count("/robots.txt"); n != 1 {
		t.Errorf("asked %d times in 20 hours", n)
	}
	keeper.KeepRules(s.url, []byte("damaged"))
	if _, err := get(t, client(t, fetch.Options{Robots: true, Rules: keeper}), s.url+"/a"); err != nil || s.count("/robots.txt") != 2 {
		t.Errorf("with a damaged keeper: %v, asked %d times", err, s.count("/robots.txt"))
	}
}

func TestSitemaps(t *testing.T) {
	s := newSite(t, text("Sitemap: https://cdn.example/a.xml\nSitemap: /b.xml.gz\nSitemap: ftp://x/y\nSitemap: http://me:secret@h.example/c.xml\n"))
	bare := strings.TrimPrefix(s.url, "http://")
	want := []string{"https://cdn.example/a.xml", s.url + "/b.xml.gz", "http://h.example/c.xml"}
	for _, robots := range []bool{true, false} {
		c := client(t, fetch.Options{Robots: robots})
		for _, name := range []string{bare, s.url, s.url + "/some/page"} {
			if got := c.Sitemaps(context.Background(), name); !slices.Equal(got, want) {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
	if got := client(t, fetch.Options{}).Sitemaps(context.Background(), "http://nowhere.invalid"); got != nil {
		t.Errorf("sitemaps %q of nowhere", got)
	}
}

// The visit's trail says what happened below the surface.
func TestTrail(t *testing.T) {
	var flaky atomic.Int32
	s := newSite(t, text("User-agent: *\nDisallow: /x"))
	page := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/robots.txt" && flaky.Add(1) == 1 {
			w.WriteHeader(503)
		}
	})
	c := client(t, fetch.Options{Robots: true, RetryBudget: 10 * time.Second})
	var trail []string
	ctx := fetch.WithVisit(context.Background(), func(s record.Step) { trail = append(trail, s.Action+" "+s.URL+" "+s.Outcome) })
	c.Fetch(ctx, record.Request{URL: s.url + "/x"})
	c.Fetch(ctx, record.Request{URL: page.URL + "/y"})
	for _, want := range []string{"robots " + s.url + "/robots.txt 1 rules for us", "robots " + s.url + "/x disallowed", "fetch " + page.URL + "/y http_5xx"} {
		if !slices.ContainsFunc(trail, func(l string) bool { return strings.HasPrefix(l, want) }) {
			t.Errorf("no step %q in\n%s", want, strings.Join(trail, "\n"))
		}
	}
}
