package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/wire"
	"policywatch/store/record"
)

func (p *program) scan() *cobra.Command {
	var lists []string
	var failOn, profile string
	cmd := &cobra.Command{
		Use:   "scan [SITE...]",
		Short: "Visit the sites once and exit",
		Long: `Visits every configured site once: finds or re-reads its statement, keeps a new
version where there is one, and delivers the alerts that follow. With SITE
arguments only those are visited; a SITE that is not configured is visited too.`,
		Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if failOn != "" && record.Severity(failOn).Rank() < 1 {
				return usagef("--fail-on %s: use one of %v", failOn, record.Severities()[1:])
			}
			o := p.options()
			o.Lists, o.Profile = lists, profile
			return p.scanSites(cmd.Context(), o, args, record.Severity(failOn))
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&lists, "domains", nil, "`file` of domains, one a line or CSV with a domain column (may be repeated)")
	f.StringVar(&failOn, "fail-on", "", "exit 1 on a change of this `severity` or more: info, minor, major, critical")
	f.StringVar(&profile, "profile", "", "legal profile `id` for every site")
	complete(cmd, "fail-on", func(*cobra.Command) (words []string) {
		for _, s := range record.Severities()[1:] {
			words = append(words, string(s))
		}
		return words
	})
	return cmd
}

func (p *program) scanSites(ctx context.Context, o wire.Options, args []string, failOn record.Severity) (err error) {
	t, err := wire.NewTools(o)
	if err != nil {
		return err
	}
	sites, err := t.Pick(args)
	if err == nil && len(sites) == 0 {
		err = usagef("there is no site to visit: name one, or a list with --domains FILE, or write sites: into %s", wire.DefaultConfig)
	}
	if err != nil { // before an archive is made for nothing
		t.Close()
		return err
	}
	a, err := t.Open(ctx, false)
	if err != nil {
		return archiveError(err)
	}
	defer closing(a, &err)
	hit := false
	bar := p.progress(len(sites))
	sum, err := a.Monitor.Scan(ctx, sites, a.Concurrency(), func(r monitor.Result) {
		hit = hit || failOn != "" && r.Change != nil && r.Change.Severity.AtLeast(failOn)
		bar.step(r.Site)
		p.scanLine(r)
	})
	bar.done()
	if err == nil {
		err = a.ScanFinished(ctx, sum)
	}
	// What earlier runs could not deliver is due as well.
	tally, derr := a.Dispatcher.Drain(ctx)
	if p.format == "json" {
		p.json(struct {
			Event string `json:"event"`
			record.ScanSummary
		}{"summary", sum})
	} else {
		fmt.Fprintf(p.out, "\nSites: %d (new %d, changed %d, unchanged %d, faults %d). Alerts: %d (delivered %d). %.1f s\n",
			sum.Sites, sum.New, sum.Changed, sum.Unchanged, sum.Faults, sum.Alerts, tally.Sent, sum.Seconds)
	}
	switch {
	case err != nil:
		return unfinished{fmt.Errorf("the scan did not finish (%d of %d sites done; what was done is kept): %w", sum.Sites, len(sites), err)}
	case derr != nil:
		return unfinished{fmt.Errorf("deliver alerts: %w", derr)}
	case hit:
		return exitError{exitAlert}
	case sum.Faults == len(sites):
		return unfinished{errors.New("no site could be read; every one gave a fault")}
	}
	return nil
}

// scanLine writes one site's result. Text output leaves quiet sites out unless
// --verbose: silence is the product.
func (p *program) scanLine(r monitor.Result) {
	if p.format == "json" {
		p.json(r)
		return
	}
	quiet := []record.VisitState{record.VisitUnchanged}
	if slices.Contains(quiet, r.State) && !p.verbose {
		return
	}
	name := r.Site
	if r.Name != "" {
		name += " (" + isolate(r.Name) + ")"
	}
	switch {
	case r.State == record.VisitFault:
		fmt.Fprintf(p.out, "%-9s %s: %s\n", r.State, name, r.Reason)
	case r.Change != nil:
		fmt.Fprintf(p.out, "%-9s %s: %s %s: %s\n          %s\n", r.State, name, r.Change.Severity, r.Change.Class, isolate(r.Reason), r.URL)
	default:
		fmt.Fprintf(p.out, "%-9s %s: %s\n          %s\n", r.State, name, isolate(r.Reason), r.URL)
		if len(r.Absent) > 0 {
			fmt.Fprintf(p.out, "          absent: %v\n", r.Absent)
		}
	}
}
