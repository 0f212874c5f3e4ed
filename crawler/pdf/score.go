package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// judge tells readable text from garbled one by what all languages of the
// lexicons share: a good part of any text is a few small words.
type judge struct {
	// known gives the languages of a function word as bits.
	known map[string]uint32
	langs int
}

func newJudge(lex []record.Lexicon) judge {
	j := judge{known: map[string]uint32{}, langs: min(len(lex), 32)}
	for i, l := range lex[:j.langs] {
		for _, w := range l.FunctionWords {
			// Single letters would be found in any soup of letters.
			if k := canon.Key(w); utf8.RuneCountInString(k) >= 2 {
				j.known[k] |= 1 << i
			}
		}
	}
	return j
}

// marks is what can be said of a text without understanding it.
type marks struct {
	words   int
	broken  int // words of a shape that no word has
	single  int // letters that stand alone
	lost    int // signs that nothing explains
	runes   int
	letters int
	// known counts the function words of the language that has most of them,
	// and distinct how many different ones: chance finds the same few again.
	known, distinct int
	// blind says that there are no languages to compare with.
	blind bool
	// latin and arabic count letters by script, vowels and common how many of
	// them are those that make up most of any text.
	latin, vowels, arabic, common int
}

// sampleWords bounds the judgement of long texts.
const sampleWords = 6000

func (j judge) measure(texts []string) (m marks) {
	m.blind = j.langs == 0
	seen := map[string]int{}
	for _, t := range texts {
		for _, c := range t {
			if unicode.IsSpace(c) {
				continue
			}
			m.runes++
			m.letter(c)
		}
		for _, w := range strings.FieldsFunc(t, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) && c != zwnj }) {
			if m.words >= sampleWords {
				break
			}
			m.words++
			if _, n := utf8.DecodeRuneInString(w); n == len(w) {
				m.single++
			}
			if misshapen(w) {
				m.broken++
			}
			if k := canon.Key(w); j.known[k] != 0 {
				seen[k]++
			}
		}
	}
	known, distinct := make([]int, j.langs), make([]int, j.langs)
	for k, n := range seen {
		for i := range known {
			if j.known[k]&(1<<i) != 0 {
				known[i] += n
				distinct[i]++
			}
		}
	}
	for i := range known {
		if known[i] > m.known {
			m.known, m.distinct = known[i], distinct[i]
		}
	}
	return m
}

// letter counts one sign.
func (m *marks) letter(c rune) {
	switch {
	case c == unicode.ReplacementChar || unicode.Is(unicode.Co, c) || unicode.Is(unicode.Cc, c):
		m.lost++
	case !unicode.IsLetter(c) && !unicode.IsMark(c) && c != zwnj:
	default:
		m.letters++
		if unicode.Is(unicode.Latin, c) {
			m.latin++
			if vowel(c) {
				m.vowels++
			}
		} else if unicode.Is(unicode.Arabic, c) && unicode.IsLetter(c) {
			m.arabic++
			if strings.ContainsRune("اأإآلیيىونرمدتهةبسك", c) || c == 'ک' {
				m.common++
			}
		}
	}
}

func vowel(c rune) bool {
	return strings.ContainsRune("aeiouyAEIOUY", c) || c >= 0xC0 && !strings.ContainsRune("çÇñÑßšŠžŽčČřŘłŁğĞşŞćĆśŚźŹżŻńŃ", c)
}

// misshapen reports a word that no language writes so: an ending letter of
// Arabic inside a word, two scripts, capitals behind small letters, no vowel
// among many letters.
func misshapen(w string) bool {
	var last rune
	lower, vowels, run, longest, n := false, 0, 0, 0, 0
	latin := true
	for _, c := range w {
		n++
		if last == 'ة' && unicode.IsLetter(c) || unicode.Is(unicode.Latin, c) && unicode.Is(unicode.Arabic, last) || unicode.Is(unicode.Arabic, c) && unicode.Is(unicode.Latin, last) {
			return true
		}
		latin = latin && unicode.Is(unicode.Latin, c)
		if lower && unicode.IsUpper(c) {
			run += 3
		}
		lower = lower || unicode.IsLower(c)
		if vowel(c) {
			vowels, run = vowels+1, 0
		} else {
			run++
		}
		longest = max(longest, run)
		last = c
	}
	return latin && (longest >= 6 || n >= 4 && vowels == 0 && lower)
}

// odd weighs, from 0 to 1, how far the letters of a text are from those that
// make up any text in their script. It needs no language: vowels are a third or
// more of Latin letters, a dozen letters three quarters of Arabic ones.
func (m marks) odd() float64 {
	odd := 0.0
	if m.latin > 100 {
		odd = max(odd, (0.33-float64(m.vowels)/float64(m.latin))/0.08)
	}
	if m.arabic > 100 {
		odd = max(odd, (0.68-float64(m.common)/float64(m.arabic))/0.12)
	}
	return min(1, odd+4*float64(m.broken)/float64(max(1, m.words)))
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
	s -= 2.0 * max(0, 0.55-float64(m.letters)/float64(m.runes))
	if !m.blind && (m.latin+m.arabic)*2 > m.letters {
		// Texts have a function word in every three to eight words, lists and
		// tables far fewer; a dozen different ones in a hundred words. Without
		// them it is a language that nobody taught us, or no language.
		ok := min(share(m.known)/0.06, float64(m.distinct)/max(1, min(8, float64(m.words)/12)))
		s -= max(0, 1-ok) * min(1, float64(m.words)/80) * (0.2 + 0.8*max(0, m.odd()))
	}
	return max(0, min(1, s))
}

// readable is the score from which a reading is text.
const readable = 0.5
