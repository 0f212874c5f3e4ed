package extract

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

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
	// byID finds the boxes of elements that others refer to, pointers the
	// first link to each of them.
	byID, pointers map[string]int32
}

// maxBoxes bounds the page; what follows is not read. A page of 10 MB of text
// has fewer, only a page of nothing but tags has more.
const maxBoxes = 400_000

// maxDepth bounds recursion. The parser itself refuses more than 512 levels.
const maxDepth = 600

// plant makes the boxes below root.
func plant(root *html.Node) *tree {
	t := &tree{boxes: make([]box, 0, 2048), byID: map[string]int32{}, pointers: map[string]int32{}}
	t.grow(root, -1, 0, 0, 0)
	t.weigh()
	return t
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
	id := ""
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
		case "id":
			id = a.Val
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
		if _, ok := t.pointers[href[1:]]; !ok {
			t.pointers[href[1:]] = i
		}
	}
	t.boxes = append(t.boxes, box{node: n, parent: parent, atom: n.DataAtom, flags: own, dress: dress})
	if id != "" {
		if _, ok := t.byID[id]; !ok {
			t.byID[id] = i
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		t.grow(c, i, own&inherited, dress, depth+1)
	}
	t.boxes[i].end = int32(len(t.boxes))
}

// dressed adds one trait to a dress (FNV-1a).
func dressed(dress uint32, trait string) uint32 {
	if dress == 0 {
		dress = 2166136261
	}
	for i := 0; i < len(trait) && i < 256; i++ {
		dress = (dress ^ uint32(trait[i])) * 16777619
	}
	return (dress ^ 0xFF) * 16777619
}

// weigh sums the subtrees. Children come after their parents, so one pass from
// the back carries everything up.
func (t *tree) weigh() {
	bs := t.boxes
	for i := len(bs) - 1; i >= 0; i-- {
		b := &bs[i]
		if b.node.Type == html.TextNode {
			b.own = b.letters
			if b.flags&isLinked != 0 {
				b.linked, b.ownLinked = b.letters, b.letters
			}
		}
		if b.flags&isBlock != 0 || b.parent < 0 {
			b.prose += prose(b)
		}
		p := b.parent
		if p < 0 {
			continue
		}
		q := &bs[p]
		q.letters += b.letters
		q.linked += b.linked
		q.prose += b.prose
		q.links += b.links
		q.anchors += b.anchors
		q.headings += b.headings
		q.teasers += b.teasers
		q.fields += b.fields
		q.buttons += b.buttons
		if b.atom == atom.A && b.flags&isLinked != 0 && q.flags&isLinked == 0 {
			q.links++
			if b.flags&isAnchor != 0 {
				q.anchors++
			}
		}
		if b.atom == atom.Button {
			q.buttons++
		}
		if b.flags&isHeading != 0 && q.flags&isHeading == 0 {
			q.headings++
			if b.linked > 0 && b.linked*10 >= b.letters*9 {
				q.teasers++
			}
		}
		if b.flags&(isBlock|hasBlock) != 0 {
			q.flags |= hasBlock
		}
		if b.flags&isBlock == 0 {
			q.own += b.own
			q.ownLinked += b.ownLinked
			q.ownMarks += b.ownMarks
		}
	}
}

// prose returns how many letters of running text stand directly in a block: a
// run of text counts when it is long or holds a sentence, and is no link.
func prose(b *box) int32 {
	free := b.own - b.ownLinked
	if b.own < 40 || free*10 < b.own*4 || b.flags&isHeading != 0 {
		return 0
	}
	if b.ownMarks == 0 && b.own < 100 {
		return 0
	}
	if b.flags&isHidden != 0 {
		// Hidden text counts, for whole statements stand in closed accordions,
		// but where there is a choice what is shown wins.
		return free / 2
	}
	return free
}

// countText counts letters and digits, and marks that end sentences or clauses.
func countText(s string) (letters, marks int) {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
				letters++
			case c == '.' || c == ',' || c == '?' || c == ';':
				marks++
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r >= 0x0620 && r <= 0x064A, r >= 0x0660 && r <= 0x0669, r >= 0x06F0 && r <= 0x06F9:
			letters++
		case r == '،' || r == '؛' || r == '؟' || r == '۔' || r == '。' || r == '，' || r == '、' || r == '；':
			marks++
		case unicode.IsLetter(r), unicode.IsDigit(r):
			letters++
			if r >= 0x2E80 && r <= 0xFFDC && r < 0xD7FF && r > 0x2FFF {
				letters++ // one sign of Chinese is a word's half
			}
		}
		i += n
	}
	return letters, marks
}

// mute reports elements whose text is not for reading.
func mute(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Svg, atom.Math, atom.Head, atom.Iframe, atom.Frame, atom.Object, atom.Embed, atom.Canvas,
		atom.Audio, atom.Video, atom.Map, atom.Select, atom.Datalist, atom.Input, atom.Img, atom.Picture, atom.Progress, atom.Meter, atom.Link, atom.Meta,
		atom.Noframes, atom.Noembed, atom.Param, atom.Track, atom.Source:
		return n.Namespace == "" || n.DataAtom == atom.Script || n.DataAtom == atom.Style || n.DataAtom == atom.Svg || n.DataAtom == atom.Math
	case atom.Template:
		return !hasAttr(n, "shadowrootmode")
	}
	return false
}

// blockTag reports elements that stand on lines of their own.
func blockTag(a atom.Atom) bool {
	switch a {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Caption, atom.Center, atom.Dd, atom.Details, atom.Dialog, atom.Dir, atom.Div,
		atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Header, atom.Hgroup, atom.Hr, atom.Html, atom.Legend, atom.Li, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.Optgroup, atom.Option, atom.P,
		atom.Pre, atom.Search, atom.Section, atom.Summary, atom.Table, atom.Tbody, atom.Td, atom.Textarea, atom.Tfoot, atom.Th, atom.Thead, atom.Tr, atom.Ul:
		return true
	}
	return false
}

// styleFlags reads the few declarations of an inline style that matter here.
func styleFlags(s string) (f flag) {
	if len(s) > 4096 {
		return 0
	}
	for d := range strings.SplitSeq(s, ";") {
		k, v, ok := strings.Cut(d, ":")
		if !ok {
			continue
		}
		v = strings.ToLower(strings.TrimSpace(v))
		v = strings.TrimSpace(strings.TrimSuffix(v, "!important"))
		switch strings.ToLower(strings.TrimSpace(k)) {
		case "display":
			if v == "none" {
				f |= isHidden
			} else if v == "block" || v == "flex" || v == "grid" {
				f |= isBlock
			}
		case "visibility":
			if v == "hidden" {
				f |= isHidden
			}
		case "font-weight":
			if n, err := strconv.Atoi(v); v == "bold" || v == "bolder" || err == nil && n >= 600 {
				f |= isBold
			}
		}
	}
	return f
}

func hasAttr(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// leadsAway reports links as menus have them. An address that is shown as such
// (mail, telephone, a URL in words) is part of a sentence, not of a menu.
func leadsAway(href string, n *html.Node, inHeading bool) bool {
	if inHeading && href != "" && href[0] == '#' {
		return false // the heading's own anchor
	}
	if href == "" || strings.HasPrefix(href, "mailto:") || strings.HasPrefix(href, "tel:") || strings.Contains(href, protected) {
		return false
	}
	if c := n.FirstChild; c != nil && c.NextSibling == nil && c.Type == html.TextNode {
		if s := strings.TrimSpace(c.Data); strings.Contains(s, "@") || strings.Contains(s, "://") || strings.HasPrefix(s, "www.") {
			return false
		}
	}
	return true
}
