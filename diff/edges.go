package diff

import (
	"slices"

	"policywatch/diff/align"
	"policywatch/store/record"
)

// edge is a stretch at the beginning or the end of one side that lies outside
// everything that both sides have of the statement's running text. Menus,
// banners and feedback forms that slip into a capture stand there.
type edge struct {
	sentences align.Span
	// surround: what came or went here is mostly lines that are no sentences.
	surround bool
	// litter: nearly all of what came or went here is such lines, so that a
	// paragraph among them is a banner.
	litter bool
	// menu: the whole stretch is a long run of such lines with links among them.
	menu bool
	// dialog: the stretch holds a consent dialog.
	dialog bool
	// widget is the sentence from which on the stretch behind the statement is a
	// feedback form or the like; the stretch's end where there is none.
	widget int
}

// Lines that make a surround, a menu, and a menu without links.
const (
	fewLines  = 3
	manyLines = 8
	longList  = 20
	litterAll = 6
	// dialogPhrases of consent dialogs make one.
	dialogPhrases = 3
)

// matched reports whether the other side has sentence i too.
func (s *side) matched(i int) bool {
	g := s.groups[s.group[i]]
	return g.Old.Len() > 0 && g.New.Len() > 0
}

// findEdges finds the stretches before the first and behind the last sentence
// of running text that both sides have in place.
func (s *side) findEdges() [2]edge {
	anchor := func(i int) bool {
		return s.matched(i) && !s.groups[s.group[i]].Moved && s.face(s.ss[i].Block).prose
	}
	first, last := 0, len(s.ss)-1
	for first < len(s.ss) && !anchor(first) {
		first++
	}
	if first == len(s.ss) {
		return [2]edge{} // nothing in common: no inside, no outside
	}
	for !anchor(last) {
		last--
	}
	return [2]edge{s.measure(align.Span{From: 0, To: first}, true), s.measure(align.Span{From: last + 1, To: len(s.ss)}, false)}
}

// measure counts a stretch's lines against its blocks. A statement may end with
// a list of names, but does not begin with a long one: only links make a run of
// lines behind it a menu, and the entries of a list under a heading with a topic
// are the statement's own.
func (s *side) measure(at align.Span, front bool) edge {
	e := edge{sentences: at, widget: at.To}
	var lines, all, lone, loneAll, links int
	consents := make(map[string]bool)
	last := -1
	for i := at.From; i < at.To; i++ {
		if s.ss[i].Block == last {
			continue
		}
		last = s.ss[i].Block
		b, f := &s.doc.Blocks[last], s.face(last)
		line := !f.prose && (!f.states || front)
		if k := s.ss[i].Section; !front && b.Kind == record.Item && !f.linked && k >= 0 && carries(s.doc.Sections[k].Topics) {
			line = false
		}
		if line && !front && f.button {
			e.widget = min(e.widget, i)
		}
		if line && len(b.Text) < 120 {
			s.page.consents(b.Text, consents)
		}
		lines, all, links = lines+count(line), all+1, links+count(f.link)
		if !s.matched(i) {
			lone, loneAll = lone+count(line), loneAll+1
		}
	}
	e.surround = lone >= fewLines && lone*2 >= loneAll
	e.litter = loneAll >= litterAll && lone*10 >= loneAll*6
	e.dialog = len(consents) >= dialogPhrases
	e.menu = lines >= manyLines && lines*10 >= all*7 && (links*4 >= lines || front && lines >= longList)
	return e
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// outside reports whether sentence i, which only this side has, belongs to the
// page around the statement.
func (s *side) outside(i int) bool {
	k := slices.IndexFunc(s.edges[:], func(e edge) bool { return i >= e.sentences.From && i < e.sentences.To })
	if k < 0 {
		return false
	}
	e, t := s.edges[k], s.ss[i]
	f, b := s.face(t.Block), &s.doc.Blocks[t.Block]
	var topics []record.Topic
	titled := false
	if t.Section >= 0 {
		sec := &s.doc.Sections[t.Section]
		topics = sec.Topics
		// A heading that came or went with its lines makes them its section: the
		// lines of an address under "Contact" are no menu.
		titled = s.heads[t.Section] >= e.sentences.From && carries(topics) && sec.Confidence >= sure
	}
	switch {
	case e.dialog:
		return true
	case !e.surround && !e.menu && i < e.widget:
		return false
	case f.prose:
		return !titled && (e.litter || !carries(s.own[t.Block]) && len(s.page.privacy) > 0 && !s.private(t.Block))
	case e.menu:
		return !f.mail || !slices.Contains(topics, record.ControllerContact)
	case f.states:
		return false
	}
	return i >= e.widget || b.Kind == record.Heading || f.linked || !titled || !s.speaks(t.Section)
}

// speaks reports whether a section holds more than a few stray lines: running
// text, a list, an address or a word that any statement uses.
func (s *side) speaks(section int) bool {
	if yes, ok := s.says[section]; ok {
		return yes
	}
	sec, yes := &s.doc.Sections[section], false
	for i := sec.From + 1; i < min(sec.To, len(s.doc.Blocks)) && !yes; i++ {
		f := s.face(i)
		yes = f.prose || f.states || s.doc.Blocks[i].Kind != record.Paragraph && !f.linked || s.private(i)
	}
	s.says[section] = yes
	return yes
}
