package render

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"time"

	"policywatch/store/record"
)

// proxy is the browser's only way out: an HTTP proxy on loopback that makes
// every connection with the caller's dialer. It looks at where a connection goes
// and not at what goes through it; TLS is between the browser and the site.
//
// Any port is allowed: government sites answer on many, and what must not be
// reached is decided by address.
type proxy struct {
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	listener net.Listener
	server   *http.Server
	forward  *httputil.ReverseProxy
	plain    *http.Transport
	// life ends with the proxy, and with it every tunnel.
	life context.Context
	end  context.CancelFunc
	work sync.WaitGroup // what close waits for; grows under mu and not once closed

	mu     sync.Mutex
	closed bool
	failed map[string]*record.Fault // by "host:port", of the page that is open
	order  []string
}

// maxFailed bounds what is remembered of one page's failures.
const maxFailed = 200

// statusHeader marks answers that are the proxy's own (RFC 9209).
const statusHeader, statusToken = "Proxy-Status", "policywatch"

func startProxy(o *Options) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the browser: %w", err)
	}
	p := &proxy{dial: o.Dial, listener: l, failed: map[string]*record.Fault{}}
	p.life, p.end = context.WithCancel(context.Background())
	p.plain = &http.Transport{
		DialContext: o.Dial,
		// What the browser asked for, byte for byte: it unpacks by itself.
		DisableCompression:     true,
		ResponseHeaderTimeout:  o.Timeout,
		MaxResponseHeaderBytes: 256 << 10,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        5 * time.Second,
	}
	p.forward = &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.Out.Host = r.In.Host },
		Transport:     p.plain,
		FlushInterval: -1, // at once: pages may stream
		ErrorLog:      log.New(io.Discard, "", 0),
		ErrorHandler:  func(w http.ResponseWriter, r *http.Request, err error) { p.refuse(w, hostPort(r.URL), err) },
	}
	p.server = &http.Server{
		Handler:           p,
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       30 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return p.life },
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	p.work.Go(func() { p.server.Serve(l) })
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

// close ends every connection and returns when nothing of the proxy runs.
func (p *proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.end()
	p.server.Close()
	p.work.Wait()
	p.plain.CloseIdleConnections()
}

// ServeHTTP takes the two forms in which a client asks a proxy (RFC 9110, section
// 7.1): CONNECT for everything under TLS and for web sockets, an absolute address
// for plain HTTP.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.enter() {
		return
	}
	defer p.work.Done()
	switch {
	case r.Method == http.MethodConnect:
		p.tunnel(w, r)
	case r.URL.Scheme == "http" && r.URL.Host != "":
		p.forward.ServeHTTP(w, r)
	default:
		// Somebody took the proxy for a web server: a page that tries ports.
		http.Error(w, "this is a proxy", http.StatusBadRequest)
	}
}

func (p *proxy) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.work.Add(1)
	return true
}

// tunnel connects and then copies bytes both ways until either side ends.
func (p *proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	there, err := p.dial(r.Context(), "tcp", r.Host)
	if err != nil {
		p.refuse(w, r.Host, err)
		return
	}
	defer there.Close()
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	stop := context.AfterFunc(p.life, func() { here.Close(); there.Close() })
	defer stop()
	here.SetDeadline(time.Time{})
	if _, err := io.WriteString(here, "HTTP/1.1 200 Connected\r\n\r\n"); err != nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(there, buffered)
		there.Close()
	}()
	io.Copy(here, there)
	here.Close()
	there.Close()
	<-done
}

// refuse answers for a server that was not reached, and remembers why.
func (p *proxy) refuse(w http.ResponseWriter, host string, err error) {
	var f *record.Fault
	if !errors.As(err, &f) {
		f = &record.Fault{Kind: record.FaultUnreachable, Detail: err.Error()}
	}
	status, word := http.StatusBadGateway, "connection_refused"
	switch f.Kind {
	case record.FaultForbiddenAddress:
		status, word = http.StatusForbidden, "destination_ip_prohibited"
	case record.FaultDNS:
		word = "dns_error"
	case record.FaultTimeout:
		status, word = http.StatusGatewayTimeout, "connection_timeout"
	}
	if f.Kind != record.FaultCancelled {
		p.remember(host, f)
	}
	w.Header().Set(statusHeader, statusToken+"; error="+word)
	w.WriteHeader(status)
}

func (p *proxy) remember(host string, f *record.Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.failed[host]; !known {
		if len(p.order) >= maxFailed {
			return
		}
		p.order = append(p.order, host)
	}
	p.failed[host] = f
}

// fault is why a server could not be reached, nil if it was or was not tried.
func (p *proxy) fault(host string) *record.Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed[host]
}

// refusal is a server that a page asked for and did not get.
type refusal struct {
	host  string
	fault *record.Fault
}

// forget returns the failures of the page that was open, in their order, and
// begins anew.
func (p *proxy) forget() []refusal {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]refusal, len(p.order))
	for i, h := range p.order {
		out[i] = refusal{h, p.failed[h]}
	}
	clear(p.failed)
	p.order = nil
	return slices.Clip(out)
}

// hostPort is the address that a URL is dialled at.
func hostPort(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https" || u.Scheme == "wss":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}
