package fetch

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"policywatch/store/record"
)

// diary is a host that writes down when it was asked what.
type diary struct {
	*httptest.Server
	mu   sync.Mutex
	rows []entryOf
}

type entryOf struct {
	path        string
	began, left time.Time
}

func keepDiary(t *testing.T, serve http.HandlerFunc) *diary {
	d := &diary{}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := entryOf{path: r.URL.Path, began: time.Now()}
		time.Sleep(20 * time.Millisecond)
		e.left = time.Now() // before the answer: a client cannot have it sooner
		d.mu.Lock()
		d.rows = append(d.rows, e)
		d.mu.Unlock()
		serve(w, r)
	}))
	t.Cleanup(d.Close)
	return d
}

// check reports requests beside another, or too soon after one.
func (d *diary) check(t *testing.T, gap time.Duration) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, e := range d.rows[1:] {
		if before := d.rows[i]; e.began.Sub(before.left) < gap {
			t.Errorf("%s was asked for %v after %s", e.path, e.began.Sub(before.left), before.path)
		}
	}
}

func client(t *testing.T, o Options) *Client {
	t.Helper()
	o.AllowAddresses = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func html(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	io.WriteString(w, "<p>We keep nothing.</p>")
}

// Redirects that lead to one host take that host's turn, as its own pages do.
func TestRedirectsTakeTheTurnOfTheHostTheyLeadTo(t *testing.T) {
	const gap = 60 * time.Millisecond
	shared := keepDiary(t, html)
	c := client(t, Options{PerHostInterval: gap, Robots: true})
	var all sync.WaitGroup
	for range 4 {
		moved := keepDiary(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, shared.URL+"/statement", http.StatusMovedPermanently)
		})
		for _, at := range []string{moved.URL + "/privacy", shared.URL + "/own"} {
			all.Go(func() {
				s, err := c.Fetch(t.Context(), record.Request{URL: at})
				if err != nil || s.Status != 200 || s.URL != at {
					t.Errorf("%v %v", s, err)
				}
			})
		}
	}
	all.Wait()
	// The robots.txt file and the page that it is read for count as one. Those of the
	// four hosts that moved are elsewhere too.
	var pages []entryOf
	for i, e := range shared.rows {
		if i > 0 && e.began.Before(shared.rows[i-1].left) {
			t.Errorf("%s was asked for beside %s", e.path, shared.rows[i-1].path)
		}
		if e.path != "/robots.txt" {
			pages = append(pages, e)
		}
	}
	shared.rows = pages
	if len(pages) != 12 {
		t.Errorf("%d pages were asked for", len(pages))
	}
	shared.check(t, gap)
}

// Two hosts whose pages lead to each other do not wait for each other for ever, and
// waiting for turns is nobody's time.
func TestRedirectsCrosswise(t *testing.T) {
	var a, b *diary
	to := func(d **diary) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				http.NotFound(w, r)
			} else if r.URL.Path == "/end" {
				html(w, r)
			} else {
				http.Redirect(w, r, (*d).URL+"/end", http.StatusFound)
			}
		}
	}
	a, b = keepDiary(t, to(&b)), keepDiary(t, to(&a))
	const gap = 150 * time.Millisecond
	c := client(t, Options{PerHostInterval: gap, Robots: true, Timeout: 400 * time.Millisecond})
	var all sync.WaitGroup
	for range 4 {
		for _, d := range []*diary{a, b} {
			all.Go(func() {
				if _, err := c.Fetch(t.Context(), record.Request{URL: d.URL + "/begin"}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if len(a.rows) != 9 || len(b.rows) != 9 {
		t.Errorf("%d and %d requests", len(a.rows), len(b.rows))
	}
}

// A name with and without www. is one host.
func TestPaceOfTwinNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var starts []time.Duration
		p := newPace(fake(func(_ context.Context, r record.Request) (*record.Snapshot, error) {
			starts = append(starts, time.Since(began))
			return &record.Snapshot{}, nil
		}), time.Second)
		for _, at := range []string{"http://a.example/", "https://www.a.example/", "http://www.example/", "http://example/"} {
			p.Fetch(t.Context(), record.Request{URL: at})
		}
		if len(starts) != 4 || starts[1] != time.Second || starts[2] != starts[1] || starts[3] != starts[2] {
			t.Errorf("started at %v", starts)
		}
	})
}

// A server may be busy with a request that we gave up: it gets time to be done with it.
func TestPaceAfterARequestThatWasGivenUp(t *testing.T) {
	for _, kind := range []record.FaultKind{record.FaultTimeout, record.FaultCancelled} {
		synctest.Test(t, func(t *testing.T) {
			var answer error = &record.Fault{Kind: kind}
			p := newPace(fake(func(context.Context, record.Request) (*record.Snapshot, error) { return nil, answer }), time.Second)
			p.spent = 5 * time.Second
			p.Fetch(t.Context(), record.Request{URL: "http://a.example/"})
			answer = nil
			began := time.Now()
			p.Fetch(t.Context(), record.Request{URL: "http://a.example/"})
			if d := time.Since(began); d != 6*time.Second {
				t.Errorf("%s: asked again after %v", kind, d)
			}
		})
	}
}

// lent are turns that last until by.
type lent struct{ by func() time.Time }

func (l lent) Take(context.Context, string, time.Duration) (time.Time, func(time.Duration), error) {
	return l.by(), func(time.Duration) {}, nil
}

// A process that was stopped between taking a turn and sending its request sends
// nothing when it goes on after the turn's time; one that is stopped later sends
// nothing more, redirects included.
func TestNothingIsSentAfterTheTurn(t *testing.T) {
	var asked atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		time.Sleep(50 * time.Millisecond)
		http.Redirect(w, r, "/next", http.StatusFound)
	}))
	defer srv.Close()
	by := time.Now().Add(-time.Millisecond)
	c := client(t, Options{PerHostInterval: time.Millisecond, RetryBudget: -1, Turns: lent{func() time.Time { return by }}})
	_, err := c.Fetch(t.Context(), record.Request{URL: srv.URL})
	if kindOf(err) != record.FaultTimeout || asked.Load() != 0 {
		t.Errorf("%v; the host was asked %d times", err, asked.Load())
	}
	by = time.Now().Add(75 * time.Millisecond)
	if _, err = c.Fetch(t.Context(), record.Request{URL: srv.URL}); kindOf(err) != record.FaultTimeout || asked.Load() > 2 {
		t.Errorf("%v; the host was asked %d times", err, asked.Load())
	}
	// The timer says nothing where the whole process was stopped: the clock does.
	x := &exchange{limit: &limit{ends: time.Now().Add(-time.Second), end: func(error) {}}}
	if !x.limit.over() || !x.limit.ranOut() {
		t.Error("a request would go out after its time")
	}
}

// Whoever gives a request up leaves nothing to the kernel that could reach the
// server later; a connection that was done with is closed as usual.
func TestWhatIsGivenUpIsReset(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ends := make(chan error, 2)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				b := make([]byte, 4096)
				conn.Read(b)
				if string(b[:6]) == "GET /a" {
					io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok")
				}
				_, err := conn.Read(b)
				ends <- err
			}()
		}
	}()
	c := client(t, Options{Timeout: 100 * time.Millisecond, RetryBudget: -1})
	if _, err := c.Fetch(t.Context(), record.Request{URL: "http://" + l.Addr().String() + "/silent"}); kindOf(err) != record.FaultTimeout {
		t.Error(err)
	}
	if err := <-ends; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a request that was given up ended with %v", err)
	}
	if _, err := c.Fetch(t.Context(), record.Request{URL: "http://" + l.Addr().String() + "/answered"}); err != nil {
		t.Error(err)
	}
	c.Close()
	if err := <-ends; err != io.EOF {
		t.Errorf("a connection that was done with ended with %v", err)
	}
}
