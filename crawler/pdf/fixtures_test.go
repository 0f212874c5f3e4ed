package pdf_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"policywatch/configs"
	"policywatch/crawler/extract"
	"policywatch/crawler/pdf"
	"policywatch/store/record"
)

func lexicons(t testing.TB) []record.Lexicon {
	t.Helper()
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	return lex
}

// newReader reads without other programs.
func newReader(t testing.TB) *pdf.Reader {
	t.Helper()
	lex := lexicons(t)
	return pdf.New(pdf.Options{Lexicons: lex, Language: extract.New(lex).Language, PDFToText: "off"})
}

// source is a statement that fixtures were printed from, as blocks.
func source(t testing.TB, lang string) (blocks []record.Block) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", lang+".md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		head, rest, _ := strings.Cut(l, " ")
		switch {
		case l == "":
		case head == "#" || head == "##":
			blocks = append(blocks, record.Block{Kind: record.Heading, Level: len(head), Text: rest})
		case head == "-":
			blocks = append(blocks, record.Block{Kind: record.Item, Level: 1, Text: rest})
		case len(head) == 2 && head[1] == '.':
			blocks = append(blocks, record.Block{Kind: record.Item, Level: 1, Text: l})
		case head == "|":
			blocks = append(blocks, record.Block{Kind: record.Row, Text: strings.Trim(l, "| ")})
		default:
			blocks = append(blocks, record.Block{Kind: record.Paragraph, Text: l})
		}
	}
	return blocks
}

// words cuts texts at everything that is no letter, digit or mark; the joiner
// of Persian is part of a word.
func words(bs []record.Block) (out []string) {
	for _, b := range bs {
		out = append(out, strings.FieldsFunc(b.Text, func(c rune) bool {
			return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) && c != 0x200C
		})...)
	}
	return out
}

// inOrder is the length of the longest common subsequence.
func inOrder(a, b []string) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		diag := 0
		for j, y := range b {
			up := row[j+1]
			if x == y {
				row[j+1] = diag + 1
			} else {
				row[j+1] = max(row[j+1], row[j])
			}
			diag = up
		}
	}
	return row[len(b)]
}

func fixtures(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/*-*.pdf")
	if err != nil || len(names) == 0 {
		t.Fatal("no fixtures", err)
	}
	return names
}

func langOf(name string) string { return strings.Split(filepath.Base(name), "-")[1] }

// What a page shows must come out word for word, in order, with its headings,
// whatever program made the file.
func TestPrintedStatements(t *testing.T) {
	r := newReader(t)
	for _, name := range fixtures(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".pdf"), func(t *testing.T) {
			body, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := r.PDF(t.Context(), body)
			if err != nil {
				t.Fatal(err)
			}
			want := source(t, langOf(name))
			a, b := words(want), words(doc.Blocks)
			n := inOrder(a, b)
			recall, precision := float64(n)/float64(len(a)), float64(n)/float64(len(b))
			heads, found := 0, 0
			for _, w := range want {
				if w.Kind != record.Heading {
					continue
				}
				heads++
				for _, g := range doc.Blocks {
					if g.Kind == record.Heading && g.Text == w.Text {
						found++
						break
					}
				}
			}
			t.Logf("words in order: recall %.4f precision %.4f; headings %d of %d; blocks %d of %d", recall, precision, found, heads, len(doc.Blocks), len(want))
		})
	}
}
