package canon

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// char is one folded character and the bytes of the original that it stands
// for. Where one original gives several characters they share the range.
type char struct {
	r        rune
	from, to int32
}

// fold appends the folded characters of s to dst. The common case is a table
// look-up a rune; only what may decompose or compose goes through norm.
func fold(dst []char, s string) []char {
	start, settle := len(dst), false
	for i := 0; i < len(s); {
		out, n := lookUp(s[i:])
		switch {
		case out == slow || composes(s, i+n):
			was := len(dst)
			dst, n = foldSlowly(dst, s, i)
			for _, c := range dst[was:] {
				settle = settle || c.r == ',' || c.r == zwnj
			}
		case out != drop:
			settle = settle || out == ','
			dst = append(dst, char{out, int32(i), int32(i + n)})
		}
		i += n
	}
	if settle {
		return dst[:start+settled(dst[start:])]
	}
	return dst
}

// lookUp is what the table says of the character that s begins with, and its bytes;
// slow for one of more than two.
func lookUp(s string) (out rune, n int) {
	switch c := s[0]; {
	case c < utf8.RuneSelf:
		return twoByte[c], 1
	case c >= 0xc2 && c < 0xe0 && len(s) > 1 && s[1]&0xc0 == 0x80:
		return twoByte[rune(c&0x1f)<<6|rune(s[1]&0x3f)], 2
	}
	return slow, 1
}

// foldSlowly folds what stands at i and is rare, or may decompose or compose,
// and returns how many bytes it took.
func foldSlowly(dst []char, s string, i int) ([]char, int) {
	r, n := utf8.DecodeRuneInString(s[i:])
	if r == zwnj {
		return append(dst, char{zwnj, int32(i), int32(i + n)}), n
	}
	if to, ok := rare[r]; ok && r > 0x7ff {
		if to != drop {
			dst = append(dst, char{to, int32(i), int32(i + n)})
		}
		return dst, n
	}
	if r != utf8.RuneError || n > 1 {
		n = max(n, norm.NFKC.NextBoundaryInString(s[i:], true))
	}
	at := func(r rune) char { return char{r, int32(i), int32(i + n)} }
	for b := norm.NFKC.AppendString(nil, s[i:i+n]); len(b) > 0; {
		r, size := utf8.DecodeRune(b)
		b = b[size:]
		if r == 'ß' || r == 'ẞ' {
			dst = append(dst, at('s'), at('s'))
		} else if r = simple(r, rare); r != drop {
			dst = append(dst, at(r))
		}
	}
	return dst, n
}

// settled resolves in place what depends on neighbours, and returns how many
// characters remain. A joiner between Arabic-script letters is a space, since it
// parts the same words that others part with one; elsewhere it is nothing. A
// comma that groups thousands is nothing.
func settled(cs []char) int {
	n, digits := 0, 0 // digits since the last mark, commas included as marks
	for i, c := range cs {
		switch {
		case c.r == zwnj:
			k := i + 1
			for k < len(cs) && cs[k].r == zwnj {
				k++
			}
			if n == 0 || k == len(cs) || classOf(cs[n-1].r) != arabic || classOf(cs[k].r) != arabic {
				continue
			}
			c.r = ' '
		case c.r == ',' && digits >= 1 && digits <= 3 && group(cs[i+1:]):
			digits = 0
			continue
		}
		if classOf(c.r) == digit {
			digits++
		} else {
			digits = 0
		}
		cs[n] = c
		n++
	}
	return n
}

// group reports whether cs begins with exactly three digits.
func group(cs []char) bool {
	k := 0
	for k < len(cs) && k < 4 && classOf(cs[k].r) == digit {
		k++
	}
	return k == 3
}

// composes reports whether the bytes at i are a mark that NFC may join to the
// letter before: U+0300-036F, or madda and hamza of the Arabic script.
func composes(s string, i int) bool {
	if i >= len(s) || s[i] < 0xcc {
		return false
	}
	switch s[i] {
	case 0xcc:
		return true
	case 0xcd:
		return i+1 < len(s) && s[i+1] < 0xb0
	case 0xd9:
		return i+1 < len(s) && s[i+1] >= 0x93 && s[i+1] <= 0x95
	}
	return false
}

// class sorts folded characters for cutting words.
type class uint8

const (
	other  class = iota // punctuation and ornament: ends a word, is none
	space               // white space
	latin               // a letter or mark of any script but Arabic
	arabic              // a letter of the Arabic script
	digit               // 0-9; digits of other scripts count as letters
	symbol              // says something by itself: %, &, currency, ticks
)

func classOf(r rune) class {
	if uint32(r) < uint32(len(classes)) {
		return classes[r]
	}
	return slowClass(r)
}

func slowClass(r rune) class {
	switch {
	case r >= 0x0600 && r <= 0x06ff, r >= 0x0750 && r <= 0x077f, r >= 0x08a0 && r <= 0x08ff:
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			return arabic
		}
		return other
	case r >= '0' && r <= '9':
		return digit
	case r <= ' ' || r == 0x7f:
		return space
	case r == '%' || r == '&' || r == '✓' || r == '✗' || unicode.Is(unicode.Sc, r):
		return symbol
	case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || r == utf8.RuneError:
		return latin
	}
	return other
}

// classes answers for all runes up to U+07FF at once.
var classes = func() (t [0x800]class) {
	for r := range rune(len(t)) {
		t[r] = slowClass(r)
	}
	return t
}()
