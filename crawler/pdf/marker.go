package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// bulletAt returns the length of a bullet with the space behind it, 0 when s
// begins otherwise.
func bulletAt(s string) int {
	c, n := utf8.DecodeRuneInString(s)
	switch c {
	case '•', '⦁', '▪', '▫', '◦', '●', '○', '■', '□', '‣', '➢', '►', '▶', '✓', '✔', '❖', '◆', '◊', '➤', '⁃', '∙', '·', '→', utf8.RuneError:
		if n == 0 || c == utf8.RuneError && !strings.HasPrefix(s[n:], " ") {
			return 0
		}
	case '-', '*', '+', '–', '—', '−':
		if !strings.HasPrefix(s[n:], " ") {
			return 0
		}
	default:
		return 0
	}
	rest := strings.TrimLeft(s[n:], " ")
	if rest == "" {
		return 0
	}
	return len(s) - len(rest)
}

// ordinalAt returns the length of a clause number or letter with its mark and
// the space behind it ("1.", "2.1", "(a)", "الف)", "۳-", "iv)"), and how deep
// a number goes; 0 when s begins otherwise.
func ordinalAt(s string) (length, depth int) {
	i := 0
	open := strings.HasPrefix(s, "(") || strings.HasPrefix(s, "[")
	if open {
		i = 1
	}
	digits, dots, marks := 0, 0, 0
	for i < len(s) {
		c, n := utf8.DecodeRuneInString(s[i:])
		if unicode.IsDigit(c) {
			digits++
		} else if next, _ := utf8.DecodeRuneInString(s[i+n:]); (c == '.' || c == '-') && digits > 0 && unicode.IsDigit(next) {
			dots++
		} else {
			break
		}
		i += n
	}
	if digits == 0 {
		n := letterAt(s[i:])
		if n == 0 {
			return 0, 0
		}
		i += n
	} else if digits-dots > 3 {
		return 0, 0 // a year, an amount
	}
	for i < len(s) && marks < 2 {
		c, n := utf8.DecodeRuneInString(s[i:])
		if !strings.ContainsRune(".):-–—]ـ", c) {
			break
		}
		marks++
		i += n
	}
	if marks == 0 && dots == 0 {
		return 0, 0
	}
	rest := strings.TrimLeft(s[i:], " ")
	if c, _ := utf8.DecodeRuneInString(rest); rest == "" || len(rest) == len(s[i:]) && (!rightToLeft(c) || marks == 0) {
		return 0, 0
	}
	return len(s) - len(rest), dots + 1
}

// letterAt returns the length of a single letter, a small roman number or the
// spelt alef at the start of s.
func letterAt(s string) int {
	i := strings.IndexFunc(s, func(c rune) bool { return !unicode.IsLetter(c) })
	if i <= 0 {
		return 0
	}
	w := s[:i]
	if utf8.RuneCountInString(w) == 1 || w == "الف" {
		return i
	}
	if len(w) <= 4 && strings.Trim(strings.ToLower(w), "ivx") == "" {
		return i
	}
	return 0
}

// markerAt returns the length of a bullet or a clause number.
func markerAt(s string) int {
	if n := bulletAt(s); n > 0 {
		return n
	}
	n, _ := ordinalAt(s)
	return n
}

// endsSentence reports text that is over: it ends in a full stop or opens a list.
func endsSentence(s string) bool {
	s = strings.TrimRight(s, " )]}»”’\"'")
	c, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune(".!?؟۔…:：。", c) && c != utf8.RuneError
}
