package fetch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"policywatch/store/record"
)

// fake is a Fetcher made of a function.
type fake func(ctx context.Context, r record.Request) (*record.Snapshot, error)

func (f fake) Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error) {
	return f(ctx, r)
}

// kindOf is the kind of the fault in err, empty for none.
func kindOf(err error) record.FaultKind {
	if f := faultOf(err); f != nil {
		return f.Kind
	}
	return ""
}

// P1: requests to one host are spaced, from the end of one to the start of the
// next; other hosts do not wait for it.
func TestPaceSpacesRequestsToOneHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var starts []time.Duration
		p := newPace(fake(func(_ context.Context, r record.Request) (*record.Snapshot, error) {
			starts = append(starts, time.Since(began))
			time.Sleep(200 * time.Millisecond) // a slow server
			return &record.Snapshot{}, nil
		}), time.Second)
		for range 3 {
			p.Fetch(t.Context(), record.Request{URL: "http://a.example/x"})
		}
		if want := "[0s 1.2s 2.4s]"; fmt.Sprint(starts) != want {
			t.Errorf("started at %v, want %s", starts, want)
		}
		before := time.Now()
		p.Fetch(t.Context(), record.Request{URL: "http://b.example/x"})
		if d := time.Since(before); d != 200*time.Millisecond {
			t.Errorf("another host waited: %v", d)
		}
	})
}

// P1: what another fetcher asks of a host counts as much.
func TestPaceIsSharedWithOtherFetchers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var starts []time.Duration
		ask := fake(func(context.Context, record.Request) (*record.Snapshot, error) {
			starts = append(starts, time.Since(began))
			return &record.Snapshot{}, nil
		})
		plain := newPace(ask, time.Second)
		c := &Client{pace: plain}
		for range 2 {
			plain.Fetch(t.Context(), record.Request{URL: "http://a.example/x"})
			c.Paced(ask).Fetch(t.Context(), record.Request{URL: "http://a.example/x"})
		}
		if want := "[0s 1s 2s 3s]"; fmt.Sprint(starts) != want {
			t.Errorf("started at %v, want %s", starts, want)
		}
	})
}

// P3: never two requests to a host at once; P1: many targets on one host.
func TestPaceLetsOneThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		p := newPace(fake(func(context.Context, record.Request) (*record.Snapshot, error) {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(3 * time.Second)
			now.Add(-1)
			return &record.Snapshot{}, nil
		}), time.Second)
		began := time.Now()
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() { p.Fetch(t.Context(), record.Request{URL: fmt.Sprintf("http://a.example/%d", i)}) })
		}
		wg.Wait()
		if most.Load() != 1 {
			t.Errorf("%d requests at once", most.Load())
		}
		if d := time.Since(began); d != 20*3*time.Second+19*time.Second {
			t.Errorf("took %v", d)
		}
	})
}

// P1: what robots.txt and Retry-After ask for outweighs our own interval, and
// holds without one.
func TestPaceHeedsTheHost(t *testing.T) {
	for _, interval := range []time.Duration{0, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			var answer error
			p := newPace(fake(func(context.Context, record.Request) (*record.Snapshot, error) { return nil, answer }), interval)
			p.delay = func(origin string) time.Duration {
				if origin == "http://slow.example" {
					return 5 * time.Second
				}
				return 0
			}
			took := func(url string) time.Duration {
				began := time.Now()
				p.Fetch(t.Context(), record.Request{URL: url})
				return time.Since(began)
			}
			took("http://slow.example/1")
			if d := took("http://slow.example/2"); d != 5*time.Second {
				t.Errorf("interval %v: Crawl-delay kept for %v", interval, d)
			}

			answer = &record.Fault{Kind: record.FaultRateLimited, Status: 429, RetryAfter: 20 * time.Second}
			took("http://busy.example/1")
			answer = nil
			if d := took("http://busy.example/2"); d != 20*time.Second {
				t.Errorf("interval %v: Retry-After kept for %v", interval, d)
			}
			if d := took("http://busy.example/3"); d != interval {
				t.Errorf("interval %v: then kept for %v", interval, d)
			}

			// An hour is for the schedule to wait, not for a fetch.
			answer = &record.Fault{Kind: record.FaultRateLimited, Status: 429, RetryAfter: time.Hour}
			took("http://shut.example/1")
			answer = nil
			began := time.Now()
			_, err := p.Fetch(t.Context(), record.Request{URL: "http://shut.example/2"})
			f := faultOf(err)
			if kindOf(err) != record.FaultRateLimited || f.RetryAfter != time.Hour || time.Since(began) != 0 {
				t.Errorf("interval %v: %v after %v", interval, err, time.Since(began))
			}
			time.Sleep(time.Hour)
			if _, err := p.Fetch(t.Context(), record.Request{URL: "http://shut.example/2"}); err != nil {
				t.Errorf("interval %v: after the hour: %v", interval, err)
			}
		})
	}
}

func TestPaceWaitsEndWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(fake(func(context.Context, record.Request) (*record.Snapshot, error) {
			time.Sleep(time.Minute)
			return &record.Snapshot{}, nil
		}), time.Hour)
		go p.Fetch(t.Context(), record.Request{URL: "http://a.example/"})
		synctest.Wait()
		for wait, kind := range map[time.Duration]record.FaultKind{time.Second: record.FaultTimeout, 2 * time.Minute: record.FaultTimeout} {
			ctx, cancel := context.WithTimeout(t.Context(), wait) // for the slot, then for the interval
			began := time.Now()
			_, err := p.Fetch(ctx, record.Request{URL: "http://a.example/"})
			cancel()
			if kindOf(err) != kind || time.Since(began) != wait {
				t.Errorf("got %v after %v", err, time.Since(began))
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { time.Sleep(time.Second); cancel() }()
		if _, err := p.Fetch(ctx, record.Request{URL: "http://a.example/"}); kindOf(err) != record.FaultCancelled {
			t.Errorf("got %v", err)
		}
		time.Sleep(2 * time.Hour)
		if _, err := p.Fetch(t.Context(), record.Request{URL: "http://a.example/"}); err != nil {
			t.Errorf("the host is locked for ever: %v", err)
		}
	})
}

// Ten thousand hosts leave next to nothing behind.
func TestPaceForgetsIdleHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(fake(func(context.Context, record.Request) (*record.Snapshot, error) { return nil, nil }), time.Second)
		most := 0
		for i := range 10_000 {
			p.Fetch(t.Context(), record.Request{URL: fmt.Sprintf("http://host%d.example/", i)})
			time.Sleep(10 * time.Millisecond)
			most = max(most, len(p.hosts))
		}
		if most > 600 { // 100 hosts are within their second at any time
			t.Errorf("kept %d hosts", most)
		}
		free := newPace(fake(func(context.Context, record.Request) (*record.Snapshot, error) { return nil, nil }), 0)
		free.Fetch(t.Context(), record.Request{URL: "http://a.example/"})
		if len(free.hosts) != 0 {
			t.Error("an unpaced host left a record")
		}
	})
}

// F5: a fault that may pass is asked about again, and the answer is the last one.
func TestRetry(t *testing.T) {
	fault := func(k record.FaultKind, after time.Duration) error {
		return &record.Fault{Kind: k, Status: 503, RetryAfter: after, Detail: "x"}
	}
	page := &record.Snapshot{Status: 200}
	cases := []struct {
		name    string
		answers []error
		tries   int
		waited  time.Duration
		kind    record.FaultKind
	}{
		{"fine at once", []error{nil}, 1, 0, ""},
		{"429 with Retry-After, then 200", []error{fault(record.FaultRateLimited, 4*time.Second), nil}, 2, 4 * time.Second, ""},
		{"5xx, then 200", []error{fault(record.FaultHTTP5xx, 0), nil}, 2, time.Second, ""},
		{"5xx for ever", []error{fault(record.FaultHTTP5xx, 0)}, 3, 5 * time.Second, record.FaultHTTP5xx},
		{"name server fails for now", []error{fault(record.FaultDNS, 0), fault(record.FaultDNS, 0), nil}, 3, 5 * time.Second, ""},
		{"name does not exist", []error{final{&record.Fault{Kind: record.FaultDNS}}}, 1, 0, record.FaultDNS},
		{"not found", []error{fault(record.FaultNotFound, 0)}, 1, 0, record.FaultNotFound},
		{"blocked", []error{fault(record.FaultBlocked, 0)}, 1, 0, record.FaultBlocked},
		{"expired certificate", []error{fault(record.FaultTLSExpired, 0)}, 1, 0, record.FaultTLSExpired},
		{"Retry-After beyond the budget", []error{fault(record.FaultRateLimited, time.Minute)}, 1, 0, record.FaultRateLimited},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				r := newRetry(fake(func(context.Context, record.Request) (*record.Snapshot, error) {
					err := k.answers[min(tries, len(k.answers)-1)]
					tries++
					if err != nil {
						return nil, err
					}
					return page, nil
				}), waits{base: time.Second, budget: 10 * time.Second, clock: time.Now, log: slog.New(slog.DiscardHandler), spread: func() float64 { return 1 }})
				began := time.Now()
				snap, err := r.Fetch(t.Context(), record.Request{})
				if tries != k.tries || time.Since(began) != k.waited || kindOf(err) != k.kind || (err == nil) != (snap == page) {
					t.Errorf("%d tries, waited %v, got %v, %v", tries, time.Since(began), snap, err)
				}
			})
		})
	}
}

// A dead host must not hold up a scan: what took long already is not repeated.
func TestRetryKeepsItsBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		r := newRetry(fake(func(context.Context, record.Request) (*record.Snapshot, error) {
			tries++
			time.Sleep(30 * time.Second)
			return nil, &record.Fault{Kind: record.FaultTimeout}
		}), waits{base: time.Second, budget: 10 * time.Second, clock: time.Now, log: slog.New(slog.DiscardHandler)})
		if _, err := r.Fetch(t.Context(), record.Request{}); kindOf(err) != record.FaultTimeout || tries != 1 {
			t.Errorf("%d tries, %v", tries, err)
		}
	})
}

func TestRetryEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRetry(fake(func(context.Context, record.Request) (*record.Snapshot, error) {
			return nil, &record.Fault{Kind: record.FaultHTTP5xx}
		}), waits{base: time.Hour, budget: 10 * time.Hour, clock: time.Now, log: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { time.Sleep(time.Second); cancel() }()
		began := time.Now()
		_, err := r.Fetch(ctx, record.Request{})
		if kindOf(err) != record.FaultCancelled || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// Whatever a layer returns, the fault is found; an error that is none becomes one.
func TestFaultOf(t *testing.T) {
	f := &record.Fault{Kind: record.FaultDNS}
	for _, err := range []error{f, final{f}, fmt.Errorf("x: %w", final{f})} {
		if faultOf(err) != f {
			t.Errorf("%v is lost", err)
		}
	}
	if faultOf(nil) != nil || faultOf(errors.New("new")).Kind != record.FaultUnreachable {
		t.Error("an unknown error is no fault")
	}
}

// The memory for robots.txt rules is bounded, and the oldest go first.
func TestRulesAreBounded(t *testing.T) {
	long := "User-agent: *\nDisallow: /" + string(make([]byte, 1000))
	asked := map[string]int{}
	s := newRules(fake(func(_ context.Context, r record.Request) (*record.Snapshot, error) {
		asked[r.URL]++
		return &record.Snapshot{Status: 200, Body: []byte(long)}, nil
	}), &Options{Clock: time.Now})
	s.max = 100_000
	for i := range 1000 {
		if _, f := s.get(t.Context(), fmt.Sprintf("http://h%d", i)); f != nil {
			t.Fatal(f)
		}
		if s.bytes > s.max || len(s.by) != s.order.Len() {
			t.Fatalf("%d bytes in %d entries", s.bytes, len(s.by))
		}
	}
	if len(s.by) < 10 {
		t.Errorf("only %d kept", len(s.by))
	}
	s.get(t.Context(), "http://h999")
	s.get(t.Context(), "http://h0")
	if asked["http://h999/robots.txt"] != 1 || asked["http://h0/robots.txt"] != 2 {
		t.Errorf("the newest was asked %d times, the oldest %d", asked["http://h999/robots.txt"], asked["http://h0/robots.txt"])
	}
}
