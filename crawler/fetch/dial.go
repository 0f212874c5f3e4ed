package fetch

import (
	"context"
	"net"
)

// DialContext connects to address ("host:port") as a fetch would: it looks the
// name up, and every address that it leads to goes through the guard. It is for
// those who bring pages by other means than Fetch, such as a browser, and must
// not get past the guard either. The error is a *record.Fault that names
// address as its URL.
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
