package section

import (
	"strings"
	"sync"
	"time"
	"unicode"

	"policywatch/store/record"
)

// Reader labels documents and checks them against profiles. It is built once
// from the lexicons and may be used by several goroutines at a time.
type Reader struct {
	// Now is the clock by which Check tells a date in the future; nil leaves
	// that out. Set it before the first use.
	Now func() time.Time

	languages map[string]*language
	// known keeps the phrases of profiles, compiled, by language and source.
	known sync.Map
	memo  memo
}

// language is one lexicon, compiled when it is first needed: a run that reads
// Persian pages does not pay for eight other languages.
type language struct {
	lexicon record.Lexicon
	compile func() *matcher
}

// New prepares a Reader for the languages of lex. What a lexicon does not have
// is simply never found in its language.
func New(lex []record.Lexicon) *Reader {
	r := &Reader{languages: make(map[string]*language, len(lex))}
	names := map[string][]string{}
	for _, l := range lex {
		for id, spellings := range l.Facts.ThirdParties {
			names[id] = append(names[id], spellings...)
		}
	}
	for _, l := range lex {
		l.Facts.ThirdParties = names // a recipient has its name in any language
		r.languages[l.Lang] = &language{l, sync.OnceValue(func() *matcher {
			m, _ := newMatcher(l) // what is wrong with a lexicon its tests tell
			return m
		})}
	}
	return r
}

// language returns the matcher of a language, nil where no lexicon was given.
func (r *Reader) language(lang string) *matcher {
	if l := r.languages[lang]; l != nil {
		return l.compile()
	}
	return nil
}

// speaks reports whether a language's lexicon has words for a topic.
func (r *Reader) speaks(lang string, t record.Topic) bool {
	l := r.languages[lang]
	return l != nil && len(l.lexicon.Topics[t].Heading)+len(l.lexicon.Topics[t].Body) > 0
}

// phrases compiles a profile's phrases in a language, once.
func (r *Reader) phrases(lang string, words []string) *matcher {
	key := lang + "\x00" + strings.Join(words, "\x00")
	if m, ok := r.known.Load(key); ok {
		return m.(*matcher)
	}
	b := newPhraseBuilder(affixesOf(lang), nil)
	for _, w := range words {
		b.add(phrase{text: w, weight: 1})
	}
	m := &matcher{lang: lang}
	m.dict, m.auto, m.phrases = b.build()
	r.known.Store(key, m)
	return m
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
	own := r.language(baseLanguage(lang))
	if own == nil && lang != "" {
		return nil // a language that nobody taught us is not guessed at
	}
	arabic, latin := scripts(s)
	if own != nil && (arabic == latin || (arabic > latin) == own.rtl) {
		return own
	}
	var other *matcher
	switch {
	case latin > arabic && (own == nil || own.rtl):
		other = r.language("en")
	case arabic > latin && strings.ContainsAny(s, "پچژگ\u200c"): // Arabic does not have these
		other = r.language("fa")
	case arabic > latin:
		other = r.language("ar")
	}
	if other != nil {
		return other
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
// stretch of s that is enough to tell. Addresses are Latin in every language and
// do not count: "رایانامه: info@…" is Persian.
func scripts(s string) (arabic, latin int) {
	word, address := 0, false // Latin letters of the word that is being read
	for i, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= 0xC0 && r < 0x250:
			word++
		case r >= 0x620 && r <= 0x64A, r >= 0x600 && r < 0x700 && unicode.IsLetter(r):
			arabic++
		case r == '@' || r == '/' && strings.HasPrefix(s[i:], "//"):
			address = true
		case unicode.IsSpace(r):
			if !address {
				latin += word
			}
			word, address = 0, false
			if i > 400 {
				return arabic, latin
			}
		}
	}
	if !address {
		latin += word
	}
	return arabic, latin
}
