package charset

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sampleSize bounds the bytes that the candidates are judged on.
const sampleSize = 4 << 10

// labelBonus is what a declared encoding has ahead of the others. It decides
// between readings that make equal sense and is too small to save one that
// makes none.
const labelBonus = 0.01

// guess returns the encoding in which body makes most sense. body is not UTF-8.
func guess(body []byte, contentType string) candidate {
	words, run := sample(body)
	cs := candidates(body, contentType)
	best, top := cs[0], -1e9
	for _, c := range cs {
		s := words
		if multiByte(c.name) {
			s = run
		}
		score := sense(decode(c.enc, s))
		if c.declared {
			score += labelBonus
		}
		if score > top {
			best, top = c, score
		}
	}
	return best
}

// multiByte reports encodings whose letters may hold ASCII bytes, which must
// not be judged on words cut out of the text.
func multiByte(name string) bool {
	switch name {
	case "gbk", "gb18030", "big5", "euc-jp", "euc-kr", "shift_jis", "iso-2022-jp":
		return true
	}
	return false
}

// sample takes the words that are not plain ASCII, from all over the page,
// because its beginning is mostly script and markup; and one unbroken run from
// the first of them on.
func sample(body []byte) (words, run []byte) {
	words = make([]byte, 0, min(len(body), sampleSize)+16)
	for i := 0; i < len(body) && len(words) < sampleSize; {
		if !inWord(body[i]) {
			i++
			continue
		}
		start, high := i, false
		for i < len(body) && inWord(body[i]) && i-start < 256 {
			high = high || body[i] >= 0x80
			i++
		}
		if high {
			if run == nil {
				run = body[start:min(len(body), start+sampleSize)]
			}
			words = append(append(words, body[start:i]...), ' ')
		}
	}
	return words, run
}

func inWord(c byte) bool {
	return c >= 0x80 || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// sense rates how much a decoded sample reads like text in any language that we
// know: about 1 a letter for good text, negative for nonsense.
func sense(text []byte) float64 {
	total, n := 0.0, 0
	between := func(r rune) bool { return r < utf8.RuneSelf && !inWord(byte(r)) || r == '\u00A0' }
	for w := range strings.FieldsFuncSeq(string(text), between) {
		s, k := senseOfWord(w)
		total += s
		n += k
	}
	if n == 0 {
		return 0
	}
	return total / float64(n)
}

// senseOfWord rates one word, and counts the characters in it that depend on
// the encoding.
func senseOfWord(w string) (score float64, n int) {
	var arabic, latin, otherScript, foreign, upper, lower int
	inner := false // an upper-case letter after a lower-case one
	for _, r := range w {
		switch {
		case r < utf8.RuneSelf:
			latin++
		case unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r):
			arabic++
		case unicode.Is(unicode.Latin, r):
			latin++
			foreign++
		case unicode.IsLetter(r):
			otherScript++
		}
		if unicode.IsUpper(r) {
			inner = inner || lower > 0
			upper++
		} else if unicode.IsLower(r) {
			lower++
		}
	}
	mixed := arabic > 0 && latin+otherScript > 0 || latin > 0 && otherScript > 0
	letters := arabic + latin + otherScript

	prev := rune(0)
	for i, r := range w {
		if r >= utf8.RuneSelf {
			n++
			next, _ := utf8.DecodeRuneInString(w[i+utf8.RuneLen(r):])
			last := !unicode.IsLetter(next)
			switch {
			case r == utf8.RuneError, r < 0xA0:
				score -= 3 // no text holds control characters
			case unicode.Is(unicode.Mn, r):
				score += senseOfMark(r, prev, next)
			case !unicode.IsLetter(r):
				score += senseOfSign(r)
			case mixed:
				score--
			case arabic > 0:
				score += senseOfArabic(r, last)
			case otherScript > 0 && inner, foreign > 0 && inner && upper > 1:
				score--
			case foreign > 0 && letters > 2 && foreign*2 > letters:
				score -= 0.7 // no language writes mostly accented letters
			case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
				if r >= 0xFF00 {
					score -= 0.5 // half-width forms: any bytes read as Shift JIS
				} else {
					score += 0.6 // nearly any bytes read as some Chinese
				}
			case strings.ContainsRune("þðýÞÐÝ", r):
				score += 0.5 // what Turkish letters become when misread
			default:
				score += 0.9
			}
		}
		prev = r
	}
	if arabic == 1 && letters == 1 && !strings.ContainsRune(w, 'و') {
		score -= 1 // "and" is the one word of one letter
	}
	if !mixed && arabic > 1 {
		w = strings.Trim(w, "،؛؟«»\u200c\u200f")
		if common[w] || arabic > 4 && (strings.HasPrefix(w, "ال") || strings.HasPrefix(w, "وال") || strings.HasPrefix(w, "لل")) {
			score += float64(n) * 0.4
		}
	}
	return score, n
}

// senseOfMark rates a vowel sign. Tanwin ends a word, before an alef at most; in
// the middle it is what ي becomes when windows-1256 is read as ISO-8859-6.
func senseOfMark(r, prev, next rune) float64 {
	switch {
	case !unicode.Is(unicode.Arabic, prev) && !unicode.Is(unicode.Mn, prev):
		return -1
	case r >= '\u064b' && r <= '\u064d' && unicode.IsLetter(next) && (r != '\u064b' || next != 'ا'):
		return -1
	}
	return 0.2
}

// senseOfSign rates punctuation and symbols.
func senseOfSign(r rune) float64 {
	switch {
	case strings.ContainsRune("،؛؟«»“”‘’–—…•·©®°\u200c\u200d\u200e\u200f\u00ad", r):
		return 0.4
	case unicode.IsDigit(r), unicode.IsPunct(r):
		return 0
	}
	return -0.5
}

// senseOfArabic rates a letter by how usual it is in Persian, Arabic and Urdu.
func senseOfArabic(r rune, last bool) float64 {
	if w, ok := usual[r]; ok {
		return w
	}
	switch {
	case r == 'ة' || r == 'ى' || r == 'ے':
		if !last {
			return -1 // stands at the end of a word only
		}
		return 0.8
	case r == 'ـ':
		return 0.3
	}
	return 0.2
}

// usual weighs letters by their share in Persian and Arabic prose, roughly on a
// logarithmic scale. The shares are what tells the two Arabic encodings apart
// where a wrong reading gives letters, too: ل reads as ف or ن, م as ك or ه.
var usual = func() map[rune]float64 {
	m := map[rune]float64{}
	for i, group := range []string{"ا", "لیي", "منرو", "تده", "بسع", "شقکكف", "حخصأإ", "زجطگپ", "ذضءئآچ", "ثغظؤژ"} {
		for _, r := range group {
			m[r] = 1.2 - 0.1*float64(i)
		}
	}
	return m
}()

// common holds frequent short words of Persian and Arabic.
var common = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`در به از که این را با است برای آن تا هر یا شما ما خود شود باشد نيز هاي مي اين براي يا
		من في على إلى عن أو أن التي الذي هذا هذه ما لا كل مع هو هي تم قد كما بعد أي لم بين ذلك علي الى ان`) {
		m[w] = true
	}
	return m
}()
