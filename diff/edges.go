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
	// dialog: the stretch holds a consent dialog.
	dialog bool
	// widget is the sentence from which on the stretch behind the statement is a
	// feedback form or the like; beyond the stretch where there is none.
	widget int
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
	fewLines  = 3
	manyLines = 8
	longList  = 20
	// dialogPhrases of consent dialogs make one.
	dialogPhrases = 3
)

// measure counts the stretch's lines against its blocks. A statement may end
// with a list of names, but does not begin with a long one: only links make a
// run of lines behind it a menu, and the entries of a list under a heading with
// a topic are the statement's own.
func (e *edge) measure(x *comparison, ss []align.Sentence, groups []int, doc *record.Document, front bool) {
	var lines, all [2]int // of what only one side has; of everything
	links, consents := 0, make(map[string]bool)
	e.widget = e.sentences.To
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
		if line == 1 && len(b.Text) < 120 {
			w := strings.Join(words(b.Text), " ")
			if !front && e.widget == e.sentences.To && x.lang.page.furniture(b.Text) {
				e.widget = i
			}
			for _, p := range x.lang.page.consent {
				if strings.Contains(w, p) {
					consents[p] = true
				}
			}
		}
		lines[1], all[1] = lines[1]+line, all[1]+1
		if g := x.al.Groups[groups[i]]; g.Old.Len() == 0 || g.New.Len() == 0 {
			lines[0], all[0] = lines[0]+line, all[0]+1
		}
	}
	e.surround = lines[0] >= fewLines && lines[0]*2 >= all[0]
	e.dialog = len(consents) >= dialogPhrases
	e.menu = lines[1] >= manyLines && lines[1]*10 >= all[1]*7 && (links*4 >= lines[1] || front && lines[1] >= longList)
}

// outside reports whether sentence i, which only one side has, belongs to the
// page around the statement.
func (x *comparison) outside(ss []align.Sentence, i int, es [2]edge, doc *record.Document) bool {
	for _, e := range es {
		if !e.covers(i) || !e.surround && !e.menu && !e.dialog && i < e.widget {
			continue
		}
		s, b := ss[i], &doc.Blocks[ss[i].Block]
		var topics []record.Topic
		if s.Section >= 0 {
			topics = doc.Sections[s.Section].Topics
		}
		switch {
		case e.dialog:
			return true
		case prose(b):
			return e.menu && !carries(x.blockTopics(doc, s.Block, false)) || !x.speaks(ss, i, e, doc)
		case e.menu:
			return !mail.MatchString(b.Text) || !slices.Contains(topics, record.ControllerContact)
		case i >= e.widget && !states(b):
			return true
		case states(b):
			return false
		case b.Kind == record.Heading || linked(b) || s.Section < 0 || doc.Sections[s.Section].Implicit:
			return true
		}
		return !x.ownHeading(ss, i, e, doc) || !carries(topics) || !x.says(doc, s.Section)
	}
	return false
}

// ownHeading reports whether the heading above sentence i stands in the stretch
// too: the lines of an address under "Contact" are no menu when the heading
// came or went with them.
func (x *comparison) ownHeading(ss []align.Sentence, i int, e edge, doc *record.Document) bool {
	s := ss[i].Section
	if s < 0 || doc.Sections[s].Implicit {
		return false
	}
	head := doc.Sections[s].From
	for k := i; k >= e.sentences.From && ss[k].Block >= head; k-- {
		if ss[k].Block == head {
			return true
		}
	}
	return false
}

// says reports whether a section holds more than a few stray lines: running
// text, a list, an address or a word that any statement uses.
func (x *comparison) says(doc *record.Document, section int) bool {
	s := &doc.Sections[section]
	for i := s.From + 1; i < s.To && i < len(doc.Blocks); i++ {
		b := &doc.Blocks[i]
		if prose(b) || states(b) || b.Kind != record.Paragraph && !linked(b) || x.lang.page.has(words(b.Text), x.lang.page.privacy) {
			return true
		}
	}
	return false
}

// speaks reports whether running text in a stretch is about the statement's
// subject: by its topics or by a word that any statement uses.
func (x *comparison) speaks(ss []align.Sentence, i int, e edge, doc *record.Document) bool {
	b := ss[i].Block
	ws := words(doc.Blocks[b].Text)
	return carries(x.blockTopics(doc, b, x.ownHeading(ss, i, e, doc))) || len(x.lang.page.privacy) == 0 ||
		x.lang.page.has(ws, x.lang.page.privacy)
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
