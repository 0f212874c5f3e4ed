package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
)

func (p *program) notify() *cobra.Command {
	cmd := &cobra.Command{Use: "notify", Short: "Try out the channels of the configuration"}
	cmd.AddCommand(&cobra.Command{
		Use: "test CHANNEL", Short: "Send a sample of every event to one channel and say what happened, step by step",
		Long: `Sends a sample of every event to one channel and says what happened, step by
step: name, connection, protection, login, verdict. The samples are about an
agency that does not exist and say that they are a test. Nothing is kept.

Exits 0 when all were delivered and 3 when one was not. When the channel cannot
be reached at all, it ends with the first.`,
		Args: exactly(1, "CHANNEL"), Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			sent, delivered := 0, 0
			channel, err := wire.TryChannel(cmd.Context(), p.options(), args[0], func(t wire.Trial) error {
				sent++
				if t.Delivered {
					delivered++
				}
				if p.format == "json" {
					return p.json(t)
				}
				return p.page(func(w io.Writer) { writeTrial(w, t) })
			})
			if err != nil {
				return err
			}
			if p.format != "json" {
				fmt.Fprintf(p.out, "%s: %d of %d messages delivered\n", channel, delivered, sent)
			}
			if delivered < sent {
				return unfinished{errors.New("the channel does not work; the steps above say how far it got")}
			}
			return nil
		},
	})
	return cmd
}

func writeTrial(w io.Writer, t wire.Trial) {
	fmt.Fprintf(w, "%s\n", t.Event)
	for _, s := range t.Steps {
		fmt.Fprintf(w, "    %s\n", s)
	}
	switch {
	case !t.Delivered:
		fmt.Fprintf(w, "    FAILED: %s\n", t.Problem)
	case t.Problem != "":
		fmt.Fprintf(w, "    delivered, but: %s\n", t.Problem)
	default:
		fmt.Fprintln(w, "    delivered")
	}
}
