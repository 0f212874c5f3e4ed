package main

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
	"policywatch/diff"
	"policywatch/notify/contract"
	"policywatch/notify/report"
	"policywatch/store/record"
)

func (p *program) compare() *cobra.Command {
	var profile string
	look := look{colour: "auto", view: "inline", lang: "en"}
	cmd := &cobra.Command{
		Use:   "compare OLD NEW",
		Short: "Compare two files, addresses or versions (SITE@3) and judge the change",
		Long: `Compare two files, addresses or versions (SITE@3) and judge the change.

The text goes section by section, with what did not change folded. --view inline
shows what went and what came within one text, --view side both texts beside each
other. The page of --format html holds both views.`,
		Args: exactly(2, "OLD and NEW"), Annotations: writes("text", "json", "html"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := look.check(); err != nil {
				return err
			}
			return p.sides(cmd.Context(), args, func(t *wire.Tools, _ *wire.App, docs []*record.Document) error {
				var prof record.Profile // which asks for nothing; observations are made all the same
				if profile != "" {
					var err error
					if prof, err = profileByID(t, profile); err != nil {
						return err
					}
				}
				var sides [2]diff.Side
				for i, d := range docs {
					sides[i] = diff.Side{Document: d, Findings: t.Sections.Check(d, prof), Profile: prof}
				}
				return p.writeChange(t, t.Diff.Compare(sides[0], sides[1]), docs, args, look)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&profile, "profile", "", "legal profile `id`: a required element that goes makes the change critical")
	f.StringVar(&look.view, "view", look.view, "how text shows both sides: inline or side")
	f.StringVar(&look.colour, "color", look.colour, "colours of text: auto, always or never")
	f.IntVar(&look.width, "width", 0, "columns of text; 0: $COLUMNS, else 100")
	f.StringVar(&look.lang, "lang", look.lang, "`language` of the report: en, fa, ar")
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

// look is how a comparison is to be shown to a person.
type look struct {
	view, colour, lang string
	width              int
}

func (l look) check() error {
	switch {
	case l.view != "inline" && l.view != "side":
		return usagef("--view %s: it is inline or side", l.view)
	case l.colour != "auto" && l.colour != "always" && l.colour != "never":
		return usagef("--color %s: it is auto, always or never", l.colour)
	case l.lang != "en" && l.lang != "fa" && l.lang != "ar":
		return usagef("--lang %s: reports are written in en, fa and ar", l.lang)
	case l.width < 0:
		return usagef("--width %d: less than no columns", l.width)
	}
	return nil
}

// columns is how wide the text may be.
func (p *program) columns(l look) int {
	if l.width > 0 {
		return l.width
	}
	if s, ok := p.env("COLUMNS"); ok {
		if n, err := strconv.Atoi(s); err == nil && n > 0 {
			return n
		}
	}
	return 100
}

// colours reports whether text may be coloured. NO_COLOR (no-color.org) is obeyed
// unless colours were asked for.
func (p *program) colours(l look) bool {
	if l.colour != "auto" {
		return l.colour == "always"
	}
	none, _ := p.env("NO_COLOR")
	return none == "" && isTerminal(p.out)
}

func (p *program) writeChange(t *wire.Tools, c record.Change, docs []*record.Document, args []string, l look) error {
	if p.format == "json" {
		return p.json(contract.NewChange(c))
	}
	old, new := docs[0], docs[1]
	ev := record.Event{Type: record.EventChanged, Name: args[0] + " → " + args[1], Severity: c.Severity, Change: &c, Reason: c.Reason,
		Lang: new.Lang, Dir: new.Dir}
	v := report.View{Old: args[0], New: args[1], Side: l.view == "side", Width: p.columns(l), Colour: p.colours(l)}
	// What cannot be compared is told by the reason alone, and equal texts have
	// nothing to show.
	if c.Class != record.ClassUnusable && c.Class != record.ClassNone {
		v.Whole = diff.Whole(old, new)
	}
	if p.format == "html" {
		page, err := t.Report.CompareHTML(ev, l.lang, v)
		if err != nil {
			return unfinished{err}
		}
		_, err = io.WriteString(p.out, page)
		return err
	}
	_, err := fmt.Fprintln(p.out, t.Report.CompareText(ev, l.lang, v))
	return err
}
