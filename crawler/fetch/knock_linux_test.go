package fetch_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"policywatch/crawler/fetch"
	"policywatch/store/record"
)

// blackhole listens on a port of an address of the loopback network without ever
// accepting, with a full queue: further connections are dropped without an answer, as
// by a firewall. It returns the port.
func blackhole(t *testing.T, address [4]byte, port int) int {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: address, Port: port}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	at, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	port = at.(*syscall.SockaddrInet4).Port
	for range 4 { // the queue holds one or two
		s, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Close(s) })
		syscall.Connect(s, &syscall.SockaddrInet4{Addr: address, Port: port}) // EINPROGRESS
	}
	return port
}

// F1, F4: a domain whose four addresses all drop packets costs little more than one
// of them, each has had its time, and the fault is what it would have been.
func TestHomeBehindABlackhole(t *testing.T) {
	took, timeout := time.Duration(0), time.Second
	for _, timeout = range []time.Duration{time.Second, 10 * time.Second} { // a slow machine needs time itself
		if took = homeBehindABlackhole(t, timeout); took < 3*timeout {
			break
		}
	}
	if took < timeout || took >= 3*timeout {
		t.Errorf("took %v; one address takes %v, all in turn %v", took, timeout, 4*timeout)
	}
}

func homeBehindABlackhole(t *testing.T, timeout time.Duration) (took time.Duration) {
	port := blackhole(t, [4]byte{127, 0, 0, 1}, 0)
	c := client(t, fetch.Options{Timeout: timeout, Robots: true, Resolver: resolver(t, map[string]string{"dead.example": "127.0.0.1", "www.dead.example": "127.0.0.1"})})
	var trail []string
	ctx := fetch.WithVisit(context.Background(), func(s record.Step) { trail = append(trail, s.URL+" "+s.Outcome) })
	began := time.Now()
	_, err := c.Home(ctx, "dead.example:"+strconv.Itoa(port), "https")
	took = time.Since(began)
	f := wantFault(t, err, record.FaultTimeout)
	if !strings.HasPrefix(f.URL, "https://dead.example") || !strings.Contains(f.Detail, "connecting") {
		t.Errorf("the fault is %v", f)
	}
	// The first address is told twice: by its robots.txt and by itself.
	if got := strings.Join(trail, "\n"); strings.Count(got, "timeout") != 5 {
		t.Errorf("the trail does not tell every address:\n%s", got)
	}
	return took
}

// F1: an address that drops packets does not hide one that answers, and what answers
// is fetched once.
func TestHomeBeyondABlackhole(t *testing.T) {
	var asked atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { asked.Add(1); w.Write([]byte("home")) })
	port, _ := strconv.Atoi(s.URL[strings.LastIndexByte(s.URL, ':')+1:])
	blackhole(t, [4]byte{127, 0, 0, 9}, port)
	c := client(t, fetch.Options{Timeout: 3 * time.Second, Resolver: resolver(t, map[string]string{"half.example": "127.0.0.9", "www.half.example": "127.0.0.1"})})
	snap, err := c.Home(context.Background(), "half.example:"+strconv.Itoa(port), "http")
	if err != nil || string(snap.Body) != "home" || !strings.HasPrefix(snap.URL, "http://www.half.example") || asked.Load() != 1 {
		t.Errorf("got %+v, %v, asked %d times", snap, err, asked.Load())
	}
}
