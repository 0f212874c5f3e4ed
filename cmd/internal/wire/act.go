package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/socket"
)

// The actions that a person takes, done by the program or by the daemon.
const (
	actRelease = "release"
	actReject  = "reject"
	actResend  = "resend"
)

// The kinds of refusals that stand for errors which callers tell apart.
var kinds = map[string]error{"not_pending": monitor.ErrNotPending, "not_found": ErrNotFound}

type actionArgs struct {
	Site string `json:"site,omitempty"`
	// IDs are the alerts to send again; none means all that were given up, of
	// Channel where that is named.
	IDs     []string `json:"ids,omitempty"`
	Channel string   `json:"channel,omitempty"`
}

// Release takes the capture of a site that waits for confirmation as its new
// version, and delivers what follows.
func Release(ctx context.Context, o Options, site string) (r monitor.Result, err error) {
	err = act(ctx, o, actRelease, actionArgs{Site: site}, &r)
	return r, err
}

// Reject drops the capture of a site that waits for confirmation. It returns the
// site's domain.
func Reject(ctx context.Context, o Options, site string) (domain string, err error) {
	err = act(ctx, o, actReject, actionArgs{Site: site}, &domain)
	return domain, err
}

// Resend sends alerts again: the ones named, or all that were given up, of one
// channel where that is named. What is not sent waits in the outbox.
func Resend(ctx context.Context, o Options, ids []string, channel string) (r Resent, err error) {
	err = act(ctx, o, actResend, actionArgs{IDs: ids, Channel: channel}, &r)
	return r, err
}

// act has an action done by the daemon that has the archive open, or does it. The
// reply is the same either way, since it is passed on as JSON; it is set also where
// the error tells of what came after.
func act(ctx context.Context, o Options, action string, args actionArgs, reply any) (err error) {
	t, err := NewTools(o)
	if err != nil {
		return err
	}
	if args.Site != "" {
		sites, err := t.Pick([]string{args.Site})
		if err != nil {
			t.Close()
			return err
		}
		args.Site = sites[0].Domain
	}
	db, err := t.reach(ctx, false, func(c *socket.Client) error {
		err := c.Do(ctx, action, args, reply)
		var refusal *socket.Refusal
		if errors.As(err, &refusal) && kinds[refusal.Kind] != nil {
			return &worded{text: refusal.Message, err: kinds[refusal.Kind]}
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
	out, err := a.act(ctx, action, args)
	if out == nil {
		return err
	}
	if err = errors.Join(err, copyJSON(reply, out)); err != nil || action == actResend {
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

// act does an action; the answer is nil where nothing was done.
func (a *App) act(ctx context.Context, action string, args actionArgs) (any, error) {
	if action == actResend {
		return a.resend(ctx, args.IDs, args.Channel)
	}
	sites, err := a.Pick([]string{args.Site})
	if err != nil {
		return nil, err
	}
	switch action {
	case actRelease:
		r, err := a.Monitor.Release(ctx, sites[0])
		if err != nil {
			return nil, err
		}
		return r, nil
	case actReject:
		if err := a.Monitor.Reject(ctx, sites[0]); err != nil {
			return nil, err
		}
		return sites[0].Domain, nil
	}
	return nil, fmt.Errorf("%s: %w", action, socket.ErrUnknown)
}

const (
	// turnFor is how long an action waits for a visit of the same site.
	turnFor = time.Minute
	// actFor is how long an action may take beside the daemon's work.
	actFor = 90 * time.Second
)

// Do does what a process asked for at the socket, by the newest configuration.
func (w *Watcher) Do(ctx context.Context, action string, raw []byte) (any, error) {
	var args actionArgs
	if err := json.Unmarshal(raw, &args); err != nil {
		return nil, &socket.Refusal{Message: "what was asked cannot be read: " + err.Error()}
	}
	// Who asked may go away; what was begun is finished.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), actFor)
	defer cancel()
	a, leave := w.enter()
	if a == nil {
		return nil, &socket.Refusal{Message: "the daemon is ending; try again in a moment"}
	}
	defer leave()
	if args.Site != "" {
		wait, cancel := context.WithTimeout(ctx, turnFor)
		defer cancel()
		end, err := w.turns.take(wait, args.Site)
		if err != nil {
			return nil, &socket.Refusal{Message: fmt.Sprintf("%s is being visited; try again when that is over", args.Site)}
		}
		defer end()
	}
	out, err := a.act(ctx, action, args)
	for kind, known := range kinds {
		if errors.Is(err, known) {
			return nil, &socket.Refusal{Kind: kind, Message: err.Error()}
		}
	}
	if err != nil && (out == nil || ctx.Err() == nil) {
		return nil, err
	}
	a.log.Info("done for a person", "action", action, "site", args.Site)
	return out, nil // what there was no time for is in the answer
}
