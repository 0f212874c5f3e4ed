package main

import (
	"github.com/spf13/cobra"

	"policywatch/cmd/internal/tour"
)

func (p *program) demo() *cobra.Command {
	t := &tour.Tour{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Watch fictional government sites on this machine: two scans with edits between them",
		Long: `Starts fictional government websites on loopback, scans them, lets them edit
their statements, scans again, and tells what was noticed, who was told and why.
Mails and webhooks land in a folder, beside the archive and the configuration.
Nothing leaves this machine.`,
		Args: exactly(0, "no arguments"), Annotations: writes("text"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			t.Out, t.Options = p.out, p.options()
			_, err := t.Run(cmd.Context())
			if err != nil {
				return archiveError(err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&t.Dir, "dir", "policywatch-demo", "`folder` for the archive, mails and webhooks")
	cmd.Flags().Int64Var(&t.Seed, "seed", 1, "seed of the pages' noise")
	return cmd
}
