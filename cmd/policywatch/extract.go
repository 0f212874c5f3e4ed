package main

import (
	"io"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
	"policywatch/notify/contract"
)

func (p *program) extract() *cobra.Command {
	var base string
	cmd := &cobra.Command{
		Use:         "extract FILE|URL|-",
		Short:       "Read a page, text or PDF as a statement: blocks, sections, facts, quality",
		Args:        exactly(1, "FILE, URL or -"),
		Annotations: writes("text", "json", "markdown"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.tools(func(t *wire.Tools) error {
				doc, err := p.document(cmd.Context(), t, args[0], base)
				if err != nil {
					return err
				}
				switch p.format {
				case "json":
					return p.json(contract.NewDocument(doc))
				case "markdown":
					return p.page(func(w io.Writer) { writeMarkdown(w, doc) })
				}
				return p.page(func(w io.Writer) { writeDocument(w, doc) })
			})
		},
	}
	cmd.Flags().StringVar(&base, "url", "", "the `address` that the file came from, for its links")
	return cmd
}
