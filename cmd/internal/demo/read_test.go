package demo_test

import (
	"slices"
	"strings"
	"testing"

	"policywatch/cmd/internal/demo"
	"policywatch/configs"
	"policywatch/crawler/charset"
	"policywatch/crawler/extract"
	"policywatch/store/canon"
	"policywatch/store/record"
)

// reader is the product's own, with the lexicons that it ships.
func reader(t *testing.T) *extract.Reader {
	t.Helper()
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	return extract.New(lex)
}

func read(t *testing.T, r *extract.Reader, url string) *record.Document {
	t.Helper()
	page := get(t, url)
	utf8, _ := charset.Decode(page.Body, page.Header.Get("Content-Type"))
	doc, err := r.HTML(utf8, extract.Options{URL: url})
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	return doc
}

// F14, C12, K1, X2 to X5: the product reads every agency's statement whole, in
// order, with its headings, and nothing of the page around it.
func TestProductReadsEveryStatement(t *testing.T) {
	w, r := open(t), reader(t)
	for epoch := range w.Epochs() {
		w.Advance(epoch)
		for _, a := range w.Agencies() {
			if w.Turn(a.Slug, epoch).Expect.State == "fault" {
				continue
			}
			st, url := w.Statement(a.Slug, epoch)
			doc := read(t, r, url)
			if doc.Lang != a.Lang {
				t.Errorf("%s at %d: language %q, want %q", a.Slug, epoch, doc.Lang, a.Lang)
			}
			// A title may carry the site's name; it must carry the statement's.
			if !strings.Contains(words(doc.Title), words(st.Title)) {
				t.Errorf("%s at %d: title %q, want %q", a.Slug, epoch, doc.Title, st.Title)
			}
			if line := lacks(words(doc.Title+"\n"+doc.Text()), st); line != "" {
				t.Errorf("%s at %d: not read: %q", a.Slug, epoch, line)
			}
			body := words(strings.Join(st.Lines(), "\n"))
			var headings, want []string
			for _, b := range doc.Blocks {
				text := words(b.Text)
				if !strings.Contains(body, text) {
					t.Errorf("%s at %d: %s of the page, not of the statement: %q", a.Slug, epoch, b.Kind, b.Text)
				}
				if b.Kind == record.Heading && text != words(st.Title) {
					headings = append(headings, text)
				}
			}
			for _, h := range st.Headings() {
				want = append(want, words(h))
			}
			if !slices.Equal(headings, want) {
				t.Errorf("%s at %d: headings\n got %q\nwant %q", a.Slug, epoch, headings, want)
			}
		}
	}
}

// C12, D2 to D4: noise and cosmetic rewriting leave the identity of a statement
// alone, and real edits do not.
func TestIdentityFollowsTheStories(t *testing.T) {
	w, r := open(t), reader(t)
	identity := func(slug string, epoch int) string {
		w.Advance(epoch)
		_, url := w.Statement(slug, epoch)
		one, two := read(t, r, url).Texts(), read(t, r, url).Texts()
		if a, b := canon.Identity(one), canon.Identity(two); a != b {
			t.Errorf("%s at %d: two visits differ: %s", slug, epoch, firstDifference(one, two))
		}
		return canon.Identity(one)
	}
	for _, a := range w.Agencies() {
		if a.Expect.State == "fault" {
			continue
		}
		same := identity(a.Slug, 0) == identity(a.Slug, 1)
		if want := a.Expect.State == "unchanged"; same != want {
			t.Errorf("%s: identity stays: %v, want %v (%s)", a.Slug, same, want, a.Story)
		}
	}
}

func firstDifference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] + " / " + b[i]
		}
	}
	return "the number of blocks"
}

// words is a text in the form in which texts are matched, without blanks and
// marks.
func words(s string) string {
	var b strings.Builder
	for _, tok := range canon.Tokens(s) {
		b.WriteString(tok.Text)
	}
	return b.String()
}

// lacks returns the first line of the statement that was not read in its place.
func lacks(got string, st demo.Statement) string {
	for _, line := range st.Lines() {
		_, rest, ok := strings.Cut(got, words(line))
		if !ok {
			return line
		}
		got = rest
	}
	return ""
}
