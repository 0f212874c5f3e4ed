package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"policywatch/cmd/internal/wire"
	"policywatch/notify/contract"
	"policywatch/store/record"
)

func (p *program) discover() *cobra.Command {
	return &cobra.Command{
		Use:         "discover DOMAIN...",
		Short:       "Find the statement's page on a site, with scores and reasons",
		Args:        cobra.MinimumNArgs(1),
		Annotations: writes("text", "json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.tools(func(t *wire.Tools) error {
				sites, err := t.Pick(args)
				if err != nil {
					return err
				}
				found := 0
				for _, s := range sites {
					s.URL = ""
					obs := t.Crawler.Observe(cmd.Context(), s, record.Prior{})
					if obs.Fault == nil {
						found++
					}
					if p.format == "json" {
						err = p.json(discoveryJSON(obs))
					} else {
						err = p.page(func(w io.Writer) { writeDiscovery(w, obs, p.verbose) })
					}
					if err != nil {
						return err
					}
				}
				if found == 0 {
					return exitError{exitUnfinish}
				}
				return nil
			})
		},
	}
}

func discoveryJSON(obs record.Observation) any {
	var kind record.FaultKind
	var detail, lang string
	var languages []record.LanguageVersion
	if obs.Document != nil {
		lang, languages = obs.Document.Lang, obs.Document.Languages
	}
	if obs.Fault != nil {
		kind, detail = obs.Fault.Kind, obs.Fault.Detail
	}
	return struct {
		Site       string                   `json:"site"`
		URL        string                   `json:"url"`
		Lang       string                   `json:"lang"`
		Languages  []record.LanguageVersion `json:"languages"`
		Fault      record.FaultKind         `json:"fault"`
		Detail     string                   `json:"detail,omitempty"`
		Candidates []record.Candidate       `json:"candidates"`
		Trail      []record.Step            `json:"trail"`
	}{obs.Site, obs.URL, lang, contract.List(languages), kind, detail, contract.List(obs.Candidates), contract.List(obs.Trail)}
}

// writeDiscovery shows what was found and why; with trail, every step.
func writeDiscovery(w io.Writer, obs record.Observation, trail bool) {
	switch {
	case obs.Fault != nil:
		fmt.Fprintf(w, "%s: %s: %s\n", obs.Site, obs.Fault.Kind, obs.Fault.Detail)
	default:
		fmt.Fprintf(w, "%s: %s\n", obs.Site, obs.URL)
	}
	if obs.Document != nil {
		for _, l := range obs.Document.Languages {
			shown := ""
			if l.Shown != "" {
				shown = "; offered as " + isolate("“"+l.Shown+"”")
			}
			fmt.Fprintf(w, "  in %-4s %s  [%s]\n         %s%s\n", l.Lang, l.URL, l.Status, isolate(l.Reason), shown)
		}
	}
	for _, c := range obs.Candidates {
		verdict := string(c.Verdict)
		if verdict == "" {
			verdict = "not opened"
		}
		fmt.Fprintf(w, "  %5.2f  %s  [%s]\n         %s\n", c.Score, c.URL, verdict, isolate(strings.Join(c.Reasons, "; ")))
	}
	if trail {
		for _, s := range obs.Trail {
			fmt.Fprintf(w, "  %-8s %s %s\n", s.Action, s.URL, s.Outcome)
		}
	}
}
