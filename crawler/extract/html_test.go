package extract_test

import (
	"math/rand/v2"
	"strings"
	"testing"

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
func TestFamilies(t *testing.T) {
	r := newReader(t)
	for _, lang := range []string{"fa", "ar", "en"} {
		s := readStatement(t, lang)
		want := s.words()
		for _, f := range families {
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
						continue
					}
					if a, b := canon.Identity(texts(first)), canon.Identity(texts(d)); a != b {
						t.Errorf("two requests of one page differ:\n%s\n--\n%s", first.Text(), d.Text())
					}
				}
				d := first
				if d.Lang != lang || d.Dir != s.dir {
					t.Errorf("read as %s %s", d.Lang, d.Dir)
				}
				if d.Title != s.title {
					t.Errorf("title %q", d.Title)
				}
				got := blockWords(d)
				rec, prec := overlap(strip(got), strip(want))
				if rec < 0.995 || prec < 0.99 {
					t.Errorf("recall %.4f, precision %.4f\nmissing %q\nextra %q", rec, prec, minus(strip(want), strip(got)), minus(strip(got), strip(want)))
				}
				found := 0
				var lost []string
				for _, h := range s.headings() {
					if hasHeading(d, h) {
						found++
					} else {
						lost = append(lost, h)
					}
				}
				if n := len(s.headings()); float64(found) < 0.97*float64(n) {
					t.Errorf("headings %d of %d, lost %q", found, n, lost)
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
			})
		}
	}
}

// strip takes punctuation off words, which templates add to headings.
func strip(words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		if w = strings.Trim(w, ":.،,؛;"); w != "" {
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
		if b.Kind == record.Heading && strings.TrimRight(b.Text, ":") == text {
			return true
		}
	}
	return false
}
