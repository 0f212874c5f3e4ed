package diff

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/diff/align"
	"policywatch/store/canon"
	"policywatch/store/record"
)

// reworded weighs a sentence that both sides have in different words.
func (x *comparison) reworded(p *passage) weight {
	a, b := words(p.old), words(p.new)
	gone, come := minus(a, b), minus(b, a)
	p.shortened = len(come) == 0
	p.values = [2][]string{values(gone), values(come)}
	p.onlyValue = len(p.values[0]) == len(gone) && len(p.values[1]) == len(come)
	switch {
	case len(gone)+len(come) == 0:
		return x.reordered(p, a, b)
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
	n := weighty(gone, come)
	if len(gone) == 0 || len(come) == 0 {
		n *= 2 // nothing stands in its place: it is no other wording
	}
	if len(p.values[0])+len(p.values[1]) > 0 || p.turn.weighty || n > 4 && carries(p.topics) || x.lang.counts(gone) && x.lang.counts(come) {
		return material
	}
	return slight
}

// reordered weighs a sentence whose words stand in another order. Parts of a list
// may change places; a word that denies, excepts, promises or bounds something
// else than before says something else, and so do two words that change places:
// "off until you turn it on".
func (x *comparison) reordered(p *passage, a, b []string) weight {
	if slices.Equal(x.parts(p.old, p.new), x.parts(p.new, p.old)) {
		return moved
	}
	if s := x.lang.stance(a); s.any() || s.maybes > 0 {
		return material
	}
	elsewhere := 0
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			elsewhere++
		}
	}
	if elsewhere == 2 && carries(p.topics) {
		return material
	}
	return slight
}

// parts are what stands between the marks and joins of s where it differs from t,
// sorted.
func (x *comparison) parts(s, t string) []string {
	a, b := canon.Tokens(s), canon.Tokens(t)
	same := func(i, k int) bool { return a[i].Text == b[k].Text }
	from, to, end := 0, len(a), len(b)
	for from < to && from < end && same(from, from) {
		from++
	}
	for to > from && end > from && same(to-1, end-1) {
		to, end = to-1, end-1
	}
	var out []string
	var part strings.Builder
	cut := func() {
		if part.Len() > 0 {
			out = append(out, part.String())
			part.Reset()
		}
	}
	for i := from; i < to; i++ {
		if i > from && strings.IndexFunc(s[a[i-1].To:a[i].From], unicode.IsPunct) >= 0 {
			cut()
		}
		if x.lang.joins.at([]string{a[i].Text}, 0) > 0 {
			cut()
			continue
		}
		part.WriteString(a[i].Text + " ")
	}
	cut()
	slices.Sort(out)
	return out
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
	x.counts = numberedHeadings(x.old.doc) || numberedHeadings(x.new.doc)
	for _, g := range x.al.Groups {
		if g.Equal || g.Old.Len() != 1 || g.New.Len() != 1 {
			continue
		}
		s, t := x.old.ss[g.Old.From], x.new.ss[g.New.From]
		if s.Kind != record.Heading || t.Kind != record.Heading {
			continue
		}
		from, a := x.lang.mark(s.Text, x.counts)
		to, b := x.lang.mark(t.Text, x.counts)
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
		m, a := x.lang.mark(p.old, heading)
		n, b := x.lang.mark(p.new, heading)
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
