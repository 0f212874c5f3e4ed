package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"code.dny.dev/ssrf"
)

// newGuard returns the address guard: it lets through public addresses and the
// allowed networks, nothing else. It runs as the dialer's Control, after the
// name was looked up and for every address that is tried, so that neither a
// redirect, an odd spelling of an address nor a name that changes its answer
// between check and use gets past it.
func newGuard(allow []netip.Prefix) *ssrf.Guardian {
	var v4, v6 []netip.Prefix
	for _, p := range allow {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	return ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
}

// Guarded dials under the address guard, for those who send to an address that
// somebody wrote down: allow lists the networks that it lets through besides
// public addresses.
func Guarded(allow []netip.Prefix) func(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: newGuard(allow).Safe}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if forbidden(err) {
			err = fmt.Errorf("%w; it is not a public address: name its network in crawl.allow_addresses if it is meant", err)
		}
		return conn, err
	}
}

// forbidden reports whether the guard refused an address.
func forbidden(err error) bool {
	return errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedNetwork) || errors.Is(err, ssrf.ErrInvalidHostPort)
}

// newTransport builds the one transport through which everything goes out.
func newTransport(o *Options) *http.Transport {
	dialer := &net.Dialer{
		Timeout:   min(10*time.Second, o.Timeout),
		KeepAlive: -1, // connections live for seconds; probes would only cost
		Resolver:  o.Resolver,
		Control:   newGuard(o.AllowAddresses).Safe,
	}
	// HTTP/1 only: what a server says does not depend on the protocol, while
	// limits on headers and connections are simpler to hold.
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		// A proxy from the environment would dial in our place, unguarded.
		Proxy:               nil,
		DialContext:         dialer.DialContext,
		TLSClientConfig:     tlsConfig(o),
		TLSHandshakeTimeout: min(10*time.Second, o.Timeout),
		Protocols:           &protocols,
		// The limiter asks for and undoes compression itself, to count both sides.
		DisableCompression:     true,
		MaxResponseHeaderBytes: 256 << 10,
		// A scan sees each host once: a connection is worth keeping from
		// robots.txt to the page and hardly longer.
		MaxIdleConns:        64,
		MaxIdleConnsPerHost: 2,
		IdleConnTimeout:     5 * time.Second,
	}
}

// tlsConfig checks certificates as strictly as anyone, but speaks the versions
// and key exchanges of old servers too. Those weaken secrecy, and a public
// statement has none to lose; refusing them would only leave plain HTTP.
func tlsConfig(o *Options) *tls.Config {
	c := &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS10, Renegotiation: tls.RenegotiateOnceAsClient}
	for _, s := range tls.CipherSuites() {
		c.CipherSuites = append(c.CipherSuites, s.ID)
	}
	c.CipherSuites = append(c.CipherSuites, tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA)
	return c
}
