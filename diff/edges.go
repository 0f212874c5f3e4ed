package diff

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/diff/align"
	"policywatch/store/record"
)

// Menus, banners and feedback forms that slip into a capture stand before the
// statement's first sentence or after its last. edge is such a stretch of one
// side: it lies outside everything that both sides have of the statement's
// running text.
type edge struct {
	sentences align.Span
	// surround: what came or went here is mostly lines that are no sentences.
	surround bool
	// menu: the whole stretch is a long run of such lines with links among them.
	menu bool
}

func (e edge) covers(i int) bool { return i >= e.sentences.From && i < e.sentences.To }

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
		out[k].measure(x, ss, groups, doc, k == 0)
	}
	return out
}

// Lines that make a surround, a menu, and a menu without links.
const (
	fewLines  = 2
	manyLines = 8
	longList  = 20
)

// measure counts the stretch's lines against its blocks. A statement may end
// with a list of names, but does not begin with a long one: only links make a
// run of lines behind it a menu, and the entries of a list under a heading with
// a topic are the statement's own.
func (e *edge) measure(x *comparison, ss []align.Sentence, groups []int, doc *record.Document, front bool) {
	var lines, all [2]int // of what only one side has; of everything
	links := 0
	last := -1
	for i := e.sentences.From; i < e.sentences.To; i++ {
		if ss[i].Block == last {
			continue
		}
		last = ss[i].Block
		b := &doc.Blocks[last]
		line := 0
		if !prose(b) && (!states(b) || front) {
			line = 1
		}
		if s := ss[i].Section; !front && b.Kind == record.Item && !linked(b) && s >= 0 && carries(doc.Sections[s].Topics) {
			line = 0
		}
		if furniture(b) {
			links++
		}
		lines[1], all[1] = lines[1]+line, all[1]+1
		if g := x.al.Groups[groups[i]]; g.Old.Len() == 0 || g.New.Len() == 0 {
			lines[0], all[0] = lines[0]+line, all[0]+1
		}
	}
	e.surround = lines[0] >= fewLines && lines[0]*2 >= all[0]
	e.menu = lines[1] >= manyLines && lines[1]*10 >= all[1]*7 && (links*4 >= lines[1] || front && lines[1] >= longList)
}

// outside reports whether sentence i, which only one side has, belongs to the
// page around the statement.
func (x *comparison) outside(ss []align.Sentence, i int, es [2]edge, doc *record.Document) bool {
	for _, e := range es {
		if !e.covers(i) || !e.surround && !e.menu {
			continue
		}
		s, b := ss[i], &doc.Blocks[ss[i].Block]
		var topics []record.Topic
		if s.Section >= 0 {
			topics = doc.Sections[s.Section].Topics
		}
		switch {
		case prose(b):
			return e.menu && !carries(x.blockTopics(doc, s.Block, false))
		case e.menu:
			return !states(b) || !slices.Contains(topics, record.ControllerContact)
		case states(b):
			return false
		case b.Kind == record.Heading || linked(b) || s.Section < 0 || doc.Sections[s.Section].Implicit:
			return true
		}
		// The lines of an address under "Contact" are no menu when the heading
		// came or went with them.
		head := doc.Sections[s.Section].From
		for k := i; k >= e.sentences.From && ss[k].Block >= head; k-- {
			if ss[k].Block == head {
				return !carries(topics)
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
	if b.Kind == record.Row {
		return true // a table's cells are short by nature
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
