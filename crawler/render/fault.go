package render

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"policywatch/store/record"
)

// address reads an absolute http or https address and drops user information,
// and the fragment unless it is a route of a script-built site ("#/privacy").
func address(raw string) (string, *record.Fault) {
	u, err := url.Parse(strings.TrimSpace(raw))
	switch {
	case err != nil || u.Scheme == "" || u.Host == "" && (u.Scheme == "http" || u.Scheme == "https"):
		return "", &record.Fault{Kind: record.FaultUnreachable, Detail: "the address cannot be read"}
	case u.Scheme != "http" && u.Scheme != "https":
		return "", &record.Fault{Kind: record.FaultForbiddenAddress, URL: u.Redacted(), Detail: "only http and https are fetched, not " + u.Scheme}
	}
	return tidy(u), nil
}

// clean is address for what the browser reports; what it cannot read stays out.
func clean(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return tidy(u)
}

func tidy(u *url.URL) string {
	u.User = nil
	if !strings.HasPrefix(u.Fragment, "/") && !strings.HasPrefix(u.Fragment, "!") {
		u.Fragment, u.RawFragment = "", ""
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}

// interrupted is the fault of work that ended with its context.
func interrupted(ctx context.Context, at, doing string) *record.Fault {
	f := &record.Fault{Kind: record.FaultCancelled, URL: at, Detail: "cancelled while " + doing}
	if ctx.Err() == context.DeadlineExceeded {
		f.Kind, f.Detail = record.FaultTimeout, "the visit's time ran out while "+doing
	}
	return f
}

// statusFault reads an HTTP status as a fault, nil where it is none. The kinds
// are those of a plain fetch.
func statusFault(at string, status int) *record.Fault {
	f := &record.Fault{URL: at, Status: status,
		Detail: strings.TrimSpace(fmt.Sprintf("the server answered %d %s", status, http.StatusText(status)))}
	switch {
	case status == http.StatusNotFound || status == http.StatusGone:
		f.Kind = record.FaultNotFound
	case status == http.StatusTooManyRequests:
		f.Kind = record.FaultRateLimited
	case status == http.StatusForbidden:
		f.Kind = record.FaultBlocked
	case status >= 500:
		f.Kind = record.FaultHTTP5xx
	case status >= 400:
		f.Kind = record.FaultHTTP4xx
	case status == http.StatusNotModified:
		// F7: a browser without a cache asks for the whole.
		f.Kind = record.FaultHTTP5xx
		f.Detail = "the server answered 304 to a request that was not conditional"
	default:
		return nil
	}
	return f
}

// loadFault reads the browser's word for a page that did not load.
func loadFault(at string, status int, word string) *record.Fault {
	f := &record.Fault{Kind: record.FaultUnreachable, URL: at, Status: status, Detail: "the browser could not load it: " + word}
	switch {
	case word == "net::ERR_NAME_NOT_RESOLVED":
		f.Kind = record.FaultDNS
	case word == "net::ERR_CERT_DATE_INVALID":
		f.Kind = record.FaultTLSExpired
	case strings.HasPrefix(word, "net::ERR_CERT_"), strings.HasPrefix(word, "net::ERR_SSL_"):
		f.Kind = record.FaultTLSInvalid
	case word == "net::ERR_TIMED_OUT", word == "net::ERR_CONNECTION_TIMED_OUT":
		f.Kind = record.FaultTimeout
	case word == "net::ERR_TOO_MANY_REDIRECTS":
		f.Kind = record.FaultHTTP4xx
	}
	return f
}

// firstLine shortens what a program said to what fits in a fault.
func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if len(s) > 200 {
		s = s[:200]
	}
	return strings.ToValidUTF8(s, "")
}
