package diff

import (
	"policywatch/store/record"
)

// factChanges compares the facts of both sides as values: what only one side
// states. A value that went and one of the same kind that came are one change
// when they stand in passages that replace each other.
func (x *comparison) factChanges() []record.FactChange {
	type key struct {
		kind  record.FactKind
		value string
	}
	stated := func(d *record.Document) map[key]bool {
		m := make(map[key]bool)
		for _, f := range d.Facts {
			m[key{f.Kind, f.Value}] = true
		}
		return m
	}
	had, has := stated(x.old.doc), stated(x.new.doc)
	// come lists what is new by kind and block, in order.
	type place struct {
		kind  record.FactKind
		block int
	}
	come := make(map[place][]record.Fact)
	var news []record.Fact
	seen := make(map[key]bool)
	for _, f := range x.new.doc.Facts {
		if k := (key{f.Kind, f.Value}); !had[k] && !seen[k] {
			seen[k] = true
			news = append(news, f)
			come[place{f.Kind, f.Block}] = append(come[place{f.Kind, f.Block}], f)
		}
	}
	became := x.becameBlocks()
	used := make(map[key]bool)
	clear(seen)
	var out []record.FactChange
	for _, f := range x.old.doc.Facts {
		k := key{f.Kind, f.Value}
		if has[k] || seen[k] {
			continue
		}
		seen[k] = true
		c := record.FactChange{Kind: f.Kind, Before: f.Value}
		for _, b := range became[f.Block] {
			if list := come[place{f.Kind, b}]; len(list) > 0 {
				c.After = list[0].Value
				used[key{f.Kind, c.After}] = true
				come[place{f.Kind, b}] = list[1:]
				break
			}
		}
		out = append(out, c)
	}
	for _, f := range news {
		if !used[key{f.Kind, f.Value}] {
			out = append(out, record.FactChange{Kind: f.Kind, After: f.Value})
		}
	}
	return out
}

// becameBlocks says which blocks of the new side hold what replaced text of a
// block of the old one.
func (x *comparison) becameBlocks() map[int][]int {
	m := make(map[int][]int)
	for i := range x.passages {
		p := &x.passages[i]
		for _, s := range x.old.ss[p.Old.From:p.Old.To] {
			for _, t := range x.new.ss[p.New.From:p.New.To] {
				if n := len(m[s.Block]); n == 0 || m[s.Block][n-1] != t.Block {
					m[s.Block] = append(m[s.Block], t.Block)
				}
			}
		}
	}
	return m
}
