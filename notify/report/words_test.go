package report_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"policywatch/configs"
	"policywatch/store/record"
)

func books(t *testing.T) map[string]record.Phrasebook {
	t.Helper()
	list, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	m := make(map[string]record.Phrasebook)
	for _, b := range list {
		m[b.Lang] = b
	}
	return m
}

// base is a phrase's key without the form of a number.
func base(key string) string {
	for _, form := range []string{".one", ".two", ".few", ".many"} {
		key = strings.TrimSuffix(key, form)
	}
	return key
}

func TestEveryLanguageSaysEverything(t *testing.T) {
	all := books(t)
	for _, lang := range []string{"en", "fa", "ar"} {
		b, ok := all[lang]
		if !ok {
			t.Fatalf("no phrasebook for %s", lang)
		}
		missing := func(what, key, words string) {
			if strings.TrimSpace(words) == "" {
				t.Errorf("%s: no words for %s %q", lang, what, key)
			}
		}
		for _, r := range record.FaultRules() {
			missing("fault", string(r.Kind), b.Faults[r.Kind])
		}
		for _, s := range record.Severities() {
			missing("severity", string(s), b.Severities[s])
		}
		for _, topic := range record.Topics() {
			missing("topic", string(topic), b.Topics[topic])
		}
		for _, c := range []record.Class{
			record.ClassNone, record.ClassCosmetic, record.ClassLinks, record.ClassMoved, record.ClassMinor, record.ClassSubstantive,
			record.ClassSectionDropped, record.ClassSectionAdded, record.ClassReturned, record.ClassUnusable,
		} {
			missing("class", string(c), b.Classes[c])
		}
		for _, k := range []record.FactKind{
			record.FactDate, record.FactUpdated, record.FactEffective, record.FactInstrument, record.FactArticle, record.FactEmail,
			record.FactPhone, record.FactURL, record.FactDuration, record.FactAmount, record.FactDataItem, record.FactThirdParty,
			record.FactOwner, record.FactAddress,
		} {
			missing("phrase", "fact."+string(k), b.Phrases["fact."+string(k)])
		}
		for key := range all["en"].Phrases {
			if _, ok := b.Phrases[base(key)]; !ok {
				t.Errorf("%s: no phrase %q", lang, base(key))
			}
		}
	}
}

// A phrase that takes other values than the English one would lose some, or
// show its place holders.
func TestPhrasesTakeTheSameValues(t *testing.T) {
	all := books(t)
	for lang, b := range all {
		for key, words := range b.Phrases {
			english, ok := all["en"].Phrases[base(key)]
			if !ok {
				t.Errorf("%s: %q is no phrase of the program", lang, key)
				continue
			}
			want, got := strings.Count(english, "%s"), strings.Count(words, "%s")
			if got != want && (base(key) == key || got > want) {
				t.Errorf("%s: %q takes %d values, want %d: %s", lang, key, got, want, words)
			}
			if strings.Count(words, "%") != got && base(key) != "percent" {
				t.Errorf("%s: %q holds something else than %%s: %s", lang, key, words)
			}
		}
	}
}

// Every key that the code asks for is in the English book, and the book holds
// no other.
func TestKeysAreThoseOfTheCode(t *testing.T) {
	literal := regexp.MustCompile(`"((?:head|label|list|view|date|edit|fact|unit|item|arrow|subject|told|part|verdict|why|event|link)\.[a-z_.]+|quote|arrow|absent|more|fold|footer|subject|digits|percent|cited)"`)
	asked := map[string]bool{}
	for _, pattern := range []string{"*.go", "*.tmpl", "templates/*", "../../store/speech/*.go", "../../diff/*.go", "../../cmd/internal/monitor/*.go", "../../cmd/internal/wire/*.go",
		"../../diff/section/*.go", "../../diff/volatile/*.go", "../*.go", "../../store/*.go", "../../store/export/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range literal.FindAllStringSubmatch(string(src), -1) {
				asked[m[1]] = true
			}
		}
	}
	delete(asked, "date.today") // the id of an observation
	// Keys that are put together.
	for _, prefix := range []string{"link.", "edit.", "fact.", "unit.", "item.", "about.", "noun.", "verdict.", "language.", "event."} {
		for key := range books(t)["en"].Phrases {
			if strings.HasPrefix(key, prefix) {
				asked[base(key)] = true
			}
		}
		delete(asked, prefix)
	}
	delete(asked, "subject.txt") // a template's name
	// A sentence about a place stands with its heading too (diff).
	for key := range books(t)["en"].Phrases {
		if plain, ok := strings.CutSuffix(key, "_under"); ok && asked[plain] {
			asked[key] = true
		}
	}
	have := map[string]bool{}
	for key := range books(t)["en"].Phrases {
		have[base(key)] = true
	}
	// What is asked with a form, as head.dropped.one, is asked with its base too.
	for key := range maps.Clone(asked) {
		asked[base(key)] = true
		if base(key) != key {
			delete(asked, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		if !have[key] {
			t.Errorf("the code says %q, which en.yaml lacks", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if !asked[key] && !strings.HasPrefix(key, "web.") { // those are notify/web's, which tests them
			t.Errorf("en.yaml holds %q, which the code never says", key)
		}
	}
}

// X2: one script's letters in the other's words look right and compare wrong.
func TestWordsAreOfTheirScript(t *testing.T) {
	foreign := map[string]string{"fa": "يك", "ar": "یکگپچژہ"}
	for lang, letters := range foreign {
		b := books(t)[lang]
		check := func(key, words string) {
			if i := strings.IndexAny(words, letters); i >= 0 {
				t.Errorf("%s: %q holds a letter of another language: %q", lang, key, words)
			}
			for _, r := range words {
				if unicode.Is(unicode.Bidi_Control, r) {
					t.Errorf("%s: %q holds a directional mark; reports set their own: %q", lang, key, words)
				}
			}
		}
		for k, v := range b.Faults {
			check(string(k), v)
		}
		for k, v := range b.Classes {
			check(string(k), v)
		}
		for k, v := range b.Topics {
			check(string(k), v)
		}
		for k, v := range b.Severities {
			check(string(k), v)
		}
		for k, v := range b.Phrases {
			check(k, v)
		}
	}
}
