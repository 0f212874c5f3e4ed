package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
	"policywatch/notify/contract"
	"policywatch/store/record"
)

// versionOf opens SITE or SITE@N.
func (p *program) versionOf(ctx context.Context, a *wire.App, arg string) (*record.Version, error) {
	name, n, err := reference(arg)
	if err != nil {
		return nil, err
	}
	site, err := a.Pick([]string{name})
	if err != nil {
		return nil, err
	}
	v, err := a.Store.Version(ctx, site[0].Domain, n)
	if wire.IsNotFound(err) && n > 0 {
		if newest, nerr := a.Store.Version(ctx, site[0].Domain, 0); nerr == nil {
			return nil, usagef("%s: the archive holds versions 1 to %d of it", arg, newest.Number)
		}
	}
	return v, notFound(err, arg)
}

// notFound says what to do about a site or version that the archive lacks.
func notFound(err error, arg string) error {
	if wire.IsNotFound(err) {
		return usagef("%s: %w; `policywatch sites` lists what the archive holds", arg, err)
	}
	if err != nil {
		return unfinished{err}
	}
	return nil
}

func (p *program) history() *cobra.Command {
	return &cobra.Command{
		Use: "history SITE", Short: "List a statement's versions and what changed in each",
		Args: exactly(1, "SITE"), Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.archive(cmd.Context(), func(a *wire.App) error {
				site, err := a.Pick(args)
				if err != nil {
					return err
				}
				versions, err := a.Store.History(cmd.Context(), site[0].Domain)
				if err == nil && len(versions) == 0 {
					err = wire.ErrNotFound
				}
				if err != nil {
					return notFound(err, args[0])
				}
				if p.format == "json" {
					for _, v := range versions {
						if err := p.json(contract.NewVersion(&v)); err != nil {
							return err
						}
					}
					return nil
				}
				return p.page(func(w io.Writer) {
					for _, v := range versions {
						class, reason := "first", "the first version"
						if v.Change != nil {
							class, reason = fmt.Sprintf("%s %s", v.Change.Severity, v.Change.Class), v.Change.Reason
						}
						fmt.Fprintf(w, "%3d  %s  %s\n     %s\n", v.Number, stamp(v.At), class, isolate(reason))
					}
				})
			})
		},
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04")
}

func (p *program) show() *cobra.Command {
	var at string
	var raw, reading bool
	cmd := &cobra.Command{
		Use: "show SITE[@N]", Short: "Show a statement as it was kept: the newest version, version N, or the one of a date",
		Long: `Shows a statement as it was kept: the newest version, version N, or with --at the
one that stood at the end of a day. The year tells the calendar: below 1430 Solar
Hijri (1404-05-12, ۱۴۰۴/۰۵/۱۲), up to 1599 Islamic (1447-03-01; tabular, so the
official day may be the one before or after), from 1800 Gregorian. A time, as
2026-01-31T12:00:00Z, is taken to the second.`,
		Args: exactly(1, "SITE or SITE@N"), Annotations: writes("text", "json", "markdown"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.archive(cmd.Context(), func(a *wire.App) error {
				v, err := p.pickVersion(cmd.Context(), a, args[0], at)
				if err != nil {
					return err
				}
				if reading {
					if raw {
						return usagef("--raw shows the bytes, which every reading has in common; leave --reading out")
					}
					if err := p.newestReading(cmd.Context(), a, v); err != nil {
						return err
					}
				}
				if raw {
					snap, err := a.Store.Snapshot(cmd.Context(), v.Snapshot)
					if err != nil {
						return notFound(err, args[0])
					}
					_, err = p.out.Write(snap.Body)
					return err
				}
				switch p.format {
				case "json":
					return p.json(contract.NewVersion(v))
				case "markdown":
					return p.page(func(w io.Writer) { writeMarkdown(w, v.Document) })
				}
				return p.page(func(w io.Writer) {
					fmt.Fprintf(w, "%s, version %d of %s\n%s\n\n", v.Site, v.Number, stamp(v.At), v.URL)
					writeDocument(w, v.Document)
				})
			})
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "the version that stood at the end of this `date`: 2026-01-31, 1404-11-11, 1447-08-12, or a time in RFC 3339")
	cmd.Flags().BoolVar(&reading, "reading", false, "the text as reprocess read it last, not as it was read at the time")
	cmd.Flags().BoolVar(&raw, "raw", false, "write the bytes that the server sent")
	return cmd
}

func (p *program) sites() *cobra.Command {
	var pending bool
	var limit int
	var after string
	cmd := &cobra.Command{
		Use: "sites", Short: "List the sites in the archive: state, version, age of the last success", Args: cobra.NoArgs,
		Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.archive(cmd.Context(), func(a *wire.App) error {
				lines := [][]string{{"SITE", "STATE", "VERSION", "LANG", "LAST SUCCESS", "NOTE"}}
				each := eachSite
				if pending && limit == 0 {
					each = eachPending
				}
				err := each(cmd.Context(), a, after, limit, func(r record.SiteRow) error {
					switch {
					case pending && r.Past.Pending == nil:
					case p.format == "json":
						return p.json(contract.NewSite(r, a.Profile(r.Site).ID))
					default:
						lines = append(lines, []string{r.Site.Domain, string(r.Past.State), fmt.Sprint(r.Past.Version), r.Lang, stamp(r.Past.LastSuccess), siteNote(r)})
					}
					return nil
				})
				if err != nil || p.format == "json" {
					return err
				}
				return p.page(func(w io.Writer) { table(w, lines) })
			})
		},
	}
	cmd.Flags().BoolVar(&pending, "pending", false, "only sites with a capture that waits for confirmation")
	cmd.Flags().IntVar(&limit, "limit", 0, "at most so many, in order of domain; 0 for all")
	cmd.Flags().StringVar(&after, "after", "", "only sites after this `domain`, to go on where a limit ended")
	cmd.AddCommand(p.release(), p.reject())
	return cmd
}

// eachSite goes over at most limit sites, 0 for all, that come after a domain. It
// holds a page of them at a time: an archive may know hundreds of thousands.
func eachSite(ctx context.Context, a *wire.App, after string, limit int, do func(record.SiteRow) error) error {
	const page = 1000
	for left := limit; ; left -= page {
		n := page
		if limit > 0 {
			n = min(n, left)
		}
		rows, err := a.Store.SitesAfter(ctx, after, n)
		if err != nil {
			return unfinished{err}
		}
		for _, r := range rows {
			if err := do(r); err != nil {
				return err
			}
			after = r.Site.Domain
		}
		if len(rows) < n || limit > 0 && left <= page {
			return nil
		}
	}
}

// eachPending is eachSite for those with a capture that waits, which are few: it opens
// no other site's row.
func eachPending(ctx context.Context, a *wire.App, after string, _ int, do func(record.SiteRow) error) error {
	var domains []string
	if err := a.Store.Briefs(ctx, nil, func(s *record.SiteBrief) error {
		if s.Pending && s.Domain > after {
			domains = append(domains, s.Domain)
		}
		return nil
	}); err != nil {
		return unfinished{err}
	}
	for page := range slices.Chunk(domains, 1000) {
		rows, err := a.Store.SiteRows(ctx, page)
		if err != nil {
			return unfinished{err}
		}
		for _, r := range rows {
			if err := do(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func siteNote(r record.SiteRow) string {
	switch {
	case r.Past.Pending != nil:
		return "pending " + r.Past.Pending.Kind + ": " + r.Past.Pending.Reason
	case r.Past.LastFault != nil:
		return string(r.Past.LastFault.Kind) + ": " + r.Past.LastFault.Detail
	}
	return r.Title
}

var errDamaged = errors.New("the archive is damaged; restore a backup, and keep this file for inquiry")

func (p *program) verify() *cobra.Command {
	room := false
	cmd := &cobra.Command{
		Use: "verify", Short: "Check the whole archive: pages, digests, version chains, references", Args: cobra.NoArgs,
		Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.archive(cmd.Context(), func(a *wire.App) error {
				report, err := a.Store.Check(cmd.Context())
				if err != nil {
					return unfinished{err}
				}
				if p.format == "json" {
					err = p.json(report)
				} else if _, err = fmt.Fprint(p.out, report); err == nil && room {
					_, err = fmt.Fprint(p.out, "\n", report.Room.Table())
				}
				if err == nil && !report.OK() {
					err = unfinished{errDamaged}
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&room, "room", false, "also say what takes the room in the file")
	return cmd
}
