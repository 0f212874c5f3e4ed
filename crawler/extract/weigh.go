package extract

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What a page's parts weigh. Letters alone mislead: a menu of 450 links has more
// of them than a short statement. Running text decides: blocks that are long or
// hold sentence marks, less what is linked.

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
		if c >= 0xD8 && c <= 0xDB && i+1 < len(s) && s[i+1]&0xC0 == 0x80 { // U+0600 to U+06FF
			if a := &arabic[int(c&3)<<6|int(s[i+1]&0x3F)]; a.letter || a.digit {
				letters++
				i += 2
				continue
			}
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
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
