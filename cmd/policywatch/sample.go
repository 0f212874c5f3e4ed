package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
)

func (p *program) sample() *cobra.Command {
	var templates string
	cmd := &cobra.Command{
		Use: "sample [NAME]", Short: "Print a sample configuration, list of domains or page; without a name, list them",
		Long: `Prints a sample to standard output, to be kept under a name and edited:

  policywatch config sample ministries > policywatch.yaml
  policywatch config sample iran > iran.csv

Without a name it lists the samples and the names of their files.

With --templates it writes the templates of mail, chats and feeds into a folder,
one folder for each language, with a description of what they are given. Edit
what you like, delete the rest, and name the folder as notify.templates:

  policywatch config sample --templates words/`,
		Annotations: writes("text", "json"),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("sample takes one NAME or none; see policywatch config sample --help")
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			all, err := wire.Samples()
			if err != nil || len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return sampleNames(all), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if templates != "" {
				return p.writeTemplates(templates, args)
			}
			all, err := wire.Samples()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return p.listSamples(all)
			}
			i := slices.IndexFunc(all, func(s wire.Sample) bool { return s.Name == args[0] || s.File == args[0] })
			if i < 0 {
				return usagef("there is no sample %q; there are %s", args[0], strings.Join(sampleNames(all), ", "))
			}
			_, err = p.out.Write(all[i].Text)
			return err
		},
	}
	cmd.Flags().StringVar(&templates, "templates", "", "write the templates of messages into this `folder` instead")
	return cmd
}

func (p *program) writeTemplates(dir string, args []string) error {
	if len(args) > 0 {
		return usagef("sample takes a NAME or --templates, not both")
	}
	names, err := wire.WriteTemplates(dir)
	var usage *wire.UsageError
	if err != nil && !errors.As(err, &usage) {
		return unfinished{err}
	}
	if err != nil {
		return err
	}
	if p.format == "json" {
		return p.json(struct {
			Folder string   `json:"folder"`
			Files  []string `json:"files"`
		}{dir, names})
	}
	_, err = fmt.Fprintf(p.out, "%d files are in %s; DATA.md among them says what templates are given.\nName the folder as notify.templates; `policywatch config check` tries every template on every event.\n", len(names), dir)
	return err
}

func (p *program) listSamples(all []wire.Sample) error {
	rows := make([][]string, len(all))
	for i, s := range all {
		if p.format == "json" {
			if err := p.json(struct {
				Name  string `json:"name"`
				File  string `json:"file"`
				About string `json:"about"`
			}{s.Name, s.File, s.About}); err != nil {
				return err
			}
		}
		rows[i] = []string{s.Name, s.File, s.About}
	}
	if p.format == "json" {
		return nil
	}
	if err := p.page(func(w io.Writer) { table(w, rows) }); err != nil {
		return err
	}
	_, err := fmt.Fprintln(p.err, "`policywatch config sample NAME > FILE` keeps one")
	return err
}

func sampleNames(all []wire.Sample) []string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name
	}
	return names
}
