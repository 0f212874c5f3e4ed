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

// tellsFact marks the passages in which nothing but the told facts differs.
func (x *comparison) tellsFact() {
	told := make(map[string]bool)
	add := func(d *record.Document, kind record.FactKind, value string) {
		for _, f := range d.Facts {
			if f.Kind == kind && f.Value == value {
				for _, w := range words(f.Text) {
					told[w] = true
				}
			}
		}
	}
	for i, f := range x.change.Facts {
		if i < 100 && f.Before != "" && f.After != "" && tellable[f.Kind] {
			add(x.old.doc, f.Kind, f.Before)
			add(x.new.doc, f.Kind, f.After)
		}
	}
	for i := range x.passages {
		if p := &x.passages[i]; len(told) > 0 && !p.onlyValue && p.op() == record.EditReplace && p.weight >= slight {
			a, b := words(p.old), words(p.new)
			known := func(w string) bool { return told[w] }
			p.onlyValue = all(minus(a, b), known) && all(minus(b, a), known)
		}
	}
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

// tellable are the facts that a sentence may be about. What is not among them is
// left to the list of facts: it is read too loosely to be a sentence's subject.
var tellable = map[record.FactKind]bool{
	record.FactDate: true, record.FactEffective: true, record.FactInstrument: true, record.FactArticle: true, record.FactEmail: true,
	record.FactPhone: true, record.FactDuration: true, record.FactAmount: true, record.FactDataItem: true, record.FactThirdParty: true,
	record.FactAddress: true,
}

// facts names values that changed, or else those that only one side states.
// What came with a new section, or went with a dropped one, was told with it.
func (w *writer) facts(changed bool) {
	n := 0
	for _, f := range w.change.Facts {
		if !tellable[f.Kind] || (f.Before != "" && f.After != "") != changed {
			continue
		}
		if f.Before == "" && len(w.comparison.gains) > 0 || f.After == "" && len(w.comparison.losses) > 0 {
			continue
		}
		if n++; n > mostNamed {
			continue
		}
		before, after := w.asWritten(w.old.doc, f.Kind, f.Before), w.asWritten(w.new.doc, f.Kind, f.After)
		lone := record.Clauses(record.Clause{Key: "noun.new." + string(f.Kind)})
		switch {
		case f.Before == "":
			w.say("told.fact_added", lone, after)
		case f.After == "":
			w.say("told.fact_removed", lone, before)
		default:
			w.say("told.fact_changed", record.Clauses(record.Clause{Key: "noun." + string(f.Kind)}), before, after)
		}
	}
	if n > mostNamed {
		w.say("told.facts_more", record.Count(n-mostNamed))
	}
	if changed && n == 0 {
		w.numbers()
	}
}

// asWritten is a fact's words as they stand in the document.
func (w *writer) asWritten(d *record.Document, kind record.FactKind, value string) record.Value {
	for _, f := range d.Facts {
		if f.Kind == kind && f.Value == value && f.Text != "" {
			return w.quote(60, f.Text)
		}
	}
	return record.Text(value)
}

// numbers names the first number or address that changed and is no fact.
func (w *writer) numbers() {
	for i := range w.passages {
		p := &w.passages[i]
		if p.dated || p.weight < material || p.op() != record.EditReplace || len(p.values[0]) == 0 || len(p.values[1]) == 0 {
			continue
		}
		key := "told.number"
		if isMail(p.values[0][0]) {
			key = "told.address"
		}
		w.place(key, p.heading, record.Text(p.values[0]...).AtMost(3), record.Text(p.values[1]...).AtMost(3))
		return
	}
}
