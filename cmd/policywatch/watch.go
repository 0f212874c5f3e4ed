package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/daemon"
	"policywatch/cmd/internal/wire"
	"policywatch/notify/web"
)

func (p *program) watch() *cobra.Command {
	var lists []string
	var profile, fleet string
	cmd := &cobra.Command{
		Use: "watch", Aliases: []string{"daemon"},
		Short: "Visit the sites on their schedule and deliver alerts, until stopped",
		Long: `Visits every configured site again and again, each in its own time, and delivers
the alerts that follow. Run it as a service.

When a site is visited (the section schedule of the configuration):
  every, jitter      the time between visits and how far one may lie from it
  cron               instead of every, when visits are due: "30 2 * * *", @daily; the
                     jitter lies behind that; "config check" shows the next times
  windows, zone      when visits may begin: ["Mon-Fri 22:00-06:00"], Asia/Tehran
  A site's own entry may say every or cron, windows and zone.
  A doubtful capture and a fault that may pass are looked at again after a
  quarter of that time, a site that keeps failing after up to four times of it.
  Nothing is lost by a restart; what became due meanwhile is spread, not rushed.

Signals:
  SIGHUP             read the configuration and the lists again; if they are
                     wrong the old ones stay, and the log says what is wrong
  SIGTERM, SIGINT    begin no more visits, let those that run end within
                     schedule.drain (30s), deliver what is due, and exit; visits
                     that take longer are cut off and leave nothing behind
  a second one       exit at once; what was committed is kept

Exit codes: 0 stopped in order; 2 the configuration is wrong; 3 store trouble,
visits were cut off, or stopped at once.

Under systemd (Type=notify) it says when it is ready, reloading and stopping,
and answers the watchdog. schedule.heartbeat names a file that is written every
minute while all is well, schedule.heartbeat_url an address that is called then.
The log goes to standard error; see --log-format.

While it runs, only it changes the archive. Commands that read, sites release and
reject, and alerts resend ask it at a socket beside the archive
(policywatch.db.sock), which answers the same user only; scan, reprocess, import
and compact are refused.

It serves the dashboard at web.listen (127.0.0.1:8080; "" for none), with the
buttons to act, the API under /api/v1 and the metrics under /metrics. An address
that others can reach needs web.auth.

With --fleet it makes no visits itself but has them made by workers (policywatch
worker) that meet it at NATS servers: nats://127.0.0.1:4222, or tls:// and
credentials (the section fleet of the configuration) on other machines. It alone
judges, keeps and tells; reports wait for it while it is down. "embedded" is a
server in the program itself, where it was built with -tags nats.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := p.options()
			o.Lists, o.Profile, o.Fleet, o.Log = lists, profile, fleet, p.log(slog.LevelInfo)
			return p.watchSites(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&lists, "domains", nil, "`file` of domains, one a line or CSV with a domain column (may be repeated)")
	f.StringVar(&profile, "profile", "", "legal profile `id` for every site")
	fleetFlag(cmd, &fleet, ", or \"embedded\"")
	return cmd
}

func (p *program) watchSites(ctx context.Context, o wire.Options) (err error) {
	reload := make(chan os.Signal, 1) // from the start: unheard, a SIGHUP would end the program
	signal.Notify(reload, syscall.SIGHUP)
	defer signal.Stop(reload)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	atOnce := stopTwice(stop)

	system, err := daemon.NewSystemd(p.env)
	if err != nil {
		o.Log.Warn("the service manager hears nothing", "error", err)
	}
	w, first, err := wire.NewWatcher(ctx, o)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil // stopped before it had begun
	}
	if err != nil {
		return archiveError(err)
	}
	d := &daemon.Daemon{Load: w.Load, Reload: reload, AtOnce: atOnce, System: system, Clock: time.Now, Log: o.Log}
	l, err := w.Listen(ctx)
	if err != nil {
		first.Close()
		return archiveError(errors.Join(err, w.Close()))
	}
	served := serveBeside(ctx, l, w.Pages(d), o.Log)
	if err = d.Run(ctx, first); errors.Is(err, daemon.ErrAtOnce) {
		return unfinished{err} // nothing is closed: that is what was asked for
	}
	stop()
	<-served // what is being answered needs the archive
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return unfinished{err}
	}
	o.Log.Info("stopped in order")
	return nil
}

// serveBeside serves the dashboard until ctx ends, and closes what it returns when
// the last answer is out. Without a listener there is nothing to serve.
func serveBeside(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) <-chan struct{} {
	done := make(chan struct{})
	if l == nil {
		close(done)
		return done
	}
	log.Info("the dashboard is served", "address", "http://"+l.Addr().String()+"/")
	go func() {
		defer close(done)
		if err := web.Serve(ctx, l, h, log); err != nil { // visits and alerts go on without it
			log.Error("the dashboard ended", "error", err)
		}
	}()
	return done
}

// stopTwice calls stop on the first signal to stop, and closes what it returns on
// the second.
func stopTwice(stop func()) <-chan struct{} {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	atOnce := make(chan struct{})
	go func() {
		<-signals
		stop()
		<-signals
		close(atOnce)
	}()
	return atOnce
}
