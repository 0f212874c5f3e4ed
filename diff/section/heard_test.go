package section_test

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"policywatch/store/record"
)

// plain is a sentence about nothing, because a heading without a body covers
// nothing.
var plain = map[string]string{
	"en": "The details are as follows.", "fa": "شرح آن چنین است.", "ar": "وبيان ذلك ما يلي.",
	"fr": "Voici le détail.", "de": "Im Einzelnen gilt Folgendes.", "es": "El detalle es el siguiente.",
	"tr": "Ayrıntılar şöyledir.", "ur": "تفصیل یہ ہے۔", "ckb": "وردەکارییەکە بەم شێوەیەیە.",
}

// A saying is a heading or a passage as offices write them, alone, with the
// topic that it must have and those that it may have.
type saying struct {
	text    string
	heading bool
	topics  []record.Topic // the first is the one that it must have
}

// sayings reads testdata/heard: "# topic", then "= heading" and "- passage",
// each with more topics that are no mistake after " ~ ".
func sayings(t *testing.T, file string) (out []saying) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var topic record.Topic
	for lines := bufio.NewScanner(f); lines.Scan(); {
		sign, text, _ := strings.Cut(lines.Text(), " ")
		if sign == "#" {
			topic = record.Topic(text)
			continue
		}
		text, more, _ := strings.Cut(text, " ~ ")
		s := saying{text: strings.TrimSpace(text), heading: sign == "=", topics: []record.Topic{topic}}
		for _, m := range strings.Fields(more) {
			s.topics = append(s.topics, record.Topic(m))
		}
		out = append(out, s)
	}
	return out
}

// heard labels a text and returns its topics with the words that decided.
func heard(t *testing.T, lang, text string) (topics []record.Topic, words []string) {
	t.Helper()
	doc := document(lang, text)
	reader(t).Label(doc)
	for _, s := range doc.Sections {
		topics, words = append(topics, s.Topics...), append(words, s.Words...)
	}
	return topics, words
}

// What an office writes about a topic is told to be about it and about nothing
// else, whether it stands in a heading alone or in a passage without one.
func TestSayings(t *testing.T) {
	files, err := filepath.Glob("testdata/heard/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no sayings: ", err)
	}
	for _, file := range files {
		lang, _, _ := strings.Cut(filepath.Base(file), ".")
		t.Run(lang, func(t *testing.T) {
			var said, told [2]int
			wrong := 0
			for _, s := range sayings(t, file) {
				text, kind := s.text, 1
				if s.heading {
					text, kind = "## "+s.text+"\n"+plain[lang], 0
				}
				got, words := heard(t, lang, text)
				said[kind]++
				if slices.Contains(got, s.topics[0]) {
					told[kind]++
				} else {
					t.Errorf("%q is %v by %q, want %s", s.text, got, words, s.topics[0])
				}
				for _, g := range got {
					if g != record.Other && !slices.Contains(s.topics, g) {
						wrong++
						t.Errorf("%q is %s too, and is about %s only, by %q", s.text, g, s.topics, words)
					}
				}
			}
			t.Logf("headings %d of %d, passages %d of %d, wrong topics %d", told[0], said[0], told[1], said[1], wrong)
		})
	}
}
