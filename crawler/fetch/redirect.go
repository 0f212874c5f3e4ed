package fetch

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

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
	return e.follow(req, from)
}

// follow asks robots.txt, and takes the turn of the host that the redirect leads to.
func (e *engine) follow(req *http.Request, from *url.URL) error {
	if e.mayFollow == nil {
		return move(req, from, nil)
	}
	return move(req, from, func(ctx context.Context) error {
		if f := e.mayFollow(ctx, req.URL); f != nil {
			return final{f}
		}
		return nil
	})
}

// move takes the turn of the host that a redirect leads to, where that is another,
// and asks whether it may in between, with no turn in hand. Waiting takes nothing of
// the attempt's time. A host that sends to another address of its own is not spaced:
// the two are one request, as for a reader.
func move(req *http.Request, from *url.URL, may func(context.Context) error) error {
	l, s := exchangeOf(req.Context()).limit, stayOf(req.Context())
	moves := s != nil && paceHost(from) != paceHost(req.URL)
	if !moves && may == nil {
		return nil
	}
	defer l.suspend()()
	switch {
	case moves:
		s.leave(nil)
	case s != nil:
		s.pause() // whoever asks for this host's robots.txt just now may wait for its turn
	}
	if may != nil {
		if err := may(l.outer); err != nil {
			return err
		}
	}
	if s == nil {
		return nil
	}
	return s.enter(l.outer, req.URL)
}
