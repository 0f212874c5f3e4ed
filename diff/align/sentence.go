package align

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Span is a half-open range of bytes or of indices.
type Span struct{ From, To int }

// Len is the number of bytes or elements.
func (s Span) Len() int { return s.To - s.From }

// Sentences longer than clause are cut at a clause mark that the word before it
// chooses (so that an edit early in a long enumeration leaves the later cuts
// where they were), those longer than most between any two words: a paragraph
// of a megabyte without a full stop stays a list of small pieces.
const (
	clause = 300
	most   = 2400
)

// Split cuts a block's text into sentences: after . ! ? ؟ ۔ 。 … and at line
// ends, together with closing quotes and brackets. A full stop inside a number,
// an address or an abbreviation ends nothing. The spans cover the text without
// the white space around sentences.
func Split(text string) []Span {
	var out []Span
	start := 0
	cut := func(end int) {
		from, to := start, end
		for from < to && isSpace(text[from]) {
			from++
		}
		for to > from && isSpace(text[to-1]) {
			to--
		}
		if to > from {
			out = append(out, Span{from, to})
		}
		start = end
	}
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf && c != '.' && c != '!' && c != '?' && c != '\n' && c != ';' && c != ',' && c != ' ' && i-start <= most {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		switch r {
		case '\n':
			cut(i)
		case '!', '?', '؟', '۔', '…', '。', '.':
			end := closers(text, i+n)
			if r == '.' && !fullStop(text, start, i, end) || (r == '!' || r == '?') && !breaks(text, end) {
				i += n
				continue
			}
			cut(end)
			i = end
			continue
		case ';', '؛', ',', '،':
			if k := i - start; k > clause && (k > most/2 || (text[i-1]^text[i-3])&3 == 0) && breaks(text, i+n) {
				cut(i + n)
			}
		case ' ':
			if i-start > most-200 {
				cut(i)
			}
		default:
			if i-start > most {
				cut(i)
			}
		}
		i += n
	}
	cut(len(text))
	return out
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// closers returns the end of the marks that belong to the sentence that ends
// before i: repeated full stops, closing quotes and brackets.
func closers(text string, i int) int {
	for i < len(text) {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !strings.ContainsRune(".!?؟۔…\"'”’»)]*_", r) {
			break
		}
		i += n
	}
	return i
}

// breaks reports whether a word ends at i.
func breaks(text string, i int) bool {
	if i >= len(text) {
		return true
	}
	r, _ := utf8.DecodeRuneInString(text[i:])
	return unicode.IsSpace(r) || r == '<'
}

// fullStop decides whether the full stop at dot, with its closing marks ending
// at end, closes the sentence that began at start.
func fullStop(text string, start, dot, end int) bool {
	word := text[start:dot]
	if k := strings.LastIndexFunc(word, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("(«\"“[/*_", r) }); k >= 0 {
		_, n := utf8.DecodeRuneInString(word[k:])
		word = word[k+n:]
	}
	first, _ := utf8.DecodeRuneInString(word)
	if end >= len(text) {
		return true
	}
	next, n := utf8.DecodeRuneInString(text[end:])
	if !unicode.IsSpace(next) {
		// Hurried Persian and Arabic leave the space out: "است.این". Between two
		// single letters it is an abbreviation: ه.ش
		after, _ := utf8.DecodeRuneInString(text[end+n:])
		return isArabic(first) && utf8.RuneCountInString(word) > 1 && isArabic(next) && isArabic(after)
	}
	rest := strings.TrimLeftFunc(text[end:], unicode.IsSpace)
	after, _ := utf8.DecodeRuneInString(rest)
	switch {
	case rest == "":
		return true
	case dot+1 != end: // "etc.)" or "..." goes on in lower case
		return !unicode.IsLower(after)
	case word == "":
		return !unicode.IsLower(after)
	case unicode.IsDigit(first) && len(strings.TrimSpace(text[start:dot])) == len(word):
		return false // "1. Scope": a list mark begins the sentence
	case isArabic(first):
		return utf8.RuneCountInString(word) > 1
	case unicode.IsLower(after):
		return false
	}
	word = strings.TrimRight(word, ".")
	if utf8.RuneCountInString(word) == 1 && unicode.IsUpper(first) {
		return false // an initial
	}
	if strings.Contains(word, ".") && len(word) <= 5 {
		return false // e.g, i.e, z.B, U.S
	}
	return !abbreviations[strings.ToLower(word)]
}

func isArabic(r rune) bool {
	return r >= 0x0600 && r <= 0x06ff || r >= 0x0750 && r <= 0x077f || r >= 0xfb50 && r <= 0xfdff || r >= 0xfe70 && r <= 0xfeff
}

// abbreviations that stand before a capital or a number in the middle of a
// sentence, in the Latin-script languages of the lexicons.
var abbreviations = func() map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(`mr mrs ms dr prof st no nos art arts para sec fig vol ch pp inc ltd co corp cf vs al approx dept ext tel
		nr abs vgl ca bzw ggf inkl evtl usw bspw sog ziff lit hr fr str
		m mm mme mlle av bd réf env chap
		sr sra srta núm pág apdo
		md sk mah cad bkz vb sn doç yrd`) {
		m[w] = true
	}
	return m
}()
