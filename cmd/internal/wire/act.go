package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/socket"
	"policywatch/store/record"
)

// The actions that a person takes on one site, by the program or by the daemon.
const (
	actRelease = "release"
	actReject  = "reject"
)

// notPending is the kind of a refusal that stands for monitor.ErrNotPending.
const notPending = "not_pending"

type actionArgs struct {
	Site string `json:"site"`
}

// Release takes the capture of a site that waits for confirmation as its new
// version, and delivers what follows.
func Release(ctx context.Context, o Options, site string) (r monitor.Result, err error) {
	err = act(ctx, o, actRelease, site, &r)
	return r, err
}

// Reject drops the capture of a site that waits for confirmation. It returns the
// site's domain.
func Reject(ctx context.Context, o Options, site string) (domain string, err error) {
	err = act(ctx, o, actReject, site, &domain)
	return domain, err
}

// act has an action done by the daemon that has the archive open, or does it. The
// reply is the same either way, since it is passed on as JSON.
func act(ctx context.Context, o Options, action, site string, reply any) (err error) {
	t, err := NewTools(o)
	if err != nil {
		return err
	}
	sites, err := t.Pick([]string{site})
	if err != nil {
		t.Close()
		return err
	}
	args := actionArgs{sites[0].Domain}
	db, err := t.reach(ctx, false, func(c *socket.Client) error {
		err := c.Do(ctx, action, args, reply)
		var refusal *socket.Refusal
		if errors.As(err, &refusal) && refusal.Kind == notPending {
			return monitor.ErrNotPending
		}
		return err
	})
	if db == nil || err != nil {
		t.Close()
		return err
	}
	a, err := t.own(db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	out, err := a.act(ctx, action, sites[0])
	if err != nil {
		return err
	}
	if err := copyJSON(reply, out); err != nil {
		return err
	}
	_, err = a.Dispatcher.Drain(ctx)
	return err
}

func copyJSON(to, from any) error {
	b, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, to)
}

func (a *App) act(ctx context.Context, action string, site record.Site) (any, error) {
	switch action {
	case actRelease:
		return a.Monitor.Release(ctx, site)
	case actReject:
		return site.Domain, a.Monitor.Reject(ctx, site)
	}
	return nil, fmt.Errorf("%s: %w", action, socket.ErrUnknown)
}

// turnFor is how long an action waits for a visit of the same site.
const turnFor = time.Minute

// Do does what a process asked for at the socket, by the newest configuration.
func (w *Watcher) Do(ctx context.Context, action string, raw []byte) (any, error) {
	var args actionArgs
	if err := json.Unmarshal(raw, &args); err != nil || args.Site == "" {
		return nil, &socket.Refusal{Message: "it does not say of which site"}
	}
	// Who asked may go away; what was begun is finished.
	ctx = context.WithoutCancel(ctx)
	a, leave := w.enter()
	if a == nil {
		return nil, &socket.Refusal{Message: "the daemon is ending; try again in a moment"}
	}
	defer leave()
	sites, err := a.Pick([]string{args.Site})
	if err != nil {
		return nil, &socket.Refusal{Message: err.Error()}
	}
	wait, cancel := context.WithTimeout(ctx, turnFor)
	defer cancel()
	end, err := w.turns.take(wait, sites[0].Domain)
	if err != nil {
		return nil, &socket.Refusal{Message: fmt.Sprintf("%s is being visited; try again when that is over", sites[0].Domain)}
	}
	defer end()
	out, err := a.act(ctx, action, sites[0])
	if errors.Is(err, monitor.ErrNotPending) {
		return nil, &socket.Refusal{Kind: notPending, Message: err.Error()}
	}
	if err == nil {
		a.log.Info("done for a person", "action", action, "site", sites[0].Domain)
	}
	return out, err
}

// turns lets one at a time work on a site: a visit begins with the site's past and
// ends by writing it, and what a person decided in between would be lost.
type turns struct {
	mu   sync.Mutex
	busy map[string]chan struct{}
}

// take waits for the site's turn; end gives it back.
func (t *turns) take(ctx context.Context, domain string) (end func(), err error) {
	for {
		t.mu.Lock()
		running, taken := t.busy[domain]
		if !taken {
			if t.busy == nil {
				t.busy = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			t.busy[domain] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				delete(t.busy, domain)
				t.mu.Unlock()
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-running:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
