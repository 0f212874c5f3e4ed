package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
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
	final  *url.URL  // who gave that answer
	asked  *url.URL  // who was asked last, answering or not
	body   io.Reader // decoded and bounded, of the last answer that is no redirect
	length int64     // of the body as announced, -1 when unknown
	// aside is a reason not to keep the body although the answer is fine:
	// errNotText, errTooLarge or a broken encoding.
	aside error
	limit *limit   // nil where only a connection is made
	conn  net.Conn // on which the last request went out
}

// finished says that the answer of the last request came in full.
func (x *exchange) finished() {
	if x.conn != nil {
		linger(x.conn, -1)
	}
}

// linger says what becomes of what was written when a connection is closed. While a
// request is under way it is 0 seconds: when we give up or die, the kernel drops what
// the server has not got instead of sending it for minutes, when somebody else may
// have the host's turn, and tells the server that nobody waits.
func linger(c net.Conn, seconds int) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(seconds)
	}
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
		GotConn: func(i httptrace.GotConnInfo) {
			x.doing.Store(doingRequest)
			x.finished()
			x.conn = i.Conn
			linger(x.conn, 0)
			// A process that was stopped meanwhile has not noticed yet what time it is.
			if x.limit.over() {
				x.doing.Store(doingConnect) // nothing is sent
				i.Conn.Close()
			}
		},
		WroteRequest: func(httptrace.WroteRequestInfo) { x.doing.Store(doingWait) },
	})
}

// buffers are lent to read bodies of unknown length. Large ones are not taken
// back: one big page must not stay in memory for the life of the program.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const largeBuffer = 1 << 20

// spent are the bodies that were given back.
var spent sync.Pool

// Recycle takes the body of a snapshot back, for one that is fetched later; the
// snapshot has none from then on. Nothing may hold a part of it. Nearly every visit
// ends with a body that nobody will look at again, and they are most of what a scan
// would leave to the garbage collector.
func (c *Client) Recycle(snap *record.Snapshot) {
	if b := snap.Body; cap(b) > 0 && cap(b) <= largeBuffer {
		spent.Put(&b)
	}
	snap.Body = nil
}

// room returns n bytes of any content.
func room(n int) []byte {
	if b, _ := spent.Get().(*[]byte); b != nil && cap(*b) >= n {
		return (*b)[:n]
	}
	return make([]byte, n)
}

// read returns the whole body.
func (x *exchange) read() ([]byte, error) {
	// An announced length is believed up to a point: it costs a server nothing
	// to announce much and send little.
	if x.length >= 0 && x.length < largeBuffer {
		b := room(int(x.length))
		n, err := io.ReadFull(x.body, b)
		return b[:n], err // of what lies behind nothing is this body's
	}
	buf := buffers.Get().(*bytes.Buffer)
	buf.Reset()
	defer func() {
		if buf.Cap() <= largeBuffer {
			buffers.Put(buf)
		}
	}()
	_, err := buf.ReadFrom(x.body)
	return bytes.Clone(buf.Bytes()), err
}
