package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// World is a set of running agencies. All its methods may be called at any
// time from any goroutine.
type World struct {
	seed  int64
	hosts []*host
	epoch atomic.Int64
	clock atomic.Pointer[func() time.Time]
	stop  func() bool

	mu       sync.Mutex
	requests map[string]int
	trespass []string

	closing sync.Once
	served  sync.WaitGroup
	err     error
}

// Start opens every agency at epoch 0, each on an address of its own in
// 127.20.0.0/24, or on a port of its own on 127.0.0.1 where the system has no
// other loopback address. The world closes when ctx ends. Equal seeds give
// equal noise.
func Start(ctx context.Context, seed int64) (*World, error) { return start(ctx, sites, seed) }

func start(ctx context.Context, fsys fs.FS, seed int64) (*World, error) {
	all, err := load(fsys)
	if err != nil {
		return nil, err
	}
	w := &World{seed: seed, requests: map[string]int{}}
	for i, s := range all {
		h, err := newHost(w, s)
		if err != nil {
			w.Close()
			return nil, fmt.Errorf("open %s: %w", s.Slug, err)
		}
		l, err := listen(ctx, i+1)
		if err != nil {
			w.Close()
			return nil, fmt.Errorf("open %s: %w", s.Slug, err)
		}
		h.agency.Host = l.Addr().String()
		// A reader that stops in mid-page must not keep a test from ending.
		h.server = &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute}
		w.hosts = append(w.hosts, h)
		w.served.Go(func() {
			// Serve always returns an error; ErrServerClosed is the good one.
			if err := h.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				w.mu.Lock()
				w.err = errors.Join(w.err, fmt.Errorf("serve %s: %w", s.Slug, err))
				w.mu.Unlock()
			}
		})
	}
	begun := make(chan struct{})
	w.stop = context.AfterFunc(ctx, func() { <-begun; w.Close() })
	close(begun) // ctx may have ended by now
	return w, nil
}

// listen finds an address for the nth agency. Linux answers on all of 127/8;
// macOS and the BSDs only on 127.0.0.1 until told otherwise.
func listen(ctx context.Context, n int) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp4", fmt.Sprintf("127.20.0.%d:0", n))
	if err == nil {
		return l, nil
	}
	return lc.Listen(ctx, "tcp4", "127.0.0.1:0")
}

// Agencies lists the agencies in the order of their files.
func (w *World) Agencies() []Agency {
	out := make([]Agency, len(w.hosts))
	for i, h := range w.hosts {
		out[i] = h.agency
	}
	return out
}

// Advance moves every site to an epoch: 0 is the first scan, 1 after the
// edits. Later epochs than a site knows leave it as its last one made it.
func (w *World) Advance(epoch int) { w.epoch.Store(int64(max(epoch, 0))) }

// Epochs is how many epochs the longest time axis has.
func (w *World) Epochs() int {
	n := 0
	for _, h := range w.hosts {
		n = max(n, len(h.moments))
	}
	return n
}

// SetClock replaces the fictional clock, which the pages show as date and time
// of the day. Demonstrations pass time.Now; tests leave it alone.
func (w *World) SetClock(clock func() time.Time) { w.clock.Store(&clock) }

// Turn is what happens to an agency at an epoch. Past the end of its time axis
// nothing happens.
func (w *World) Turn(slug string, epoch int) Turn {
	h := w.host(slug)
	if h == nil || epoch < 0 {
		return Turn{}
	}
	if epoch >= len(h.site.epochs) {
		return Turn{Story: "Nothing.", Expect: Expectation{State: "unchanged"}}
	}
	return h.site.epochs[epoch].Turn
}

// Statement is what the agency's statement says at an epoch, whether or not
// the site shows it; URL is where it stands.
func (w *World) Statement(slug string, epoch int) (st Statement, url string) {
	h := w.host(slug)
	if h == nil {
		return Statement{}, ""
	}
	m := h.at(epoch)
	return m.statement, "http://" + h.agency.Host + escapePath(m.address)
}

func (w *World) host(slug string) *host {
	for _, h := range w.hosts {
		if h.agency.Slug == slug {
			return h
		}
	}
	return nil
}

// Requests counts what was fetched so far, by slug and address: "abgineh/" is
// the home page of abgineh, "abgineh/robots.txt" its robots.txt. Addresses are
// in percent-decoded form.
func (w *World) Requests() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.requests)
}

// Trespasses lists the fetches, in the form of Requests, of pages that the
// sites' robots.txt closes to visitors like us.
func (w *World) Trespasses() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.trespass...)
}

func (w *World) note(slug, address string, never bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests[slug+address]++
	if never {
		w.trespass = append(w.trespass, slug+address)
	}
}

// Close ends all sites and waits for them. Calling it again is harmless.
func (w *World) Close() error {
	w.closing.Do(func() {
		if w.stop != nil {
			w.stop()
		}
		for _, h := range w.hosts {
			h.server.Close()
		}
		w.served.Wait()
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}
