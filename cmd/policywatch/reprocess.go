package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/reprocess"
	"policywatch/cmd/internal/wire"
)

func (p *program) reprocess() *cobra.Command {
	var again bool
	cmd := &cobra.Command{
		Use: "reprocess [SITE...]", Short: "Read the kept bytes again with today's extractor, lexicons and profiles",
		Long: `Reads the bytes of every version again, as they would be read today, and keeps the
result beside what was read at the time; ` + "`policywatch show SITE@N --reading`" + ` shows it.
The version itself and the chain of digests stay as they were, and nobody is told:
what a better reader sees is not the site's change. Versions that the same reader
has read are passed over, so a run that was cut short is finished by repeating it.`,
		Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			// Not made for nothing: there must be an archive to read again.
			if err := p.archive(cmd.Context(), func(*wire.App) error { return nil }); err != nil {
				return err
			}
			return p.writable(cmd.Context(), func(a *wire.App) error { return p.readAgain(cmd, a, args, again) })
		},
	}
	cmd.Flags().BoolVar(&again, "again", false, "also read what the same reader has read")
	return cmd
}

func (p *program) readAgain(cmd *cobra.Command, a *wire.App, args []string, again bool) error {
	ctx := cmd.Context()
	rows, err := a.Store.Sites(ctx)
	if err != nil {
		return unfinished{err}
	}
	known := map[string]int{}
	for _, r := range rows {
		known[r.Site.Domain] = r.Past.Version
	}
	wanted := known
	if len(args) > 0 {
		sites, err := a.Pick(args)
		if err != nil {
			return err
		}
		wanted = map[string]int{}
		for i, s := range sites {
			n, ok := known[s.Domain]
			if !ok {
				return notFound(wire.ErrNotFound, args[i])
			}
			wanted[s.Domain] = n
		}
	}
	total := 0
	for _, n := range wanted {
		total += n
	}
	run, err := a.Reprocess(ctx, again)
	if err != nil {
		return unfinished{err}
	}
	bar := p.progress(total)
	tally, err := run.Run(ctx, func(domain string) bool { _, ok := wanted[domain]; return ok }, func(r reprocess.Result) {
		bar.step(fmt.Sprintf("%s@%d", r.Site, r.Version))
		p.reading(r)
	})
	bar.done()
	if err != nil {
		return unfinished{fmt.Errorf("%w (what was read is kept; the same command goes on from there)", err)}
	}
	if p.format == "json" {
		return p.json(struct {
			Event string `json:"event"`
			reprocess.Tally
		}{"summary", tally})
	}
	_, err = fmt.Fprintf(p.out, "%d read as before, %d differently, %d read by the same reader already, %d not readable\n",
		tally.Same, tally.Differs, tally.Passed, tally.Unread)
	return err
}

// reading writes one result; text leaves out what is as it was.
func (p *program) reading(r reprocess.Result) {
	if p.format == "json" {
		p.json(struct {
			Event string `json:"event"`
			reprocess.Result
		}{"version", r})
		return
	}
	var what []string
	switch {
	case r.State == reprocess.Unread:
		what = append(what, r.Reason)
	case r.State != reprocess.Differs:
		return
	case r.Text:
		what = append(what, "the text differs")
	}
	if len(r.Gained) > 0 {
		what = append(what, "also covers "+topicList(r.Gained))
	}
	if len(r.Lost) > 0 {
		what = append(what, "does not cover "+topicList(r.Lost))
	}
	for _, e := range r.Elements {
		if e.Before != "" && e.After != "" {
			what = append(what, fmt.Sprintf("%s %s, not %s", e.ID, e.After, e.Before))
		}
	}
	if r.Verdict != "" && r.Verdict != "statement" {
		what = append(what, "reads like "+string(r.Verdict))
	}
	if len(what) == 0 {
		what = append(what, "held against another profile")
	}
	fmt.Fprintf(p.out, "%s@%d: %s\n", r.Site, r.Version, strings.Join(what, "; "))
}
