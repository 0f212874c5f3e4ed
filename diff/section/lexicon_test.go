package section_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"policywatch/configs"
	"policywatch/diff/section"
	"policywatch/store/record"
)

// TestLexicons holds every language to the same standard: words for every
// topic, phrases that can be read, and what facts are read by.
func TestLexicons(t *testing.T) {
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lex {
		t.Run(l.Lang, func(t *testing.T) {
			for _, topic := range record.Topics() {
				w := l.Topics[topic]
				if len(w.Heading) == 0 || len(w.Body) == 0 {
					t.Errorf("%s: %d heading and %d body phrases", topic, len(w.Heading), len(w.Body))
				}
				for text, weight := range w.Heading {
					if weight < 0.3 || weight > 2 {
						t.Errorf("%s: %q weighs %v", topic, text, weight)
					}
				}
				for text, weight := range w.Body {
					if weight < 0.3 || weight > 2 {
						t.Errorf("%s: %q weighs %v", topic, text, weight)
					}
				}
			}
			if err := section.CompileLexicon(l); err != nil {
				t.Error(err)
			}
			f := l.Facts
			for name, months := range f.Months {
				if !section.KnownCalendar(name) || len(months) != 12 {
					t.Errorf("months: %q has %d months", name, len(months))
				}
			}
			for _, id := range []string{"name", "email", "national_id", "birth_date", "ip"} {
				if len(f.DataItems[id]) == 0 {
					t.Errorf("data_items: nothing for %s", id)
				}
			}
			for _, unit := range []string{"day", "month", "year"} {
				if len(f.Units[unit]) == 0 {
					t.Errorf("units: nothing for %s", unit)
				}
			}
			for what, words := range map[string]int{"months": len(f.Months), "updated": len(f.Updated), "effective": len(f.Effective),
				"numbers": len(f.Numbers), "instruments": len(f.Instruments), "articles": len(f.Articles),
				"organisations": len(f.Organisations), "leftovers": len(f.Leftovers)} {
				if words == 0 {
					t.Errorf("%s: empty", what)
				}
			}
		})
	}
}

// TestProfiles checks that every phrase of every profile can be read, in a
// language that there is a lexicon for.
func TestProfiles(t *testing.T) {
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := configs.Profiles(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range profiles {
		for _, e := range p.Elements {
			for _, lang := range []string{"en", "fa", "ar"} {
				if e.Title[lang] == "" {
					t.Errorf("%s: %s has no title in %s", p.ID, e.ID, lang)
				}
			}
			if e.Citation == "" {
				t.Errorf("%s: %s cites nothing", p.ID, e.ID)
			}
			if len(e.Any)+len(e.All)+len(e.Words) == 0 {
				t.Errorf("%s: nothing shows %s", p.ID, e.ID)
			}
			for lang, words := range e.Words {
				if !slices.ContainsFunc(lex, func(l record.Lexicon) bool { return l.Lang == lang }) {
					t.Errorf("%s: %s has words in %q", p.ID, e.ID, lang)
				}
				if err := section.CompilePhrases(lang, words); err != nil {
					t.Errorf("%s: %s: %v", p.ID, e.ID, err)
				}
			}
		}
	}
}

// TestNewLanguage teaches the program a language by one file.
func TestNewLanguage(t *testing.T) {
	lex, err := configs.Lexicons(fstest.MapFS{"lexicons/it.yaml": {Data: []byte(`
lang: it
name: Italiano
dir: ltr
topics:
  cookies: {heading: {cookie*: 1}, body: {"(usa|utilizza) … cookie*": 1}}
  retention: {heading: {conservazione: 1}, body: {"conserv* … (mesi|anni)": 1}}
  security: {body: {"misure (tecniche|organizzative)": 1}}
facts:
  units: {month: [mese, mesi]}
  numbers: {sei: 6}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	doc := &record.Document{Lang: "it", Quality: record.Quality{Verdict: record.VerdictStatement}, Blocks: []record.Block{
		{Kind: record.Heading, Level: 2, Text: "Cookie"},
		{Kind: record.Paragraph, Text: "Il sito non utilizza alcun cookie."},
		{Kind: record.Heading, Level: 2, Text: "Conservazione dei dati"},
		{Kind: record.Paragraph, Text: "I dati sono conservati per sei mesi."},
		{Kind: record.Paragraph, Text: "Applichiamo misure tecniche adeguate."},
	}}
	r := section.New(lex)
	r.Label(doc)
	covers := doc.Covers()
	if !covers[record.Cookies] || !covers[record.Retention] || !covers[record.Security] {
		t.Errorf("sections: %+v", doc.Sections)
	}
	if !slices.ContainsFunc(doc.Facts, func(f record.Fact) bool { return f.Kind == record.FactDuration && f.Value == "P6M" }) {
		t.Errorf("facts: %+v", doc.Facts)
	}
	findings := r.Check(doc, record.Profile{Elements: []record.Element{
		{ID: "cookies", Any: []record.Topic{record.Cookies}},
		{ID: "children", Any: []record.Topic{record.Children}},
	}})
	if findings[0].Status != record.StatusPresent {
		t.Errorf("cookies: %+v", findings[0])
	}
	// K4: a topic that the lexicon has no words for cannot be called absent.
	if findings[1].Status != record.StatusUnknown {
		t.Errorf("children: %+v", findings[1])
	}
}
