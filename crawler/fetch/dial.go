package fetch

import (
	"context"
	"net"

	"policywatch/store/record"
)

// What follows is for those who bring pages by other means than Fetch, such as a
// browser, and are to be as careful and as polite.

// UserAgent is how the client names itself.
func (c *Client) UserAgent() string { return c.agent }

// Paced puts next into the same queues as the client's own requests: one at a
// time to a host, with the same quiet time between them.
func (c *Client) Paced(next Fetcher) Fetcher { return c.pace.with(next) }

// Note writes a step into the trail of the visit that ctx belongs to (see
// WithVisit), if it belongs to one.
func Note(ctx context.Context, s record.Step) { note(ctx, s.At, s.Action, s.URL, s.Outcome) }

// DialContext connects to address ("host:port") as a fetch would: it looks the
// name up, and every address that it leads to goes through the guard. The error is
// a *record.Fault that names address as its URL.
func (c *Client) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	x := &exchange{}
	conn, err := c.transport.DialContext(x.attach(ctx), network, address)
	if err == nil {
		return conn, nil
	}
	if ctx.Err() == context.Canceled {
		return nil, interrupted(ctx, address, x.words())
	}
	return nil, faultOf(transportFault(err, address, x))
}
