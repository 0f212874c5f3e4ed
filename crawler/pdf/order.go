package pdf

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// item is a piece of a line: the text of one sign, or a space.
type item struct {
	text string
	// first is the first shape of the text, for letters that a file names by
	// their shape; dual says that its letter could join on.
	form    form
	dual    bool
	spelled bool // by the file itself, in reading order
	gap     bool // a space that nobody wrote: only white was left
	kind    kind
	// index leads back to the glyph.
	index int
}

// kind is the direction of a piece, a short form of the classes of UAX #9.
type kind uint8

const (
	neutral  kind = iota
	left          // letters that run from left to right
	right         // letters that run from right to left
	european      // digits, those of Persian too
	arabic        // the digits of Arabic, which never follow Latin letters
	common        // marks that hold numbers together: . , / :
	space
	nothing // signs without a direction of their own
)

func kindOf(s string) kind {
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9', c >= 0x6F0 && c <= 0x6F9:
			return european
		case c >= 0x660 && c <= 0x669, c == 0x66B, c == 0x66C:
			return arabic
		case c == '.' || c == ',' || c == '/' || c == ':' || c == 0x60C:
			return common
		case unicode.Is(unicode.Mn, c) || c == zwnj || c == 0x200D || c == 0xAD:
			continue
		case rightToLeft(c) && c != '؛' && c != '؟' && c != '٪' && c != 0x6D4:
			return right
		case unicode.IsLetter(c):
			return left
		case unicode.IsSpace(c):
			return space
		}
		return neutral
	}
	return nothing
}

// orderer puts lines into reading order the way one document asks for.
type orderer struct {
	// rtl says that the document as a whole runs from right to left.
	rtl bool
	// stored leaves right-to-left words as they stand: a producer that placed
	// letters in reading order from the left.
	stored bool
	// mirror swaps brackets in right-to-left text: their signs were mapped to
	// what they look like.
	mirror bool
	// shapes lets the shapes of letters tell where a joiner was left out.
	shapes bool
}

// classify tells the kinds of a line's pieces and whether it runs from right to
// left; around is what the paragraph is made of.
func (o orderer) classify(line []item, around lean) (fromRight bool) {
	rtl, ltr := false, false
	for i := range line {
		line[i].kind = kindOf(line[i].text)
		rtl = rtl || line[i].kind == right
		ltr = ltr || line[i].kind == left
	}
	if !rtl {
		return o.rtl && !ltr
	}
	return o.rtl && around.rtl*4 >= around.ltr || around.rtl >= 2*around.ltr
}

// read puts the pieces of a line, given from left to right as they are seen,
// into the order in which they are read. It undoes the bidirectional algorithm
// as far as a picture of a line allows.
func (o orderer) read(line []item, around lean) []item {
	fromRight := o.classify(line, around)
	rtl := slices.ContainsFunc(line, func(it item) bool { return it.kind == right })
	switch {
	case o.stored && (rtl || fromRight):
		return line
	case fromRight:
		return o.fromRight(line)
	case rtl:
		return o.fromLeft(line)
	case o.rtl:
		return trailingMarks(line)
	}
	return line
}

// trailingMarks repairs a Latin line of a right-to-left text: its full stop
// stands at the left.
func trailingMarks(line []item) []item {
	n := 0
	for n < len(line) && n < 3 && (line[n].kind == neutral || line[n].kind == common) && strings.ContainsAny(line[n].text, ".,:;!؟،؛") {
		n++
	}
	if n == 0 || n == len(line) || line[n].kind == space {
		return line
	}
	slices.Reverse(line[:n])
	return append(line[n:len(line):len(line)], line[:n]...)
}

// fromRight reads a line whose base direction is right to left.
func (o orderer) fromRight(v []item) []item {
	slices.Reverse(v)
	for i := 0; i < len(v); {
		j, ok := latinRun(v, i)
		if !ok {
			if j, ok = numberRun(v, i); !ok {
				o.turn(&v[i])
				i++
				continue
			}
		}
		slices.Reverse(v[i:j])
		i = j
	}
	return v
}

// fromLeft reads a line whose base direction is left to right.
func (o orderer) fromLeft(v []item) []item {
	for i := 0; i < len(v); i++ {
		if v[i].kind != right {
			continue
		}
		end := i + 1
		for j := end; j < len(v) && v[j].kind != left; j++ {
			if v[j].kind == right {
				end = j + 1
			}
		}
		for end < len(v) && v[end].kind == nothing {
			end++
		}
		from := i
		for from > 0 && v[from-1].kind == nothing && isMark(v[from-1].text) {
			from--
		}
		o.fromRight(v[from:end])
		i = end - 1
	}
	return v
}

// turn mirrors what stands in right-to-left text.
func (o orderer) turn(it *item) {
	if o.mirror && !it.spelled {
		if m, ok := mirrored[it.text]; ok {
			it.text = m
		}
	}
}

var mirrored = map[string]string{"(": ")", ")": "(", "[": "]", "]": "[", "{": "}", "}": "{", "«": "»", "»": "«", "<": ">", ">": "<", "‹": "›", "›": "‹"}

// latinRun finds the end of a stretch that runs from left to right and begins
// at i; v is in the order from right to left, so the stretch is back to front.
// A number belongs to it when the letters stand right before, as in "ISO 27001";
// the picture of "27001 ISO" would be the same, but nobody writes that.
func latinRun(v []item, i int) (end int, ok bool) {
	j := i
	if v[j].kind == neutral && closes(v, j) {
		j++
	}
scan:
	for j < len(v) {
		switch v[j].kind {
		case left:
			ok, j = true, j+1
			end = j
		case european:
			at, letters := lettersBehind(v, j, ok)
			if !letters {
				break scan
			}
			j = at
		case right, arabic:
			break scan
		default:
			if j == i {
				return i, false
			}
			j++
		}
	}
	for ok && end < len(v) && v[end].kind == nothing {
		end++
	}
	return end, ok
}

// lettersBehind finds the Latin letters that the number at j goes with. Inside
// a stretch anything may stand between them, at its end one space or hyphen.
func lettersBehind(v []item, j int, inside bool) (at int, ok bool) {
	between := 0
	for ; j < len(v); j++ {
		switch v[j].kind {
		case left:
			return j, true
		case right, arabic:
			return j, false
		case european, nothing:
			if between > 0 && !inside {
				return j, false
			}
		case common:
			if !inside && (j+1 >= len(v) || v[j+1].kind != european) {
				return j, false
			}
		default:
			if between++; between > 1 && !inside {
				return j, false
			}
		}
	}
	return j, false
}

// closes reports whether the bracket at i, the last of its stretch, has its
// partner among Latin letters.
func closes(v []item, i int) bool {
	open, ok := opposite[v[i].text]
	if !ok {
		return false
	}
	letters := false
	for j := i + 1; j < len(v) && j < i+200; j++ {
		switch {
		case v[j].kind == right || v[j].kind == arabic:
			return false
		case v[j].kind == left:
			letters = true
		case v[j].text == open:
			// The bracket belongs to the Latin text when that goes on in front
			// of its partner.
			for k := j + 1; k < len(v); k++ {
				if v[k].kind == left {
					return letters
				}
				if v[k].kind != space {
					return false
				}
			}
			return false
		}
	}
	return false
}

var opposite = map[string]string{")": "(", "]": "[", "}": "{"}

// numberRun finds the end of a number that begins at i: digits, held together
// by single marks. A hyphen does not hold numbers together in Arabic text.
func numberRun(v []item, i int) (end int, ok bool) {
	digit := func(j int) bool { return j < len(v) && (v[j].kind == european || v[j].kind == arabic) }
	if !digit(i) {
		return i, false
	}
	end = i + 1
	for {
		switch {
		case digit(end):
			end++
		case end < len(v) && v[end].kind == common && digit(end+1):
			end += 2
		default:
			return end, true
		}
	}
}

// compose writes pieces in reading order as text.
func (o orderer) compose(v []item) string {
	var b strings.Builder
	for i := range v {
		it := &v[i]
		if it.kind == space || it.text == " " {
			// White between two shapes that are tied is no space.
			if it.gap && i > 0 && i+1 < len(v) && v[i-1].form.joinsOn() && v[i+1].form.joinsBack() {
				continue
			}
			b.WriteByte(' ')
			continue
		}
		// A stroke inside a word stretches it to its line's width; at the end of
		// one it is written, as in the sign of the Hijri year.
		if it.text == "ـ" && i > 0 && i+1 < len(v) && v[i-1].kind == right && (v[i+1].kind == right || v[i+1].text == "ـ") {
			continue
		}
		if i > 0 && o.shapes && v[i-1].dual && !v[i-1].form.joinsOn() && it.form != noForm && !it.form.joinsBack() && !it.spelled && !v[i-1].spelled {
			b.WriteRune(zwnj)
		}
		text := plain(it.text)
		if !it.spelled && it.kind == right {
			text = lamAlef(text)
		}
		b.WriteString(text)
	}
	return norm.NFC.String(b.String())
}

// lamAlef puts the letters of a ligature in order: some producers map its one
// sign to alef and lam, as they are seen.
func lamAlef(s string) string {
	if c, n := utf8.DecodeRuneInString(s); n < len(s) && (c == 'ا' || c == 'أ' || c == 'إ' || c == 'آ') && s[n:] == "ل" {
		return "ل" + string(c)
	}
	return s
}
