package extract

import (
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// runLine is one line of inline content: what stands between two breaks.
type runLine struct {
	from, to      int // in run.buf
	bold, letters int // letters in bold, and all
	linked        int
	dress         uint32 // of all its letters, 0 where they look different
	links         []record.Link
}

// run gathers inline content. One buffer serves all blocks of a page; a block's
// text is copied out of it once. White space folds as in a browser, so that
// inline tags neither glue words nor split them.
type run struct {
	buf   []byte
	lines []runLine
	space bool // a space is due before the next word
}

func (u *run) reset() {
	u.buf, u.lines, u.space = u.buf[:0], u.lines[:0], false
}

func (u *run) line() *runLine {
	if len(u.lines) == 0 {
		u.lines = append(u.lines, runLine{from: len(u.buf), to: len(u.buf)})
	}
	return &u.lines[len(u.lines)-1]
}

// text appends the words of one text node.
func (u *run) text(s string, f flag, letters int, dress uint32) {
	l := u.line()
	if letters > 0 && l.dress != dress {
		if l.letters == 0 {
			l.dress = dress
		} else {
			l.dress = 0
		}
	}
	l.letters += letters
	if f&(isBold|isHeading) != 0 {
		l.bold += letters
	}
	if f&isLinked != 0 {
		l.linked += letters
	}
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c <= ' ' || c == 0x7F {
				u.space = true
				i++
				continue
			}
			j := i + 1
			for j < len(s) && s[j] > ' ' && s[j] < 0x7F {
				j++
			}
			u.word(l, s[i:j])
			i = j
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if blank(r) {
			u.space = true
			i += n
			continue
		}
		j := i + n
		for j < len(s) && s[j] >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[j:])
			if blank(r) {
				break
			}
			j += n
		}
		u.word(l, s[i:j])
		i = j
	}
	l.to = len(u.buf)
}

func (u *run) word(l *runLine, s string) {
	if u.space && len(u.buf) > l.from {
		u.buf = append(u.buf, ' ')
	}
	u.space = false
	u.buf = append(u.buf, s...)
	l.to = len(u.buf)
}

// brk ends the line. A second one in a row leaves an empty line, which parts
// paragraphs.
func (u *run) brk() {
	u.line()
	u.lines = append(u.lines, runLine{from: len(u.buf), to: len(u.buf)})
	u.space = false
}

func (u *run) string(l *runLine) string {
	return strings.Trim(string(u.buf[l.from:l.to]), invisible)
}

func (u *run) empty() bool {
	for i := range u.lines {
		if u.lines[i].to > u.lines[i].from {
			return false
		}
	}
	return true
}
