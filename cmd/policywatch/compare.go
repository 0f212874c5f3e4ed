package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
	"policywatch/diff"
	"policywatch/store/record"
)

func (p *program) compare() *cobra.Command {
	var profile string
	cmd := &cobra.Command{
		Use:   "compare OLD NEW",
		Short: "Compare two files, addresses or versions (SITE@3) and judge the change",
		Args:  exactly(2, "OLD and NEW"), Annotations: writes("text", "json", "html"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.sides(cmd.Context(), args, func(t *wire.Tools, _ *wire.App, docs []*record.Document) error {
				var sides [2]diff.Side
				for i, d := range docs {
					sides[i].Document = d
					if profile != "" {
						prof, err := profileByID(t, profile)
						if err != nil {
							return err
						}
						sides[i].Findings = t.Sections.Check(d, prof)
					}
				}
				return p.writeChange(t, t.Diff.Compare(sides[0], sides[1]), docs[1], args)
			})
		},
	}
	cmd.Flags().StringVar(&profile, "profile", "", "legal profile `id`: a required element that goes makes the change critical")
	return cmd
}

// sides reads every argument into a document, opening the archive only when one
// lies there; f gets it too, nil otherwise.
func (p *program) sides(ctx context.Context, args []string, f func(*wire.Tools, *wire.App, []*record.Document) error) error {
	read := func(t *wire.Tools, a *wire.App) error {
		docs := make([]*record.Document, len(args))
		for i, arg := range args {
			var err error
			if isFile(arg) || isURL(arg) {
				docs[i], err = p.document(ctx, t, arg, "")
			} else {
				var v *record.Version
				if v, err = p.versionOf(ctx, a, arg); err == nil {
					docs[i] = v.Document
				}
			}
			if err != nil {
				return err
			}
		}
		return f(t, a, docs)
	}
	for _, arg := range args {
		if !isFile(arg) && !isURL(arg) {
			if looksLikeFile(arg) {
				return usagef("%s: there is no such file", arg)
			}
			return p.archive(ctx, func(a *wire.App) error { return read(a.Tools, a) })
		}
	}
	return p.tools(func(t *wire.Tools) error { return read(t, nil) })
}

func (p *program) writeChange(t *wire.Tools, c record.Change, doc *record.Document, args []string) error {
	ev := record.Event{Type: record.EventChanged, Name: args[0] + " → " + args[1], Severity: c.Severity, Change: &c, Reason: c.Reason,
		Lang: doc.Lang, Dir: doc.Dir}
	switch p.format {
	case "json":
		return p.json(changeJSON(c))
	case "html":
		page, err := t.Report.ChangeHTML(ev, "en")
		if err != nil {
			return unfinished{err}
		}
		_, err = io.WriteString(p.out, page)
		return err
	}
	_, err := fmt.Fprintln(p.out, t.Report.ChangeText(ev, "en", 100, isTerminal(p.out)))
	return err
}

// changeJSON is the change in the form of the machine contract: lists are never
// null and edits always stand.
func changeJSON(c record.Change) any {
	edits := []record.Edit{}
	for _, e := range c.Edits {
		e.Parts = nil
		edits = append(edits, e)
	}
	c.Dropped, c.Added, c.Altered, c.Moved = orEmpty(c.Dropped), orEmpty(c.Added), orEmpty(c.Altered), orEmpty(c.Moved)
	c.Facts, c.Flips = orEmpty(c.Facts), orEmpty(c.Flips)
	return struct {
		record.Change
		Edits []record.Edit `json:"edits"`
	}{c, edits}
}
