package demo_test

import (
	"slices"
	"testing"

	"policywatch/configs"
	"policywatch/crawler/extract"
	"policywatch/diff/section"
	"policywatch/store/record"
)

// The product gives each section the topic that its author wrote it about,
// in three languages.
func TestProductKnowsTheTopics(t *testing.T) {
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	w, r, labels := open(t), extract.New(lex), section.New(lex)
	for _, a := range w.Agencies() {
		st, _ := w.Statement(a.Slug, 1)
		doc, err := r.Markdown([]byte(st.Source), extract.Options{})
		if err != nil {
			t.Fatal(err)
		}
		labels.Label(doc)
		found := map[string][]record.Topic{}
		for _, s := range doc.Sections {
			found[words(s.Heading)] = append(found[words(s.Heading)], s.Topics...)
		}
		for _, s := range st.Sections {
			if s.Heading == "" {
				continue
			}
			for _, topic := range s.Topics {
				if !slices.Contains(found[words(s.Heading)], topic) {
					t.Errorf("%s: %q is labelled %v, want %s", a.Slug, s.Heading, found[words(s.Heading)], topic)
				}
			}
		}
	}
}
