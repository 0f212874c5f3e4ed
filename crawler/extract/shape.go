package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a line looks like. All scripts are measured alike; the only letters that
// matter are those of clause marks (الف, أ, a, iv). Length counts in words first,
// since Arabic-script words are half as long as Latin ones.

// shape is what a line looks like, apart from what it says.
type shape struct {
	words, runes int
	colon        bool // ends in a colon
	question     bool // ends in a question mark
	sentence     bool // ends like a sentence, or holds a full stop inside
	value        bool // "key: value" with a number or an address
	hollow       bool // no letters worth a title
	numbered     bool // begins with a number or a letter and a mark
	marked       bool // begins with a mark that ends sentences
}

// Bounds of what may be a heading without being marked as one.
const (
	maxHeadingWords = 16
	maxHeadingRunes = 120
	maxHeadingBytes = 4 * maxHeadingRunes
)

// terminal reports marks that end a sentence.
func terminal(c rune) bool {
	switch c {
	case '.', '!', '?', '؟', '۔', '…', '。', '！', '？':
		return true
	}
	return false
}

// pausing reports marks that end a clause but not a sentence.
func pausing(c rune) bool {
	switch c {
	case ',', '،', ';', '؛', '、', '，', '；':
		return true
	}
	return false
}

// closing reports marks that may follow the end of a sentence.
func closing(c rune) bool {
	switch c {
	case ')', ']', '}', '"', '\'', '”', '’', '»', '›', '*', '_':
		return true
	}
	return blank(c)
}

// lastMark returns the last rune of s that is no closing mark.
func lastMark(s string) rune {
	for len(s) > 0 {
		c, n := utf8.DecodeLastRuneInString(s)
		if !closing(c) && !strings.ContainsRune(invisible, c) {
			return c
		}
		s = s[:len(s)-n]
	}
	return 0
}

// ends reports whether s ends a sentence or opens a list.
func ends(s string) bool {
	c := lastMark(s)
	return terminal(c) || c == ':' || c == '：'
}

// look measures a line. Of what is too long for any heading it only tells how
// it ends.
func look(s string) shape {
	var h shape
	if len(s) > maxHeadingBytes {
		c := lastMark(s)
		h.colon = c == ':' || c == '：'
		h.sentence, h.words, h.runes = true, 10*maxHeadingWords, len(s)
		return h
	}
	_, mark := ordinal(s)
	h.numbered = mark > 0
	body := s[mark:]
	if c, _ := utf8.DecodeRuneInString(strings.TrimSpace(s)); terminal(c) || pausing(c) || c == ':' {
		h.marked = true
	}
	switch c := lastMark(s); {
	case c == ':' || c == '：':
		h.colon = true
	case c == '?' || c == '؟' || c == '？':
		h.question = true
	case terminal(c) || pausing(c):
		h.sentence = true
	}
	h.runes = utf8.RuneCountInString(s[:mark])
	alpha, inWord := 0, false
	for i, c := range body {
		h.runes++
		if isLetter(c) {
			alpha++
			if !inWord {
				h.words++
				inWord = true
			}
			continue
		}
		if gap := blank(c); gap == inWord {
			inWord = !gap
			if inWord {
				h.words++
			}
		}
		_, n := utf8.DecodeRuneInString(body[i:]) // a broken character is shorter than what it reads as
		rest := body[i+n:]
		switch {
		case terminal(c) && c != '…' && startsWithSpace(rest) && strings.TrimSpace(rest) != "" && !abbreviation(body[:i]):
			h.sentence = true
		case (c == ':' || c == '：') && strings.TrimSpace(rest) != "" && strings.ContainsFunc(rest, func(c rune) bool { return isDigit(c) || c == '@' || c == '/' }):
			h.value = true
		case c == '@':
			h.value = true
		}
	}
	h.hollow = alpha < 2
	return h
}

func startsWithSpace(s string) bool {
	c, n := utf8.DecodeRuneInString(s)
	return n > 0 && blank(c)
}

// abbreviation reports whether a full stop after s belongs to a short form or a
// number rather than to a sentence: "Art.", "z. B.", "No.", "1.1".
func abbreviation(s string) bool {
	k := strings.LastIndexFunc(s, func(c rune) bool { return blank(c) || c == '(' || c == '.' })
	w := s[k+1:]
	n := utf8.RuneCountInString(w)
	if n == 0 {
		return false
	}
	c, _ := utf8.DecodeLastRuneInString(w)
	if isDigit(c) {
		return true
	}
	first, _ := utf8.DecodeRuneInString(w)
	return n <= 3 && (n == 1 || unicode.IsUpper(first))
}

// bare reports whether a line could be a heading by its looks alone.
func (h shape) bare() bool {
	return !h.sentence && !h.value && !h.hollow && !h.marked && h.words > 0 && h.words <= maxHeadingWords && h.runes <= maxHeadingRunes
}

// ordinal reads a clause number or letter at the start of s: "1.", "2.1", "(a)",
// "الف:", "۳-", "iv)". mark is its length with the space behind it, 0 when there
// is none; level is how deep a number goes.
func ordinal(s string) (level, mark int) {
	i := 0
	open := strings.HasPrefix(s, "(")
	if open {
		i = 1
	}
	start := i
	// digits and dots
	dots, digits, lastDigit := 0, 0, false
	for i < len(s) {
		c, n := utf8.DecodeRuneInString(s[i:])
		if isDigit(c) && digits < 8 {
			digits++
			lastDigit = true
		} else if (c == '.' || c == '-' || c == '/') && lastDigit && i+n < len(s) && nextIsDigit(s[i+n:]) && c != '/' {
			dots++
			lastDigit = false
		} else {
			break
		}
		i += n
	}
	if digits > 0 {
		if digits-dots > 3 && dots == 0 { // a year or an amount, not a clause
			return 0, 0
		}
		return dots + 1, ordinalEnd(s, i, open, dots > 0)
	}
	i = start
	n := letterMark(s[i:])
	if n == 0 {
		return 0, 0
	}
	return 1, ordinalEnd(s, i+n, open, false)
}

func nextIsDigit(s string) bool {
	c, _ := utf8.DecodeRuneInString(s)
	return isDigit(c)
}

// letterMark returns the length of a single letter, a roman number up to xii or
// the spelt alef at the start of s, 0 when a word goes on.
func letterMark(s string) int {
	for _, w := range []string{"الف", "viii", "vii", "xii", "iii", "VIII", "VII", "XII", "III", "iv", "vi", "ix", "xi", "ii", "IV", "VI", "IX", "XI", "II"} {
		if strings.HasPrefix(s, w) && !strings.HasPrefix(s[len(w):], " ") {
			if c, _ := utf8.DecodeRuneInString(s[len(w):]); !isLetter(c) {
				return len(w)
			}
		}
	}
	c, n := utf8.DecodeRuneInString(s)
	if !isLetter(c) {
		return 0
	}
	if d, _ := utf8.DecodeRuneInString(s[n:]); isLetter(d) || unicode.IsMark(d) || d == zwnj {
		return 0
	}
	return n
}

// ordinalEnd checks the mark behind a clause number that ends at i and returns
// the length of both with the space that follows. A deep number (2.1) needs no
// mark behind it.
func ordinalEnd(s string, i int, open, deep bool) int {
	marks := 0
	for i < len(s) {
		c, n := utf8.DecodeRuneInString(s[i:])
		if c == '\\' { // Markdown writes "4\."
			i += n
			continue
		}
		if marks < 2 && strings.ContainsRune(".):-–—ـ", c) {
			marks++
			i += n
			continue
		}
		break
	}
	if marks == 0 && !deep || open && marks == 0 {
		return 0
	}
	j := i
	for j < len(s) {
		c, n := utf8.DecodeRuneInString(s[j:])
		if !blank(c) {
			break
		}
		j += n
	}
	if j == len(s) {
		return 0
	}
	if j == i && (deep && marks == 0) {
		return 0
	}
	if j == i {
		// "1.5" and "e.g." are no clauses; "1)text" and "۱-متن" are.
		if c, _ := utf8.DecodeRuneInString(s[i:]); !isLetter(c) || s[i-1] == '.' && c < 0x0590 {
			return 0
		}
	}
	return j
}

// bullet returns the length of a bullet with the space behind it, 0 for none.
func bullet(s string) int {
	c, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return 0
	}
	switch c {
	case '•', '⦁', '·', '▪', '▫', '◦', '●', '○', '■', '□', '‣', '➢', '►', '▶', '✓', '✔', '❖', '◆', '◊', '➤', '⁃', '∙', 0xF0B7, 0xF0A7, 0xF0D8, 0xF0FC:
	case '-', '*', '+', '–', '—', '−':
		if !startsWithSpace(s[n:]) {
			return 0
		}
	default:
		return 0
	}
	for n < len(s) {
		c, k := utf8.DecodeRuneInString(s[n:])
		if !blank(c) && c != 0x200B && c != 0x200F && c != 0x200E {
			break
		}
		n += k
	}
	return n
}
