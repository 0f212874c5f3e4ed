package diff

import (
	"slices"

	"policywatch/diff/align"
	"policywatch/store/record"
)

// loss is a section, or a passage that was all a statement said of a topic,
// that is gone from the whole statement.
type loss struct {
	heading string
	topics  []record.Topic
	// still names a section of the new statement that covers the main topic.
	still string
}

// sections settles which topics were dropped, added, altered or moved.
func (x *comparison) sections() {
	olds, news := x.al.Sections(x.old, x.new)
	was, is := x.old.Covers(), x.new.Covers()
	rewritten := make(map[int]bool) // new sections that took a dropped one's place
	for k, f := range olds {
		s := &x.old.Sections[k]
		if f.Weight == 0 || inner(x.old, k) || x.trivial(k) {
			continue
		}
		topics := x.sectionTopics(x.old, k)
		switch {
		case f.Gone():
			if n := x.successor(topics, news, rewritten); n >= 0 {
				rewritten[n] = true
				x.note(&x.change.Altered, topics)
				continue
			}
			x.lost(s, topics, is)
		case f.Partner >= 0 && f.Kept*5 <= f.Weight && f.Weight >= 160 && news[f.Partner].Weight*4 <= f.Weight:
			// The heading stands and the text under it is gone.
			x.lost(s, topics, is)
		case f.Moved*2 > f.Kept:
			x.note(&x.change.Moved, topics)
		}
	}
	for n, f := range news {
		if f.Weight == 0 || !f.Gone() || rewritten[n] || inner(x.new, n) || x.trivialNew(n) {
			continue
		}
		topics := x.sectionTopics(x.new, n)
		x.gains = append(x.gains, loss{heading: x.new.Sections[n].Heading, topics: topics})
		x.noteAll(&x.change.Added, topics)
	}
	// A passage within a section that goes on may have been all that was said of
	// a topic.
	for _, t := range record.Topics() {
		if t == record.Other {
			continue
		}
		if was[t] && !is[t] && !slices.Contains(x.change.Dropped, t) && x.materialIn(x.old, t, func(p *passage) bool { return p.Old.Len() > 0 && p.op() == record.EditDelete }) {
			x.losses = append(x.losses, loss{topics: []record.Topic{t}})
			x.note(&x.change.Dropped, []record.Topic{t})
		}
		if !was[t] && is[t] && !slices.Contains(x.change.Added, t) && x.materialIn(x.new, t, func(p *passage) bool { return p.op() == record.EditInsert }) {
			x.note(&x.change.Added, []record.Topic{t})
		}
	}
	for i := range x.passages {
		if p := &x.passages[i]; p.weight >= slight && !p.dated {
			x.note(&x.change.Altered, p.topics)
		}
	}
	x.change.Altered = slices.DeleteFunc(x.change.Altered, func(t record.Topic) bool {
		return slices.Contains(x.change.Dropped, t) || slices.Contains(x.change.Added, t)
	})
	x.change.Moved = slices.DeleteFunc(x.change.Moved, func(t record.Topic) bool { return slices.Contains(x.change.Altered, t) })
}

// lost notes a section that is gone.
func (x *comparison) lost(s *record.Section, topics []record.Topic, is map[record.Topic]bool) {
	l := loss{heading: s.Heading, topics: topics}
	if is[topics[0]] {
		for k := range x.new.Sections {
			if n := &x.new.Sections[k]; slices.Contains(n.Topics, topics[0]) {
				l.still = n.Heading
				break
			}
		}
	}
	x.losses = append(x.losses, l)
	for i, t := range topics {
		// What the section touched only in passing is not gone while another
		// section covers it.
		if i < 2 || !is[t] {
			x.noteAll(&x.change.Dropped, []record.Topic{t})
		}
	}
}

// inner reports whether section k only repeats a part of a headed one.
func inner(d *record.Document, k int) bool {
	s := &d.Sections[k]
	return s.Implicit && slices.ContainsFunc(d.Sections, func(o record.Section) bool {
		return !o.Implicit && o.From <= s.From && s.To <= o.To
	})
}

// sectionTopics lists the topics of section k and of the passages in it that
// are about something else than its heading says; at least "other".
func (x *comparison) sectionTopics(d *record.Document, k int) (out []record.Topic) {
	s := &d.Sections[k]
	x.note(&out, s.Topics)
	for i := range d.Sections {
		if o := &d.Sections[i]; o.Implicit && i != k && s.From <= o.From && o.To <= s.To {
			x.note(&out, o.Topics)
		}
	}
	if len(out) == 0 {
		out = append(out, record.Other)
	}
	return out
}

// note adds topics to a list of the change, once each.
func (x *comparison) note(list *[]record.Topic, ts []record.Topic) {
	for _, t := range ts {
		if t != record.Other && !slices.Contains(*list, t) {
			*list = append(*list, t)
		}
	}
}

// noteAll is note for lists where "other" counts as well.
func (x *comparison) noteAll(list *[]record.Topic, ts []record.Topic) {
	for _, t := range ts {
		if !slices.Contains(*list, t) {
			*list = append(*list, t)
		}
	}
}

// successor finds a new section that speaks of the dropped one's main topic in
// other words.
func (x *comparison) successor(topics []record.Topic, news []align.Fate, taken map[int]bool) int {
	for n, f := range news {
		t := x.new.Sections[n].Topics
		if f.Gone() && !taken[n] && f.Weight > 0 && len(t) > 0 && t[0] == topics[0] && t[0] != record.Other {
			return n
		}
	}
	return -1
}

// trivial reports whether all that a section lost was noise.
func (x *comparison) trivial(k int) bool {
	for i := range x.passages {
		if p := &x.passages[i]; p.Old.Len() > 0 && x.al.Old[p.Old.From].Section == k && p.weight > regained {
			return false
		}
	}
	return true
}

func (x *comparison) trivialNew(n int) bool {
	for i := range x.passages {
		if p := &x.passages[i]; p.New.Len() > 0 && x.al.New[p.New.From].Section == n && p.weight > regained {
			return false
		}
	}
	return true
}

// materialIn reports whether a passage of the given kind stood in a section
// with the topic.
func (x *comparison) materialIn(_ *record.Document, t record.Topic, ok func(*passage) bool) bool {
	return slices.ContainsFunc(x.passages, func(p passage) bool {
		return p.weight >= slight && ok(&p) && slices.Contains(p.topics, t)
	})
}
