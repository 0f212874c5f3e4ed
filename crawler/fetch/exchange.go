package fetch

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"

	"policywatch/store/record"
)

// exchange is what one attempt learns on its way through the transport, which
// the engine cannot learn from colly: the redirects, the headers as they came,
// and how far it got.
//
// It travels in the request's context. Only doing is touched by other
// goroutines than the one that fetches.
type exchange struct {
	doing  atomic.Int32
	chain  []record.Hop
	status int // of the last answer, redirects included; 0 when none came
	header http.Header
	final  *url.URL
	// aside is a reason not to keep the body although the answer is fine:
	// errNotText, errTooLarge or a broken encoding.
	aside error
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// What an attempt is doing, for the words of a fault.
const (
	doingNothing int32 = iota
	doingLookup
	doingConnect
	doingHandshake
	doingRequest
	doingWait
	doingBody
)

var doingWords = [...]string{
	doingNothing:   "starting",
	doingLookup:    "looking up the name",
	doingConnect:   "connecting",
	doingHandshake: "negotiating TLS",
	doingRequest:   "sending the request",
	doingWait:      "waiting for the answer",
	doingBody:      "reading the body",
}

func (x *exchange) words() string { return doingWords[x.doing.Load()] }

// attach puts x into ctx, and hooks into the transport that say how far it is.
func (x *exchange) attach(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, exchangeKey{}, x)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:          func(httptrace.DNSStartInfo) { x.doing.Store(doingLookup) },
		ConnectStart:      func(string, string) { x.doing.Store(doingConnect) },
		TLSHandshakeStart: func() { x.doing.Store(doingHandshake) },
		GotConn:           func(httptrace.GotConnInfo) { x.doing.Store(doingRequest) },
		WroteRequest:      func(httptrace.WroteRequestInfo) { x.doing.Store(doingWait) },
	})
}
