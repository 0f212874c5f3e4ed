package section

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a range of bytes.
type span struct{ From, To int }

// sentences cuts s at the ends of its sentences and at line breaks, whatever
// the script. A full stop inside a number, an address or an abbreviation of one
// letter does not end a sentence. The spans cover all of s but white space.
func sentences(s string) []span {
	var out []span
	from := 0
	add := func(to int) {
		a, b := from, to
		for a < b {
			r, n := utf8.DecodeRuneInString(s[a:b])
			if !unicode.IsSpace(r) {
				break
			}
			a += n
		}
		for b > a {
			r, n := utf8.DecodeLastRuneInString(s[a:b])
			if !unicode.IsSpace(r) {
				break
			}
			b -= n
		}
		if a < b {
			out = append(out, span{a, b})
		}
		from = to
	}
	for i, r := range s {
		switch r {
		case '\n':
			add(i)
		case '!', '?', '؟', '۔', '।', '。':
			add(i + utf8.RuneLen(r))
		case '.':
			if endsSentence(s, i) {
				add(i + 1)
			}
		}
	}
	add(len(s))
	return out
}

// endsSentence reports whether the full stop at s[i] ends a sentence: white
// space or a closing mark follows and the word before is longer than one
// letter. Numbering ("1. ") does not count as a sentence.
func endsSentence(s string, i int) bool {
	next, n := utf8.DecodeRuneInString(s[i+1:])
	if n > 0 && !unicode.IsSpace(next) && !strings.ContainsRune(`"'”»)]*_`, next) {
		return false
	}
	before := s[:i]
	last, size := utf8.DecodeLastRuneInString(before)
	if size == 0 || unicode.IsSpace(last) {
		return size > 0 && strings.TrimSpace(before) != ""
	}
	start := strings.LastIndexFunc(before, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	token := before[start+1:]
	if start < 0 || strings.TrimSpace(before[:start+1]) == "" {
		// "3." or "B." at the beginning is a number, not a sentence.
		if utf8.RuneCountInString(token) <= 3 && (utf8.RuneCountInString(token) == 1 || unicode.IsDigit(last)) {
			return false
		}
	}
	if utf8.RuneCountInString(token) == 1 && unicode.IsLetter(last) && last < 0x600 {
		return false // initials: "z. B.", "U.S."
	}
	if unicode.IsLetter(last) && abbreviations[strings.ToLower(token)] {
		return false
	}
	return true
}

// abbreviations are words that a full stop shortens rather than ends.
var abbreviations = map[string]bool{"art": true, "arts": true, "abs": true, "lit": true, "nr": true, "no": true, "bzw": true, "vgl": true,
	"ggf": true, "str": true, "tel": true, "ex": true, "cf": true, "inc": true, "dr": true, "sec": true, "para": true, "et": true, "seq": true,
	"mr": true, "ms": true, "mrs": true, "st": true, "ave": true, "vs": true, "ca": true, "inkl": true, "sog": true, "núm": true, "apdo": true}
