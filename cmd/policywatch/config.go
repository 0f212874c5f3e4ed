package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
)

func (p *program) configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check or describe the configuration file, or print a sample to begin with"}
	var events bool
	cmd.AddCommand(&cobra.Command{
		Use: "check", Short: "Read the configuration and all its lists, and say what is wrong", Args: cobra.NoArgs,
		Annotations: writes("text", "json"),
		RunE: func(*cobra.Command, []string) error {
			cfg, sites, next, err := wire.CheckConfig(p.options(), time.Now())
			if err != nil {
				return err
			}
			if p.format == "json" {
				return p.json(cfg)
			}
			named := fmt.Sprintf("%d sites", sites)
			if sites == 1 {
				named = "1 site"
			}
			fmt.Fprintf(p.out, "The configuration is valid; it names %s.\n", named)
			return p.forecast(next)
		},
	})
	schema := &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of the configuration file, for editors", Args: cobra.NoArgs,
		Annotations: writes("text", "json"),
		RunE: func(*cobra.Command, []string) error {
			describe := wire.ConfigSchema
			if events {
				describe = wire.EventSchema
			}
			b, err := describe()
			if err != nil {
				return err
			}
			_, err = p.out.Write(b)
			return err
		},
	}
	schema.Flags().BoolVar(&events, "events", false, "print that of the webhook's events instead, for receivers")
	cmd.AddCommand(schema, p.sample())
	return cmd
}

// forecast says when the next visits by cron expressions are due.
func (p *program) forecast(list []wire.Forecast) (err error) {
	for _, f := range list {
		whose := "Visits"
		if f.Site != "" {
			whose += " of " + f.Site
		}
		days := make([]string, len(f.Next))
		for i, t := range f.Next {
			days[i] = t.Format("Mon 2006-01-02 15:04 -0700")
		}
		after := ""
		if f.Spread > 0 {
			after = fmt.Sprintf(" (each site within %s of that)", f.Spread)
		}
		if _, err = fmt.Fprintf(p.out, "%s by %s %q are due next on %s%s.\n", whose, f.Key, f.Cron, strings.Join(days, ", "), after); err != nil {
			return err
		}
	}
	return nil
}
