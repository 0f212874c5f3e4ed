package report

import (
	"strconv"
	"strings"

	"policywatch/store/record"
)

// voice speaks one language, and English for what its phrasebook lacks.
type voice struct {
	book, english record.Phrasebook
}

// voice returns the voice for lang; without its phrasebook, the English one.
func (w *Writer) voice(lang string) voice {
	b, ok := w.books[lang]
	if !ok {
		b = w.books["en"]
	}
	if b.Lang == "" {
		b.Lang = "en"
	}
	if b.Dir != rtl {
		b.Dir = ltr
	}
	return voice{b, w.books["en"]}
}

// phrase returns the words of key, empty where no language has it.
func (v voice) phrase(key string) string {
	if s, ok := v.book.Phrases[key]; ok {
		return s
	}
	return v.english.Phrases[key]
}

// say puts values into the phrase of key, one for each %s. Values that run
// against the language's direction are isolated. They are never read as
// formats: part of them comes from statements.
func (v voice) say(key string, values ...string) string {
	p := v.phrase(key)
	if p == "" {
		p = key + strings.Repeat(" %s", len(values))
	}
	var b strings.Builder
	for _, value := range values {
		before, after, found := strings.Cut(p, "%s")
		if !found {
			break
		}
		b.WriteString(before)
		b.WriteString(isolate(value, v.book.Dir))
		p = after
	}
	return b.String() + p
}

// count says a phrase about n things, in the plural form that n asks for:
// key.one, key.two, key.few or key.many, else key itself. English steps in with
// its own forms only where the language lacks the phrase altogether.
func (v voice) count(key string, n int, values ...string) string {
	book := v.book
	if _, ok := book.Phrases[key]; !ok {
		book = v.english
	}
	if form := key + "." + plural(book.Lang, n); book.Phrases[form] != "" {
		key = form
	}
	return v.say(key, values...)
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

// number writes n in the language's digits.
func (v voice) number(n int) string { return v.digits(strconv.Itoa(n)) }

// digits turns the digits of our own numbers into the language's; never those of
// a quote.
func (v voice) digits(s string) string {
	ds := []rune(v.book.Phrases["digits"])
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

// list joins names within a sentence, at most limit of them.
func (v voice) list(names []string, limit int) string {
	switch n := len(names); {
	case n > limit:
		return v.say("list.more", strings.Join(names[:limit], v.phrase("list.comma")), v.number(n-limit))
	case n > 1:
		return v.say("list.and", strings.Join(names[:n-1], v.phrase("list.comma")), names[n-1])
	}
	return strings.Join(names, "")
}

// row joins names that stand by themselves.
func (v voice) row(names []string) string { return strings.Join(names, v.phrase("list.comma")) }

func (v voice) quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = v.say("quote", n)
	}
	return out
}

func (v voice) topics(ts []record.Topic) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = firstOf(v.book.Topics[t], v.english.Topics[t], strings.ReplaceAll(clean(string(t)), "_", " "))
	}
	return out
}

func (v voice) severity(s record.Severity) string {
	return firstOf(v.book.Severities[s], v.english.Severities[s], clean(string(s)))
}

func (v voice) class(c record.Class) string {
	return firstOf(v.book.Classes[c], v.english.Classes[c], clean(string(c)))
}

func (v voice) fault(k record.FaultKind) string {
	return firstOf(v.book.Faults[k], v.english.Faults[k], clean(string(k)))
}

func firstOf(s ...string) string {
	for _, v := range s {
		if v != "" {
			return v
		}
	}
	return ""
}
