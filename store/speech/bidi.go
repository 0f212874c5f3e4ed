package speech

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// Directional marks, Unicode Standard Annex #9.
const (
	RLM = "\u200f" // right-to-left mark: gives a line its direction
	LRI = "\u2066" // left-to-right isolate
	RLI = "\u2067" // right-to-left isolate
	FSI = "\u2068" // isolate in the direction of its first strong letter
	PDI = "\u2069" // end of an isolate
)

// Clean makes a hostile text fit for one line: valid UTF-8, no control
// character (a terminal would obey it), no directional embedding, override or
// isolate (they reorder what stands around them), white space folded. Letters,
// joiners and plain directional marks stay.
func Clean(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case unicode.IsControl(r), forbidden(r):
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}

// forbidden are format characters that move or hide what stands around them:
// embeddings, overrides, isolates, the byte order mark, tags.
func forbidden(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x206f || r == 0xfeff || r >= 0xe0000 && r <= 0xe007f
}

// Script says which directions a text holds outside of its isolates.
func Script(s string) (left, right, number bool) {
	depth := 0
	for _, r := range s {
		switch r {
		case '\u2066', '\u2067', '\u2068':
			depth++
			continue
		case '\u2069':
			depth = max(0, depth-1)
			continue
		}
		if depth > 0 {
			continue
		}
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.L:
			left = true
		case bidi.R, bidi.AL:
			right = true
		case bidi.EN, bidi.AN:
			number = true
		}
	}
	return left, right, number
}

// Isolate wraps s where it could disturb, or be disturbed by, a line that runs
// in dir. A number with separators counts: after Arabic letters the parts of
// 2017-02-16 change places.
func Isolate(s, dir string) string {
	left, right, number := Script(s)
	if dir == RTL {
		switch {
		case left && right:
			return FSI + s + PDI
		case left, number && !right && strings.ContainsAny(s, "-+:/.,@ "):
			return LRI + s + PDI
		}
		return s
	}
	if right {
		return FSI + s + PDI
	}
	return s
}

var quotations = regexp.MustCompile(`“[^“”]*”|«[^«»]*»`)

// IsolateQuotes sets apart what a line that runs in dir quotes: two quotes in a
// row, a heading and its sentence, would else change places.
func IsolateQuotes(s, dir string) string {
	return quotations.ReplaceAllStringFunc(s, func(q string) string {
		_, open := utf8.DecodeRuneInString(q)
		_, closing := utf8.DecodeLastRuneInString(q)
		return q[:open] + Isolate(q[open:len(q)-closing], dir) + q[len(q)-closing:]
	})
}

// Opener begins an isolate; a direction that is not known is found by the first
// strong letter.
func Opener(dir string) string {
	switch dir {
	case RTL:
		return RLI
	case LTR:
		return LRI
	}
	return FSI
}
