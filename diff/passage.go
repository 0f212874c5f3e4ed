package diff

import (
	"strings"

	"policywatch/diff/align"
	"policywatch/store/canon"
	"policywatch/store/record"
)

// weight is how much one difference matters.
type weight int

const (
	noise    weight = iota // nothing that the statement says
	moved                  // the same words in another place
	regained               // text that the earlier capture had failed to show
	slight                 // wording without effect
	material               // something that the statement promises, does or names
)

// passage is one place where the texts differ, judged.
type passage struct {
	align.Group
	old, new  string // words as they stand
	heading   string // what it stands under
	topics    []record.Topic
	weight    weight
	turn      turned
	values    [2][]string // numbers and addresses that only one side has
	onlyValue bool        // nothing but values differs
	dated     bool        // the statement's own date of last update
	shortened bool        // words went and none came
	links     bool        // only addresses in the text differ
	repeat    bool        // the other side says it too, though not as often
}

func (p *passage) op() record.EditOp {
	switch {
	case p.Old.Len() == 0:
		return record.EditInsert
	case p.New.Len() == 0:
		return record.EditDelete
	case p.Equal:
		return record.EditMove
	}
	return record.EditReplace
}

// examine judges every difference of the alignment.
func (x *comparison) examine() {
	x.renumbered = x.renumberings()
	for _, g := range x.al.Groups {
		if g.Equal && !g.Moved {
			continue
		}
		p := passage{Group: g, old: x.al.OldText(g), new: x.al.NewText(g)}
		if g.New.Len() > 0 {
			p.place(x.new, g.New)
		}
		if g.New.Len() == 0 || p.heading == "" && g.Old.Len() > 0 {
			p.place(x.old, g.Old)
		}
		switch p.op() {
		case record.EditMove:
			p.weight = moved
		case record.EditDelete:
			p.weight = x.lone(&p, x.old, p.Old, x.new)
		case record.EditInsert:
			p.weight = x.lone(&p, x.new, p.New, x.old)
		case record.EditReplace:
			p.weight = x.reworded(&p)
		}
		x.passages = append(x.passages, p)
	}
	x.recoveries()
}

// place notes the heading and the topics of the sentences.
func (p *passage) place(s *side, at align.Span) {
	p.heading = s.heading(s.ss[at.From])
	last := -1
	for _, t := range s.ss[at.From:at.To] {
		if t.Block != last {
			last = t.Block
			p.topics = note(p.topics, s.topics(last)...)
		}
	}
}

// recoveries finds what came where the earlier capture had only a placeholder
// ("this information is not available in your location"): the statement did not
// change there, the capture got better.
func (x *comparison) recoveries() {
	for i := range x.passages {
		p := &x.passages[i]
		if p.op() != record.EditDelete || !x.lang.page.placeholder(p.old) {
			continue
		}
		p.weight = regained
		for k, end := i+1, -1; k < len(x.passages); k++ {
			q := &x.passages[k]
			if q.op() != record.EditInsert || end >= 0 && q.New.From != end {
				break
			}
			q.weight, end = min(q.weight, regained), q.New.To
		}
	}
}

// lone weighs a passage that only one side has. Text that the other side says as
// often only stands elsewhere; where it says it less often, one of several copies
// went, which under its own heading may have said something of its own.
func (x *comparison) lone(p *passage, s *side, at align.Span, far *side) weight {
	var rest []align.Sentence
	var text strings.Builder
	repeats, size := 0, 0
	for i := at.From; i < at.To; i++ {
		t := s.ss[i]
		f := s.face(t.Block)
		if f.link || f.button || s.outside(i) || far.isHeading(t) || t.Kind != record.Row && x.lang.page.foot(t.Text) {
			continue
		}
		if n := far.times(key(t)); n > 0 {
			if n >= s.times(key(t)) || s.rowKeeps(i, far) {
				continue
			}
			repeats++
		}
		rest = append(rest, t)
		text.WriteString(t.Text)
		text.WriteByte(' ')
		size += len(t.Text)
	}
	ws := words(text.String())
	switch {
	case len(rest) == 0:
		return noise
	case repeats == len(rest):
		p.repeat = true
		if size*3 >= s.size() {
			return noise // the page held the statement twice, for two kinds of screen
		}
		if x.lang.stance(ws).any() {
			return material
		}
		return slight
	case bareHeading(rest, s.doc):
		if carries(p.topics) {
			return slight // the text under it lost its name
		}
		return noise
	case x.isDate(rest, s.doc, values(ws)):
		p.dated = true
		return slight
	case x.lang.stance(ws).any() || carries(p.topics) || len(values(ws)) > 0:
		return material
	}
	return slight
}

// rowKeeps reports whether cell i of a table row, which only this side has, is
// said by another cell of the same row on the far side: a merged cell that a
// reader had repeated.
func (s *side) rowKeeps(i int, far *side) bool {
	t := s.ss[i]
	if t.Kind != record.Row {
		return false
	}
	for _, step := range []int{-1, 1} {
		for k := i + step; k >= 0 && k < len(s.ss) && s.ss[k].Block == t.Block && k-i < 50 && i-k < 50; k += step {
			if !s.matched(k) {
				continue
			}
			at := s.groups[s.group[k]].New
			if !s.old {
				at = s.groups[s.group[k]].Old
			}
			row := &far.doc.Blocks[far.ss[at.From].Block]
			return len(row.Text) < 4000 && strings.Contains(canon.Key(row.Text), key(t))
		}
	}
	return false
}

// bareHeading reports whether all that came or went is a heading: without text
// of its own it says nothing.
func bareHeading(ss []align.Sentence, doc *record.Document) bool {
	for i, s := range ss {
		if s.Kind != record.Heading {
			return false
		}
		next := s.Block + 1
		if i+1 < len(ss) && ss[i+1].Block == next && doc.Blocks[next].Kind != record.Heading {
			return false
		}
	}
	return true
}
