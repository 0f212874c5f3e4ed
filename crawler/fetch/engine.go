package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gocolly/colly/v2"

	"policywatch/store/record"
)

// engine makes one attempt: a request, its redirects, the body. It is colly
// with everything switched off that keeps state between fetches; one base
// collector owns the HTTP client, and every fetch runs on a clone, which is
// what gives it a context of its own.
type engine struct {
	base     *colly.Collector
	timeout  time.Duration
	agent    string
	language string
	clock    func() time.Time
	// mayFollow is asked before a redirect is followed; nil allows all.
	mayFollow func(context.Context, *url.URL) *record.Fault
}

func newEngine(trip http.RoundTripper, o *Options) *engine {
	e := &engine{timeout: o.Timeout, agent: o.userAgent(), language: o.AcceptLanguage, clock: o.Clock}
	// Not NewCollector: it lets COLLY_* environment variables rewire it.
	e.base = &colly.Collector{}
	e.base.Init()
	e.base.AllowURLRevisit = true        // or it remembers every address for ever
	e.base.ParseHTTPErrorResponse = true // or 304 and 404 come without their body
	e.base.MaxBodySize = 0               // the limiter counts, and does not cut
	e.base.DisableCookies()
	e.base.WithTransport(trip)
	e.base.SetRequestTimeout(0) // the context's deadline is the timeout
	// On the base: colly takes a handler set on a clone for all clones.
	e.base.SetRedirectHandler(e.redirect)
	return e
}

// Fetch makes one attempt. r.URL must have been through parse.
func (e *engine) Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error) {
	began := time.Now()
	attempt, limit := within(ctx, e.timeout)
	defer limit.stop()
	x := &exchange{limit: limit}

	c := e.base.Clone()
	c.Context = x.attach(attempt)
	var body []byte
	// The body is read here, before colly would: in memory of its own size, and
	// with the error that ended it kept.
	c.OnResponseHeaders(func(*colly.Response) {
		var err error
		if body, err = x.read(); x.aside == nil {
			x.aside = err
		}
	})
	err := c.Request(http.MethodGet, r.URL, nil, nil, e.header(r))
	if x.aside != nil {
		err = x.aside
	}
	if s := stayOf(ctx); s != nil && x.doing.Load() < doingRequest {
		s.unsent = true
	}
	if ctx.Err() == context.Canceled {
		// Even an answer that came is not to be used: the caller has gone.
		return nil, &record.Fault{Kind: record.FaultCancelled, URL: r.URL, Detail: "cancelled while " + x.words()}
	}
	var snap *record.Snapshot
	if x.status != 0 {
		snap = &record.Snapshot{URL: r.URL, FinalURL: r.URL, Status: x.status, Header: x.header, Chain: x.chain,
			At: e.clock(), Via: "http", Took: time.Since(began)}
		if x.final != nil {
			snap.FinalURL = x.final.String()
		}
		if err == nil {
			snap.Body = body
			x.finished()
		}
	}
	if f := e.judge(r, x, err); f != nil {
		return snap, f
	}
	return snap, nil
}

// judge says what is wrong with an attempt, nil if nothing is.
func (e *engine) judge(r record.Request, x *exchange, err error) error {
	at := r.URL
	if x.asked != nil {
		at = x.asked.String()
	}
	if f := statusFault(x, at, e.clock()); f != nil {
		return f
	}
	if err != nil {
		return transportFault(err, at, x)
	}
	if x.status == http.StatusNotModified && r.ETag == "" && r.LastModified == "" {
		return &record.Fault{Kind: record.FaultHTTP5xx, URL: at, Status: x.status,
			Detail: "the server answered 304 to a request that was not conditional"}
	}
	return nil
}

// header builds the request's headers.
func (e *engine) header(r record.Request) http.Header {
	h := http.Header{
		"User-Agent":      {e.agent},
		"Accept":          {"text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8"},
		"Accept-Encoding": {acceptEncoding},
	}
	language := r.AcceptLanguage
	if language == "" {
		language = e.language
	}
	if language != "" {
		h["Accept-Language"] = []string{language}
	}
	setConditions(h, r)
	return h
}

// statusFault reads the status of the last answer as a fault; nil where the
// status is none.
func statusFault(x *exchange, at string, now time.Time) error {
	s := x.status
	f := &record.Fault{URL: at, Status: s, Detail: "the server answered " + statusWords(s)}
	switch {
	case s == http.StatusNotFound || s == http.StatusGone:
		f.Kind = record.FaultNotFound
	case s == http.StatusTooManyRequests:
		f.Kind = record.FaultRateLimited
		f.RetryAfter = retryAfter(x.header, now)
	case s == http.StatusForbidden:
		f.Kind = record.FaultBlocked
	case s >= 500:
		f.Kind = record.FaultHTTP5xx
		f.RetryAfter = retryAfter(x.header, now)
	case s >= 400:
		f.Kind = record.FaultHTTP4xx
	case s == http.StatusPartialContent:
		f.Kind = record.FaultHTTP5xx
		f.Detail = "the server sent a part although the whole was asked for"
	case s >= 300 && s != http.StatusNotModified && x.header.Get("Location") == "":
		f.Kind = record.FaultHTTP4xx
		f.Detail += " without saying where to"
	default:
		return nil
	}
	return f
}

func statusWords(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}

// retryAfter reads the header's seconds or date (RFC 9110, section 10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	const longest = 30 * 24 * time.Hour
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		return time.Duration(min(max(n, 0), int64(longest/time.Second))) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(max(t.Sub(now), 0), longest)
	}
	return 0
}

// faultOf finds the fault in err, nil if there is no error.
func faultOf(err error) *record.Fault {
	if err == nil {
		return nil
	}
	var f *record.Fault
	if errors.As(err, &f) {
		return f
	}
	// No layer returns anything else; a new one might.
	return &record.Fault{Kind: record.FaultUnreachable, Detail: err.Error()}
}
