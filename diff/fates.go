package diff

import (
	"slices"

	"policywatch/diff/align"
	"policywatch/store/record"
)

// loss is a section, or a passage that was all a statement said of a topic,
// that only one side has.
type loss struct {
	heading string
	section int // its number, where it is a section
	topics  []record.Topic
	// still names a section of the new statement that covers the main topic.
	still string
}

// A section whose heading stands counts as dropped when its text was at least
// this long, in bytes, and what stands in its place is a fraction of it.
const (
	emptied  = 160
	fraction = 4
)

// sections settles which topics were dropped, added, altered or moved.
func (x *comparison) sections() {
	olds, news := x.al.Sections(x.old.doc, x.new.doc)
	told, toldNew := x.sectionWeights()
	was, is := x.old.doc.Covers(), x.new.doc.Covers()
	ch := &x.change
	next := x.successors(news)
	for k, f := range olds {
		if f.Weight == 0 || told[k] < slight || x.old.inner(k) {
			if f.Moved*2 > f.Kept {
				ch.Moved = note(ch.Moved, x.old.sectionTopics(k)...)
			}
			continue
		}
		topics := x.old.sectionTopics(k)
		x.shifted(k, f)
		switch {
		case f.Gone():
			if n := next(topics[0]); n >= 0 {
				toldNew[n] = noise // told as the old one's new wording
				ch.Altered = note(ch.Altered, topics...)
			} else {
				x.lost(k, topics, is)
			}
		case f.Partner >= 0 && f.Kept*5 <= f.Weight && f.Weight >= emptied && news[f.Partner].Weight*fraction <= f.Weight:
			x.lost(k, topics, is)
		case f.Moved*2 > f.Kept:
			ch.Moved = note(ch.Moved, topics...)
		}
	}
	for n, f := range news {
		if f.Weight == 0 || !f.Gone() || toldNew[n] < slight || x.new.inner(n) {
			continue
		}
		topics := x.new.sectionTopics(n)
		x.gains = append(x.gains, loss{heading: x.new.doc.Sections[n].Heading, topics: topics})
		ch.Added = noteAll(ch.Added, topics...)
	}
	// A passage within a section that goes on may have been all that was said of
	// a topic.
	for _, t := range record.Topics() {
		if t == record.Other || was[t] == is[t] {
			continue
		}
		if was[t] && !slices.Contains(ch.Dropped, t) && x.spokeOf(t, record.EditDelete) {
			x.losses = append(x.losses, loss{topics: []record.Topic{t}})
			ch.Dropped = note(ch.Dropped, t)
		}
		if is[t] && !slices.Contains(ch.Added, t) && x.spokeOf(t, record.EditInsert) {
			x.gains = append(x.gains, loss{topics: []record.Topic{t}})
			ch.Added = note(ch.Added, t)
		}
	}
	for i := range x.passages {
		if p := &x.passages[i]; p.weight >= slight && !p.dated {
			ch.Altered = note(ch.Altered, p.topics...)
		}
	}
	without := func(list, other []record.Topic) []record.Topic {
		return slices.DeleteFunc(list, func(t record.Topic) bool { return slices.Contains(other, t) })
	}
	ch.Altered = without(without(ch.Altered, ch.Dropped), ch.Added)
	ch.Moved = without(without(ch.Moved, ch.Dropped), ch.Altered)
}

// shift is a section that goes on in another form: which sentence tells it, and
// the two headings.
type shift struct{ told, heading, other string }

// shifted notes what became of a section that is not gone: renamed, part of
// another one, or split.
func (x *comparison) shifted(k int, f align.Fate) {
	s := &x.old.doc.Sections[k]
	if s.Heading == "" || f.Gone() || len(x.shifts) == mostShifts {
		return
	}
	heading := func(n int) string { return x.new.doc.Sections[n].Heading }
	switch {
	case f.Merged() && len(f.Shares) > 0 && heading(f.Shares[0].Section) != "":
		x.shifts = append(x.shifts, shift{"told.merged", s.Heading, heading(f.Shares[0].Section)})
	case f.Renamed && renames(s.Heading, heading(f.Partner)):
		x.shifts = append(x.shifts, shift{"told.renamed", s.Heading, heading(f.Partner)})
	case f.Split() && heading(f.Shares[1].Section) != "":
		x.shifts = append(x.shifts, shift{"told.split", s.Heading, heading(f.Shares[1].Section)})
	}
}

// mostShifts bounds the list; a reason names three.
const mostShifts = 100

// renames reports whether two headings differ in more than a number or a date.
func renames(old, new string) bool {
	a, b := words(old), words(new)
	gone, come := minus(a, b), minus(b, a)
	return len(b) > 0 && len(values(gone))+len(values(come)) < len(gone)+len(come)
}

// sectionWeights gives each section of both sides the weight of the heaviest
// difference in it.
func (x *comparison) sectionWeights() (olds, news []weight) {
	olds, news = make([]weight, len(x.old.doc.Sections)), make([]weight, len(x.new.doc.Sections))
	// What stands elsewhere too is told, but no section is gone for it.
	put := func(list []weight, ss []align.Sentence, w weight) {
		for _, s := range ss {
			if s.Section >= 0 {
				list[s.Section] = max(list[s.Section], w)
			}
		}
	}
	for i := range x.passages {
		p := &x.passages[i]
		if p.repeat {
			continue
		}
		put(olds, x.old.ss[p.Old.From:p.Old.To], p.weight)
		put(news, x.new.ss[p.New.From:p.New.To], p.weight)
	}
	return olds, news
}

// successors returns a function that finds, once each, a new section without
// forerunner that speaks first of a topic: the same section in other words.
func (x *comparison) successors(news []align.Fate) func(record.Topic) int {
	free := make(map[record.Topic][]int)
	for n, f := range news {
		if ts := x.new.doc.Sections[n].Topics; f.Gone() && f.Weight > 0 && len(ts) > 0 && ts[0] != record.Other && !x.new.inner(n) {
			free[ts[0]] = append(free[ts[0]], n)
		}
	}
	return func(t record.Topic) int {
		ns := free[t]
		if len(ns) == 0 {
			return -1
		}
		free[t] = ns[1:]
		return ns[0]
	}
}

// lost notes that section k of the old side is gone.
func (x *comparison) lost(k int, topics []record.Topic, is map[record.Topic]bool) {
	l := loss{heading: x.old.doc.Sections[k].Heading, section: k, topics: topics}
	if is[topics[0]] && topics[0] != record.Other {
		if x.covering == nil {
			x.covering = make(map[record.Topic]string)
			for n := range x.new.doc.Sections {
				for _, t := range x.new.doc.Sections[n].Topics {
					if h := x.new.doc.Sections[n].Heading; x.covering[t] == "" {
						x.covering[t] = h
					}
				}
			}
		}
		l.still = x.covering[topics[0]]
	}
	x.losses = append(x.losses, l)
	main := x.old.mainTopics(k)
	for i, t := range topics {
		// What the section touched only in passing is not gone while another
		// section covers it; what it was about as well is not while one is led by it.
		if i == 0 || !is[t] || slices.Contains(main, t) && !x.new.leads(t) {
			x.change.Dropped = noteAll(x.change.Dropped, t)
		}
	}
}

// noteAll is note for lists where "other" counts as well.
func noteAll(list []record.Topic, ts ...record.Topic) []record.Topic {
	for _, t := range ts {
		if !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

// spokeOf reports whether a passage that came or went was about the topic in
// earnest, not in passing.
func (x *comparison) spokeOf(t record.Topic, op record.EditOp) bool {
	return slices.ContainsFunc(x.passages, func(p passage) bool {
		if p.op() != op || p.weight < slight || !slices.Contains(p.topics, t) {
			return false
		}
		s, at := x.old, p.Old
		if op == record.EditInsert {
			s, at = x.new, p.New
		}
		return slices.ContainsFunc(s.ss[at.From:at.To], func(q align.Sentence) bool {
			return slices.Contains(s.sure[q.Block], t) || q.Section >= 0 && slices.Contains(s.mainTopics(q.Section), t)
		})
	})
}
