package extract

import (
	"strings"
	"sync"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The parser's tree is walked once and copied into a slice of boxes. Everything
// after that (sums, furniture, the choice of the part that holds the statement,
// the reading itself) runs over the slice: a subtree is boxes[i:end], so that
// nothing recurses twice over a hostile page and nothing allocates per node.

// flag marks what is known of a box. The first group is inherited.
type flag uint16

const (
	isHidden  flag = 1 << iota // shown only on request, or not at all
	isBold                     // bold from here down
	isLinked                   // inside a link that leads away
	isHeading                  // inside h1 to h6 or role=heading

	isBlock   // stands on lines of its own
	hasBlock  // has a block somewhere below
	isDropped // furniture: the whole subtree is passed over
	isTrigger // opens and closes a part of the page
	isAnchor  // a link to a place of the same page

	inherited = isHidden | isBold | isLinked | isHeading
)

// box is one element or text of the page that can hold words. Boxes lie in
// document order, so that a subtree is a run of the slice and every question
// about it is a loop without pointers.
type box struct {
	node   *html.Node
	parent int32
	end    int32 // one past the last box of the subtree
	atom   atom.Atom
	flags  flag
	// dress is a digest of how the text here looks: the element that it stands
	// in, the inline elements around it, their classes and styles. It has no
	// meaning but that two texts of one dress look alike.
	dress uint32
	// Letters of the whole subtree, those inside links, and those of running
	// text; prose is what tells a statement from menus.
	letters, linked, prose int32
	// Words that stand directly in this block, outside any block inside it.
	own, ownLinked, ownMarks int32
	links                    int32 // links below
	anchors                  int32 // of these, links to places of the same page
	headings                 int32 // headings below
	teasers                  int32 // of these, links to pages of their own
	fields                   int32 // form fields below
	gone                     int32 // letters below that were dropped
	buttons                  int32 // buttons below
}

// tree is the page as boxes.
type tree struct {
	boxes []box
	// pointers finds the first link to each place of the page.
	pointers map[string]int32
	ids      map[string]int32 // see byID
}

// trees keeps the boxes of one page for the next: for most pages they are the
// largest piece of memory that reading takes.
var trees = sync.Pool{New: func() any { return &tree{boxes: make([]box, 0, 2048)} }}

// maxKept is how many boxes are kept; only few pages have more.
const maxKept = 1 << 15

// maxBoxes bounds the page; what follows is not read. A page of 10 MB of text
// has fewer, only a page of nothing but tags has more.
const maxBoxes = 400_000

// maxDepth bounds recursion. The parser itself refuses more than 512 levels.
const maxDepth = 600

// plant makes the boxes below root.
func plant(root *html.Node) *tree {
	t := trees.Get().(*tree)
	t.grow(root, -1, 0, 0, 0)
	t.weigh()
	return t
}

// fell gives the boxes back; the tree must not be used after.
func (t *tree) fell() {
	if cap(t.boxes) > maxKept {
		return
	}
	clear(t.boxes) // let go of the page
	t.boxes, t.pointers, t.ids = t.boxes[:0], nil, nil
	trees.Put(t)
}

// byID finds the box of the first element with an id.
func (t *tree) byID(id string) (int32, bool) {
	if t.ids == nil {
		t.ids = map[string]int32{}
		for i := range t.boxes {
			for _, a := range t.boxes[i].node.Attr {
				if _, ok := t.ids[a.Val]; a.Key == "id" && !ok {
					t.ids[a.Val] = int32(i)
				}
			}
		}
	}
	i, ok := t.ids[id]
	return i, ok && id != ""
}

func (t *tree) grow(n *html.Node, parent int32, f flag, dress uint32, depth int) {
	if len(t.boxes) >= maxBoxes || depth > maxDepth {
		return
	}
	switch n.Type {
	case html.TextNode:
		letters, marks := countText(n.Data)
		if letters == 0 && marks == 0 && strings.TrimFunc(n.Data, blank) == "" && parent < 0 {
			return
		}
		i := int32(len(t.boxes))
		t.boxes = append(t.boxes, box{node: n, parent: parent, end: i + 1, flags: f, dress: dress, letters: int32(letters), ownMarks: int32(marks)})
		return
	case html.ElementNode, html.DocumentNode:
	default:
		return
	}
	if n.Type == html.ElementNode && mute(n) {
		if n.DataAtom == atom.Input && parent >= 0 {
			switch attr(n, "type") {
			case "hidden", "submit", "button", "image":
			default:
				t.boxes[parent].fields++
			}
		}
		return
	}
	i := int32(len(t.boxes))
	own := f & inherited
	if blockTag(n.DataAtom) {
		own |= isBlock
		dress = 0 // a new line, a new look
	}
	if n.DataAtom != atom.A {
		dress = dressed(dress, n.Data)
	}
	href := ""
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			own |= isHidden
		case "aria-hidden":
			if a.Val == "true" {
				own |= isHidden
			}
		case "style":
			own |= styleFlags(a.Val)
			dress = dressed(dress, a.Val)
		case "class", "size", "color", "face":
			dress = dressed(dress, a.Val)
		case "href":
			href = a.Val
		case "aria-expanded":
			own |= isTrigger
		case "data-toggle", "data-bs-toggle", "uk-toggle":
			if v := a.Val; v == "collapse" || v == "accordion" {
				own |= isTrigger
			}
		case "role":
			if a.Val == "heading" {
				own |= isHeading | isBlock
			}
		}
	}
	switch n.DataAtom {
	case atom.B, atom.Strong:
		own |= isBold
	case atom.A:
		if leadsAway(href, n, f&isHeading != 0) {
			own |= isLinked
		}
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		own |= isHeading
	case atom.Details:
		if !hasAttr(n, "open") {
			own |= isHidden
		}
	case atom.Summary:
		if parent >= 0 && t.boxes[parent].parent >= 0 {
			// The summary shows also while its details are closed.
			own = own&^isHidden | t.boxes[t.boxes[parent].parent].flags&isHidden
		}
		own |= isTrigger
	}
	if len(href) > 1 && href[0] == '#' && n.DataAtom == atom.A {
		own |= isAnchor
		if t.pointers == nil {
			t.pointers = map[string]int32{}
		}
		if _, ok := t.pointers[href[1:]]; !ok {
			t.pointers[href[1:]] = i
		}
	}
	t.boxes = append(t.boxes, box{node: n, parent: parent, atom: n.DataAtom, flags: own, dress: dress})
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		t.grow(c, i, own&inherited, dress, depth+1)
	}
	t.boxes[i].end = int32(len(t.boxes))
}
