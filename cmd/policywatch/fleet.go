package main

import (
	"log/slog"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
)

// fleetFlag is the flag that names a fleet's servers.
func fleetFlag(cmd *cobra.Command, url *string, more string) {
	cmd.Flags().StringVar(url, "fleet", "", "`address` of the fleet's NATS servers"+more+" (overrides fleet.url)")
}

func (p *program) worker() *cobra.Command {
	var url, vantage string
	var concurrency int
	cmd := &cobra.Command{
		Use: "worker", Short: "Make visits for a coordinator (watch --fleet), until stopped",
		Long: `Takes visits from the queue of a fleet, makes them, and reports what it saw to
the coordinator, which judges, keeps and tells. It has no archive and no list: any
number of workers may come and go, and one that is killed loses nothing.

It reads the sections crawl and fleet of the configuration; give all workers the
same. The pace of requests to a host holds across them.

Servers on another machine need TLS and credentials: fleet.tls, fleet.token or
fleet.user and fleet.password, fleet.credentials.

SIGTERM lets visits that run end within schedule.drain (30s); the rest goes to
another worker. Exit codes: 0 stopped in order; 2 the configuration is wrong;
3 the fleet cannot be joined.`,
		Args: exactly(0, "no arguments"), Annotations: writes("text"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := p.options()
			o.Fleet, o.Log = url, p.log(slog.LevelInfo)
			if concurrency < 0 || concurrency > 4096 {
				return usagef("--concurrency %d is not between 1 and 4096", concurrency)
			}
			if err := wire.Work(cmd.Context(), o, vantage, concurrency); err != nil {
				return archiveError(err)
			}
			return nil
		},
	}
	fleetFlag(cmd, &url, "")
	cmd.Flags().StringVar(&vantage, "vantage", "", "`name` of the place that this worker looks from, as in ir")
	cmd.Flags().IntVar(&concurrency, "concurrency", 0, "`number` of visits at a time (default: crawl.concurrency)")
	return cmd
}

func (p *program) fleet() *cobra.Command {
	cmd := &cobra.Command{Use: "fleet", Short: "What a fleet of workers does", Args: exactly(0, "a command below it")}
	cmd.AddCommand(p.fleetStatus())
	return cmd
}

func (p *program) fleetStatus() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use: "status", Short: "Workers, queue, lag and redeliveries of a fleet",
		Args: exactly(0, "no arguments"), Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := p.options()
			o.Fleet = url
			s, err := wire.SeeFleet(cmd.Context(), o)
			if err != nil {
				return archiveError(err)
			}
			if p.format == "json" {
				return p.json(s)
			}
			return s.Write(p.out)
		},
	}
	fleetFlag(cmd, &url, "")
	return cmd
}
