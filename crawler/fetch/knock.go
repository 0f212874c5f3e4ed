package fetch

import (
	"context"
	"net"
	"net/url"
	"time"

	"policywatch/store/record"
)

// headStart is how long the first address of a home page has for itself before
// the others are knocked at. Nearly every site has answered by then.
const headStart = 3 * time.Second

// knock is an attempt to connect to an address, nothing more, that goes on
// beside the fetch of another. Hosts that drop packets hold every attempt for the
// whole time that connecting may take; knocking at all addresses at a time makes
// that one such time, not four, and gives none of them less of it.
type knock struct {
	done  chan struct{}
	fault *record.Fault
}

// knock begins to connect after a pause. It ends with ctx.
func (c *Client) knock(ctx context.Context, u *url.URL, pause time.Duration) *knock {
	k := &knock{done: make(chan struct{})}
	go func() {
		defer close(k.done)
		if err := sleep(ctx, pause); err != nil {
			k.fault = &record.Fault{Kind: record.FaultCancelled, URL: u.String(), Detail: "not knocked at"}
			return
		}
		// A visit of its own: the trail belongs to the goroutine that fetches.
		_, err := newRetry(dialer{c}, c.wait).Fetch(WithVisit(ctx, nil), record.Request{URL: u.String()})
		k.fault = faultOf(err)
	}()
	return k
}

// silent waits for the knock to end and reports whether nobody answered it at
// all. A refusal is an answer, and so is a name that does not exist.
func (k *knock) silent() bool {
	<-k.done
	return k.fault != nil && k.fault.Kind == record.FaultTimeout
}

// dialer is a Fetcher that only connects, so that knocking is retried by the
// same rules as fetching.
type dialer struct{ c *Client }

func (d dialer) Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error) {
	u, f := parse(r.URL)
	if f != nil {
		return nil, f
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	conn, err := d.c.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, err
	}
	return nil, conn.Close()
}
