package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"policywatch/store/record"
)

// Token is the product token that robots.txt groups name us by.
const Token = "policywatch"

// The limits that stand where Options leave a field zero.
const (
	DefaultTimeout     = 30 * time.Second
	DefaultMaxBody     = 20 << 20
	DefaultRetryBudget = 10 * time.Second
)

// Fetcher gets one page. It is what every layer of the package is and wraps.
//
// An error is always a *record.Fault. A snapshot may come with the fault: it is
// there whenever the server answered, so that the body of a block page can be
// looked at. Implementations are safe for concurrent use.
type Fetcher interface {
	Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error)
}

// Options set up a Client. The zero value is usable: no pacing, no robots.txt,
// public addresses only.
type Options struct {
	// Version and Contact go into the User-Agent, "policywatch/VERSION
	// (+CONTACT)". Contact is a mailto: or http(s): address.
	Version string
	Contact string
	// Timeout bounds one attempt: name lookup, connection, redirects and the
	// whole body. Waiting for one's turn does not count.
	Timeout time.Duration
	// MaxBody is the most decoded bytes that a body may have. A longer one is
	// the fault too_large; a text is never cut.
	MaxBody int64
	// PerHostInterval is the quiet time between two page requests to one host,
	// from the end of one to the start of the next, and lets one at a time
	// through. Zero means no pacing of our own; a Crawl-delay that robots.txt
	// asks for and a Retry-After are honoured all the same.
	PerHostInterval time.Duration
	// Turns are taken before each request that is spaced, where other processes ask
	// the same hosts; nil means that none does.
	Turns SharedTurns
	// Robots makes the client obey robots.txt.
	Robots bool
	// Rules keeps robots.txt rules beyond the process; nil means memory only.
	Rules RuleKeeper
	// RetryBudget bounds the time that one Fetch may have taken, waiting
	// included, for another attempt to start. Negative means no retries.
	RetryBudget time.Duration
	// AllowAddresses lets networks through that the address guard would refuse.
	AllowAddresses []netip.Prefix
	// AcceptLanguage is sent where a request names none; empty sends none and
	// leaves the choice to the server, as for a visitor without preference.
	AcceptLanguage string
	// Resolver looks names up; nil means the system's.
	Resolver *net.Resolver
	// RootCAs are the certificate authorities to trust; nil means the system's.
	RootCAs *x509.CertPool
	// Clock dates snapshots and ages robots.txt rules; nil means time.Now. Waits
	// use the machine's own monotonic clock.
	Clock func() time.Time
	// Log receives what an operator may want to follow; nil means silence.
	Log *slog.Logger
}

// Client fetches pages. It is safe for concurrent use, and no goroutine of its
// own outlives a call.
type Client struct {
	chain     Fetcher
	pace      *pace
	agent     string
	rules     *rules
	transport *http.Transport
	wait      waits
	headStart time.Duration
	clock     func() time.Time
	log       *slog.Logger
}

// New builds a client. It fails only on options that contradict themselves.
func New(o Options) (*Client, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	base := newTransport(&o)
	trip := &limiter{next: &cookies{next: base}, max: o.MaxBody}

	wait := waits{base: 300 * time.Millisecond, budget: o.RetryBudget, clock: o.Clock, log: o.Log}
	e := newEngine(trip, &o)
	p := newPace(e, o.PerHostInterval)
	p.shared, p.spent = o.Turns, min(o.Timeout, longestSpent)
	known := newRules(newRobotsSource(trip, &o, wait, p), &o)
	var chain Fetcher = newRetry(p, wait)
	if o.Robots {
		e.mayFollow = known.check
		p.delay = known.crawlDelay
		chain = &robots{next: chain, rules: known}
	}
	return &Client{chain: chain, pace: p, agent: e.agent, rules: known, transport: base, wait: wait,
		headStart: min(headStart, o.Timeout/4), clock: o.Clock, log: o.Log}, nil
}

func (o *Options) fill() error {
	if o.Timeout < 0 || o.MaxBody < 0 || o.PerHostInterval < 0 {
		return errors.New("fetch: timeout, body limit and interval must not be negative")
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.RetryBudget == 0 {
		o.RetryBudget = DefaultRetryBudget
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}

func (o *Options) userAgent() string {
	ua := Token + "/" + o.Version
	if o.Contact != "" {
		ua += " (+" + o.Contact + ")"
	}
	return ua
}

// Fetch gets one page. The error, where there is one, is a *record.Fault; the
// snapshot comes with it when the server answered. A 304 to a conditional
// request is a snapshot with Status 304 and no body, not an error.
func (c *Client) Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error) {
	u, f := parse(r.URL)
	if f != nil {
		return nil, f
	}
	r.URL = u.String()
	snap, err := c.chain.Fetch(visitOf(ctx), r)
	if f := faultOf(err); f != nil {
		return snap, f
	}
	return snap, nil
}

// Sitemaps returns the addresses that the site's robots.txt names as sitemaps.
// site is an origin ("https://example.gov") or a bare domain, for which https
// is asked first. It returns nothing where robots.txt cannot be had: a sitemap
// is a hint, and its absence no fault.
func (c *Client) Sitemaps(ctx context.Context, site string) []string {
	return c.rules.sitemaps(visitOf(ctx), site)
}

// Close drops idle connections. Fetches under way go on.
func (c *Client) Close() { c.transport.CloseIdleConnections() }
