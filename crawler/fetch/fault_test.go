package fetch_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"policywatch/crawler/fetch"
	"policywatch/store/record"
)

// rawServer answers each connection with what talk does to it, after the
// request's head was read.
func rawServer(t testing.TB, talk func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				<-stop
				conn.Close()
			}()
			go func() {
				r := bufio.NewReader(conn)
				for {
					line, err := r.ReadString('\n')
					if err != nil || strings.TrimSpace(line) == "" {
						break
					}
				}
				talk(conn)
			}()
		}
	}()
	t.Cleanup(func() { l.Close(); close(stop); <-done })
	return "http://" + l.Addr().String() + "/"
}

func get(t testing.TB, c *fetch.Client, url string) (*record.Snapshot, error) {
	t.Helper()
	return c.Fetch(context.Background(), record.Request{URL: url})
}

func TestStatusBecomesFaultWithSnapshot(t *testing.T) {
	cases := map[int]record.FaultKind{
		400: record.FaultHTTP4xx, 401: record.FaultHTTP4xx, 407: record.FaultHTTP4xx, 451: record.FaultHTTP4xx,
		403: record.FaultBlocked, 404: record.FaultNotFound, 410: record.FaultNotFound, 429: record.FaultRateLimited,
		500: record.FaultHTTP5xx, 503: record.FaultHTTP5xx,
		522: record.FaultHTTP5xx, // F6
		301: record.FaultHTTP4xx, // a redirect to nowhere
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var status int
		fmt.Sscanf(r.URL.Path, "/%d", &status)
		w.Header().Set("Server", "wall")
		w.WriteHeader(status)
		fmt.Fprintf(w, "page of %d", status)
	})
	c := client(t, fetch.Options{})
	for status, kind := range cases {
		snap, err := get(t, c, fmt.Sprintf("%s/%d", s.URL, status))
		f := wantFault(t, err, kind)
		if f.Status != status {
			t.Errorf("%d: the fault says status %d", status, f.Status)
		}
		if snap == nil || snap.Status != status || string(snap.Body) != fmt.Sprintf("page of %d", status) || snap.Header["Server"][0] != "wall" {
			t.Errorf("%d: the gate cannot look at the answer: %+v", status, snap)
		}
	}
}

// F3: a name that cannot be looked up is a fault, whether it does not exist or
// the lookup fails for now.
func TestNameLookupFails(t *testing.T) {
	c := client(t, fetch.Options{Resolver: resolver(t, map[string]string{"there.example": "127.0.0.1"}, "broken.example")})
	_, err := get(t, c, "http://nowhere.example/")
	f := wantFault(t, err, record.FaultDNS)
	if !strings.Contains(f.Detail, "does not exist") {
		t.Errorf("detail %q does not say that the name does not exist", f.Detail)
	}
	_, err = get(t, c, "http://broken.example/")
	wantFault(t, err, record.FaultDNS)
}

// F5: 429 and then 200 is a page and no fault.
func TestRateLimitedAndThenFine(t *testing.T) {
	asked := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked == 1 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(429)
			return
		}
		io.WriteString(w, "the page")
	})
	snap, err := get(t, client(t, fetch.Options{RetryBudget: 10 * time.Second}), s.URL)
	if err != nil || string(snap.Body) != "the page" || asked != 2 {
		t.Errorf("asked %d times: %v, %v", asked, snap, err)
	}
}

// The server's wish is handed on, whatever form it has.
func TestRetryAfterIsHandedOn(t *testing.T) {
	now := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{"120": 2 * time.Minute, " 7 ": 7 * time.Second, "Sun, 01 Nov 2026 08:05:00 GMT": 5 * time.Minute,
		"Sun, 01 Nov 2026 07:00:00 GMT": 0, "-5": 0, "soon": 0, "": 0, "99999999999999": 30 * 24 * time.Hour} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", value)
			w.WriteHeader(503)
		})
		_, err := get(t, client(t, fetch.Options{Clock: func() time.Time { return now }}), s.URL)
		if f := wantFault(t, err, record.FaultHTTP5xx); f.RetryAfter != want {
			t.Errorf("%q: %v, want %v", value, f.RetryAfter, want)
		}
	}
}

func TestConnectionRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	snap, err := get(t, client(t, fetch.Options{}), "http://"+l.Addr().String()+"/")
	f := wantFault(t, err, record.FaultUnreachable)
	if snap != nil || !strings.Contains(f.Detail, "refused") {
		t.Errorf("snapshot %v, detail %q", snap, f.Detail)
	}
}

type slowServer struct {
	talk  func(net.Conn)
	doing string
}

// F4: whatever the server does slowly, the fetch ends in time and the client
// goes on working.
func TestSlowServers(t *testing.T) {
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	cases := map[string]slowServer{
		"silent":       {func(net.Conn) { <-hold }, "waiting for the answer"},
		"slow headers": {func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-"); <-hold }, "waiting for the answer"},
		"slow body": {func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
			<-hold
		}, "reading the body"},
		"slow redirect body": {func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 100\r\n\r\nhalf")
			<-hold
		}, ""},
	}
	c := client(t, fetch.Options{Timeout: 500 * time.Millisecond})
	t.Run("all", func(t *testing.T) { slowServers(t, c, cases) })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "well") })
	snap, err := get(t, c, s.URL)
	for late := time.Now().Add(time.Minute); err != nil && time.Now().Before(late); { // the machine may be slower than the client's limit
		snap, err = get(t, c, s.URL)
	}
	if err != nil || string(snap.Body) != "well" {
		t.Errorf("after the time-outs: %v, %v", snap, err)
	}
}

func slowServers(t *testing.T, c *fetch.Client, cases map[string]slowServer) {
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			snap, err := get(t, c, rawServer(t, k.talk))
			f := wantFault(t, err, record.FaultTimeout)
			if !strings.Contains(f.Detail, k.doing) { // a slow machine may not have come so far
				snap, err = get(t, client(t, fetch.Options{Timeout: 20 * time.Second}), rawServer(t, k.talk))
				f = wantFault(t, err, record.FaultTimeout)
			}
			if !strings.Contains(f.Detail, k.doing) {
				t.Errorf("detail %q does not say %q", f.Detail, k.doing)
			}
			if snap != nil && len(snap.Body) > 0 {
				t.Errorf("half a body was kept: %q", snap.Body)
			}
		})
	}
}

// A body that breaks off is no shorter text: it is a fault.
func TestBrokenAnswers(t *testing.T) {
	cases := map[string]func(net.Conn){
		"cut body": func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"); c.Close() },
		"cut chunk": func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf")
			c.Close()
		},
		"missing final chunk": func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
			c.Close()
		},
		"no answer": func(c net.Conn) { c.Close() },
		"not HTTP":  func(c net.Conn) { io.WriteString(c, "220 mail.example ESMTP\r\n"); c.Close() },
		"reset": func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
			c.(*net.TCPConn).SetLinger(0)
			c.Close()
		},
		"endless headers": func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for {
				if _, err := io.WriteString(c, "X-More: "+strings.Repeat("x", 4000)+"\r\n"); err != nil {
					return
				}
			}
		},
	}
	c := client(t, fetch.Options{})
	for name, talk := range cases {
		t.Run(name, func(t *testing.T) {
			snap, err := get(t, c, rawServer(t, talk))
			wantFault(t, err, record.FaultUnreachable)
			if snap != nil && len(snap.Body) > 0 {
				t.Errorf("half a body was kept: %q", snap.Body)
			}
		})
	}
}

// An error page whose body breaks off still says what its status says.
func TestStatusCountsWithoutBody(t *testing.T) {
	at := rawServer(t, func(c net.Conn) {
		io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\nhalf")
		c.Close()
	})
	snap, err := get(t, client(t, fetch.Options{}), at)
	wantFault(t, err, record.FaultNotFound)
	if snap == nil || snap.Status != 404 || len(snap.Body) != 0 {
		t.Errorf("snapshot %+v", snap)
	}
}

// Cancelled work is cancelled, not failed; the visit's own deadline is a
// time-out.
func TestCancelledAndOutOfTime(t *testing.T) {
	arrived := make(chan struct{}, 1)
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	at := rawServer(t, func(net.Conn) { arrived <- struct{}{}; <-hold })
	c := client(t, fetch.Options{RetryBudget: time.Minute})

	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-arrived; cancel() }()
	snap, err := c.Fetch(ctx, record.Request{URL: at})
	wantFault(t, err, record.FaultCancelled)
	if snap != nil {
		t.Errorf("a cancelled fetch returned %+v", snap)
	}

	ctx, cancel = context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err = c.Fetch(ctx, record.Request{URL: at})
	wantFault(t, err, record.FaultTimeout)
}

func TestAddressesThatCannotBeRead(t *testing.T) {
	c := client(t, fetch.Options{})
	for _, at := range []string{"", "example.gov.ir/privacy", "http://", "http://a b/", "http://[::1", "//x/y", "http://user:secret@%zz/"} {
		_, err := get(t, c, at)
		if f := wantFault(t, err, record.FaultUnreachable); strings.Contains(f.Error(), "secret") {
			t.Errorf("the fault tells a password: %v", f)
		}
	}
}
