package diff

import (
	"strings"
	"unicode/utf8"

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
		if f.link || f.button || s.outside(i) || far.isHeading(t) {
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

// reworded weighs a sentence that both sides have in different words.
func (x *comparison) reworded(p *passage) weight {
	a, b := words(p.old), words(p.new)
	gone, come := minus(a, b), minus(b, a)
	p.shortened = len(come) == 0
	p.values = [2][]string{values(gone), values(come)}
	p.onlyValue = len(p.values[0]) == len(gone) && len(p.values[1]) == len(come)
	switch {
	case len(gone)+len(come) == 0:
		return moved // the same words in another order
	case respelt(gone, come):
		return noise
	case all(gone, isURL) && all(come, isURL), hidden(come) && all(gone, isMail), hidden(gone) && all(come, isMail):
		p.links = true
		return noise
	case x.lang.page.furniture(p.old) && x.lang.page.furniture(p.new), x.menuTaken(p), x.cellRepeated(p):
		return noise
	case len(gone) == 0 && all(come, x.isName) || len(come) == 0 && all(gone, x.isName):
		return noise // "this statement" is named, or is no longer
	case x.onlyNumbering(p, gone, come):
		return noise
	case (len(gone) == 0 || len(come) == 0) && x.carriedOver(p):
		return moved
	}
	p.turn = x.lang.turn(a, b)
	if p.turn.denial || p.turn.duty {
		return material
	}
	if x.isDate(x.old.ss[p.Old.From:p.Old.To], x.old.doc, p.values[0]) && x.isDate(x.new.ss[p.New.From:p.New.To], x.new.doc, p.values[1]) {
		p.dated = true
		return slight
	}
	if len(p.values[0])+len(p.values[1]) > 0 || p.turn.weighty || weighty(gone, come) > 4 && carries(p.topics) {
		return material
	}
	return slight
}

// carriedOver reports whether all that a sentence gained or lost is text that
// the other side says elsewhere, as often.
func (x *comparison) carriedOver(p *passage) bool {
	for _, part := range align.Words(p.old, p.new) {
		if part.Op == "" {
			continue
		}
		k := canon.Key(part.Text)
		was, is := x.old.times(k), x.new.times(k)
		if part.Op == record.EditInsert && (was == 0 || was < is) || part.Op == record.EditDelete && (is == 0 || is < was) {
			return false
		}
	}
	return true
}

// renumberings maps the marks of headings that changed nothing but their
// number: what was section 8 is section 7 now.
func (x *comparison) renumberings() map[string]string {
	m := make(map[string]string)
	x.counts = numberedHeadings(x.old.doc) && numberedHeadings(x.new.doc)
	for _, g := range x.al.Groups {
		if g.Equal || g.Old.Len() != 1 || g.New.Len() != 1 {
			continue
		}
		s, t := x.old.ss[g.Old.From], x.new.ss[g.New.From]
		if s.Kind != record.Heading || t.Kind != record.Heading {
			continue
		}
		from, a := cutMark(s.Text, x.counts)
		to, b := cutMark(t.Text, x.counts)
		if from != "" && to != "" && canon.Key(a) == canon.Key(b) {
			m[from] = to
		}
	}
	return m
}

// numberedHeadings reports whether a document numbers its headings, so that the
// number of one is no part of what it says ("30 days").
func numberedHeadings(d *record.Document) bool {
	n := 0
	for i := range d.Blocks {
		if d.Blocks[i].Kind == record.Heading && headMark.MatchString(d.Blocks[i].Text) {
			if n++; n >= 3 {
				return true
			}
		}
	}
	return false
}

// onlyNumbering reports whether the lines differ in their own mark alone, or in
// references to headings that were renumbered in the same way.
func (x *comparison) onlyNumbering(p *passage, gone, come []string) bool {
	heading := x.counts && x.old.ss[p.Old.From].Kind == record.Heading && x.new.ss[p.New.From].Kind == record.Heading
	if x.old.ss[p.Old.From].Kind != record.Row {
		m, a := cutMark(p.old, heading)
		n, b := cutMark(p.new, heading)
		if (m != "" || n != "") && canon.Key(a) == canon.Key(b) {
			return true
		}
	}
	if len(gone) != len(come) {
		return false
	}
	for i := range gone {
		if to, ok := x.renumbered[gone[i]]; !ok || to != come[i] {
			return false
		}
	}
	return true
}

// menuTaken reports whether a line differs from its other version only in that
// it also holds links: a menu glued to a line of text.
func (x *comparison) menuTaken(p *passage) bool {
	if p.Old.Len() != 1 || p.New.Len() != 1 {
		return false
	}
	a, b := x.old.ss[p.Old.From], x.new.ss[p.New.From]
	return unlinked(&x.old.doc.Blocks[a.Block]) == b.Key || unlinked(&x.new.doc.Blocks[b.Block]) == a.Key
}

// unlinked is the key of a block's text without its links, empty where they are
// too few to be a menu or the block is too long to hold one.
func unlinked(b *record.Block) string {
	if len(b.Links) < 3 || len(b.Text) > 2000 {
		return ""
	}
	rest, out := b.Text, ""
	for _, l := range b.Links {
		if k := strings.Index(rest, l.Text); l.Text != "" && k >= 0 {
			out, rest = out+rest[:k]+" ", rest[k+len(l.Text):]
		}
	}
	return canon.Key(out + rest)
}

// cellRepeated reports whether a table cell only lost or gained what another
// cell of its row says: a merged cell that a reader had repeated.
func (x *comparison) cellRepeated(p *passage) bool {
	if p.Old.Len() != 1 || p.New.Len() != 1 {
		return false
	}
	long, short, doc := x.old.ss[p.Old.From], x.new.ss[p.New.From], x.new.doc
	if len(long.Text) < len(short.Text) {
		long, short, doc = short, long, x.old.doc
	}
	if row := &doc.Blocks[short.Block]; long.Kind != record.Row || short.Kind != record.Row || len(row.Text) > 4000 {
		return false
	}
	extra, ok := strings.CutPrefix(long.Key, short.Key)
	if !ok {
		extra, ok = strings.CutSuffix(long.Key, short.Key)
	}
	extra = strings.TrimSpace(extra)
	return ok && len(extra) >= 8 && !strings.Contains(short.Key, extra) && strings.Contains(canon.Key(doc.Blocks[short.Block].Text), extra)
}

// isName reports whether the statement calls itself by the word.
func (x *comparison) isName(w string) bool {
	if x.name == nil {
		x.name = make(map[string]bool)
		for _, s := range []*side{x.old, x.new} {
			ws := words(s.doc.Title)
			if len(ws) > titleWords {
				continue // a sentence that a page has for a title
			}
			for _, w := range ws {
				if utf8.RuneCountInString(w) > 2 && len(values([]string{w})) == 0 && x.lang.stance([]string{w}) == (stance{}) {
					x.name[w] = true
				}
			}
		}
	}
	return x.name[w]
}

// titleWords is the length up to which a title is a name.
const titleWords = 12

// isDate reports whether the sentences state the day of the last update and
// little else: every value that differs belongs to it.
func (x *comparison) isDate(ss []align.Sentence, doc *record.Document, differ []string) bool {
	if len(ss) > 2 {
		return false
	}
	date := make(map[string]bool)
	for _, s := range ss {
		if len(strings.Fields(s.Text)) > dateWords {
			return false
		}
		found := false
		for _, f := range doc.Facts {
			if f.Kind == record.FactUpdated && f.Block == s.Block && strings.Contains(s.Text, f.Text) {
				found = true
				for _, w := range words(f.Text) {
					date[w] = true
				}
			}
		}
		if !found {
			return false
		}
	}
	return all(differ, func(w string) bool { return date[w] })
}

// dateWords is the length up to which a sentence with the date of the last
// update says nothing else.
const dateWords = 16
