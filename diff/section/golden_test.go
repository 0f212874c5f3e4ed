package section_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"policywatch/configs"
	"policywatch/diff/section"
	"policywatch/store/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

var lexicons = sync.OnceValues(func() ([]record.Lexicon, error) { return configs.Lexicons(configs.Data()) })

// reader returns a Reader over the real lexicons.
func reader(t testing.TB) *section.Reader {
	t.Helper()
	lex, err := lexicons()
	if err != nil {
		t.Fatal(err)
	}
	return section.New(lex)
}

// document makes a document of plain lines: "# " headings, "- " items, "| "
// rows, a paragraph for any other line.
func document(lang, text string) *record.Document {
	doc := &record.Document{Lang: lang, Quality: record.Quality{Verdict: record.VerdictStatement}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		b := record.Block{Kind: record.Paragraph, Text: line}
		switch mark, rest, _ := strings.Cut(line, " "); {
		case line == "":
			continue
		case strings.Trim(mark, "#") == "":
			b = record.Block{Kind: record.Heading, Level: len(mark), Text: rest}
		case mark == "-":
			b = record.Block{Kind: record.Item, Level: 1, Text: rest}
		case mark == "|":
			b = record.Block{Kind: record.Row, Text: strings.Trim(line, "| ")}
		}
		doc.Blocks = append(doc.Blocks, b)
	}
	return doc
}

func fixture(t testing.TB, lang string) *record.Document {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", lang+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return document(lang, string(b))
}

// TestGolden reads whole statements: their sections, facts, and findings
// against the law of their country.
func TestGolden(t *testing.T) { // K1 K2 K3 K5 K7 X2 X3 X8
	profiles, err := configs.Profiles(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	for lang, domain := range map[string]string{"fa": "abkhiz.gov.ir", "ar": "sahil.gov.sa", "en": "river.gov"} {
		t.Run(lang, func(t *testing.T) {
			r, doc := reader(t), fixture(t, lang)
			r.Label(doc)
			got := show(doc, r.Check(doc, section.Choose(profiles, domain)))
			path := filepath.Join("testdata", lang+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("differs from %s (-update writes it anew):\n%s", path, got)
			}
		})
	}
}

func show(doc *record.Document, findings []record.Finding) string {
	var b strings.Builder
	for _, s := range doc.Sections {
		mark := s.Heading
		if s.Implicit {
			mark = "  ~ " + first(doc.Blocks[s.From].Text, 40)
		}
		fmt.Fprintf(&b, "%s [%d:%d] %v\n", mark, s.From, s.To, s.Topics)
	}
	b.WriteByte('\n')
	for _, f := range doc.Facts {
		fmt.Fprintf(&b, "%d %s %s = %s\n", f.Block, f.Kind, f.Value, f.Text)
	}
	b.WriteByte('\n')
	for _, f := range findings {
		fmt.Fprintf(&b, "%s %s", f.ID, f.Status)
		if f.Evidence != nil {
			fmt.Fprintf(&b, " | %s | %s", f.Evidence.Section, f.Evidence.Quote)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func first(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
