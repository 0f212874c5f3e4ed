package gate

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// sample bounds how much text is looked at word by word: what a page is shows
// in its first pages, and a statement of 100 KB is one in every part.
const sample = 12 << 10

// topHeadings is how many headings may tell what the page is.
const topHeadings = 4

// shape is what a document looks like before anything is read in it.
type shape struct {
	blocks int
	// all counts the words, running those of sentences outside links, linked
	// those inside links.
	all, running, linked int
	links                int
	// articles counts the blocks that begin with one word and a number.
	articles int
	// sampled counts the words of text.
	sampled int
	// All canonical: the short lines (buttons, labels, headings), the running
	// text up to the sample's size, and what stands on top, one by one: the
	// parts of the title and the first headings.
	labels, text string
	top          []string
	titles       int    // how many of top are of the title
	raw          string // the running text as shown
}

// measure looks at every block once. title is the page's own title element,
// which a document may replace by its first heading.
func measure(doc *record.Document, title string) shape {
	s := shape{top: titleParts(cut(title, 400))}
	for _, part := range titleParts(cut(doc.Title, 400)) {
		if !slices.Contains(s.top, part) {
			s.top = append(s.top, part)
		}
	}
	s.titles = len(s.top)
	var text, labels strings.Builder
	size := 0
	for i := range doc.Blocks {
		size += len(doc.Blocks[i].Text) + 1
	}
	text.Grow(min(size, sample+1))
	heads, numbered := 0, make(map[string]int)
	for i := range doc.Blocks {
		b := &doc.Blocks[i]
		n := countWords(b.Text)
		if n == 0 {
			continue
		}
		s.blocks++
		s.all += n
		if w := numberedWord(b.Text); w != "" && len(numbered) < 64 {
			numbered[w]++
			s.articles = max(s.articles, numbered[w])
		}
		in := 0
		for _, l := range b.Links {
			in += countWords(l.Text)
		}
		in = min(in, n)
		s.linked += in
		s.links += len(b.Links)
		if n <= 6 && labels.Len() < 4000 {
			labels.WriteString(cut(b.Text, 200))
			labels.WriteString("\n")
		}
		if b.Kind == record.Heading {
			if heads++; heads <= topHeadings {
				s.top = append(s.top, canon.Text(cut(b.Text, 300)))
			}
			continue
		}
		// Four words make a sentence in Persian and Arabic; less is a label.
		if n-in >= 4 {
			s.running += n - in
		}
		if in*10 < n*6 && text.Len() < sample {
			text.WriteString(cut(b.Text, sample-text.Len()))
			text.WriteString("\n")
			s.sampled += n
		}
	}
	s.raw = text.String()
	s.text = canon.Text(s.raw)
	s.labels = canon.Text(labels.String())
	return s
}

// numberedWord returns the first word of a text where a number follows it:
// "Article" of "Article 7.", "ماده" of "ماده ۷ـ".
func numberedWord(s string) string {
	word, rest, ok := strings.Cut(cut(s, 40), " ")
	if r, _ := utf8.DecodeRuneInString(rest); !ok || !unicode.IsDigit(r) {
		return ""
	}
	if r, _ := utf8.DecodeRuneInString(word); !unicode.IsLetter(r) && r != '§' {
		return ""
	}
	return word
}

var dashes = strings.NewReplacer(" - ", "|", " – ", "|", " — ", "|", ": ", "|", " :: ", "|")

// titleParts cuts a title at the marks that part a page's name from its
// site's: "Privacy | Harbour Safety Authority".
func titleParts(title string) []string {
	var out []string
	for part := range strings.FieldsFuncSeq(dashes.Replace(title),
		func(r rune) bool {
			return r == '|' || r == '»' || r == '«' || r == '·' || r == '•' || r == '›' || r == '/'
		}) {
		if c := canon.Text(part); c != "" {
			out = append(out, c)
		}
	}
	return out
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// garbled says why text cannot be read as written language, "" when it can.
// Each rule is about letters, not about any language's words.
func garbled(s string) string {
	var letters, arabic, signs, odd, forms, mojibake, taZa, single, words int
	run := 0
	for _, r := range s {
		switch {
		case r == utf8.RuneError, r < ' ' && r != '\n' && r != '\t' && r != '\r', r >= 0x7f && r < 0xa0, r >= 0xe000 && r <= 0xf8ff, r >= 0xf0000:
			odd++
		case r >= 0xfb50 && r <= 0xfdff, r >= 0xfe70 && r <= 0xfefc:
			forms++
		}
		if !unicode.IsLetter(r) {
			if run == 1 {
				single++
			}
			if run > 0 {
				words++
			}
			run = 0
			if unicode.IsPunct(r) || unicode.IsSymbol(r) {
				signs++
			}
			continue
		}
		run++
		letters++
		switch {
		case r == 'Ø', r == 'Ù', r == 'Û', r == 'Ú', r == 'Ã', r == 'Â':
			mojibake++
		case r == 'ط', r == 'ظ':
			taZa++
			arabic++
		case r >= 0x0600 && r <= 0x06ff:
			arabic++
		}
	}
	share := func(n, of int) float64 { return float64(n) / float64(max(of, 1)) }
	switch {
	case letters+odd < 40:
		return ""
	case share(odd, letters+odd) > 0.08:
		return "characters that no writing uses"
	case share(mojibake, letters) > 0.25:
		return "letters of a text read in the wrong encoding"
	case arabic > 100 && share(taZa, arabic) > 0.25:
		return "letters of a text read in the wrong encoding"
	case share(signs, letters+signs) > 0.35:
		return "more signs than words"
	case share(forms, letters) > 0.3:
		return "presentation forms in place of letters"
	case words > 40 && share(single, words) > 0.6:
		return "single letters in place of words"
	}
	return ""
}

// backwards returns s with its letters in reversed order, as some PDFs store
// Persian and Arabic.
func backwards(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}

// rightToLeft reports whether most letters of s are of the Arabic script.
func rightToLeft(s string) bool {
	arabic, letters := 0, 0
	for _, r := range cut(s, 2000) {
		if unicode.IsLetter(r) {
			letters++
			if r >= 0x0600 && r <= 0x06ff {
				arabic++
			}
		}
	}
	return arabic*2 > letters
}
