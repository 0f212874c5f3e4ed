package extract

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Which part of the page is the statement's. Selectors, class names and the
// usual "first article element" are all wrong on some government site: the
// statement stands in a form (ASP.NET), in a table cell, in a dialog, in a div
// next to a main element that holds the footer. So the part is found from below:
// furniture goes first, then the deepest element that keeps the running text.

// choose drops the page's furniture and returns the box that holds the
// statement: the deepest one that still holds nearly all running text.
func (t *tree) choose(r *Reader, h pageHead) int32 {
	root := t.body()
	t.prune(root)
	if d := t.dialog(root); d >= 0 {
		root = d
	}
	for {
		for next := t.heir(root); next >= 0; next = t.heir(root) {
			root = next
		}
		// What is dropped here may leave one heir where there were several.
		if !t.trim(root, r) && !t.parts(root, r, h) {
			return root
		}
	}
}

// dialog returns the dialog that holds most of the page's running text, -1 when
// there is none: some sites show their statement in one over the home page.
func (t *tree) dialog(root int32) int32 {
	for i := root; i < t.boxes[root].end; i++ {
		b := &t.boxes[i]
		if b.flags&isDropped != 0 {
			i = b.end - 1
			continue
		}
		if b.node.Type == html.ElementNode && b.prose > partProse && share(b.prose, t.boxes[root].prose, 50) && (b.atom == atom.Dialog || attr(b.node, "role") == "dialog" || attr(b.node, "aria-modal") == "true") {
			return i
		}
	}
	return -1
}

func (t *tree) body() int32 {
	for i := range t.boxes {
		if t.boxes[i].atom == atom.Body {
			return int32(i)
		}
	}
	return 0
}

// heir returns the child that may stand for its parent, -1 when text would be
// lost: what the other children hold must be next to nothing.
func (t *tree) heir(i int32) int32 {
	b := &t.boxes[i]
	best, bestProse := int32(-1), int32(0)
	for c := i + 1; c < b.end; c = t.boxes[c].end {
		if x := &t.boxes[c]; x.flags&isDropped == 0 && x.prose > bestProse && x.node.Type == html.ElementNode {
			best, bestProse = c, x.prose
		}
	}
	if best < 0 {
		return -1
	}
	switch t.boxes[best].atom {
	case atom.Tbody, atom.Tr, atom.Li, atom.Dd, atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.Ul, atom.Ol, atom.Dl:
		// The parts of a list or table mean nothing without it.
		if t.boxes[best].flags&hasBlock == 0 || t.boxes[best].atom != atom.Tbody && t.boxes[best].atom != atom.Tr && t.boxes[best].atom != atom.Li {
			return -1
		}
	}
	if rest := b.prose - bestProse; rest*100 > b.prose*3 {
		return -1
	}
	return best
}

// prune drops subtrees that are furniture by what they are: navigation, page
// heads and feet, dialogs, forms. A guard keeps what holds much of the page's
// running text, because some sites put the statement into the oddest element.
func (t *tree) prune(root int32) {
	total := t.boxes[root].prose
	end := t.boxes[root].end
	inMain := int32(-1) // end of the main or article element around i
	for i := root + 1; i < end; {
		b := &t.boxes[i]
		if b.node.Type != html.ElementNode {
			i++
			continue
		}
		if b.atom == atom.Main || b.atom == atom.Article || attr(b.node, "role") == "main" {
			inMain = max(inMain, b.end)
		}
		if t.furniture(b, total, i < inMain) {
			t.drop(i)
			i = b.end
			continue
		}
		i++
	}
}

// share reports whether part is at least percent of total.
func share(part, total, percent int32) bool {
	return total > 0 && int64(part)*100 >= int64(total)*int64(percent)
}

// furniture judges one element by its kind.
func (t *tree) furniture(b *box, total int32, inMain bool) bool {
	if b.flags&(isBlock|hasBlock) == 0 {
		return false
	}
	role := attr(b.node, "role")
	switch {
	case b.atom == atom.Nav, role == "navigation", role == "menu", role == "menubar", role == "search", b.atom == atom.Search, role == "tablist", role == "toolbar":
		return !share(b.prose, total, 25)
	case b.atom == atom.Header, role == "banner":
		if b.headings > 0 && (inMain && !share(b.linked, b.letters, 40) || b.links <= 2 && !share(b.linked, b.letters, 20)) {
			return false
		}
		return !share(b.prose, total, 15)
	case b.atom == atom.Footer, role == "contentinfo":
		if inMain && !share(b.linked, b.letters, 30) {
			return false
		}
		return !share(b.prose, total, 20)
	case b.atom == atom.Aside, role == "complementary":
		if inMain && b.prose > 0 && !share(b.linked, b.letters, 30) {
			return false
		}
		return !share(b.prose, total, 30)
	case b.atom == atom.Dialog, role == "dialog", role == "alertdialog":
		// A dialog with switches asks for consent; another may hold the text.
		return b.fields >= 2 && total-b.prose > 400 || !share(b.prose, total, 40)
	case b.atom == atom.Marquee:
		return true
	case b.atom == atom.Form:
		return b.fields > 0 && !share(b.prose, total, 10)
	}
	return false
}

// drop takes a subtree out of the page and of its ancestors' sums.
func (t *tree) drop(i int32) {
	b := &t.boxes[i]
	b.flags |= isDropped
	for p := b.parent; p >= 0; p = t.boxes[p].parent {
		q := &t.boxes[p]
		q.letters -= b.letters
		q.gone += b.letters
		q.linked -= b.linked
		q.prose -= b.prose
		q.links -= b.links
		q.anchors -= b.anchors
		q.headings -= b.headings
		q.teasers -= b.teasers
		q.fields -= b.fields
		q.buttons -= b.buttons
	}
}
