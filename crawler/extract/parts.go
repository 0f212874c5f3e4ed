package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A page of several legal texts: terms of use, privacy, copyright, one below
// the other. Only what speaks of privacy is read.

// partProse is how much running text makes a part of its own.
const partProse = 600

// titleBox is a line that is the name of a legal text and nothing more.
type titleBox struct {
	box     int32
	level   int
	privacy bool
}

// parts drops the other texts when root holds several. A page that calls itself
// a privacy statement is one, whatever its sections are called.
func (t *tree) parts(root int32, r *Reader, h pageHead) bool {
	for _, title := range []string{h.docTitle, h.ogTitle} {
		if r.words.statement.holds(strings.Fields(key(title))) {
			return false
		}
	}
	titles := t.legalTitles(root, r)
	for _, p := range titles {
		if !p.privacy {
			continue
		}
		for _, o := range titles {
			if o.privacy || o.level != p.level {
				continue
			}
			anc := t.common(p.box, o.box)
			cp, co := t.childOf(anc, p.box), t.childOf(anc, o.box)
			if t.boxes[cp].prose >= partProse && t.boxes[co].prose >= partProse {
				return t.keepSiblings(anc, r)
			}
			if t.keepRuns(anc, cp, p.level, r) {
				return true
			}
		}
	}
	return false
}

// legalTitles finds the lines below root that name a legal text.
func (t *tree) legalTitles(root int32, r *Reader) []titleBox {
	var out []titleBox
	for i := root; i < t.boxes[root].end; {
		b := &t.boxes[i]
		if b.flags&isDropped != 0 {
			i = b.end
			continue
		}
		if b.flags&isBlock == 0 || b.flags&hasBlock != 0 || b.letters < 3 || b.letters > 60 || b.atom == atom.Li || b.atom == atom.Td || b.linked > 0 && b.flags&isHeading == 0 {
			i++
			continue
		}
		text := strings.TrimRight(t.words(i), ": ")
		if _, n := ordinal(text); n > 0 {
			text = text[n:]
		}
		switch privacy := r.words.statement.is(text); {
		case privacy, r.words.others.is(text):
			out = append(out, titleBox{i, t.level(i), privacy})
		}
		i = b.end
	}
	return out
}

// level is the heading level of a box, 0 where it is no heading.
func (t *tree) level(i int32) int {
	for p := i; p >= 0; p = t.boxes[p].parent {
		switch t.boxes[p].atom {
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			return int(t.boxes[p].node.Data[1] - '0')
		}
		if t.boxes[p].flags&isHeading == 0 {
			break
		}
	}
	return 0
}

// common returns the deepest box that holds both a and b.
func (t *tree) common(a, b int32) int32 {
	for a >= 0 && !(a <= b && b < t.boxes[a].end) {
		a = t.boxes[a].parent
	}
	return max(a, 0)
}

// childOf returns the child of anc that holds i, or anc itself.
func (t *tree) childOf(anc, i int32) int32 {
	for i > anc && t.boxes[i].parent != anc {
		i = t.boxes[i].parent
	}
	return i
}

// keepSiblings drops the children of anc whose titles do not speak of privacy.
func (t *tree) keepSiblings(anc int32, r *Reader) bool {
	changed := false
	for c := anc + 1; c < t.boxes[anc].end; c = t.boxes[c].end {
		b := &t.boxes[c]
		if b.flags&isDropped == 0 && b.node.Type == html.ElementNode && b.letters > 0 && !r.speaksOfPrivacy(t.opening(c)) {
			t.drop(c)
			changed = true
		}
	}
	return changed
}

// keepRuns handles texts that stand flat below anc, heading by heading: from a
// heading of the level to the next one. It changes nothing unless the run under
// the statement's title, at child cp, holds a text of its own.
func (t *tree) keepRuns(anc, cp int32, level int, r *Reader) bool {
	if level == 0 {
		return false
	}
	type part struct {
		children []int32
		prose    int32
		keep     bool
		named    bool // its title is the name of a legal text
	}
	parts := []part{{}}
	own := -1
	for c := anc + 1; c < t.boxes[anc].end; c = t.boxes[c].end {
		b := &t.boxes[c]
		if b.flags&isDropped != 0 || b.letters == 0 {
			continue
		}
		if b.headings > 0 || b.flags&isHeading != 0 {
			if l, title := t.firstHeading(c); l > 0 && l <= level {
				name := strings.TrimRight(title, ": ")
				parts = append(parts, part{keep: r.speaksOfPrivacy(title), named: r.words.statement.is(name) || r.words.others.is(name)})
			}
		}
		p := &parts[len(parts)-1]
		p.children = append(p.children, c)
		p.prose += b.prose
		if c == cp {
			own = len(parts) - 1
		}
	}
	if own < 0 || parts[own].prose < partProse {
		return false
	}
	others, named := int32(0), 0
	for _, p := range parts {
		if !p.keep {
			others += p.prose
		}
		if p.named {
			named++
		}
	}
	// Sections of one text may carry such names too; texts nearly all do.
	if others < partProse || named*10 < (len(parts)-1)*6 {
		return false
	}
	for _, p := range parts {
		if !p.keep {
			for _, c := range p.children {
				t.drop(c)
			}
		}
	}
	return true
}

// firstHeading returns level and words of the first heading in a subtree.
func (t *tree) firstHeading(i int32) (int, string) {
	for k := i; k < t.boxes[i].end; k++ {
		if l := t.level(k); l > 0 {
			return l, t.words(k)
		}
	}
	return 0, ""
}

// speaksOfPrivacy reports whether the title of a text says that it is about
// personal data.
func (r *Reader) speaksOfPrivacy(title string) bool {
	if title == "" || r.words.others.is(strings.TrimRight(title, ": ")) {
		return false
	}
	words := strings.Fields(key(title))
	return r.words.statement.holds(words) || r.words.about.holds(words)
}
