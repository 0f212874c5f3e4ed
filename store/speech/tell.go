package speech

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"policywatch/store/record"
)

// Tell says a reason: its sentences in order, each begun with a capital where
// the script has them.
func (v Voice) Tell(told []record.Sentence) string {
	out := make([]string, len(told))
	for i, s := range told {
		out[i] = v.Sentence(s)
	}
	return strings.Join(out, " ")
}

// Sentence says one of them.
func (v Voice) Sentence(s record.Sentence) string {
	values := make([]string, len(s.Values))
	n, number := 1, -1
	for i, x := range s.Values {
		values[i] = v.value(x)
		switch {
		case x.Kind == record.ValueNumber && number < 0:
			n, number = x.Number, i
		case number < 0 && n == 1:
			n = x.Len() // of the first list
		}
	}
	key := v.form(s.Key, n)
	// "One visit gave no statement" has left its number out.
	if number >= 0 && strings.Count(v.Phrase(key), "%s") == len(values)-1 {
		values = slices.Delete(values, number, number+1)
	}
	return Capital(v.Say(key, values...))
}

// value puts a value of a sentence into words.
func (v Voice) value(x record.Value) string {
	switch x.Kind {
	case record.ValueNumber:
		return v.Number(x.Number)
	case record.ValuePercent:
		return v.Say("percent", v.Number(x.Number))
	}
	var items []string
	for _, t := range x.Texts {
		items = append(items, v.text(x, t))
	}
	for _, e := range x.Elements {
		items = append(items, v.element(e))
	}
	for _, c := range x.Clauses {
		if c.Number > 0 {
			items = append(items, v.Count(c.Key, c.Number, v.Number(c.Number)))
		} else {
			items = append(items, v.Say(c.Key))
		}
	}
	return v.enumerate(items, x.More)
}

func (v Voice) text(x record.Value, t string) string {
	switch x.Kind {
	case record.ValueQuote:
		return v.quote(t, x.Dir)
	case record.ValueTopic:
		return v.about(record.Topic(t))
	case record.ValueDate:
		if day, err := time.Parse(time.DateOnly, t); err == nil {
			return v.Date(day)
		}
	case record.ValueDuration:
		if s, ok := v.Duration(t); ok {
			return s
		}
	case record.ValueLanguage:
		return First(v.Phrase("language."+t), strings.ToUpper(t))
	case record.ValueFault:
		return Inner(v.Fault(record.FaultKind(t)))
	}
	if v.plain {
		return t
	}
	return Clean(t)
}

// quote sets words of a statement between quotation marks. The marks are ours
// and stand in our direction; the words are isolated in theirs. A statement's
// own direction goes before that of its first letter: a Persian sentence may
// begin with HTTPS.
func (v Voice) quote(s, dir string) string {
	before, after, _ := strings.Cut(First(v.Phrase("quote"), "%s"), "%s")
	if v.plain {
		return before + s + after
	}
	s = Clean(s)
	left, right, _ := Script(s)
	if dir != "" && left && right {
		s = Opener(dir) + s + PDI
	} else {
		s = v.isolate(s)
	}
	return before + s + after
}

// element names what a profile asks for, with the place in the norm where it has
// one. In a language that the profile does not speak it is named in English.
func (v Voice) element(e record.ElementName) string {
	pick := func(m map[string]string, id string) string {
		s := First(m[v.Book.Lang], m["en"], id)
		if v.plain {
			return s
		}
		return v.isolate(Clean(s))
	}
	title, citation := pick(e.Title, e.ID), pick(e.Citation, "")
	if citation == "" {
		return title
	}
	return v.Say("cited", title, citation)
}

// Capital begins a line that stands alone, in scripts that have capitals.
func Capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
