package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
)

func (p *program) configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check or describe the configuration file"}
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
	}, &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of the configuration file, for editors", Args: cobra.NoArgs,
		Annotations: writes("text", "json"),
		RunE: func(*cobra.Command, []string) error {
			b, err := wire.ConfigSchema()
			if err != nil {
				return err
			}
			_, err = p.out.Write(b)
			return err
		},
	})
	return cmd
}
