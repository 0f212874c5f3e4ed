package diff

import (
	"strings"
	"unicode/utf8"

	"policywatch/diff/align"
	"policywatch/store/record"
)

// Menus, banners and feedback forms that slip into a capture stand before the
// statement's first sentence or after its last. edge is such a stretch of one
// side: what has no counterpart and lies outside everything that both sides
// have of the statement's prose.
type edge struct {
	sentences align.Span
	// surround: the stretch is mostly lines that are no sentences.
	surround bool
}

func (e edge) covers(s align.Span) bool { return s.From >= e.sentences.From && s.To <= e.sentences.To }

// edges finds the stretches at both ends of one side. groups gives each
// sentence's group.
func (x *comparison) edges(ss []align.Sentence, groups []int, doc *record.Document) [2]edge {
	kept := func(i int) bool {
		g := x.al.Groups[groups[i]]
		return g.Old.Len() > 0 && g.New.Len() > 0 && !g.Moved && prose(&doc.Blocks[ss[i].Block])
	}
	first, last := 0, len(ss)-1
	for first < len(ss) && !kept(first) {
		first++
	}
	for last >= 0 && !kept(last) {
		last--
	}
	if first > last {
		return [2]edge{} // nothing in common: no inside, no outside
	}
	out := [2]edge{{sentences: align.Span{From: 0, To: first}}, {sentences: align.Span{From: last + 1, To: len(ss)}}}
	for k := range out {
		out[k].surround = x.surrounds(ss, groups, out[k].sentences, doc)
	}
	return out
}

// surrounds reports whether the unmatched blocks of the stretch are mostly
// short lines.
func (x *comparison) surrounds(ss []align.Sentence, groups []int, at align.Span, doc *record.Document) bool {
	lines, all, last := 0, 0, -1
	for i := at.From; i < at.To; i++ {
		g := x.al.Groups[groups[i]]
		if g.Old.Len() > 0 && g.New.Len() > 0 || ss[i].Block == last {
			continue
		}
		last = ss[i].Block
		all++
		if b := &doc.Blocks[last]; !prose(b) && !states(b.Text) {
			lines++
		}
	}
	return lines >= 2 && lines*2 >= all
}

// outside reports whether a passage that only one side has belongs to the page
// around the statement.
func (x *comparison) outside(ss []align.Sentence, at align.Span, es [2]edge, groups []int, doc *record.Document) bool {
	for _, e := range es {
		if at.Len() == 0 || !e.surround || !e.covers(at) {
			continue
		}
		own := true // its heading came or went with it
		if s := ss[at.From].Section; s >= 0 && !doc.Sections[s].Implicit {
			own = false
			for i := e.sentences.From; i < e.sentences.To; i++ {
				if ss[i].Section == s && ss[i].Block == doc.Sections[s].From {
					own = true
				}
			}
		}
		for _, s := range ss[at.From:at.To] {
			b := &doc.Blocks[s.Block]
			switch {
			case furniture(b):
			case prose(b) && carries(x.blockTopics(doc, s.Block, false)):
				return false
			case !prose(b) && states(b.Text):
				return false
			case !prose(b) && own && s.Section >= 0 && b.Kind != record.Heading && !linked(b) && carries(doc.Sections[s.Section].Topics):
				return false // the lines of an address under "Contact"
			}
		}
		return true
	}
	return false
}

// prose reports whether a block holds running text: a sentence with its end, or
// many words.
func prose(b *record.Block) bool {
	if b.Kind == record.Heading || furniture(b) {
		return false
	}
	n := len(strings.Fields(b.Text))
	if n >= 16 {
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(b.Text, " \"'”’»)]*_"))
	return n >= 8 && strings.ContainsRune(".!?؟۔:;؛…", r)
}

// linked reports whether part of the block is a link.
func linked(b *record.Block) bool { return len(b.Links) > 0 }

// states reports whether a line states something to reach or hold someone by:
// an address, a number. The year of a copyright line is none.
func states(s string) bool {
	if strings.ContainsAny(s, "©®") {
		return false
	}
	return strings.ContainsAny(s, "@0123456789۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩")
}
