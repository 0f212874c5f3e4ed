package report

import (
	"strings"

	"policywatch/store/speech"
)

// gutter stands between two texts beside each other.
const gutter = " │ "

// pair sets two texts beside each other, the earlier one where the statement's
// script begins. Each line of each is an isolate of its own, so that neither the
// other text nor the room between them can pull its words over.
func (p page) pair(t *typesetter, before, after []span) {
	room := (t.width - columns(gutter) - 2) / 2
	left, right := t.stack(before, room), t.stack(after, room)
	mark := ""
	if p.QuoteDir == speech.RTL {
		mark = speech.RLM
	}
	for i := range max(len(left), len(right)) {
		t.WriteString(strings.TrimRight(mark+"  "+slot(left, i, room)+gutter+slot(right, i, room), " ") + "\n")
	}
}

// slot is line i of a column, filled up to its width; empty below its end.
func slot(lines []string, i, room int) string {
	if i >= len(lines) {
		return strings.Repeat(" ", room)
	}
	return lines[i] + strings.Repeat(" ", max(room-columns(uncoloured.Replace(lines[i])), 0))
}

var uncoloured = strings.NewReplacer(bold, "", faint, "", red, "", green, "", yellow, "", reset, "")

// stack breaks spans into lines of at most room columns; a word that is longer,
// as an address, is broken within.
func (t *typesetter) stack(spans []span, room int) []string {
	c := typesetter{width: room, colour: t.colour}
	var broken []span
	for _, s := range spans {
		for i, w := range strings.Fields(s.text) {
			s.glue = s.glue && i == 0
			for rs := []rune(w); len(rs) > 0; s.glue = false {
				n := min(len(rs), room)
				broken = append(broken, span{string(rs[:n]), s.style, s.dir, s.glue})
				rs = rs[n:]
			}
		}
	}
	if len(broken) == 0 {
		return nil
	}
	c.lines("", "", broken)
	return strings.Split(strings.TrimSuffix(c.String(), "\n"), "\n")
}
