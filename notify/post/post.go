// Package post sends a body by HTTP to one address and reads the verdict out of
// the answer: delivered, to be tried again and when, or refused for good. It is
// what channels share that are reached by HTTP.
//
// It knows one address, which counts as secret beyond its host, and nothing of
// what the body says.
package post

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"policywatch/notify/trace"
)

// Options configure a Target.
type Options struct {
	// URL is http or https. Its path and query count as secret: many services
	// tell their callers apart by them.
	URL string `json:"-"`
	// Secrets are further texts that must not be shown.
	Secrets []string `json:"-"`
	// Client is the HTTP client to use, as one that guards addresses; nil means
	// one of our own. Its redirect policy is not used: no redirect is followed.
	Client *http.Client `json:"-"`
	// Timeout bounds one delivery; 0 means 15 seconds.
	Timeout time.Duration
	// Clock gives the time of the attempt; nil means time.Now.
	Clock func() time.Time `json:"-"`
}

// Target is one address. It is safe for concurrent use.
type Target struct {
	url, host string
	secrets   []string
	client    *http.Client
	timeout   time.Duration
	clock     func() time.Time
}

// New checks the options and returns a target. It connects to nobody.
func New(o Options) (*Target, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("the url is not an http or https address")
	}
	t := &Target{url: o.URL, host: Host(o.URL), secrets: append(parts(u), o.Secrets...), timeout: o.Timeout, clock: o.Clock}
	if o.Client != nil {
		c := *o.Client
		t.client = &c
	} else {
		// Connections of the default transport would be shared with others.
		t.client = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	// A redirect would carry a message to someone who was not meant.
	t.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if t.timeout <= 0 {
		t.timeout = 15 * time.Second
	}
	if t.clock == nil {
		t.clock = time.Now
	}
	return t, nil
}

// Host is the part of an address that may be shown.
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "<invalid address>"
	}
	return u.Scheme + "://" + u.Host
}

// Format writes where the target is and nothing else, whatever the verb.
func (t *Target) Format(f fmt.State, _ rune) { fmt.Fprint(f, t.host) }

// LogValue keeps a JSON log from taking the target apart.
func (t *Target) LogValue() slog.Value { return slog.StringValue(t.host) }

// Now is the time by the target's clock.
func (t *Target) Now() time.Time { return t.clock() }

// Reader reads a service's own words in an answer, and reports whether they
// decide; else its status does.
type Reader func(code int, body []byte) (v Verdict, decided bool)

// Verdict is what an answer says of a message.
type Verdict struct {
	// Problem is why it was not taken, empty when it was.
	Problem string
	// Retry means that a later try may help, not before After has passed.
	Retry bool
	After time.Duration
}

// Post sends a body of JSON. Its errors hold no secret; where the receiver named
// a time to wait, they carry it as RetryAfter.
func (t *Target) Post(ctx context.Context, header http.Header, body []byte, read Reader) (retry bool, err error) {
	return t.send(ctx, http.MethodPost, t.url, header, body, read)
}

// Put is Post by the method PUT to a path below the address, escaped already. Who
// puts the same path twice makes one message, where the service knows PUT.
func (t *Target) Put(ctx context.Context, path string, header http.Header, body []byte, read Reader) (retry bool, err error) {
	return t.send(ctx, http.MethodPut, strings.TrimSuffix(t.url, "/")+path, header, body, read)
}

func (t *Target) send(ctx context.Context, method, address string, header http.Header, body []byte, read Reader) (retry bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	if trace.On(ctx) {
		ctx = httptrace.WithClientTrace(ctx, watch(ctx))
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return false, t.fault("cannot be asked", err, 0)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "policywatch")
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := t.client.Do(req)
	if err != nil {
		return true, t.fault("cannot be reached", err, 0)
	}
	defer res.Body.Close()
	trace.Step(ctx, "%s answers %d %s", t.host, res.StatusCode, http.StatusText(res.StatusCode))
	return t.judge(res, read)
}

// watch tells the steps of a connection.
func watch(ctx context.Context) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSDone: func(i httptrace.DNSDoneInfo) {
			if i.Err == nil {
				var addresses []string
				for _, a := range i.Addrs {
					addresses = append(addresses, a.String())
				}
				trace.Step(ctx, "the name leads to %s", strings.Join(addresses, ", "))
			}
		},
		ConnectDone: func(_, address string, err error) {
			if err == nil {
				trace.Step(ctx, "connected to %s", address)
			}
		},
		TLSHandshakeDone: func(s tls.ConnectionState, err error) {
			if err == nil {
				trace.Step(ctx, "protected by %s", trace.TLS(s))
			}
		},
		WroteRequest: func(i httptrace.WroteRequestInfo) {
			if i.Err == nil {
				trace.Step(ctx, "the message is sent")
			}
		},
	}
}

// parts lists what of an address is a secret, the longest first, so that none
// leaves a piece of another standing.
func parts(u *url.URL) []string {
	out := []string{u.String()}
	if p, ok := u.User.Password(); ok && p != "" {
		out = append(out, p)
	}
	// A short path, as "/" or "/hook", is no secret and would only garble.
	for _, part := range []string{u.RequestURI(), u.Path, u.RawQuery} {
		if len(part) >= 8 {
			out = append(out, part)
		}
	}
	for _, values := range u.Query() {
		for _, v := range values {
			if len(v) >= 8 {
				out = append(out, v)
			}
		}
	}
	for _, segment := range strings.Split(u.Path, "/") {
		// A bot's token stands after "bot", its secret half after a colon.
		token, isBot := strings.CutPrefix(segment, "bot")
		_, half, _ := strings.Cut(token, ":")
		for _, s := range []string{segment, token, half} {
			if len(s) >= 12 || isBot && len(s) >= 4 {
				out = append(out, s)
			}
		}
	}
	return out
}
