package section

import (
	"strings"
	"unicode"

	"policywatch/store/record"
)

// Reader labels documents and checks them against profiles. It is built once
// from the lexicons and may be used by several goroutines at a time.
type Reader struct {
	matchers map[string]*matcher
	// order lists the languages as they were given.
	order []string
}

// New prepares a Reader for the languages of lex. What a lexicon does not have
// is simply never found in its language.
func New(lex []record.Lexicon) *Reader {
	r := &Reader{matchers: make(map[string]*matcher, len(lex))}
	for _, l := range lex {
		m, _ := newMatcher(l) // what is wrong with a lexicon its tests tell
		r.matchers[l.Lang] = m
		r.order = append(r.order, l.Lang)
	}
	return r
}

// Label fills doc.Sections and doc.Facts from doc.Blocks, replacing what
// stood there.
//
// A section without Implicit is a heading and the blocks under it up to the
// next heading of any level. Together with the implicit sections of the blocks
// that stand before the first heading these cover every block exactly once. An
// implicit section inside a headed one repeats a part of it: a paragraph that
// is about something else than its heading says.
func (r *Reader) Label(doc *record.Document) {
	j := r.judge(doc)
	doc.Sections = j.sections()
	doc.Facts = j.facts(doc.Sections)
}

// matcher returns the matcher for a text of a document in language lang: the
// language's own, or one of the text's own script where a passage is in
// another (an English paragraph in a Persian statement). It is nil when no
// lexicon fits.
func (r *Reader) matcher(lang, s string) *matcher {
	own := r.matchers[baseLanguage(lang)]
	arabic, latin := scripts(s)
	if own != nil && (arabic == latin || (arabic > latin) == own.rtl) {
		return own
	}
	if latin > arabic {
		if m := r.matchers["en"]; m != nil && (own == nil || own.rtl) {
			return m
		}
		return own
	}
	if arabic > latin {
		// Letters that Arabic does not have make it Persian.
		if strings.ContainsAny(s, "پچژگ\u200c") && r.matchers["fa"] != nil {
			return r.matchers["fa"]
		}
		if m := r.matchers["ar"]; m != nil {
			return m
		}
	}
	return own
}

// baseLanguage strips a region ("fa-IR") and maps the macro-language code of
// Kurdish to the one that the lexicon is written in.
func baseLanguage(lang string) string {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	if lang == "ku" {
		return "ckb"
	}
	return lang
}

// scripts counts letters of the Arabic and of the Latin script, in the first
// stretch of s that is enough to tell.
func scripts(s string) (arabic, latin int) {
	for i, r := range s {
		switch {
		case r < 0x80 && unicode.IsLetter(r), r >= 0xC0 && r < 0x250:
			latin++
		case r >= 0x600 && r < 0x700 && unicode.IsLetter(r):
			arabic++
		}
		if i > 400 {
			break
		}
	}
	return arabic, latin
}
