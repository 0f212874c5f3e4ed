package socket

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"syscall"
	"time"
)

// The errors of a client that mean something to its user.
var (
	// ErrNone: there is no socket.
	ErrNone = errors.New("there is no socket")
	// ErrSilent: there is a socket, and nobody answers.
	ErrSilent = errors.New("nobody answers")
	// ErrRights: the socket is another user's.
	ErrRights = errors.New("another user's")
)

const (
	// patience is how long the daemon may take to begin an answer.
	patience = 5 * time.Second
	// actionPatience is that for actions, which wait for a visit that runs.
	actionPatience = 2 * time.Minute
)

// Client asks at the socket of an archive.
type Client struct {
	http http.Client
	path string
	// Patience, where it is set, is how long to wait for any answer to begin.
	Patience time.Duration
}

// NewClient is a client for the archive's socket; it connects when it is used.
func NewClient(archive string) *Client {
	c := &Client{path: Path(archive)}
	c.http.Transport = &http.Transport{DisableKeepAlives: true, ReadBufferSize: 256 << 10,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			addr, done, err := address(c.path)
			if err != nil {
				return nil, &net.OpError{Op: "dial", Net: "unix", Err: err}
			}
			defer done()
			return (&net.Dialer{Timeout: patience}).DialContext(ctx, "unix", addr)
		}}
	return c
}

// Copy writes the archive as it is now.
func (c *Client) Copy(ctx context.Context, w io.Writer) error {
	resp, end, err := c.ask(ctx, http.MethodGet, "/archive", nil, patience)
	if err != nil {
		return fmt.Errorf("get a copy of the archive: %w", err)
	}
	defer end()
	n, err := io.CopyBuffer(struct{ io.Writer }{w}, resp.Body, make([]byte, 256<<10))
	if err == nil && n != resp.ContentLength {
		err = io.ErrUnexpectedEOF
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it broke off; the daemon may have been stopped")
	}
	if err != nil {
		return fmt.Errorf("get a copy of the archive: %w", err)
	}
	return nil
}

// Do has an action done. A Refusal says why it was not.
func (c *Client) Do(ctx context.Context, action string, args, reply any) error {
	body, err := json.Marshal(args)
	if err != nil {
		return err
	}
	resp, end, err := c.ask(ctx, http.MethodPost, "/do/"+action, body, actionPatience)
	if err != nil {
		return err
	}
	defer end()
	if reply == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(reply); err != nil {
		return fmt.Errorf("the daemon's answer to %s: %w", action, err)
	}
	return nil
}

// ask returns the answer to a request that was done; end releases it.
func (c *Client) ask(ctx context.Context, method, what string, body []byte, wait time.Duration) (*http.Response, func(), error) {
	if c.Patience > 0 {
		wait = c.Patience
	}
	ctx, cancel := context.WithCancelCause(ctx)
	limit := time.AfterFunc(wait, func() { cancel(fmt.Errorf("%w within %s", ErrSilent, wait)) })
	req, err := http.NewRequestWithContext(ctx, method, "http://archive"+what, bytes.NewReader(body))
	if err != nil {
		limit.Stop()
		cancel(nil)
		return nil, nil, err
	}
	resp, err := c.http.Do(req)
	limit.Stop()
	if err != nil {
		cause := context.Cause(ctx)
		cancel(nil)
		if cause != nil && !errors.Is(cause, ErrSilent) {
			return nil, nil, cause // the caller's own
		}
		return nil, nil, c.words(cmp.Or(cause, err))
	}
	end := func() { resp.Body.Close(); cancel(nil) }
	if resp.StatusCode == http.StatusOK {
		return resp, end, nil
	}
	defer end()
	refusal := &Refusal{}
	if err := json.NewDecoder(io.LimitReader(resp.Body, largest)).Decode(refusal); err != nil || refusal.Message == "" {
		refusal.Message = "the daemon answered " + resp.Status
	}
	if resp.StatusCode == http.StatusNotFound {
		refusal.Message = "the daemon does not know how to do that; it is of another version of policywatch, and may be started anew"
	}
	return nil, nil, refusal
}

// words says what it means that nobody could be asked.
func (c *Client) words(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w", c.path, ErrNone)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, ErrSilent):
		return fmt.Errorf("%s: %w", c.path, ErrSilent)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: %w", c.path, ErrRights)
	case errors.As(err, new(*net.OpError)) && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE):
		return err // it could not be reached
	}
	return fmt.Errorf("%s: the daemon hung up; it answers its own user only, and nobody while it ends", c.path)
}
