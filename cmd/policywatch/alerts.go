package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

func (p *program) alerts() *cobra.Command {
	var state, site, channel string
	var dead bool
	var limit int
	cmd := &cobra.Command{
		Use: "alerts", Short: "List what was told to whom and why, what waits and what was given up", Args: cobra.NoArgs,
		Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f := record.AlertFilter{State: record.AlertState(state), Site: site, Channel: channel, Limit: limit}
			switch f.State {
			case "", record.AlertWaiting, record.AlertSent, record.AlertGivenUp:
			default:
				return usagef("--state %s: use waiting, sent or given_up", state)
			}
			if dead && state != "" {
				return usagef("--dead means --state given_up; leave one of them out")
			}
			if dead {
				f.State = record.AlertGivenUp
			}
			return p.archive(cmd.Context(), func(a *wire.App) error {
				list, err := a.Store.Alerts(cmd.Context(), f)
				if err != nil {
					return unfinished{err}
				}
				if p.format == "json" {
					for _, al := range list {
						if err := p.json(al); err != nil {
							return err
						}
					}
					return nil
				}
				return p.page(func(w io.Writer) {
					for _, al := range list {
						writeAlert(w, al)
					}
					if dead && len(list) > 0 {
						fmt.Fprintf(w, "\n`policywatch alerts resend ID...` sends one again, `policywatch alerts resend --dead` all of them.\n")
					}
				})
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&state, "state", "", "only alerts in this `state`: waiting, sent, given_up")
	f.BoolVar(&dead, "dead", false, "only alerts that were given up")
	f.StringVar(&site, "site", "", "only alerts of this `site`")
	f.StringVar(&channel, "channel", "", "only alerts to this `channel`")
	f.IntVar(&limit, "limit", 100, "at most so many, the newest; 0 for all")
	cmd.AddCommand(p.resend())
	return cmd
}

func writeAlert(w io.Writer, a record.Alert) {
	fmt.Fprintf(w, "%s  %-8s %-8s %s  %s\n    %s\n", stamp(a.Event.At), a.State, a.Channel, a.Event.Type, a.Event.Site, isolate(a.Event.Reason))
	fmt.Fprintf(w, "    %s", a.ID)
	if a.Digest != "" && a.Digest != a.ID {
		fmt.Fprintf(w, ", in digest %s", a.Digest)
	}
	fmt.Fprintln(w)
	for _, c := range a.Why {
		fmt.Fprintf(w, "    told by %s\n", isolate(c.String()))
	}
	switch {
	case a.Reason == "":
	case a.State == record.AlertWaiting:
		fmt.Fprintf(w, "    %s; not before %s\n", a.Reason, stamp(a.Next))
	default:
		fmt.Fprintf(w, "    %s\n", a.Reason)
	}
}

func (p *program) resend() *cobra.Command {
	var dead bool
	var channel string
	cmd := &cobra.Command{
		Use: "resend ID...", Short: "Send alerts again, whatever became of them: at once, outside digests, quiet hours or not",
		Long: `Sends alerts again under their own IDs, so that a receiver that has one already
can tell. It happens at once, each by itself, whatever digests, quiet hours and
rates say. What fails again waits for its next tries like any other alert.`,
		Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, ids []string) error {
			if dead == (len(ids) > 0) {
				return usagef("resend takes the IDs of alerts, or --dead for all that were given up; `policywatch alerts --dead` lists them")
			}
			if channel != "" && !dead {
				return usagef("--channel goes with --dead")
			}
			return p.resendAll(cmd.Context(), ids, channel)
		},
	}
	cmd.Flags().BoolVar(&dead, "dead", false, "send all that were given up")
	cmd.Flags().StringVar(&channel, "channel", "", "with --dead: only those to this `channel`")
	return cmd
}

func (p *program) resendAll(ctx context.Context, ids []string, channel string) error {
	sent, err := wire.Resend(ctx, p.options(), ids, channel)
	for _, al := range sent.Alerts {
		var werr error
		if p.format == "json" {
			werr = p.json(al)
		} else {
			werr = p.page(func(w io.Writer) { writeAlert(w, al) })
		}
		if werr != nil {
			return werr
		}
	}
	switch {
	case wire.IsNotFound(err):
		return usagef("%w; `policywatch alerts` lists the IDs", err)
	case err != nil:
		return archiveError(err)
	case sent.Failed > 0:
		return unfinished{fmt.Errorf("%d of %d could not be delivered; `policywatch alerts` says why, and what waits is tried again", sent.Failed, sent.Asked)}
	}
	return nil
}
