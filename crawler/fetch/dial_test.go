package fetch_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"policywatch/crawler/fetch"
	"policywatch/store/record"
)

// F12: who connects by the client's dialer gets no further than a fetch.
func TestDialContextIsGuarded(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	address := strings.TrimPrefix(s.URL, "http://")
	_, port, _ := net.SplitHostPort(address)
	c := client(t, fetch.Options{
		AllowAddresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		Resolver:       resolver(t, map[string]string{"inside.example": "127.0.0.2"}),
	})
	conn, err := c.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	for _, to := range []string{"127.0.0.2:" + port, "169.254.169.254:80", "10.0.0.1:80", "inside.example:" + port} {
		_, err := c.DialContext(t.Context(), "tcp", to)
		if f := wantFault(t, err, record.FaultForbiddenAddress); f.URL != to {
			t.Errorf("the fault names %q, not %q", f.URL, to)
		}
	}
	_, err = c.DialContext(t.Context(), "tcp", "nowhere.example:80")
	wantFault(t, err, record.FaultDNS)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.DialContext(gone, "tcp", address)
	wantFault(t, err, record.FaultCancelled)
}
