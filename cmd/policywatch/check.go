package main

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
	"policywatch/diff/volatile"
	"policywatch/notify/contract"
	"policywatch/store/record"
)

func (p *program) check() *cobra.Command {
	var profile, lang, failOn string
	var with []string
	var matrix bool
	cmd := &cobra.Command{
		Use:   "check FILE|URL|SITE | check --matrix [SITE...]",
		Short: "Hold a statement against what a law asks of it, with evidence",
		Long: `Holds a statement against a legal profile: for each element whether it is
present, absent or unknown, with the words that show it. With --matrix all sites
of the archive, or the ones named, are shown side by side.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if matrix {
				return nil
			}
			return exactly(1, "FILE, URL or SITE")(cmd, args)
		},
		Annotations: writes("text", "json", "csv", "html"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if matrix {
				return p.matrix(cmd.Context(), args, profile, lang)
			}
			if p.format == "csv" || p.format == "html" {
				return usagef("--format %s goes with --matrix", p.format)
			}
			if failOn != "" && record.Severity(failOn).Rank() < 1 {
				return usagef("--fail-on %s: use one of %v", failOn, record.Severities()[1:])
			}
			return p.sides(cmd.Context(), append(args, with...), func(t *wire.Tools, a *wire.App, docs []*record.Document) error {
				prof, err := p.chooseProfile(t, profile, args[0])
				if err != nil {
					return err
				}
				findings := t.Sections.Check(docs[0], prof)
				if a != nil && !isFile(args[0]) && !isURL(args[0]) {
					past, err := a.Store.Past(cmd.Context(), args[0]) // an older version, SITE@N, has none
					if err != nil {
						return err
					}
					findings = append(findings, seenByVisits(past, docs[0])...)
				}
				copies, err := copiesOf(cmd.Context(), a, args[0], docs[0], with, docs[1:])
				if err != nil {
					return err
				}
				if p.format == "json" {
					err = p.json(checkJSON(prof, findings, copies))
				} else {
					err = p.page(func(w io.Writer) {
						writeFindings(w, prof, findings, lang)
						writeCopies(w, copies)
					})
				}
				if err == nil && failOn != "" && absentAt(findings, record.Severity(failOn)) {
					return exitError{exitAlert}
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&matrix, "matrix", false, "sites by elements, from the archive")
	f.StringVar(&profile, "profile", "", "legal profile `id` (default: by the site's domain, else core)")
	f.StringArrayVar(&with, "with", nil, "another `FILE|URL|SITE` to look for shared text in (may be repeated; a SITE is held against the whole archive)")
	f.StringVar(&lang, "lang", "en", "`language` of titles: en, fa, ar")
	f.StringVar(&failOn, "fail-on", "", "exit 1 when an element is absent: critical for required ones, minor for any")
	return cmd
}

// seenByVisits lists the observations that no document shows by itself.
func seenByVisits(past record.Past, doc *record.Document) []record.Finding {
	if slices.Contains(past.Absent, volatile.TodayID) {
		for _, f := range doc.Facts {
			if f.Kind == record.FactUpdated {
				return []record.Finding{volatile.Today(doc, f)}
			}
		}
	}
	return nil
}

// absentAt reports whether an element is absent that weighs as much as the
// severity: a required one is critical, a recommended one minor.
func absentAt(findings []record.Finding, min record.Severity) bool {
	for _, f := range findings {
		weight := record.SeverityMinor
		if f.Must {
			weight = record.SeverityCritical
		}
		if f.Status == record.StatusAbsent && weight.AtLeast(min) {
			return true
		}
	}
	return false
}

func (p *program) chooseProfile(t *wire.Tools, id, arg string) (record.Profile, error) {
	if id != "" {
		return profileByID(t, id)
	}
	site := record.Site{Domain: arg}
	if u, err := url.Parse(arg); err == nil && u.Host != "" {
		site.Domain = u.Host
	} else if isFile(arg) {
		site.Domain = ""
	}
	site.Domain, _, _ = strings.Cut(site.Domain, "@")
	for _, s := range t.Sites() {
		if s.Domain == site.Domain {
			site = s
		}
	}
	return t.Profile(site), nil
}

func profileByID(t *wire.Tools, id string) (record.Profile, error) {
	var known []string
	for _, p := range t.Profiles {
		if p.ID == id {
			return p, nil
		}
		known = append(known, p.ID)
	}
	return record.Profile{}, usagef("--profile %s: there is no such profile; known are %s", id, strings.Join(known, ", "))
}

func checkJSON(p record.Profile, findings []record.Finding, copies []shared) any {
	return struct {
		contract.Findings
		Shared []shared `json:"shared"`
	}{contract.NewFindings(p, findings), contract.List(copies)}
}

// writeFindings shows findings as a lawyer reads them: the verdict, what was
// asked, by which norm, and the words that show it.
func writeFindings(w io.Writer, p record.Profile, findings []record.Finding, lang string) {
	title := p.Title[lang]
	if title == "" {
		title = p.Title["en"]
	}
	fmt.Fprintf(w, "%s (%s)\n\n", isolate(title), p.ID)
	titles := map[string]string{}
	for _, e := range p.Elements {
		titles[e.ID] = e.Title[lang]
	}
	counts := map[record.Status]int{}
	for _, f := range findings {
		counts[f.Status]++
		name, asked := f.Title, "required"
		if titles[f.ID] != "" {
			name = titles[f.ID]
		}
		if !f.Must {
			asked = "recommended"
		}
		if f.Citation != "" {
			asked += "; " + f.Citation
		}
		fmt.Fprintf(w, "%-8s %s  %s  (%s)\n", strings.ToUpper(string(f.Status)), f.ID, isolate(name), asked)
		if f.Evidence != nil {
			fmt.Fprintf(w, "         %s\n", isolate("“"+f.Evidence.Quote+"”"))
			if f.Evidence.Section != "" {
				fmt.Fprintf(w, "         under %s\n", isolate(f.Evidence.Section))
			}
		}
		if f.Reason != "" {
			fmt.Fprintf(w, "         %s\n", f.Reason)
		}
	}
	fmt.Fprintf(w, "\n%d present, %d absent, %d unknown\n", counts[record.StatusPresent], counts[record.StatusAbsent], counts[record.StatusUnknown])
}
