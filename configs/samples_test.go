package configs_test

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"testing"

	"policywatch/configs"
	"policywatch/store/record"
)

// A sample that the program itself refuses would be the first thing that a new
// user meets.
func TestEverySampleIsAccepted(t *testing.T) {
	all, err := configs.Samples()
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := configs.Profiles(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range all {
		names[s.File] = true
	}
	for i, s := range all {
		if s.About == "" || !strings.HasSuffix(s.About, ".") {
			t.Errorf("%s: its first line is no comment that says what it is: %q", s.File, s.About)
		}
		if slices.ContainsFunc(all[:i], func(o configs.Sample) bool { return o.Name == s.Name }) {
			t.Errorf("two samples are called %s", s.Name)
		}
		switch path.Ext(s.File) {
		case ".csv":
			sites, err := configs.ParseList(s.File, bytes.NewReader(s.Text))
			if err != nil {
				t.Error(err)
			}
			if len(sites) < 10 {
				t.Errorf("%s names %d sites", s.File, len(sites))
			}
			for _, site := range sites {
				if site.Name == "" || len(site.Labels) < 2 {
					t.Errorf("%s: %s lacks a name or labels", s.File, site.Domain)
				}
				if !slices.ContainsFunc(profiles, func(p record.Profile) bool { return p.ID == site.Profile }) {
					t.Errorf("%s: %s: there is no profile %q", s.File, site.Domain, site.Profile)
				}
			}
			if lines := bytes.Count(s.Text, []byte("\n")) - bytes.Count(s.Text, []byte("#")) - 1; len(sites) != lines {
				t.Errorf("%s: %d sites in %d lines: one stands twice", s.File, len(sites), lines)
			}
		case ".yaml":
			cfg, err := configs.Parse(s.File, s.Text, func(name string) (string, bool) { return "https://example.org/" + name, true })
			if err != nil {
				t.Error(err)
			}
			for _, l := range cfg.Lists {
				if l != "domains.csv" && !names[path.Base(l)] {
					t.Errorf("%s: there is no sample %s", s.File, l)
				}
			}
		case ".html":
		default:
			t.Errorf("%s: what is it?", s.File)
		}
	}
}
