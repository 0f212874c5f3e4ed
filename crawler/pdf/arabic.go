package pdf

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// form is how an Arabic letter is shaped, as far as a presentation form says.
type form uint8

const (
	noForm form = iota
	isolated
	final
	initial
	medial
)

// joinsBack and joinsOn report whether a shape is tied to the letter before or
// after it.
func (f form) joinsBack() bool { return f == final || f == medial }
func (f form) joinsOn() bool   { return f == initial || f == medial }

// formOf tells the shape that a presentation form stands for and whether its
// letter has shapes that join on. The blocks list the isolated, final, initial
// and medial shapes of a letter in this order, or only the first two.
func formOf(c rune) (f form, dual bool) {
	in := func(lo, hi rune, shapes rune) bool {
		if c < lo || c > hi {
			return false
		}
		f, dual = form((c-lo)%shapes)+isolated, shapes == 4
		return true
	}
	switch {
	case c < 0xFB50 || c > 0xFEFC:
	case in(0xFB50, 0xFB51, 2), in(0xFB52, 0xFB81, 4), in(0xFB82, 0xFB8D, 2), in(0xFB8E, 0xFB9D, 4), in(0xFB9E, 0xFB9F, 2),
		in(0xFBA0, 0xFBA3, 4), in(0xFBA4, 0xFBA5, 2), in(0xFBA6, 0xFBAD, 4), in(0xFBAE, 0xFBB1, 2), in(0xFBD3, 0xFBD6, 4),
		in(0xFBD7, 0xFBE3, 2), in(0xFBE4, 0xFBE7, 4), in(0xFBFC, 0xFBFF, 4):
	case in(0xFE81, 0xFE88, 2), in(0xFE89, 0xFE8C, 4), in(0xFE8D, 0xFE8E, 2), in(0xFE8F, 0xFE92, 4), in(0xFE93, 0xFE94, 2),
		in(0xFE95, 0xFEA8, 4), in(0xFEA9, 0xFEB0, 2), in(0xFEB1, 0xFEEC, 4), in(0xFEED, 0xFEF0, 2), in(0xFEF1, 0xFEF4, 4),
		in(0xFEF5, 0xFEFC, 2):
	case c == 0xFE80:
		return isolated, false
	}
	return f, dual
}

// plain resolves presentation forms and the ligatures of Latin type into their
// letters. Signs that people type as such (ﷺ, ﷼) stay.
func plain(s string) string {
	found := false
	for _, c := range s {
		found = found || shaped(c)
	}
	if !found {
		return s
	}
	var b strings.Builder
	for _, c := range s {
		switch {
		case c >= 0xFE70 && c <= 0xFE7F:
			// Free-standing harakat decompose into a space and the mark.
			b.WriteString(strings.TrimLeft(norm.NFKC.String(string(c)), " ـ"))
		case shaped(c):
			b.WriteString(norm.NFKC.String(string(c)))
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func shaped(c rune) bool {
	return c >= 0xFB00 && c <= 0xFB06 || c >= 0xFB50 && c <= 0xFD3D || c >= 0xFD50 && c <= 0xFDF9 || c >= 0xFE70 && c <= 0xFEFC
}

// zwnj parts two letters that would join.
const zwnj = 0x200C

// rightToLeft reports whether a letter belongs to a right-to-left script.
func rightToLeft(c rune) bool {
	return c >= 0x0590 && c <= 0x08FF && !unicode.IsDigit(c) || c >= 0xFB1D && c <= 0xFDFF || c >= 0xFE70 && c <= 0xFEFC ||
		c >= 0x10800 && c <= 0x10FFF || c >= 0x1E800 && c <= 0x1EFFF
}

// isMark reports text that only sits on other letters.
func isMark(s string) bool {
	if s == "" {
		return false
	}
	for _, c := range s {
		if !unicode.Is(unicode.Mn, c) && (c < 0xFE70 || c > 0xFE7F) {
			return false
		}
	}
	return true
}

// blank reports text that only parts words.
func blank(s string) bool {
	return s != "" && strings.TrimFunc(s, func(c rune) bool { return unicode.IsSpace(c) || c == 0x200B }) == ""
}
