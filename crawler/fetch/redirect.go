package fetch

import (
	"fmt"
	"net/http"

	"policywatch/store/record"
)

// maxRedirects is how many redirects a page may take, as in browsers' habit.
const maxRedirects = 10

// redirect is asked before each redirect is followed. It writes the chain down
// and decides by the same rules as for a first request; the address itself is
// guarded when it is dialled.
func (e *engine) redirect(req *http.Request, via []*http.Request) error {
	x := exchangeOf(req.Context())
	from := via[len(via)-1].URL
	f := tidy(req.URL)
	to := req.URL.String()
	x.chain = append(x.chain, record.Hop{Status: x.status, From: from.String(), To: to})
	if f != nil {
		f.Status, f.Detail = x.status, "redirected: "+f.Detail
		return f
	}
	if len(via) > maxRedirects {
		return &record.Fault{Kind: record.FaultHTTP4xx, URL: to, Status: x.status,
			Detail: fmt.Sprintf("more than %d redirects", maxRedirects)}
	}
	// Coming back once may be fine where a cookie was set meanwhile.
	seen, allowed := 0, 1
	if v, _ := req.Context().Value(visitKey{}).(*visit); v != nil && v.cookieJar(false) != nil {
		allowed = 2
	}
	for _, r := range via {
		if r.URL.String() == to {
			seen++
		}
	}
	if seen >= allowed {
		return &record.Fault{Kind: record.FaultHTTP4xx, URL: to, Status: x.status, Detail: "the redirects go round in a circle"}
	}
	dropConditions(req.Header)
	if e.mayFollow != nil {
		if f := e.mayFollow(req.Context(), req.URL); f != nil {
			return final{f}
		}
	}
	return nil
}
