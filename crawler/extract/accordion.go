package extract

import (
	"strings"

	"golang.org/x/net/html/atom"

	"policywatch/store/record"
)

// Parts of a page that open and close: whatever opens one is its heading.

// triggers reads what opens and closes a part of the page as that part's
// heading; false means that it is no such thing.
func (w *walker) triggers(i int32) bool {
	b := &w.t.boxes[i]
	if b.flags&hasBlock != 0 && b.headings > 0 || b.flags&isHeading != 0 {
		return false // the heading inside speaks for itself
	}
	if b.atom != atom.Summary && !w.run.empty() {
		return false // a word with a tooltip inside a sentence
	}
	text, links := w.inner(i)
	s := look(text)
	if text == "" || s.hollow || s.words > 30 || b.atom != atom.Summary && (w.r.words.action(text) || !s.bare()) {
		// Arrows, "expand all", whole cards.
		return b.atom == atom.Button && s.words <= 4
	}
	w.flush()
	w.out = append(w.out, draft{kind: record.Heading, level: min(w.level+1, 6), text: text, links: links, marked: true, gap: true, hidden: b.flags&isHidden != 0})
	return true
}

// opensNext reports whether what follows a button is text that it may open: the
// accordions of pages that do not say so in attributes.
func (w *walker) opensNext(i int32) bool {
	p := w.t.boxes[i].parent
	if p < 0 {
		return false
	}
	for c := w.t.boxes[i].end; c < w.t.boxes[p].end; c = w.t.boxes[c].end {
		if b := &w.t.boxes[c]; b.letters > 0 {
			return b.flags&(isBlock|hasBlock) != 0 && b.letters >= 40 && !share(b.linked, b.letters, 50) && b.atom != atom.Button
		}
	}
	return false
}

// panelTitle gives a tab's panel the words of its tab, which stands elsewhere
// in the page, as a heading. A panel that opens with those words needs none.
func (w *walker) panelTitle(i int32) {
	b := &w.t.boxes[i]
	if b.letters < 40 || len(b.node.Attr) == 0 || b.flags&isBlock == 0 {
		return
	}
	from := int32(-1)
	if attr(b.node, "role") == "tabpanel" {
		if k, ok := w.t.byID(attr(b.node, "aria-labelledby")); ok {
			from = k
		}
	}
	if id := attr(b.node, "id"); from < 0 && id != "" {
		if k, ok := w.t.pointers[id]; ok {
			from = k
		}
	}
	if from < 0 || from >= i && from < b.end {
		return
	}
	text := w.t.words(from)
	if s := look(text); !s.bare() || w.r.words.action(text) || w.r.words.frame(text) {
		return
	}
	k, opening := join(key(text)), join(key(w.t.opening(i)))
	if k == "" || len(opening) <= 2*len(k) && strings.Contains(opening, k) || strings.Contains(k, opening) && opening != "" {
		return
	}
	if n := len(w.out); n > 0 && w.out[n-1].kind == record.Heading && strings.Contains(join(key(w.out[n-1].text)), k) {
		return
	}
	w.out = append(w.out, draft{kind: record.Heading, level: min(w.level+1, 6), text: text, marked: true, gap: true, hidden: b.flags&isHidden != 0})
}
