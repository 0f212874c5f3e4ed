package main

import (
	"fmt"

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
			cfg, sites, err := wire.CheckConfig(p.options())
			if err != nil {
				return err
			}
			if p.format == "json" {
				return p.json(cfg)
			}
			_, err = fmt.Fprintf(p.out, "The configuration is valid; it names %d sites.\n", sites)
			return err
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
