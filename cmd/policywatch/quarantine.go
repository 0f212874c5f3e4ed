package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

func (p *program) release() *cobra.Command {
	return &cobra.Command{
		Use: "release SITE", Short: "Take the capture that waits for confirmation as the new version, and tell the change",
		Args: exactly(1, "SITE"), Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.onPending(cmd.Context(), args, func(a *wire.App, site record.Site) error {
				r, err := a.Monitor.Release(cmd.Context(), site)
				if err != nil {
					return err
				}
				p.scanLine(r)
				_, err = a.Dispatcher.Drain(cmd.Context())
				return err
			})
		},
	}
}

func (p *program) reject() *cobra.Command {
	return &cobra.Command{
		Use: "reject SITE", Short: "Drop the capture that waits for confirmation; the same text is never taken again",
		Args: exactly(1, "SITE"), Annotations: writes("text"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.onPending(cmd.Context(), args, func(a *wire.App, site record.Site) error {
				if err := a.Monitor.Reject(cmd.Context(), site); err != nil {
					return err
				}
				_, err := fmt.Fprintf(p.out, "%s: the capture was dropped; the version before stands\n", site.Domain)
				return err
			})
		},
	}
}

// onPending runs f on one site with the archive open for writing.
func (p *program) onPending(ctx context.Context, args []string, f func(*wire.App, record.Site) error) error {
	return p.onArchive(ctx, func(a *wire.App) error {
		sites, err := a.Pick(args)
		if err != nil {
			return err
		}
		err = f(a, sites[0])
		if errors.Is(err, monitor.ErrNotPending) {
			return usagef("%s: %w; `policywatch sites --pending` lists those that do", args[0], err)
		}
		return err
	})
}
