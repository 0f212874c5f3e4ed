package fetch

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"policywatch/store/record"
)

// Home gets the home page of a bare domain ("example.gov.ir", with a port where
// it has one). It tries scheme first, then the other of http and https, then
// both again with www. added or taken away: many government names answer at one
// of the four only, or answer machines with 403 at the apex and with the page
// at www.
//
// When none gives a page, the fault is the most telling one: of an answering
// server if there was one, else of the first address.
//
// Once the first address has been slow to answer, the others are knocked at
// meanwhile; where nobody opens, they are left out when their turn comes. A domain
// behind a wall that drops packets costs little more than one address does.
func (c *Client) Home(ctx context.Context, domain, scheme string) (*record.Snapshot, error) {
	ctx = visitOf(ctx)
	var snap *record.Snapshot
	var fault *record.Fault
	deadNames := map[string]bool{}
	knocking, stop := context.WithCancel(ctx)
	var urls []*url.URL
	for _, at := range homes(domain, scheme) {
		u, f := parse(at)
		if f != nil {
			stop()
			return nil, f
		}
		urls = append(urls, u)
	}
	knocks := make([]*knock, len(urls)) // the first is fetched at once
	for i, u := range urls[1:] {
		knocks[i+1] = c.knock(knocking, u, c.headStart)
	}
	defer func() {
		stop()
		for _, k := range knocks[1:] {
			<-k.done
		}
	}()
	began := time.Now()
	for i, u := range urls {
		at := u.String()
		if deadNames[u.Hostname()] {
			continue
		}
		if i > 0 && time.Since(began) >= c.headStart && knocks[i].silent() {
			note(ctx, c.clock(), "fetch", at, string(knocks[i].fault.Kind)+": "+knocks[i].fault.Detail)
			continue
		}
		s, err := c.Fetch(ctx, record.Request{URL: at})
		f := faultOf(err)
		if f == nil {
			return s, nil
		}
		if fault == nil || fault.Status == 0 && f.Status != 0 {
			snap, fault = s, f
		}
		if !elsewhere(f) || ctx.Err() != nil {
			break
		}
		if f.Kind == record.FaultDNS {
			deadNames[u.Hostname()] = true // another scheme has the same name
		}
		c.log.DebugContext(ctx, "trying another address of the home page", "url", at, "fault", f.Kind)
		note(ctx, c.clock(), "fetch", at, string(f.Kind)+": "+f.Detail+"; trying the site's other addresses")
	}
	return snap, fault
}

// elsewhere reports faults after which another address of the same site may do
// better. A rule or a limit holds everywhere.
func elsewhere(f *record.Fault) bool {
	switch f.Kind {
	case record.FaultCancelled, record.FaultRobotsDenied, record.FaultRateLimited, record.FaultTooLarge, record.FaultNotText:
		return false
	}
	return true
}

// homes lists the addresses that a domain's home page may have, likeliest first.
func homes(domain, scheme string) []string {
	if _, rest, ok := strings.Cut(domain, "://"); ok {
		domain = rest
	}
	domain, _, _ = strings.Cut(strings.TrimSpace(domain), "/")
	other := "http"
	if scheme != "https" && scheme != "http" {
		scheme = "https"
	}
	if scheme == "http" {
		other = "https"
	}
	names := []string{domain}
	if twin := wwwTwin(domain); twin != "" {
		names = append(names, twin)
	}
	out := make([]string, 0, 4)
	for _, n := range names {
		out = append(out, scheme+"://"+n+"/", other+"://"+n+"/")
	}
	return out
}

// wwwTwin is the name with www. added or taken away, empty where that makes no
// sense: for addresses in digits and names without a dot.
func wwwTwin(domain string) string {
	if rest, ok := strings.CutPrefix(domain, "www."); ok && strings.Contains(rest, ".") {
		return rest
	}
	u, err := url.Parse("//" + domain)
	if err != nil {
		return ""
	}
	host := u.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || !strings.Contains(host, ".") {
		return ""
	}
	return "www." + domain
}
