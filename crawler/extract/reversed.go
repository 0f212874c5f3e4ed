package extract

import (
	"slices"
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// Some PDF tools leave the headings of right-to-left texts in visual order: the
// words are whole, their order is reversed. Bodies of the same file often came
// out in reading order, because they were set another way; they show how the
// words follow one another.

// order counts, for a line, the neighbours that are known to follow each other
// as they stand and the other way round.
type order struct{ forward, backward int }

// pair is two neighbouring words in lookup form.
type pair struct{ a, b string }

// unreverse puts headings whose words stand in reversed order into reading
// order and keeps what stood there. A heading without evidence goes the way
// that the others of its document go.
func (r *Reader) unreverse(ds []draft) []draft {
	rtl := false
	for _, d := range ds {
		if c, _ := utf8.DecodeRuneInString(strings.TrimSpace(d.text)); rightToLeft(c) {
			rtl = true
			break
		}
	}
	if !rtl {
		return ds
	}
	follows := map[pair]bool{}
	stops := 0
	for _, d := range ds {
		if d.kind == record.Heading {
			continue
		}
		if stopInFront(d.lastLine()) {
			stops++
		}
		words := strings.Fields(key(d.text))
		for i := 1; i < len(words); i++ {
			follows[pair{words[i-1], words[i]}] = true
		}
	}
	orders := make([]order, len(ds))
	back, forth := 0, 0
	for i, d := range ds {
		if d.kind != record.Heading || d.clause {
			continue
		}
		orders[i] = r.orderOf(d.text, follows)
		switch o := orders[i]; {
		case o.backward > o.forward:
			back++
		case o.forward > o.backward:
			forth++
		}
	}
	// One odd heading proves nothing unless the text shows the same damage.
	if back == 0 || back <= forth || back == 1 && stops == 0 {
		return ds
	}
	for i := range ds {
		d := &ds[i]
		if o := orders[i]; d.kind != record.Heading || d.clause || o.forward > o.backward {
			continue
		}
		words := strings.Fields(d.text)
		if len(words) < 2 || !mostlyRightToLeft(d.text) {
			continue
		}
		d.original = d.text
		slices.Reverse(words)
		d.text = strings.Join(words, " ")
	}
	return ds
}

// orderOf weighs the order of a heading's words by the text's own pairs, by the
// phrases that headings are known to use, and by the small words that cannot
// stand where they stand.
func (r *Reader) orderOf(text string, follows map[pair]bool) (o order) {
	words := strings.Fields(key(text))
	if len(words) < 2 {
		return o
	}
	for i := 1; i < len(words); i++ {
		a, b := words[i-1], words[i]
		if follows[pair{a, b}] || r.follows[pair{a, b}] {
			o.forward++
		}
		if follows[pair{b, a}] || r.follows[pair{b, a}] {
			o.backward++
		}
	}
	if bound[words[0]] {
		o.backward += 2
	}
	if leading[words[len(words)-1]] {
		o.backward += 2
	}
	return o
}

// bound are Persian endings that are often written apart: no line begins with
// one.
var bound = map[string]bool{"ها": true, "های": true, "هایی": true, "هایی که": true, "ای": true, "تر": true, "ترین": true, "ام": true, "اند": true, "را": true}

// leading are Persian and Arabic words that need another after them: no title
// ends with one.
var leading = map[string]bool{"از": true, "در": true, "به": true, "با": true, "برای": true, "و": true, "یا": true, "این": true, "من": true, "فی": true, "علی": true, "الی": true, "عن": true, "او": true}

func mostlyRightToLeft(s string) bool {
	rtl, ltr := 0, 0
	for _, c := range s {
		if rightToLeft(c) {
			rtl++
		} else if c|0x20 >= 'a' && c|0x20 <= 'z' {
			ltr++
		}
	}
	return rtl > ltr
}

// learnPairs takes the word pairs of every plain phrase that the lexicons know
// for headings and titles.
func (r *Reader) learnPairs(lex []record.Lexicon) {
	r.follows = map[pair]bool{}
	take := func(phrase string) {
		if strings.ContainsAny(phrase, "()|*…") {
			return
		}
		words := strings.Fields(key(phrase))
		for i := 1; i < len(words); i++ {
			r.follows[pair{words[i-1], words[i]}] = true
		}
	}
	for _, l := range lex {
		if l.Dir != "rtl" {
			continue
		}
		for p := range l.Links.Statement {
			take(p)
		}
		for _, t := range l.Topics {
			for p := range t.Heading {
				take(p)
			}
		}
	}
}
