package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"policywatch/cmd/internal/daemon"
	"policywatch/configs"
	"policywatch/notify/post"
)

// heartbeat calls the configured address with the client that posts go through; nil
// where there is none. The address counts as secret beyond its host, as services that
// watch heartbeats know their callers by it.
func heartbeat(s configs.Schedule, client *http.Client) func(context.Context, daemon.Heartbeat) error {
	if s.HeartbeatURL == "" {
		return nil
	}
	address := s.HeartbeatURL.Reveal()
	host := post.Host(address)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return func(ctx context.Context, h daemon.Heartbeat) error {
		var body []byte
		if s.HeartbeatMethod == "post" {
			var err error
			if body, err = json.Marshal(h); err != nil {
				return err
			}
		}
		req, err := http.NewRequestWithContext(ctx, strings.ToUpper(s.HeartbeatMethod), address, bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("%s cannot be asked", host)
		}
		req.Header.Set("User-Agent", "policywatch")
		if body != nil {
			req.Header.Set("Content-Type", "application/json")
		}
		resp, err := client.Do(req)
		if err != nil {
			if u, ok := errors.AsType[*url.Error](err); ok {
				err = u.Err // the client's own begins with the whole address
			}
			return fmt.Errorf("%s cannot be reached: %w", host, err)
		}
		defer resp.Body.Close()
		if resp.StatusCode/100 != 2 {
			return fmt.Errorf("%s answers %s", host, resp.Status)
		}
		return nil
	}
}
