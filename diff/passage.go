package diff

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
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
	sectionOf string // heading it stands under
	topics    []record.Topic
	weight    weight
	turn      turned
	numbers   [2][]string // number words that only one side has
	dated     bool        // the statement's own date of last update
	shortened bool        // words went and none came
	links     bool        // only addresses in the text differ
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

// place notes the heading and the topics of the sentences.
func (p *passage) place(x *comparison, doc *record.Document, ss []align.Sentence) {
	if s := ss[0].Section; s >= 0 {
		p.sectionOf = doc.Sections[s].Heading
	}
	for _, s := range ss {
		for _, t := range x.blockTopics(doc, s.Block, true) {
			if !slices.Contains(p.topics, t) {
				p.topics = append(p.topics, t)
			}
		}
	}
}

// blockTopics lists what the sections that hold a block are about. Without
// headed only those are asked that the block's own words make.
func (x *comparison) blockTopics(doc *record.Document, block int, headed bool) (out []record.Topic) {
	for k := range doc.Sections {
		s := &doc.Sections[k]
		if s.From <= block && block < s.To && (headed || s.Implicit) {
			out = append(out, s.Topics...)
		}
	}
	return out
}

// examine judges every difference of the alignment.
func (x *comparison) examine() {
	x.oldEdges, x.newEdges = x.edges(x.al.Old, x.al.OldGroup, x.old), x.edges(x.al.New, x.al.NewGroup, x.new)
	for _, g := range x.al.Groups {
		if g.Equal && !g.Moved {
			continue
		}
		p := passage{Group: g, old: x.al.OldText(g), new: x.al.NewText(g)}
		if g.New.Len() > 0 {
			p.place(x, x.new, x.al.New[g.New.From:g.New.To])
		}
		if g.Old.Len() > 0 && (p.sectionOf == "" || g.New.Len() == 0) {
			p.place(x, x.old, x.al.Old[g.Old.From:g.Old.To])
		}
		x.judge(&p)
		x.passages = append(x.passages, p)
	}
	x.recoveries()
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

func (x *comparison) judge(p *passage) {
	switch p.op() {
	case record.EditMove:
		p.weight = moved
	case record.EditDelete:
		p.weight = x.lone(p, x.al.Old, p.Old, x.old, &x.newSide, x.oldEdges)
	case record.EditInsert:
		p.weight = x.lone(p, x.al.New, p.New, x.new, &x.oldSide, x.newEdges)
	case record.EditReplace:
		p.weight = x.reworded(p)
	}
}

// lone weighs a passage that only one side has.
func (x *comparison) lone(p *passage, ss []align.Sentence, at align.Span, doc *record.Document, far *side, es [2]edge) weight {
	var rest []align.Sentence
	var text strings.Builder
	for i := at.From; i < at.To; i++ {
		b := &doc.Blocks[ss[i].Block]
		if !far.holds(ss[i]) && !furniture(b) && !x.lang.page.furniture(b.Text) && !x.outside(ss, i, es, doc) {
			rest = append(rest, ss[i])
			text.WriteString(ss[i].Text)
			text.WriteByte(' ')
		}
	}
	if len(rest) == 0 {
		return noise
	}
	if bareHeading(rest, doc) {
		if carries(p.topics) {
			return slight // the text under it lost its name
		}
		return noise
	}
	ws := words(text.String())
	if x.isDate(rest, doc) {
		p.dated = true
		return slight
	}
	if x.lang.stance(ws).any() || carries(p.topics) || hasNumber(ws) {
		return material
	}
	return slight
}

// bareHeading reports whether all that came or went is a heading: without text
// of its own it says nothing.
func bareHeading(ss []align.Sentence, doc *record.Document) bool {
	for _, s := range ss {
		if s.Kind != record.Heading {
			return false
		}
		next := s.Block + 1
		if next < len(doc.Blocks) && doc.Blocks[next].Kind != record.Heading && slices.ContainsFunc(ss, func(t align.Sentence) bool { return t.Block == next }) {
			return false
		}
	}
	return true
}

// reworded weighs a sentence that both sides have in different words.
func (x *comparison) reworded(p *passage) weight {
	a, b := words(p.old), words(p.new)
	gone, come := minus(a, b), minus(b, a)
	if len(gone)+len(come) == 0 {
		return moved // the same words in another order
	}
	p.shortened = len(come) == 0
	if all(gone, isURL) && all(come, isURL) {
		p.links = true
		return noise
	}
	if x.menuTaken(p) || x.cellRepeated(p) {
		return noise
	}
	if own := x.ownName(); len(gone) == 0 && all(come, own) || len(come) == 0 && all(gone, own) {
		return noise // "this statement" is named, or is no longer
	}
	p.turn = x.lang.turn(a, b)
	p.numbers = [2][]string{numbers(gone), numbers(come)}
	if p.turn.denial || p.turn.duty {
		return material
	}
	if x.isDate(x.al.Old[p.Old.From:p.Old.To], x.old) && x.isDate(x.al.New[p.New.From:p.New.To], x.new) {
		p.dated = true
		return slight
	}
	if onlyMark(a, b) {
		return noise // "3. Cookies" became "4. Cookies"
	}
	if len(p.numbers[0])+len(p.numbers[1]) > 0 {
		return material
	}
	content := 0
	for _, w := range append(slices.Clone(gone), come...) {
		if utf8.RuneCountInString(w) > 3 {
			content++
		}
	}
	if p.turn.weighty || content > 4 && carries(p.topics) {
		return material
	}
	return slight
}

// menuTaken reports whether a line differs from its other version only in that
// it also holds links: a menu glued to a line of text.
func (x *comparison) menuTaken(p *passage) bool {
	if p.Old.Len() != 1 || p.New.Len() != 1 {
		return false
	}
	a, b := x.al.Old[p.Old.From], x.al.New[p.New.From]
	return unlinked(&x.old.Blocks[a.Block]) == b.Key || unlinked(&x.new.Blocks[b.Block]) == a.Key
}

// unlinked is the key of a block's text without its links, empty where they are
// too few to be a menu.
func unlinked(b *record.Block) string {
	if len(b.Links) < 3 {
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
	long, short, row := x.al.Old[p.Old.From], x.al.New[p.New.From], x.new
	if len(long.Text) < len(short.Text) {
		long, short, row = short, long, x.old
	}
	if long.Kind != record.Row || short.Kind != record.Row {
		return false
	}
	extra, ok := strings.CutPrefix(long.Key, short.Key)
	if !ok {
		extra, ok = strings.CutSuffix(long.Key, short.Key)
	}
	extra = strings.TrimSpace(extra)
	return ok && len(extra) >= 8 && strings.Contains(canon.Key(row.Blocks[short.Block].Text), extra) && !strings.Contains(short.Key, extra)
}

func all(ws []string, ok func(string) bool) bool {
	return !slices.ContainsFunc(ws, func(w string) bool { return !ok(w) })
}

func isURL(w string) bool {
	return strings.Contains(w, "://") || strings.HasPrefix(w, "www.")
}

// ownName tells the words by which the statement calls itself.
func (x *comparison) ownName() func(string) bool {
	if x.name == nil {
		x.name = make(map[string]bool)
		for _, d := range []*record.Document{x.old, x.new} {
			for _, w := range words(d.Title) {
				x.name[w] = true
			}
		}
	}
	return func(w string) bool { return x.name[w] && utf8.RuneCountInString(w) > 2 }
}

// carries reports whether any topic says something of the statement's subject.
func carries(ts []record.Topic) bool {
	return slices.ContainsFunc(ts, func(t record.Topic) bool { return t != record.Other })
}

// minus returns the words of a that b has no more.
func minus(a, b []string) []string {
	left := make(map[string]int)
	for _, w := range b {
		left[w]++
	}
	var out []string
	for _, w := range a {
		if left[w] > 0 {
			left[w]--
			continue
		}
		out = append(out, w)
	}
	return out
}

func numbers(ws []string) (out []string) {
	for _, w := range ws {
		if strings.ContainsAny(w, "0123456789") {
			out = append(out, w)
		}
	}
	return out
}

func hasNumber(ws []string) bool { return len(numbers(ws)) > 0 }

// onlyMark reports whether two lines differ in the number or letter of their
// list mark alone.
func onlyMark(a, b []string) bool {
	return len(a) == len(b) && len(a) > 1 && a[0] != b[0] && mark(a[0]) && mark(b[0]) && slices.Equal(a[1:], b[1:])
}

func mark(w string) bool {
	if utf8.RuneCountInString(w) == 1 {
		return true
	}
	return len(w) <= 8 && strings.Trim(w, "0123456789.") == "" || len(w) <= 5 && strings.Trim(w, "ivxlc") == ""
}

// isDate reports whether the sentences state the day of the last update and
// little else.
func (x *comparison) isDate(ss []align.Sentence, doc *record.Document) bool {
	if len(ss) > 2 {
		return false
	}
	for _, s := range ss {
		found := false
		for _, f := range doc.Facts {
			if f.Block == s.Block && f.Kind == record.FactUpdated && strings.Contains(s.Text, f.Text) {
				found = true
			}
		}
		if !found || len(words(s.Text)) > 16 {
			return false
		}
	}
	return true
}

// furniture reports whether a block is a link and nothing else: an entry of a
// menu or of a table of contents.
func furniture(b *record.Block) bool {
	if len(b.Text) > 200 {
		return false
	}
	if len(b.Links) == 0 {
		return strings.Contains(b.Text, "://") && letters(address.ReplaceAllString(b.Text, "")) < 3
	}
	linked := 0
	for _, l := range b.Links {
		linked += letters(l.Text)
	}
	return linked*10 >= letters(b.Text)*9
}

// address is a URL in running text.
var address = regexp.MustCompile(`https?://\S+`)

func letters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// side answers what a document says as a whole, worked out when first asked.
type side struct {
	doc   *record.Document
	whole string
	heads map[string]bool
}

// longKey is the least length, in bytes of canonical text, from which a
// sentence is not found in another text by chance.
const longKey = 40

// holds reports whether the document says the sentence anywhere: within a
// longer sentence, or, where it is short, as a heading.
func (s *side) holds(t align.Sentence) bool {
	key := t.Key
	if key == "" {
		key = canon.Key(t.Text)
	}
	if s.heads == nil {
		s.heads = make(map[string]bool)
		var b strings.Builder
		for i := range s.doc.Blocks {
			b.WriteString(s.doc.Blocks[i].Text)
			b.WriteByte('\n')
			if s.doc.Blocks[i].Kind == record.Heading {
				s.heads[canon.Key(s.doc.Blocks[i].Text)] = true
			}
		}
		s.whole = canon.Key(b.String())
	}
	if s.heads[key] {
		return true
	}
	return len(key) >= longKey && strings.Contains(s.whole, key)
}
