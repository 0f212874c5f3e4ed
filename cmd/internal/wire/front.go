package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"policywatch/cmd/internal/daemon"
	"policywatch/crawler/fleet"
	"policywatch/notify/web"
)

// front is the dashboard of a daemon, made anew with every configuration;
// who has the address open notices nothing of that.
type front struct {
	now atomic.Pointer[web.Dashboard]
}

func (p *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := p.now.Load()
	if h == nil {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "The program is starting.", http.StatusServiceUnavailable)
		return
	}
	h.ServeHTTP(w, r)
}

// Listen opens the address of the dashboard; nil means that none is wanted. The
// configuration was checked by what it says, the listener is by what that came to:
// a name may lead anywhere.
func (w *Watcher) Listen(ctx context.Context) (net.Listener, error) {
	if w.listen == "" {
		return nil, nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", w.listen)
	if err != nil {
		return nil, fmt.Errorf("the dashboard: %w; name another address in web.listen, or \"\" for none", err)
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	w.exposed = !ok || !addr.IP.IsLoopback()
	if w.exposed && !w.guarded {
		l.Close()
		return nil, usage("the dashboard: others can reach %s; write web.auth, or listen on 127.0.0.1", l.Addr())
	}
	return l, nil
}

// mayShow refuses a new configuration that would take the lock off a dashboard
// that others can reach: the listener stays what it was.
func (w *Watcher) mayShow(t *Tools) error {
	if w.exposed && !t.Guarded() {
		return usage("web.auth is gone, and the dashboard still listens on %s, which others can reach; start the daemon anew for another address", w.listen)
	}
	return nil
}

// Pages is the dashboard. It serves what d does beside what the archive holds,
// and lets people act through it.
func (w *Watcher) Pages(d *daemon.Daemon) http.Handler {
	w.daemon.Store(d)
	return &w.front
}

// dashboard is that of a program in the daemon.
func (w *Watcher) dashboard(a *App) (*web.Dashboard, error) {
	return a.dashboard(func(o *web.Options) {
		o.Actions = deeds{w}
		o.Running = w.running
		if w.fleet != nil {
			o.Fleet = w.workers
		}
		o.Hurry = func(domain string) bool {
			d := w.daemon.Load()
			return d != nil && d.Hurry(domain)
		}
	})
}

// running is what the daemon does, in the words of the dashboard. Between the
// beginning of the program and that of the daemon it does nothing.
func (w *Watcher) running() web.Running {
	d := w.daemon.Load()
	if d == nil {
		return web.Running{}
	}
	a := d.Activity()
	return web.Running{Since: a.Since, Visits: a.Visits, Faults: a.Faults, Unkept: a.Unkept, Took: web.Histogram(a.Took),
		Due: a.Schedule.Due, Overdue: a.Schedule.Overdue, Busy: a.Schedule.Running, Longest: a.Schedule.Longest, Trouble: a.Trouble, Stale: a.Stale}
}

// workers is what the fleet does, in the words of the dashboard.
func (w *Watcher) workers(ctx context.Context) (*web.Fleet, error) {
	s, err := w.FleetStatus(ctx)
	if err != nil {
		return nil, err
	}
	f := &web.Fleet{Queued: s.Queued, Out: s.Out, Reports: s.Reports}
	if s.Lag > 0 {
		f.Oldest = s.At.Add(-time.Duration(s.Lag))
	}
	for _, l := range s.Lanes {
		f.Redelivered += l.Redelivered
	}
	for _, m := range s.Members {
		if m.Kind == "worker" {
			f.Workers = append(f.Workers, web.Worker{Name: m.Name, Version: m.Version, Vantage: m.Vantage, Busy: m.Busy, Slots: m.Slots, Visits: m.Visits, At: m.At,
				Stranger: m.Proto != fleet.Protocol})
		}
	}
	return f, nil
}

// deeds are what a person may do on the dashboard of a daemon: by the newest
// configuration, in turn with the visits, and told by the daemon's own deliveries.
type deeds struct{ w *Watcher }

func (x deeds) Release(ctx context.Context, domain string) error {
	return x.do(ctx, domain, func(a actions) error { return a.Release(ctx, domain) })
}

func (x deeds) Reject(ctx context.Context, domain string) error {
	return x.do(ctx, domain, func(a actions) error { return a.Reject(ctx, domain) })
}

func (x deeds) Resend(ctx context.Context, id string) error {
	return x.do(ctx, "", func(a actions) error { return a.Resend(ctx, id) })
}

// pageTurn is how long a page waits for a visit of the same site.
const pageTurn = 10 * time.Second

// do has f done; one about a site waits for a visit of it that runs.
func (x deeds) do(ctx context.Context, domain string, f func(actions) error) error {
	a, leave := x.w.enter()
	if a == nil {
		return errors.New("the daemon is ending")
	}
	defer leave()
	if domain != "" {
		wait, cancel := context.WithTimeout(ctx, pageTurn)
		defer cancel()
		end, err := x.w.turns.take(wait, domain)
		if err != nil {
			return fmt.Errorf("%s is being visited: %w", domain, err)
		}
		defer end()
	}
	return f(actions{app: a, deliver: func(context.Context) { a.Dispatcher.Wake() }})
}
