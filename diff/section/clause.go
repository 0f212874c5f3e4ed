package section

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// clauses know the words that number the parts of a text in a language, in
// canonical form: words parted by single spaces.
type clauses struct {
	labels, ordinals map[string]bool
	most             int // words of the longest entry
}

func newClauses(w record.ClauseWords) clauses {
	c := clauses{labels: map[string]bool{}, ordinals: map[string]bool{}}
	take := func(to map[string]bool, list []string) {
		for _, s := range list {
			ts := canon.Tokens(s)
			words := make([]string, len(ts))
			for i, t := range ts {
				words[i] = t.Text
			}
			to[strings.Join(words, " ")] = true
			c.most = max(c.most, len(words))
		}
	}
	take(c.labels, w.Labels)
	take(c.ordinals, w.Ordinals)
	return c
}

// skip returns the index of the first of the words before end that does not
// only number what follows: "3.", "Article 4 -", "أولاً:", "2. Bölüm".
func (c *clauses) skip(t *text, end int) int {
	i := 0
	numbered := false
	for i < end {
		if ordinal(t.words[i].Text) {
			i++
			numbered = true
			continue
		}
		if n := c.at(c.labels, t, i, end); n > 0 && (numbered && divided(t, i+n) || c.number(t, i+n, end)) {
			i += n
			numbered = true
			continue
		}
		n := c.at(c.ordinals, t, i, end)
		if n == 0 || !numbered && !divided(t, i+n) && c.at(c.labels, t, i+n, end) == 0 {
			break
		}
		i += n
		numbered = true
	}
	return i
}

// at returns how many words from word i on make the longest entry of a list, 0
// when none does.
func (c *clauses) at(list map[string]bool, t *text, i, end int) int {
	for n := min(c.most, end-i); n > 0; n-- {
		s := t.words[i].Text
		for _, w := range t.words[i+1 : i+n] {
			s += " " + w.Text
		}
		if list[s] {
			return n
		}
	}
	return 0
}

// number reports whether word i numbers what stands before it.
func (c *clauses) number(t *text, i, end int) bool {
	return i < end && (ordinal(t.words[i].Text) || c.at(c.ordinals, t, i, end) > 0)
}

// divided reports whether a mark parts word i from the one before it.
func divided(t *text, i int) bool { return strings.ContainsAny(t.between(i), ":.)]-–—/،|\n") }

// ordinal reports whether a word only numbers what follows it: a number, a
// letter, a Roman numeral.
func ordinal(w string) bool {
	r, n := utf8.DecodeRuneInString(w)
	return n == len(w) || unicode.IsDigit(r) || w == "الف" || roman(w)
}

// roman reports whether w is one of the Roman numerals up to thirty-nine.
func roman(w string) bool {
	w = strings.TrimLeft(w, "x")
	switch w {
	case "", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix":
		return true
	}
	return false
}
