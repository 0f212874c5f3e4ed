package main

import (
	"context"
	"fmt"
	"net"
	"sync"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
	"policywatch/notify/web"
)

func (p *program) dashboard() *cobra.Command {
	var listen string
	var act bool
	cmd := &cobra.Command{
		Use: "dashboard", Short: "Serve the archive as web pages until interrupted",
		Long: `Serves what the archive holds as web pages: what needs attention, every site,
version and change, the findings, the outbox. It takes no script in the browser.

The archive stays open as long as the pages are served, and a scan waits until
they are not. The daemon (policywatch watch) serves the same pages beside its
own work; started beside it, this command shows the archive as it is now and goes
on showing that.`,
		Args: exactly(0, "no arguments"), Annotations: writes("text"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			serve := func(a *wire.App) error { return p.serve(cmd.Context(), a, listen, act) }
			if act {
				return p.writable(cmd.Context(), serve)
			}
			return p.archive(cmd.Context(), serve)
		},
	}
	f := cmd.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:8420", "`address` to listen on")
	f.BoolVar(&act, "actions", false, "let readers release, reject and resend")
	return cmd
}

func (p *program) serve(ctx context.Context, a *wire.App, listen string, act bool) error {
	h, err := a.Dashboard(version(), act)
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return usagef("--listen: %w", err)
	}
	if addr, ok := l.Addr().(*net.TCPAddr); ok && !addr.IP.IsLoopback() && !a.Guarded() {
		fmt.Fprintln(p.err, "policywatch: others can reach this address, and no name and password are asked for; set web.auth")
	}
	fmt.Fprintf(p.out, "http://%s/\n", l.Addr())
	counting, end := context.WithCancel(ctx)
	var counted sync.WaitGroup
	counted.Go(func() { h.Keep(counting) })
	defer func() { end(); counted.Wait() }() // before the archive is closed
	if err := web.Serve(ctx, l, h, a.Log()); err != nil {
		return unfinished{err}
	}
	return nil
}
