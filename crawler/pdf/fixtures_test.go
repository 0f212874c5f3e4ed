package pdf_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

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

// What a page shows must come out word for word, in order, as the blocks that it
// was printed from, whatever program made the file: X1, X3.
func TestPrintedStatements(t *testing.T) {
	r := newReader(t)
	for _, name := range fixtures(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".pdf"), func(t *testing.T) {
			doc, err := r.PDF(t.Context(), read(t, strings.TrimPrefix(name, "testdata/")))
			if err != nil {
				t.Fatal(err)
			}
			want := source(t, langOf(name))
			a, b := words(want), words(doc.Blocks)
			n := inOrder(a, b)
			recall, precision := float64(n)/float64(len(a)), float64(n)/float64(len(b))
			t.Logf("words in order: recall %.4f, precision %.4f", recall, precision)
			if recall < 0.99 || precision < 0.99 {
				t.Errorf("words in order: recall %.4f, precision %.4f", recall, precision)
			}
			if got, want := show(doc.Blocks), show(want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if doc.Title != want[0].Text || doc.Lang != langOf(name) || doc.Extractor != pdf.Version {
				t.Errorf("%q, %s, %s", doc.Title, doc.Lang, doc.Extractor)
			}
		})
	}
}

// The same file gives the same document, always.
func TestReadingIsDeterministic(t *testing.T) {
	r := newReader(t)
	for _, name := range fixtures(t) {
		body := read(t, strings.TrimPrefix(name, "testdata/"))
		first, err := r.PDF(t.Context(), body)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if again, err := r.PDF(t.Context(), body); err != nil || !reflect.DeepEqual(first, again) {
				t.Fatalf("%s: read differently the second time (%v)", name, err)
			}
		}
	}
}

func BenchmarkRead(b *testing.B) {
	r := newReader(b)
	for _, name := range []string{"chromium-fa-naskh-justified", "libreoffice-fa-naskh-justified", "chromium-en-columns"} {
		b.Run(name, func(b *testing.B) {
			body := read(b, name+".pdf")
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.PDF(b.Context(), body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Whatever the bytes are, reading them ends, without a panic, in a document or
// a fault.
func FuzzPDF(f *testing.F) {
	for _, name := range []string{"locked/aes256.pdf", "locked/rc4-40.pdf"} {
		f.Add(read(f, name))
	}
	f.Add(document(helvetica, typeset(statement...)))
	f.Add(composite([]string{"ا", "ب", "\uFEFB"}, "BT /F1 10 Tf 60 700 Td [<0001> 20 <0002>] TJ <0003> Tj ET 1 1 9 9 re S"))
	r := pdf.New(pdf.Options{PDFToText: "off", Limits: pdf.Limits{Unpacked: 4 << 20, Steps: 2e6, Pages: 50}})
	f.Fuzz(func(t *testing.T, body []byte) {
		doc, err := r.PDF(t.Context(), body)
		if fault, ok := err.(*record.Fault); err != nil && (!ok || strings.Contains(fault.Detail, "runtime error")) {
			t.Fatal(err)
		}
		if err == nil && !utf8.ValidString(doc.Text()) {
			t.Fatalf("%q", doc.Text())
		}
	})
}

// The same for what is drawn on a page and for the map of its font.
func FuzzContent(f *testing.F) {
	f.Add("BT /F1 10 Tf 60 700 Td [<0001> 20 <0002>] TJ <0003> Tj T* (abc) ' ET 1 1 9 9 re S", "2 beginbfchar <0001> <0627> <0002> <FEFB> endbfchar 1 beginbfrange <0003> <0009> <0661> endbfrange")
	f.Add("/Span <</ActualText <FEFF0627064B> /MCID 3>> BDC BT /F1 9 Tf 1 0 0 -1 9 9 Tm <00010002> Tj ET EMC q 2 0 0 2 0 0 cm Q BI /W 1 ID x EI", "1 begincodespacerange <00> <FFFF> endcodespacerange 1 beginbfrange <0001> <0002> [<0041> <0042>] endbfrange")
	f.Add("0 0 m 9 0 l S 0 0 m 0 9 l S 0 9 m 9 9 l S 9 0 m 9 9 l S 4 0 m 4 9 l S BT /F1 2 Tf 1 4 Td <0001> Tj 4 0 Td <0002> Tj ET", "")
	r := pdf.New(pdf.Options{PDFToText: "off", Limits: pdf.Limits{Unpacked: 4 << 20, Steps: 4e6}})
	f.Fuzz(func(t *testing.T, content, cmap string) {
		_, err := r.PDF(t.Context(), mapped(cmap, content, content))
		if fault, ok := err.(*record.Fault); err != nil && (!ok || strings.Contains(fault.Detail, "runtime error")) {
			t.Fatal(err)
		}
	})
}
