package fetch

import (
	"context"
	"net/http/cookiejar"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"

	"policywatch/store/record"
)

// visit is what the fetches of one visit share: cookies, and where the steps
// are written down.
type visit struct {
	mu   sync.Mutex
	jar  *cookiejar.Jar // made by the first cookie; most sites send none
	step func(record.Step)
}

type visitKey struct{}

// WithVisit makes the fetches under ctx one visit: they share a cookie jar that
// nobody else sees and that ends with the visit, and step, if it is not nil, is
// told what happened below the surface of a fetch (robots.txt, retries, other
// addresses of a home page). Without it every Fetch is a visit of its own.
//
// step is called from the goroutine that fetches.
func WithVisit(ctx context.Context, step func(record.Step)) context.Context {
	return context.WithValue(ctx, visitKey{}, &visit{step: step})
}

// visitOf returns ctx, made a visit where it is none yet.
func visitOf(ctx context.Context) context.Context {
	if _, ok := ctx.Value(visitKey{}).(*visit); ok {
		return ctx
	}
	return WithVisit(ctx, nil)
}

// note writes a step into the trail of the visit that ctx belongs to.
func note(ctx context.Context, at time.Time, action, url, outcome string) {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok && v.step != nil {
		v.step(record.Step{At: at, Action: action, URL: url, Outcome: outcome})
	}
}

// cookieJar returns the jar, or nil when there is none and make is false.
func (v *visit) cookieJar(make bool) *cookiejar.Jar {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.jar == nil && make {
		// The public suffix list keeps one ministry from setting a cookie for
		// the whole of gov.ir. New fails never with these options.
		v.jar, _ = cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
	}
	return v.jar
}
