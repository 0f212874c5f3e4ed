package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/wire"
)

func (p *program) release() *cobra.Command {
	return &cobra.Command{
		Use: "release SITE", Short: "Take the capture that waits for confirmation as the new version, and tell the change",
		Args: exactly(1, "SITE"), Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := wire.Release(cmd.Context(), p.options(), args[0])
			if r.Site != "" { // done, whatever became of the alerts
				p.scanLine(r)
			}
			return pendingError(err, args[0])
		},
	}
}

func (p *program) reject() *cobra.Command {
	return &cobra.Command{
		Use: "reject SITE", Short: "Drop the capture that waits for confirmation; the same text is never taken again",
		Args: exactly(1, "SITE"), Annotations: writes("text"),
		RunE: func(cmd *cobra.Command, args []string) error {
			domain, err := wire.Reject(cmd.Context(), p.options(), args[0])
			if domain != "" {
				fmt.Fprintf(p.out, "%s: the capture was dropped; the version before stands\n", domain)
			}
			return pendingError(err, args[0])
		},
	}
}

// pendingError says what to do about an action on a capture that waits.
func pendingError(err error, arg string) error {
	if errors.Is(err, monitor.ErrNotPending) {
		return usagef("%s: %w; `policywatch sites --pending` lists those that do", arg, err)
	}
	if err != nil {
		return archiveError(err)
	}
	return nil
}
