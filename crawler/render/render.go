package render

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os/exec"
	"sync"
	"time"

	"policywatch/store/record"
)

// What stands where Options leave a field zero.
const (
	DefaultTimeout = 30 * time.Second
	DefaultMaxBody = 20 << 20
)

const (
	// pagesPerBrowser is after how many pages a browser is replaced: what a
	// browser leaks, it leaks slowly.
	pagesPerBrowser = 50
	// idleFor is how long a browser without work is kept. A daemon renders for
	// a minute and then not for hours.
	idleFor = 30 * time.Second
)

// ErrNoBrowser means that there is no Chromium in PATH.
var ErrNoBrowser = errors.New("no Chromium found")

// Options set up a Browser.
type Options struct {
	// Path is the browser's program; empty means the first that is found in
	// PATH.
	Path string
	// Remote is the ws:// or http:// address of the debugging port of a browser
	// that runs elsewhere. Path is not used then. Such a browser is told to go
	// out through our proxy, which listens on loopback: it must run on this
	// machine, or Unguarded must be set.
	Remote string
	// Unguarded lets a remote browser connect by itself, past Dial. It is for
	// browsers whose own network keeps them from private addresses.
	Unguarded bool
	// UserAgent is the product and contact, such as "policywatch/1.2
	// (+mailto:office@example.org)". It is added to the browser's own name, so
	// that scripts see what they run in and webmasters whom they serve.
	UserAgent string
	// Timeout bounds one page from its first request to its text.
	Timeout time.Duration
	// MaxBody is the most bytes that a page's document may have, as it came and
	// as it stands in the end. All that a page loads may be four times that.
	MaxBody int64
	// Tabs is how many pages are open at a time, 1 or 2, each in a browser of
	// its own.
	Tabs int
	// Dial makes every connection of the browser; it is where the address guard
	// stands. An error that is a *record.Fault becomes the page's, when the page
	// itself was what could not be reached.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Step, if it is not nil, is told what happened below the surface of a
	// Fetch, from its goroutine.
	Step func(ctx context.Context, s record.Step)
	// Clock dates snapshots; nil means time.Now. Waits use the machine's own
	// monotonic clock.
	Clock func() time.Time
	// Log receives what an operator may want to follow; nil means silence.
	Log *slog.Logger
}

func (o *Options) fill() error {
	if o.Timeout < 0 || o.MaxBody < 0 || o.Tabs < 0 || o.Tabs > 2 {
		return errors.New("render: timeout and body limit must not be negative, tabs are 1 or 2")
	}
	if o.Dial == nil && !o.Unguarded {
		return errors.New("render: no dialer")
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Tabs = max(o.Tabs, 1)
	if o.Remote != "" {
		return o.checkRemote()
	}
	if o.Unguarded {
		return errors.New("render: a browser that is started here is always guarded")
	}
	var err error
	o.Path, err = Find(o.Path)
	return err
}

func (o *Options) checkRemote() error {
	u, err := url.Parse(o.Remote)
	if err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" && u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("render: the address of a remote browser starts with ws:// or http://")
	}
	if !o.Unguarded && !Local(o.Remote) {
		return fmt.Errorf("render: the address guard does not reach into the browser at %s; it must run on this machine or keep itself from private addresses", u.Host)
	}
	return nil
}

// Local reports whether the address of a remote browser is on this machine, so
// that the browser can reach our proxy.
func Local(remote string) bool {
	u, err := url.Parse(remote)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// names are the programs that may be the browser, leanest first.
var names = []string{"chrome-headless-shell", "headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}

// Find returns the browser's program: path itself if it can be run, the first
// known name in PATH when path is empty. The error is ErrNoBrowser when there is
// none.
func Find(path string) (string, error) {
	if path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("render: %w", err)
		}
		return found, nil
	}
	for _, n := range names {
		if found, err := exec.LookPath(n); err == nil {
			return found, nil
		}
	}
	return "", ErrNoBrowser
}

// Browser renders pages. It is safe for concurrent use; pages beyond Tabs wait
// for their turn. It starts a program only when there is a page to open, and
// stops it when there has been none for a while.
type Browser struct {
	o     Options
	seats chan *seat
	// life ends with Close, and with it every page under way.
	life context.Context
	end  context.CancelFunc
	once sync.Once
}

// New checks the options and starts nothing. The error is ErrNoBrowser when a
// browser had to be found and there is none.
func New(o Options) (*Browser, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	b := &Browser{o: o, seats: make(chan *seat, o.Tabs)}
	b.life, b.end = context.WithCancel(context.Background())
	warn := new(sync.Once)
	for range o.Tabs {
		b.seats <- &seat{o: &b.o, warn: warn}
	}
	return b, nil
}

// Fetch opens one page and returns its document as the scripts left it, in
// UTF-8. The error, where there is one, is a *record.Fault; a snapshot comes
// with it when the server answered.
//
// The request is never conditional: a cached shell says nothing about what its
// scripts bring. For the same reason the snapshot's header has no ETag and
// Last-Modified. What is no web page (a PDF, a download) is the fault not_text
// with the address where it stands; its bytes are for a plain fetcher to bring.
func (b *Browser) Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error) {
	at, fault := address(r.URL)
	if fault != nil {
		return nil, fault
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(b.life, cancel)()
	var s *seat
	select {
	case s = <-b.seats:
	case <-ctx.Done():
		return nil, interrupted(ctx, at, "waiting for the browser")
	}
	defer b.leave(s)
	if ctx.Err() != nil {
		return nil, interrupted(ctx, at, "waiting for the browser")
	}
	snap, fault := s.fetch(ctx, at, r.AcceptLanguage)
	if fault != nil {
		return snap, fault
	}
	return snap, nil
}

// leave gives the seat back, and has its browser stopped if nobody takes it.
func (b *Browser) leave(s *seat) {
	s.idle = time.AfterFunc(idleFor, b.rest)
	s.left = time.Now()
	b.seats <- s
}

// rest stops the browsers that nobody has used for a while.
func (b *Browser) rest() {
	for range b.o.Tabs {
		select {
		case s := <-b.seats:
			if time.Since(s.left) >= idleFor {
				s.stop()
			}
			b.seats <- s
		default:
			return
		}
	}
}

// Close ends the pages under way and returns when no process of the browsers is
// left. A Fetch after it is cancelled at once.
func (b *Browser) Close() {
	b.once.Do(func() {
		b.end()
		for range b.o.Tabs {
			s := <-b.seats
			s.stop()
			if s.idle != nil {
				s.idle.Stop()
			}
		}
	})
}
