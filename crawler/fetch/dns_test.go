package fetch_test

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// resolver asks a name server of the test's own, on a real socket. It knows the
// IPv4 addresses of names, fails for the broken ones and denies the rest.
func resolver(t testing.TB, names map[string]string, broken ...string) *net.Resolver {
	t.Helper()
	return resolverFunc(t, func(name string) (string, bool) {
		return names[name], !slices.Contains(broken, name)
	})
}

// resolverFunc answers each question for an IPv4 address by a function; ok false
// means a server failure.
func resolverFunc(t testing.TB, answer func(name string) (address string, ok bool)) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			address, ok := "", true
			if q.Type == dnsmessage.TypeA {
				address, ok = answer(strings.TrimSuffix(q.Name.String(), "."))
			}
			switch {
			case !ok:
				m.RCode = dnsmessage.RCodeServerFailure
			case q.Type != dnsmessage.TypeA: // the name has no other addresses
			case address == "":
				m.RCode = dnsmessage.RCodeNameError
			default:
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(address).As4()},
				}}
			}
			if b, err := m.Pack(); err == nil {
				conn.WriteTo(b, from)
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}
