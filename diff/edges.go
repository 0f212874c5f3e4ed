package diff

import (
	"regexp"
	"strings"
	"unicode"
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
		if b := &doc.Blocks[last]; !prose(b) && !states(b) {
			lines++
		}
	}
	return lines >= 2 && lines*2 >= all
}

// outside reports whether sentence i, which only one side has, belongs to the
// page around the statement.
func (x *comparison) outside(ss []align.Sentence, i int, es [2]edge, doc *record.Document) bool {
	for _, e := range es {
		if !e.surround || !e.covers(align.Span{From: i, To: i + 1}) {
			continue
		}
		s, b := ss[i], &doc.Blocks[ss[i].Block]
		if prose(b) {
			return !carries(x.blockTopics(doc, s.Block, false))
		}
		if states(b) {
			return false
		}
		if b.Kind == record.Heading || linked(b) || s.Section < 0 || doc.Sections[s.Section].Implicit {
			return true
		}
		// The lines of an address under "Contact" are no menu when the heading
		// came or went with them.
		head := doc.Sections[s.Section].From
		for k := i; k >= e.sentences.From && ss[k].Block >= head; k-- {
			if ss[k].Block == head {
				return !carries(doc.Sections[s.Section].Topics)
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
// an address, a number. The year of a copyright line is none, nor a number in
// the entry of a menu.
func states(b *record.Block) bool {
	if furniture(b) || strings.ContainsAny(b.Text, "©®") {
		return false
	}
	digits := 0
	for _, r := range b.Text {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return mail.MatchString(b.Text) || digits >= 7 || digits > 0 && (b.Kind == record.Paragraph || b.Kind == record.Row)
}

var mail = regexp.MustCompile(`[\w.+-]+@[\w-]+\.\w`)
