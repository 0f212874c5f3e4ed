package volatile

import (
	"slices"
	"strings"

	"policywatch/store/record"
)

// Pair is one place as two captures have it.
type Pair struct{ Old, New *Place }

// Confined lists the places in which two captures differ, where they differ in
// nothing else; ok is false where they do.
func Confined(old, new *Text) (differ []Pair, ok bool) {
	if old.frame != new.frame || len(old.Places) != len(new.Places) {
		return nil, false
	}
	for i := range old.Places {
		if a, b := &old.Places[i], &new.Places[i]; a.Words != b.Words {
			differ = append(differ, Pair{a, b})
		}
	}
	return differ, true
}

// Common lists the places that both captures have, by their shapes, and that
// differ, whatever else does.
func Common(old, new *Text) (differ []Pair) {
	was := old.byShape()
	for i := range new.Places {
		b := &new.Places[i]
		list := was[b.Shape]
		if len(list) == 0 {
			continue
		}
		was[b.Shape] = list[1:]
		if list[0].Words != b.Words {
			differ = append(differ, Pair{list[0], b})
		}
	}
	return differ
}

func (t *Text) byShape() map[string][]*Place {
	m := make(map[string][]*Place)
	for i := range t.Places {
		p := &t.Places[i]
		m[p.Shape] = append(m[p.Shape], p)
	}
	return m
}

// Blend returns the old document with the new one's words in the places of the
// set, so that a comparison of the two finds nothing there. Its sections and facts
// are to be labelled anew. It is the old document itself where there is no such
// place. A date of last update stays: beside an edit its change is worth telling,
// and the comparison would say that it stands still.
func Blend(old, new *Text, set Set) *record.Document {
	now := new.byShape()
	var doc *record.Document
	old.eachBlock(func(block int, places []Place) {
		text := old.Document.Blocks[block].Text
		var b strings.Builder
		at := 0
		for i := range places {
			p := &places[i]
			list := now[p.Shape]
			if !set[p.Shape] || len(list) == 0 {
				continue
			}
			now[p.Shape] = list[1:]
			if f := list[0].Fact; f != nil && f.Kind == record.FactUpdated {
				continue
			}
			b.WriteString(text[at:p.From])
			b.WriteString(new.raw(list[0]))
			at = p.To
		}
		if at == 0 {
			return
		}
		if doc == nil {
			c := *old.Document
			c.Blocks = slices.Clone(c.Blocks)
			doc = &c
		}
		doc.Blocks[block].Text = b.String() + text[at:]
	})
	if doc == nil {
		return old.Document
	}
	return doc
}

func (t *Text) raw(p *Place) string { return t.Document.Blocks[p.Block].Text[p.From:p.To] }
