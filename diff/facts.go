package diff

import (
	"policywatch/store/record"
)

// factChanges compares the facts of both sides as values: what only one side
// states. A value that went and one of the same kind that came are one change
// when they stand in passages that replace each other, or when they are the
// only ones of their kind.
func (x *comparison) factChanges() []record.FactChange {
	type key struct {
		kind  record.FactKind
		value string
	}
	count := make(map[key]int)
	for _, f := range x.new.Facts {
		count[key{f.Kind, f.Value}]++
	}
	var gone, come []record.Fact
	for _, f := range x.old.Facts {
		k := key{f.Kind, f.Value}
		if _, ok := count[k]; !ok {
			gone = append(gone, f)
		}
	}
	had := make(map[key]bool)
	for _, f := range x.old.Facts {
		had[key{f.Kind, f.Value}] = true
	}
	for _, f := range x.new.Facts {
		if !had[key{f.Kind, f.Value}] {
			come = append(come, f)
		}
	}
	seen := make(map[record.FactChange]bool)
	var out []record.FactChange
	add := func(c record.FactChange) {
		if !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	used := make([]bool, len(come))
	place := x.blockGroups()
	for _, f := range gone {
		c := record.FactChange{Kind: f.Kind, Before: f.Value}
		for j, g := range come {
			if !used[j] && g.Kind == f.Kind && place.meet(f.Block, g.Block) {
				used[j] = true
				c.After = g.Value
				break
			}
		}
		add(c)
	}
	for j, g := range come {
		if !used[j] {
			add(record.FactChange{Kind: g.Kind, After: g.Value})
		}
	}
	return out
}

// places says which block of one side became which of the other.
type places map[[2]int]bool

func (p places) meet(a, b int) bool { return p[[2]int{a, b}] }

func (x *comparison) blockGroups() places {
	p := make(places)
	for i := range x.passages {
		g := &x.passages[i]
		for _, s := range x.al.Old[g.Old.From:g.Old.To] {
			for _, t := range x.al.New[g.New.From:g.New.To] {
				p[[2]int{s.Block, t.Block}] = true
			}
		}
	}
	return p
}
