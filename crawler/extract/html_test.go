package extract_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"policywatch/crawler/extract"
	"policywatch/store/canon"
	"policywatch/store/record"
)

// overlap returns recall and precision of got against want as bags of words.
func overlap(got, want []string) (recall, precision float64) {
	left := map[string]int{}
	for _, w := range want {
		left[w]++
	}
	both := 0
	for _, w := range got {
		if left[w] > 0 {
			left[w]--
			both++
		}
	}
	return float64(both) / float64(len(want)), float64(both) / float64(max(len(got), 1))
}

func blockWords(d *record.Document) []string {
	var out []string
	for _, b := range d.Blocks {
		for _, w := range strings.Fields(b.Text) {
			if w != "|" {
				out = append(out, w)
			}
		}
	}
	return out
}

func texts(d *record.Document) []string {
	var out []string
	for _, b := range d.Blocks {
		out = append(out, b.Text)
	}
	return out
}

// Every family of site gives the whole statement, its headings, and nothing of
// the page around it, whatever a request adds. C4, C12, D4, K1
func TestFamilies(t *testing.T) { testFamilies(t, families, false) }

// The same with running text around the statement, with forms, copies and
// structures that say little. The title may be the page's own. C4, C12, K1
func TestHardFamilies(t *testing.T) { testFamilies(t, hardFamilies, true) }

func testFamilies(t *testing.T, fs []family, anyTitle bool) {
	r := newReader(t)
	for _, lang := range []string{"fa", "ar", "en"} {
		s := readStatement(t, lang)
		for _, f := range fs {
			t.Run(f.name+"/"+lang, func(t *testing.T) {
				var first *record.Document
				for seed := range uint64(3) {
					src := f.page(s, noise{rand.New(rand.NewPCG(seed, 9)), lang})
					d, err := r.HTML([]byte(src), extract.Options{URL: "https://agency.example/privacy"})
					if err != nil {
						t.Fatal(err)
					}
					if first == nil {
						first = d
					} else if a, b := canon.Identity(texts(first)), canon.Identity(texts(d)); a != b {
						t.Errorf("two requests of one page differ: %q and %q", minus(texts(first), texts(d)), minus(texts(d), texts(first)))
					}
				}
				judge(t, first, s, anyTitle)
			})
		}
	}
}

// What each family gives, to the letter: a change here is a change of Version.
func TestFamilyGoldens(t *testing.T) {
	r := newReader(t)
	for i, f := range families {
		lang := []string{"fa", "ar", "en"}[i%3]
		t.Run(f.name, func(t *testing.T) {
			src := f.page(readStatement(t, lang), noise{rand.New(rand.NewPCG(1, 9)), lang})
			d, err := r.HTML([]byte(src), extract.Options{URL: "https://agency.example/privacy"})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "families/"+strings.ReplaceAll(f.name, " ", "-")+"."+lang, d)
		})
	}
}

// However inline tags are nested and text is cut into nodes, a paragraph's
// words come out in order, neither glued nor split.
func TestInlineProperty(t *testing.T) {
	r := newReader(t)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zآ-ی]{1,9}`), 12, 60).Draw(t, "words")
		var b strings.Builder
		var open []string
		for i, w := range words {
			if i > 0 {
				b.WriteString(rapid.SampledFrom([]string{" ", "\n", "&nbsp;", " \t "}).Draw(t, "space"))
			}
			for n := rapid.IntRange(0, 2).Draw(t, "tags"); n > 0; n-- {
				if len(open) > 0 && rapid.Bool().Draw(t, "close") {
					b.WriteString("</" + open[len(open)-1] + ">")
					open = open[:len(open)-1]
				} else {
					tag := rapid.SampledFrom([]string{"b", "i", "span", "em", "u", "font", "x-y", "small"}).Draw(t, "tag")
					b.WriteString("<" + tag + ">")
					open = append(open, tag)
				}
			}
			cut := rapid.IntRange(0, len([]rune(w))).Draw(t, "cut")
			b.WriteString(string([]rune(w)[:cut]) + "<!-- c --><wbr>" + string([]rune(w)[cut:]))
		}
		src := "<body><h1>T</h1><p>" + strings.Repeat("The office says this first. ", 9) + "</p><h2>U</h2><p>" + b.String() + ". " + strings.Repeat("And this. ", 9) + "</p></body>"
		d, err := r.HTML([]byte(src), extract.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := d.Blocks[len(d.Blocks)-1].Text, strings.Join(words, " ")+". "+strings.TrimSpace(strings.Repeat("And this. ", 9)); got != want {
			t.Fatalf("%s\ngave %q\nwant %q", src, got, want)
		}
	})
}

// judge compares a document with the statement that the page was made of.
func judge(t *testing.T, d *record.Document, s statement, anyTitle bool) {
	t.Helper()
	if d.Lang != s.lang || d.Dir != s.dir {
		t.Errorf("read as %s %s", d.Lang, d.Dir)
	}
	if d.Title != s.title && !anyTitle {
		t.Errorf("title %q", d.Title)
	}
	want, got := strip(s.words()), strip(blockWords(d))
	heads := s.headings()
	if anyTitle && !hasHeading(d, s.title) {
		want, heads = want[len(strip(strings.Fields(s.title))):], heads[1:]
	}
	if rec, prec := overlap(got, want); rec < 0.995 || prec < 0.99 {
		t.Errorf("recall %.4f, precision %.4f\nmissing %q\nextra %q", rec, prec, minus(want, got), minus(got, want))
	}
	var lost []string
	for _, h := range heads {
		if !hasHeading(d, h) {
			lost = append(lost, h)
		}
	}
	if float64(len(lost)) > 0.03*float64(len(heads)) {
		t.Errorf("%d of %d headings lost: %q", len(lost), len(heads), lost)
	}
	var rows, items int
	for _, b := range d.Blocks {
		switch b.Kind {
		case record.Row:
			rows++
		case record.Item:
			items++
		}
	}
	if rows != 4 || items != 4 {
		t.Errorf("%d rows and %d items, want 4 and 4", rows, items)
	}
}

// strip takes off the punctuation and numbers that templates add to headings.
func strip(words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		if w = strings.Trim(w, ":.،,؛;"); w != "" && !(len(w) <= 2 && w[0] >= '1' && w[0] <= '9') {
			out = append(out, w)
		}
	}
	return out
}

func minus(a, b []string) []string {
	n := map[string]int{}
	for _, w := range b {
		n[w]++
	}
	var out []string
	for _, w := range a {
		if n[w]--; n[w] < 0 {
			out = append(out, w)
		}
	}
	return out
}

func hasHeading(d *record.Document, text string) bool {
	for _, b := range d.Blocks {
		if b.Kind == record.Heading && (strings.TrimRight(b.Text, ":") == text || strings.HasSuffix(b.Text, ". "+text)) {
			return true
		}
	}
	return false
}
