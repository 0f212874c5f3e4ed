// Package speech puts things into words: it fills the phrases of a phrasebook
// with values in the right plural form, digits and direction, and says the
// sentences of a reason in the reader's language.
//
// The archive's reasons (diff), and everything that is sent or shown (notify),
// speak through it, so that one thing has one name everywhere. It is given its
// phrasebooks and must not know where they come from, who listens, or what the
// words are about. All of it is pure and safe for concurrent use.
package speech

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/store/record"
)

// The directions of a text.
const RTL, LTR = "rtl", "ltr"

// Voices speaks the languages of its phrasebooks.
type Voices struct{ books map[string]record.Phrasebook }

// New returns the voices of books.
func New(books []record.Phrasebook) Voices {
	m := make(map[string]record.Phrasebook, len(books))
	for _, b := range books {
		m[b.Lang] = b
	}
	return Voices{m}
}

// Mute reports whether there is no phrasebook at all.
func (vs Voices) Mute() bool { return len(vs.books) == 0 }

// Languages are the codes of those that it speaks, in order.
func (vs Voices) Languages() []string { return slices.Sorted(maps.Keys(vs.books)) }

// In returns the voice for lang; without its phrasebook, the English one.
func (vs Voices) In(lang string) Voice {
	b, ok := vs.books[lang]
	if !ok {
		b = vs.books["en"]
	}
	if b.Lang == "" {
		b.Lang = "en"
	}
	if b.Dir != RTL {
		b.Dir = LTR
	}
	return Voice{Book: b, english: vs.books["en"]}
}

// Voice speaks one language, and English for what its phrasebook lacks. The zero
// Voice has no words: it says keys.
type Voice struct {
	Book    record.Phrasebook
	english record.Phrasebook
	plain   bool
}

// Plain returns the voice without directional isolates and without cleaning, for
// text that is stored: whoever shows it sets it for the place where it stands.
func (v Voice) Plain() Voice {
	v.plain = true
	return v
}

// Phrase returns the words of key, empty where no language has it.
func (v Voice) Phrase(key string) string {
	if s, ok := v.Book.Phrases[key]; ok {
		return s
	}
	return v.english.Phrases[key]
}

// Say puts values into the phrase of key, one for each %s. Values that run
// against the language's direction are isolated. They are never read as
// formats: part of them comes from statements.
func (v Voice) Say(key string, values ...string) string {
	p := v.Phrase(key)
	if p == "" {
		p = key + strings.Repeat(" %s", len(values))
	}
	stop := v.closing()
	var b strings.Builder
	for _, value := range values {
		before, after, found := strings.Cut(p, "%s")
		if !found {
			break
		}
		b.WriteString(before)
		b.WriteString(v.isolate(value))
		p = after
		// A quotation that ends in a full stop ends the sentence.
		if rest, ok := strings.CutPrefix(p, "."); ok && stop != "" && strings.HasSuffix(strings.ReplaceAll(value, PDI, ""), "."+stop) {
			p = rest
		}
	}
	return b.String() + p
}

// closing is the mark that ends a quotation.
func (v Voice) closing() string {
	_, after, _ := strings.Cut(v.Phrase("quote"), "%s")
	return after
}

// Count says a phrase about n things, in the plural form that n asks for:
// key.one, key.two, key.few or key.many, else key itself. English steps in with
// its own forms only where the language lacks the phrase altogether.
func (v Voice) Count(key string, n int, values ...string) string {
	return v.Say(v.form(key, n), values...)
}

// form is the key of the plural form that n asks for.
func (v Voice) form(key string, n int) string {
	book := v.Book
	if _, ok := book.Phrases[key]; !ok {
		book = v.english
	}
	if form := key + "." + plural(book.Lang, n); book.Phrases[form] != "" {
		return form
	}
	return key
}

// plural names the form of a number, by the plural rules of Unicode's CLDR for
// the languages that have a phrasebook.
func plural(lang string, n int) string {
	if lang == "ar" {
		switch m := n % 100; {
		case n == 2:
			return "two"
		case m >= 3 && m <= 10:
			return "few"
		case m >= 11:
			return "many"
		}
	}
	if n == 1 {
		return "one"
	}
	return "other"
}

// Number writes n in the language's digits.
func (v Voice) Number(n int) string { return v.Digits(strconv.Itoa(n)) }

// Digits turns the digits of our own numbers into the language's; never those of
// a quote.
func (v Voice) Digits(s string) string {
	ds := []rune(v.Book.Phrases["digits"])
	if len(ds) != 10 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return ds[r-'0']
		}
		return r
	}, s)
}

// List joins names within a sentence, at most limit of them.
func (v Voice) List(names []string, limit int) string {
	if n := len(names); n > limit {
		return v.enumerate(names[:limit], n-limit)
	}
	return v.enumerate(names, 0)
}

// enumerate joins names as a person would, and says how many more there are.
func (v Voice) enumerate(names []string, more int) string {
	isolated := make([]string, len(names))
	for i, n := range names {
		isolated[i] = v.isolate(n)
	}
	switch n := len(isolated); {
	case more > 0:
		return v.Count("list.more", more, v.Row(isolated), v.Number(more))
	case n > 1:
		return v.Say("list.and", v.Row(isolated[:n-1]), isolated[n-1])
	}
	return strings.Join(isolated, "")
}

// Row joins names that stand by themselves.
func (v Voice) Row(names []string) string { return strings.Join(names, v.Phrase("list.comma")) }

// Quoted puts each name into quotation marks.
func (v Voice) Quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = v.Say("quote", n)
	}
	return out
}

// Topic names a topic as a heading would.
func (v Voice) Topic(t record.Topic) string {
	return First(v.Book.Topics[t], v.english.Topics[t], strings.ReplaceAll(Clean(string(t)), "_", " "))
}

// about names a topic as a sentence does after "speaks of".
func (v Voice) about(t record.Topic) string { return First(v.Phrase("about."+string(t)), v.Topic(t)) }

// Severity says how much a change matters.
func (v Voice) Severity(s record.Severity) string {
	return First(v.Book.Severities[s], v.english.Severities[s], Clean(string(s)))
}

// Class says what a change did.
func (v Voice) Class(c record.Class) string {
	return First(v.Book.Classes[c], v.english.Classes[c], Clean(string(c)))
}

// Fault says why a visit failed, as a sentence.
func (v Voice) Fault(k record.FaultKind) string {
	return First(v.Book.Faults[k], v.english.Faults[k], Clean(string(k)))
}

// Inner makes a sentence fit inside another: without its full stop, and without the
// capital that it begins with, unless that is one of several.
func Inner(s string) string {
	s = strings.TrimRight(s, ".。")
	r, n := utf8.DecodeRuneInString(s)
	if next, _ := utf8.DecodeRuneInString(s[n:]); unicode.IsUpper(r) && !unicode.IsUpper(next) {
		return string(unicode.ToLower(r)) + s[n:]
	}
	return s
}

// First returns the first text that is not empty.
func First(s ...string) string {
	for _, v := range s {
		if v != "" {
			return v
		}
	}
	return ""
}

// isolate is Isolate for a line in the voice's language.
func (v Voice) isolate(s string) string {
	if v.plain {
		return s
	}
	return Isolate(s, v.Book.Dir)
}
