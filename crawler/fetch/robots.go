package fetch

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"policywatch/store/record"
)

// robots obeys robots.txt before anything else is asked of a host.
type robots struct {
	next  Fetcher
	rules *rules
}

func (r *robots) Fetch(ctx context.Context, req record.Request) (*record.Snapshot, error) {
	u, f := parse(req.URL)
	if f == nil {
		f = r.rules.check(ctx, u)
	}
	if f != nil {
		return nil, f
	}
	return r.next.Fetch(ctx, req)
}

// Bounds of a robots.txt (RFC 9309, sections 2.3.1.2 and 2.5).
const (
	maxRobotsBytes     = 500 << 10
	maxRobotsRedirects = 5
)

// robotsSource gets robots.txt files: a Fetcher like the engine and over the
// same transport, guard included, but with other ideas about redirects and
// length. A file beyond the limit is cut, as the standard wants it.
type robotsSource struct {
	client  *http.Client
	timeout time.Duration
	agent   string
	clock   func() time.Time
}

func newRobotsSource(trip http.RoundTripper, o *Options, w waits, p *pace) Fetcher {
	s := &robotsSource{timeout: o.Timeout, agent: o.userAgent(), clock: o.Clock}
	s.client = &http.Client{Transport: trip, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if f := tidy(req.URL); f != nil {
			return f
		}
		if len(via) > maxRobotsRedirects {
			return http.ErrUseLastResponse
		}
		return move(req, via[len(via)-1].URL, nil)
	}}
	return newRetry(aside{p, s}, w)
}

// Fetch gets one robots.txt. Answers below 500 are no faults here, whatever
// they mean for a page.
func (s *robotsSource) Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error) {
	began := time.Now()
	attempt, limit := within(ctx, s.timeout)
	defer limit.stop()
	x := &exchange{limit: limit}
	body, err := s.get(x.attach(attempt), r.URL)
	if ctx.Err() == context.Canceled {
		return nil, &record.Fault{Kind: record.FaultCancelled, URL: r.URL, Detail: "cancelled while asking for robots.txt"}
	}
	if x.status >= 500 {
		return nil, statusFault(x, r.URL, s.clock())
	}
	// A 4xx says that there are no rules, with or without a readable body.
	if err != nil && x.status < 400 {
		return nil, transportFault(err, r.URL, x)
	}
	x.finished()
	return &record.Snapshot{URL: r.URL, FinalURL: r.URL, Status: x.status, Body: body, At: s.clock(), Via: "http", Took: time.Since(began)}, nil
}

func (s *robotsSource) get(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header = http.Header{"User-Agent": {s.agent}, "Accept": {"text/plain,*/*;q=0.5"}, "Accept-Encoding": {acceptEncoding}}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return nil, nil
	}
	return io.ReadAll(io.LimitReader(res.Body, maxRobotsBytes))
}

// check returns the fault that keeps us from u, nil when we may fetch it.
func (s *rules) check(ctx context.Context, u *url.URL) *record.Fault {
	set, f := s.get(ctx, origin(u))
	if f != nil {
		return f
	}
	if set.allows(u.RequestURI()) {
		return nil
	}
	note(ctx, s.clock(), "robots", u.String(), "disallowed by "+origin(u)+"/robots.txt")
	return &record.Fault{Kind: record.FaultRobotsDenied, URL: u.String(), Detail: "robots.txt disallows the address to " + Token}
}

// ask gets and reads an origin's robots.txt. The fault is the one that asking
// for a page would have met: a host that does not answer is unreachable, not
// forbidding. Both keep us away, as the standard asks (section 2.3.1.4).
func (s *rules) ask(ctx context.Context, origin string) (ruleSet, *record.Fault) {
	at := origin + "/robots.txt"
	snap, err := s.source.Fetch(ctx, record.Request{URL: at})
	if f := faultOf(err); f != nil {
		if f.Kind != record.FaultCancelled {
			note(ctx, s.clock(), "robots", at, string(f.Kind)+": "+f.Detail)
			told := *f
			told.Detail = "robots.txt could not be read, so nothing is fetched: " + f.Detail
			f = &told
		}
		return ruleSet{}, f
	}
	set := ruleSet{}
	outcome := "no rules: answered " + strconv.Itoa(snap.Status)
	if snap.Status < 300 {
		set = readRobots(strings.ToValidUTF8(cutLine(snap.Body), "\uFFFD"), Token)
		outcome = strconv.Itoa(len(set.Rules)) + " rules for us"
	}
	note(ctx, s.clock(), "robots", at, outcome)
	return set, nil
}

// cutLine drops the last line of a file that was cut at the limit: half a rule
// may say the opposite of the whole one.
func cutLine(b []byte) string {
	s := string(b)
	if len(s) == maxRobotsBytes {
		s = s[:strings.LastIndexAny(s, "\r\n")+1]
	}
	return s
}

// sitemaps returns the sitemap lines for an origin or a bare domain.
func (s *rules) sitemaps(ctx context.Context, site string) []string {
	origins := []string{site}
	if !strings.Contains(site, "://") {
		origins = []string{"https://" + site, "http://" + site}
		if s.known(origins[1]) && !s.known(origins[0]) {
			origins[0], origins[1] = origins[1], origins[0]
		}
	}
	for _, o := range origins {
		u, f := parse(o)
		if f != nil {
			continue
		}
		set, f := s.get(ctx, origin(u))
		if f != nil || len(set.Sitemaps) == 0 {
			continue
		}
		var out []string
		for _, line := range set.Sitemaps {
			if ref, err := u.Parse(line); err == nil && tidy(ref) == nil {
				out = append(out, ref.String())
			}
		}
		return out
	}
	return nil
}
