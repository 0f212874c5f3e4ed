package report

import (
	"strings"
	"unicode"

	"policywatch/store/speech"
)

// span is a stretch of words of one look and direction.
type span struct {
	text, style string
	// dir sets the words apart as text of that direction; empty for our own.
	dir string
	// glue leaves out the space before the span.
	glue bool
}

// typesetter breaks spans into lines. An isolate does not outlive its line, so
// each is closed where its line ends and opened again on the next. Lines of a
// right-to-left text begin with a mark, since a plain-text reader guesses each
// line's direction from its first letter.
type typesetter struct {
	strings.Builder
	dir    string
	width  int // columns; 0 breaks no line
	colour bool
	// The state of the line being set.
	column      int
	open, style string // direction of the open isolate, colour in force
	inner       []rune // isolates that the words themselves have open
}

func (t *typesetter) blank() { t.WriteByte('\n') }

// head writes a heading over n entries; nothing when there are none.
func (t *typesetter) head(n int, s string) {
	if n > 0 {
		t.blank()
		t.line(0, span{text: s + ":", style: bold})
	}
}

func (t *typesetter) item(s ...span) { t.lines("  - ", "    ", s) }

func (t *typesetter) under(s ...span) { t.lines("    ", "    ", s) }

func (t *typesetter) line(indent int, s ...span) {
	pad := strings.Repeat(" ", indent)
	t.lines(pad, pad+"  ", s)
}

func (t *typesetter) more(s string) {
	if s != "" {
		t.line(2, span{text: s, style: faint})
	}
}

// lines writes spans, the first line after the padding first, those it
// overflows into after next.
func (t *typesetter) lines(first, next string, spans []span) {
	var words []span
	for _, s := range spans {
		for i, f := range strings.Fields(s.text) {
			w := span{f, s.style, s.dir, i == 0 && s.glue}
			if !t.colour {
				w.style = plain
			}
			words = append(words, w)
		}
	}
	t.start(first)
	for i, w := range words {
		space, again := i > 0 && !w.glue, ""
		// What is glued to a word goes where the word goes.
		size := columns(w.text)
		for j := i + 1; j < len(words) && words[j].glue; j++ {
			size += columns(words[j].text)
		}
		if space && t.width > 0 && t.column+1+size > t.width {
			t.leave("", plain)
			t.WriteString(strings.Repeat(speech.PDI, len(t.inner)))
			t.WriteByte('\n')
			t.start(next)
			space, again = false, string(t.inner)
		}
		t.leave(w.dir, w.style)
		if space {
			t.WriteByte(' ')
			t.column++
		}
		t.enter(w.dir, w.style)
		t.WriteString(again) // within the outer isolate, as on the line before
		t.WriteString(w.text)
		t.column += columns(w.text)
		t.track(w.text)
	}
	t.leave("", plain)
	t.WriteByte('\n')
}

func (t *typesetter) start(pad string) {
	if t.dir == speech.RTL {
		t.WriteString(speech.RLM)
	}
	t.WriteString(pad)
	t.column = len(pad)
}

// track follows the isolates that phrases put around their values.
func (t *typesetter) track(word string) {
	for _, r := range word {
		switch string(r) {
		case speech.LRI, speech.RLI, speech.FSI:
			t.inner = append(t.inner, r)
		case speech.PDI:
			if n := len(t.inner); n > 0 {
				t.inner = t.inner[:n-1]
			}
		}
	}
}

// leave ends the colour and the isolate that the next word does not share. It
// comes before the space between them, which belongs to neither.
func (t *typesetter) leave(dir, style string) {
	if t.style != plain && (t.style != style || t.open != dir) {
		t.WriteString(reset)
		t.style = plain
	}
	if t.open != "" && t.open != dir {
		t.WriteString(speech.PDI)
		t.open = ""
	}
}

func (t *typesetter) enter(dir, style string) {
	if t.open != dir {
		t.WriteString(speech.Opener(dir))
		t.open = dir
	}
	if t.style != style {
		t.WriteString(style)
		t.style = style
	}
}

// columns is the room that a text takes: marks and format characters take none.
func columns(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
			n++
		}
	}
	return n
}
