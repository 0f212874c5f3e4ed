package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Furniture that no tag gives away. Each rule here needs two signs at least
// (place and links, words and links, buttons and shortness), because each sign
// alone stands in some statement too: a section on sharing, a list of browsers'
// help pages, a paragraph on news by mail.

// trim drops what is furniture by the company it keeps: blocks of links before
// the first and after the last paragraph, lists of news, consent banners. It
// reports whether it dropped anything.
func (t *tree) trim(root int32, r *Reader) bool {
	changed := t.trimForeign(root, r)
	changed = t.trimEnds(root, r) || changed
	first, last := t.span(root)
	if first < 0 {
		return changed
	}
	return t.trimEdges(root, first, last) || changed
}

// span returns the first and the last box below root that holds running text
// of its own.
func (t *tree) span(root int32) (first, last int32) {
	first, last = -1, -1
	for i := root; i < t.boxes[root].end; {
		b := &t.boxes[i]
		if b.flags&isDropped != 0 {
			i = b.end
			continue
		}
		if b.flags&isBlock != 0 && prose(b) > 0 {
			if first < 0 {
				first = i
			}
			last = b.end - 1
		}
		i++
	}
	return first, last
}

// trimForeign drops subtrees that hold little running text and are told by
// their words or links to be something else.
func (t *tree) trimForeign(root int32, r *Reader) bool {
	changed := false
	total := t.boxes[root].prose
	for i := root + 1; i < t.boxes[root].end; {
		b := &t.boxes[i]
		if b.flags&isDropped != 0 || b.node.Type != html.ElementNode || b.flags&isBlock == 0 {
			i = next(b, i)
			continue
		}
		if !share(b.prose, total, 25) && t.foreign(i, r) {
			t.drop(i)
			changed = true
			i = b.end
			continue
		}
		i++
	}
	return changed
}

func next(b *box, i int32) int32 {
	if b.flags&isDropped != 0 {
		return b.end
	}
	return i + 1
}

// foreign judges a block that holds little of the page's running text.
func (t *tree) foreign(i int32, r *Reader) bool {
	b := &t.boxes[i]
	if b.letters == 0 {
		return false
	}
	if b.links >= 3 && share(b.linked, b.letters, 70) && b.prose == 0 && b.headings > 1 {
		return true // a site map
	}
	if b.anchors >= 3 && share(b.linked, b.letters, 85) && b.prose == 0 {
		return true // a table of contents: the headings say the same
	}
	if b.letters > 4000 {
		return false
	}
	if b.teasers >= 2 && b.teasers*2 >= b.headings {
		return true
	}
	if b.links > 0 && (b.teasers > 0 || share(b.linked, b.letters, 30)) {
		if title := t.opening(i); title != "" && r.words.news.is(title) {
			return true
		}
	}
	// Few words and several buttons: consent, rating, subscription, search.
	if b.letters < 1500 && b.buttons+b.links >= 2 && b.buttons+b.links <= 12 && b.headings <= 2 {
		return t.actions(i, r) >= 2
	}
	return false
}

// opening returns the first words of a subtree: its heading or first line.
func (t *tree) opening(i int32) string {
	for k := i + 1; k < t.boxes[i].end; {
		b := &t.boxes[k]
		if b.flags&isDropped != 0 {
			k = b.end
			continue
		}
		if b.node.Type == html.TextNode && b.letters > 0 {
			// Up to the block that holds the text.
			p := b.parent
			for p > i && t.boxes[p].flags&isBlock == 0 {
				p = t.boxes[p].parent
			}
			if p == i && t.boxes[i].flags&hasBlock != 0 {
				return squeeze(b.node.Data)
			}
			if t.boxes[p].letters > 120 {
				return ""
			}
			return t.words(p)
		}
		k++
	}
	return ""
}

// words returns the text below i as one line.
func (t *tree) words(i int32) string {
	if t.boxes[i].node.Type == html.TextNode {
		return squeeze(t.boxes[i].node.Data)
	}
	var b strings.Builder
	for k := i + 1; k < t.boxes[i].end; {
		x := &t.boxes[k]
		if x.flags&isDropped != 0 {
			k = x.end
			continue
		}
		if x.node.Type == html.TextNode {
			b.WriteString(x.node.Data)
		} else if x.flags&isBlock != 0 || x.atom == atom.Br {
			b.WriteByte(' ')
		}
		k++
	}
	return squeeze(b.String())
}

// actions counts the links and buttons below i that say accept, close, log in.
func (t *tree) actions(i int32, r *Reader) int {
	n := 0
	for k := i + 1; k < t.boxes[i].end; k++ {
		b := &t.boxes[k]
		if (b.atom == atom.A || b.atom == atom.Button) && b.letters > 0 && b.letters < 60 {
			if r.words.action(t.words(k)) {
				n++
			}
			k = b.end - 1
		}
	}
	return n
}

// trimEdges drops menus and the like that stand outside the running text.
// Between paragraphs a list of links is part of what the paragraphs say.
func (t *tree) trimEdges(root, first, last int32) bool {
	changed := false
	for i := root + 1; i < t.boxes[root].end; {
		b := &t.boxes[i]
		if b.flags&isDropped != 0 {
			i = b.end
			continue
		}
		if i > last || b.end <= first {
			if b.flags&isBlock != 0 && b.flags&isHeading == 0 && b.letters > 0 && menu(b, i > last) {
				t.drop(i)
				changed = true
				i = b.end
				continue
			}
		}
		i++
	}
	return changed
}

// menu reports a block outside the running text that is made of links.
func menu(b *box, after bool) bool {
	if b.headings > 0 && !after && !share(b.linked, b.letters, 60) {
		return false
	}
	if b.links >= 2 && share(b.linked, b.letters, 50) {
		return true
	}
	return b.links == 1 && share(b.linked, b.letters, 80) && b.headings == 0
}

// trimEnds drops the first and last children of root that are the page's head
// or foot: little running text beside many links, a form, a copyright line.
func (t *tree) trimEnds(root int32, r *Reader) bool {
	var children []int32
	for c := root + 1; c < t.boxes[root].end; c = t.boxes[c].end {
		if b := &t.boxes[c]; b.flags&isDropped == 0 && b.letters > 0 {
			children = append(children, c)
		}
	}
	changed := false
	for len(children) > 1 && t.end(children[len(children)-1], root, r) {
		t.drop(children[len(children)-1])
		children = children[:len(children)-1]
		changed = true
	}
	for len(children) > 1 && t.end(children[0], root, r) {
		t.drop(children[0])
		children = children[1:]
		changed = true
	}
	return changed
}

// end judges a first or last child.
func (t *tree) end(i, root int32, r *Reader) bool {
	b := &t.boxes[i]
	if b.flags&(isBlock|hasBlock) == 0 || b.flags&isHeading != 0 || share(b.prose, t.boxes[root].prose, 15) {
		return false
	}
	if b.gone > b.letters && b.prose < 200 && b.headings == 0 {
		return true // most of what it held was menus
	}
	if b.links >= 4 && share(b.linked, b.letters, 30) && b.anchors*2 < b.links || b.letters < 2500 && t.imprint(i, r) {
		return true
	}
	return b.fields > 0 && !share(b.prose, t.boxes[root].prose, 5) && b.headings <= 1
}

// imprint reports whether a short line below i claims copyright.
func (t *tree) imprint(i int32, r *Reader) bool {
	for k := i; k < t.boxes[i].end; k++ {
		b := &t.boxes[k]
		if b.flags&isBlock != 0 && b.flags&hasBlock == 0 && b.letters > 0 && b.letters < 200 && r.words.imprint(t.words(k)) {
			return true
		}
	}
	return false
}
