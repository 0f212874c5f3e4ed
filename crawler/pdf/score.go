package pdf

import (
	"strings"
	"unicode"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// judge tells readable text from garbled one by what all languages of the
// lexicons share: a good part of any text is a few small words.
type judge struct {
	known map[string]bool
}

func newJudge(lex []record.Lexicon) judge {
	j := judge{known: map[string]bool{}}
	for _, l := range lex {
		for _, w := range l.FunctionWords {
			// Single letters would be found in any soup of letters.
			if k := canon.Key(w); len([]rune(k)) >= 2 {
				j.known[k] = true
			}
		}
	}
	return j
}

// marks is what can be said of a text without understanding it.
type marks struct {
	words    int
	known    int // function words
	broken   int // words of a shape that no word has
	single   int // letters that stand alone
	lost     int // signs that nothing explains
	runes    int
	foreign  int // letters of scripts that no lexicon writes
	reversed int // function words, were the words read backwards
}

// sampleWords bounds the judgement of long texts.
const sampleWords = 6000

func (j judge) measure(texts []string) (m marks) {
	for _, t := range texts {
		for _, c := range t {
			m.runes++
			if c == unicode.ReplacementChar || unicode.Is(unicode.Co, c) || unicode.Is(unicode.Cc, c) {
				m.lost++
			}
		}
		for _, w := range strings.FieldsFunc(t, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) && c != zwnj }) {
			if m.words >= sampleWords {
				break
			}
			j.word(w, &m)
		}
	}
	return m
}

func (j judge) word(w string, m *marks) {
	m.words++
	rs := []rune(w)
	if len(rs) == 1 {
		m.single++
	}
	if k := canon.Key(w); j.known[k] {
		m.known++
	}
	for a, b := 0, len(rs)-1; a < b; a, b = a+1, b-1 {
		rs[a], rs[b] = rs[b], rs[a]
	}
	if len(rs) > 1 && j.known[canon.Key(string(rs))] {
		m.reversed++
	}
	if !unicode.In(rs[0], unicode.Latin, unicode.Arabic) {
		m.foreign++
	}
	if misshapen(w) {
		m.broken++
	}
}

// misshapen reports a word that no language writes so: an ending letter of
// Arabic inside a word, capitals behind small letters, no vowel in many letters.
func misshapen(w string) bool {
	var last rune
	lower, vowels, run, longest := false, 0, 0, 0
	n := 0
	for _, c := range w {
		n++
		if last == 'ة' && unicode.IsLetter(c) && c != zwnj || unicode.Is(unicode.Latin, c) && unicode.Is(unicode.Arabic, last) {
			return true
		}
		if lower && unicode.IsUpper(c) && unicode.Is(unicode.Latin, c) {
			run += 3
		}
		lower = lower || unicode.IsLower(c)
		if unicode.Is(unicode.Latin, c) {
			if c > 0x7F || strings.ContainsRune("aeiouyAEIOUY", c) {
				vowels, run = vowels+1, 0
			} else {
				run++
			}
			longest = max(longest, run)
		}
		last = c
	}
	return longest >= 6 || n >= 5 && vowels == 0 && lower
}

// score weighs a reading from 0 to 1: how much of it reads like language.
func (m marks) score() float64 {
	if m.words == 0 || m.runes == 0 {
		return 0
	}
	share := func(n int) float64 { return float64(n) / float64(m.words) }
	s := 1.0
	s -= 6 * float64(m.lost) / float64(m.runes)
	s -= 1.5 * max(0, share(m.broken)-0.03)
	s -= 1.0 * max(0, share(m.single)-0.15)
	if m.foreign*2 < m.words {
		// Texts have a function word in every three to eight words; lists and
		// tables far fewer.
		s -= max(0, 1-share(m.known)/0.06) * min(1, float64(m.words)/80) * 0.7
	}
	return max(0, min(1, s))
}

// readable is the score from which a reading is text.
const readable = 0.5
