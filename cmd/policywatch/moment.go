package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"policywatch/cmd/internal/wire"
	"policywatch/diff/section"
	"policywatch/store/record"
)

// pickVersion is the version that SITE, SITE@N or SITE with --at means.
func (p *program) pickVersion(ctx context.Context, a *wire.App, arg, at string) (*record.Version, error) {
	if at == "" {
		return p.versionOf(ctx, a, arg)
	}
	if strings.Contains(arg, "@") {
		return nil, usagef("%s names a version, and --at %s another way to one: leave one of them out", arg, at)
	}
	when, err := p.moment(at)
	if err != nil {
		return nil, err
	}
	site, err := a.Pick([]string{arg})
	if err != nil {
		return nil, err
	}
	v, err := a.Store.VersionAt(ctx, site[0].Domain, when)
	if wire.IsNotFound(err) {
		if all, herr := a.Store.History(ctx, site[0].Domain); herr == nil {
			return nil, usagef("%s at %s: not found; the first version is of %s", arg, at, stamp(all[0].At))
		}
	}
	return v, notFound(err, arg)
}

// moment reads --at: a time, or the last moment of a day in local time.
func (p *program) moment(at string) (time.Time, error) {
	if when, err := time.Parse(time.RFC3339, at); err == nil {
		return when, nil
	}
	day, calendar, err := section.Day(at)
	if err != nil {
		return time.Time{}, usagef("--at: %w; or a time, as 2026-01-31T12:00:00Z", err)
	}
	if calendar != "gregorian" {
		fmt.Fprintf(p.err, "%s (%s) is %s\n", isolate(at), calendar, day.Format(time.DateOnly))
	}
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, time.Local).Add(-time.Nanosecond), nil
}

// newestReading puts the newest reading in the place of what was read at the
// time, and says so.
func (p *program) newestReading(ctx context.Context, a *wire.App, v *record.Version) error {
	r, err := a.Store.Reading(ctx, v.Site, v.Number)
	if wire.IsNotFound(err) {
		return usagef("%s@%d was never read again; `policywatch reprocess %s` does that", v.Site, v.Number, v.Site)
	}
	if err != nil {
		return unfinished{err}
	}
	fmt.Fprintf(p.err, "read again on %s by %s\n", stamp(r.At), r.By)
	v.Document, v.Findings, v.Identity, v.Exact = r.Document, r.Findings, r.Identity, r.Exact
	return nil
}
