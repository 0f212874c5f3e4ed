package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wordRune reports whether c is part of a word: a letter, a digit, a mark, or
// a joiner inside one.
func wordRune(c rune) bool {
	if c < utf8.RuneSelf {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	}
	return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) || c == zwnj || c == 0x200D
}

const zwnj = 0x200C

// appendKey appends the form of c under which words are looked up: lower case,
// without joiners, marks and tatweel, one letter for each family of Arabic
// letters, ASCII digits. It is for matching only, never for stored text.
func appendKey(b []byte, c rune) []byte {
	if c < utf8.RuneSelf {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		return append(b, byte(c))
	}
	switch c {
	case 'ي', 'ى', 'ې':
		c = 'ی'
	case 'ك':
		c = 'ک'
	case 'ة', 'ۀ', 'ہ', 'ۃ':
		c = 'ه'
	case 'أ', 'إ', 'آ', 'ٱ':
		c = 'ا'
	case 'ؤ':
		c = 'و'
	case 0x0640, zwnj, 0x200B, 0x200D, 0x200E, 0x200F, 0xFEFF, 0x00AD:
		return b
	case '’', '‘', 'ʼ':
		c = '\''
	default:
		switch {
		case c >= '۰' && c <= '۹':
			c = '0' + c - '۰'
		case c >= '٠' && c <= '٩':
			c = '0' + c - '٠'
		case unicode.IsMark(c) && c >= 0x0610 && c <= 0x06ED:
			return b
		default:
			c = unicode.ToLower(c)
		}
	}
	return utf8.AppendRune(b, c)
}

// key folds a phrase: its words in lookup form with one space between them.
func key(s string) string {
	b := make([]byte, 0, len(s))
	gap := false
	for _, c := range s {
		if !wordRune(c) {
			gap = len(b) > 0
			continue
		}
		if gap {
			b = append(b, ' ')
			gap = false
		}
		b = appendKey(b, c)
	}
	return string(b)
}

// squeeze folds white space to single spaces and trims, changing nothing else.
func squeeze(s string) string {
	clean := true
	prev := true // as if after a space: a leading one must go
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf || c < ' ' || c == 0x7F || c == ' ' && prev {
			clean = false
			break
		}
		prev = c == ' '
	}
	if clean && !prev {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, c := range s {
		if blank(c) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(c)
	}
	return strings.Trim(b.String(), invisible)
}

// invisible lists characters without width that pages leave at the edges of
// lines. Inside a line they stay: stored text is not ours to change.
const invisible = "\u200b\u2060\ufeff\ufffc "

// blank reports white space.
func blank(c rune) bool {
	if c < utf8.RuneSelf {
		return c <= ' ' || c == 0x7F
	}
	switch c {
	case 0x00A0, 0x1680, 0x202F, 0x205F, 0x3000, 0x2028, 0x2029, 0x0085:
		return true
	}
	return c >= 0x2000 && c <= 0x200A || c >= 0x80 && c < 0xA0
}

// letters counts letters and digits.
func letters(s string) int {
	n := 0
	for _, c := range s {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			n++
		}
	}
	return n
}
