package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// arabicRune is what the package needs to know of one character of the Arabic
// block, looked up instead of asked of the Unicode tables: Persian and Arabic
// texts consist of little else.
type arabicRune struct {
	fold          uint16 // the lookup form; 0 is none
	word          bool   // part of a word
	letter, digit bool
}

var arabic = arabicRunes()

func arabicRunes() (t [0x100]arabicRune) {
	for i := range t {
		c := rune(0x0600 + i)
		mark := unicode.IsMark(c)
		t[i].letter, t[i].digit = unicode.IsLetter(c), unicode.IsDigit(c)
		t[i].word = t[i].letter || t[i].digit || mark
		if t[i].word && !mark && c != 0x0640 {
			t[i].fold = uint16(foldRune(c))
		}
	}
	return t
}

// foldRune unites the letter families and digits of the Arabic block.
func foldRune(c rune) rune {
	switch c {
	case 'ي', 'ى', 'ې':
		return 'ی'
	case 'ك':
		return 'ک'
	case 'ة', 'ۀ', 'ہ', 'ۃ':
		return 'ه'
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ؤ':
		return 'و'
	}
	switch {
	case c >= '۰' && c <= '۹':
		return '0' + c - '۰'
	case c >= '٠' && c <= '٩':
		return '0' + c - '٠'
	}
	return c
}

// isLetter is unicode.IsLetter.
func isLetter(c rune) bool {
	switch {
	case c < utf8.RuneSelf:
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	case c >= 0x0600 && c <= 0x06FF:
		return arabic[c-0x0600].letter
	}
	return unicode.IsLetter(c)
}

// isDigit is unicode.IsDigit.
func isDigit(c rune) bool {
	switch {
	case c < utf8.RuneSelf:
		return c >= '0' && c <= '9'
	case c >= 0x0600 && c <= 0x06FF:
		return arabic[c-0x0600].digit
	}
	return unicode.IsDigit(c)
}

// wordRune reports whether c is part of a word: a letter, a digit, a mark, or
// a joiner inside one.
func wordRune(c rune) bool {
	switch {
	case c < utf8.RuneSelf:
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	case c >= 0x0600 && c <= 0x06FF:
		return arabic[c-0x0600].word
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
	if c >= 0x0600 && c <= 0x06FF {
		if c = rune(arabic[c-0x0600].fold); c == 0 {
			return b
		}
		return utf8.AppendRune(b, c)
	}
	switch c {
	case zwnj, 0x200B, 0x200D, 0x200E, 0x200F, 0xFEFF, 0x00AD:
		return b
	case '’', '‘', 'ʼ':
		c = '\''
	default:
		c = unicode.ToLower(c)
	}
	return utf8.AppendRune(b, c)
}

// key folds a phrase: its words in lookup form with one space between them.
func key(s string) string {
	var short [maxFurniture]byte
	return string(appendPhrase(short[:0], s))
}

// appendPhrase appends the key of s to b, which must be empty.
func appendPhrase(b []byte, s string) []byte {
	if cap(b) < len(s) {
		b = make([]byte, 0, len(s))
	}
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
	return b
}

// join takes the spaces out of a folded phrase of Arabic letters.
func join(k string) string {
	if k == "" || k[0] < utf8.RuneSelf {
		return k
	}
	return strings.ReplaceAll(k, " ", "")
}

// joinBytes is join in place.
func joinBytes(k []byte) []byte {
	if len(k) == 0 || k[0] < utf8.RuneSelf {
		return k
	}
	return slices.DeleteFunc(k, func(c byte) bool { return c == ' ' })
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
		if isLetter(c) || isDigit(c) {
			n++
		}
	}
	return n
}

// says reports whether s holds a letter or a digit.
func says(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return isLetter(c) || isDigit(c) })
}
