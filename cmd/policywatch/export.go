package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

// exportTo is one kind of export on its way: where to, and how far it has come.
type exportTo struct {
	*program
	kind  string
	force bool
	items int
}

func (p *program) export() *cobra.Command {
	e := &exportTo{program: p}
	cmd := &cobra.Command{
		Use: "export", Short: "Write the archive as a data set, a git repository, WARC, or a bundle of evidence",
		Long: `Writes what the archive holds in forms that outlive this program. The same archive
gives the same files. What is there is never overwritten without --force.`,
	}
	cmd.PersistentFlags().BoolVar(&e.force, "force", false, "write over what is there")
	cmd.AddCommand(e.dataset(), e.git(), e.warc(), e.bundle())
	return cmd
}

// run opens the archive, exports, and says what was written.
func (e *exportTo) run(cmd *cobra.Command, to string, f func(context.Context, *wire.App, *wire.Exporter) error) error {
	e.kind, e.items = cmd.Name(), 0
	return e.archive(cmd.Context(), func(a *wire.App) error {
		bar := e.counter()
		err := f(cmd.Context(), a, a.Exporter(e.force, func(item string) {
			e.items++
			bar.step(item)
		}))
		bar.done()
		var usage *wire.UsageError
		switch {
		case errors.As(err, &usage):
			return err
		case wire.IsThere(err) && !e.force:
			return usagef("%w; name another place, or write over it with --force", err)
		case wire.IsMisplaced(err):
			return usagef("%w", err)
		case wire.IsNotFound(err):
			return usagef("%w; `policywatch sites` lists what the archive holds", err)
		case err != nil:
			return unfinished{err}
		}
		if e.format == "json" {
			return e.json(struct {
				Export string `json:"export"`
				To     string `json:"to"`
				Items  int    `json:"items"`
			}{e.kind, to, e.items})
		}
		_, err = fmt.Fprintln(e.out, to)
		return err
	})
}

func (e *exportTo) dataset() *cobra.Command {
	var bodies bool
	cmd := &cobra.Command{
		Use: "dataset DIR", Short: "Sites, versions, changes, findings and alerts as JSON lines and CSV, with a dictionary",
		Long: `Writes every table as JSON lines and as CSV, DICTIONARY.md that says what each
column means, and SHA256SUMS. With --bodies the answers of the servers are written
as well; ` + "`policywatch import`" + ` then rebuilds the archive with the same chain of digests.`,
		Args: exactly(1, "DIR"), Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.run(cmd, args[0], func(ctx context.Context, _ *wire.App, x *wire.Exporter) error {
				return x.Dataset(ctx, args[0], bodies)
			})
		},
	}
	cmd.Flags().BoolVar(&bodies, "bodies", false, "write the bytes that the servers sent, too")
	return cmd
}

func (e *exportTo) git() *cobra.Command {
	return &cobra.Command{
		Use: "git DIR", Short: "A git repository: one commit a version, one readable file a site",
		Long: `Writes a git repository with one commit a version, dated as it was read, and one
readable file a site, a sentence a line. Writing into the same folder again adds
what is new; the files there belong to the export. Needs the program git.`,
		Args: exactly(1, "DIR"), Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.run(cmd, args[0], func(ctx context.Context, _ *wire.App, x *wire.Exporter) error { return x.Git(ctx, args[0]) })
		},
	}
}

func (e *exportTo) warc() *cobra.Command {
	return &cobra.Command{
		Use: "warc FILE", Short: "All answers that are kept, as one WARC 1.1 file (name it .warc.gz)",
		Args: exactly(1, "FILE"), Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.run(cmd, args[0], func(ctx context.Context, _ *wire.App, x *wire.Exporter) error { return x.Warc(ctx, args[0]) })
		},
	}
}

func (e *exportTo) bundle() *cobra.Command {
	return &cobra.Command{
		Use: "bundle SITE[@N] DIR|FILE.zip", Short: "The evidence of one version: bytes, headers, text, findings, change, chain of digests",
		Long: `Writes all that stands behind one version, and a page that a person reads. The
bundle is checked with ` + "`sha256sum -c SHA256SUMS`" + ` and the chain of digests with
` + "`sh verify.sh`" + `; neither needs policywatch.`,
		Args: exactly(2, "SITE[@N] and DIR or FILE.zip"), Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.run(cmd, args[1], func(ctx context.Context, a *wire.App, x *wire.Exporter) error {
				v, err := e.versionOf(ctx, a, args[0])
				if err != nil {
					return err
				}
				if v.Change == nil {
					return x.Bundle(ctx, v.Site, v.Number, args[1])
				}
				ev := record.Event{Type: record.EventChanged, Name: fmt.Sprintf("%s@%d", v.Site, v.Number), Site: v.Site, URL: v.URL, At: v.At,
					From: v.Number - 1, To: v.Number, Severity: v.Change.Severity, Change: v.Change, Reason: v.Change.Reason,
					Lang: v.Document.Lang, Dir: v.Document.Dir}
				page, err := a.Report.ChangeHTML(ev, "en")
				if err != nil {
					return err
				}
				return x.Bundle(ctx, v.Site, v.Number, args[1], wire.BundleFile{Name: "change.html", Body: []byte(page)})
			})
		},
	}
}
