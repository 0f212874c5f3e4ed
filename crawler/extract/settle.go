package extract

import (
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// Drafts see their neighbours here. The order matters: furniture first, because a
// counter between a bold line and its text would hide a heading; copies next;
// then headings from the surest sign (bold) to the weakest (a bare line).

// settle judges the drafts of a page in their context and makes blocks of them.
func (r *Reader) settle(ds []draft) []record.Block {
	ds = r.sweep(ds)
	ds = dedupe(ds)
	for n := len(ds); n > 1 && r.words.imprint(ds[n-1].text) && ds[n-1].kind != record.Heading; n = len(ds) {
		ds = ds[:n-1]
	}
	for i := range ds {
		if ds[i].kind == record.Paragraph || ds[i].kind == record.Item {
			ds[i].depth, ds[i].clause = clause(ds[i].text)
		}
	}
	r.boldHeadings(ds)
	dressedHeadings(ds)
	r.promote(ds, true)
	levels(ds)
	blocks := make([]record.Block, 0, len(ds))
	for i := range ds {
		d := &ds[i]
		if !says(d.text) {
			continue
		}
		if t := unspell(d.text); t != d.text {
			if d.original == "" {
				d.original = d.text
			}
			d.text = t
		}
		blocks = append(blocks, record.Block{Kind: d.kind, Level: d.level, Text: d.text, Original: d.original, Hidden: d.hidden, Links: d.links})
	}
	return blocks
}

// sweep takes out lines that are furniture.
func (r *Reader) sweep(ds []draft) []draft {
	out := ds[:0]
	for i, d := range ds {
		switch {
		case d.kind == record.Heading:
			// A title of links whose links are gone, or that has none.
			if r.words.frame(d.text) && (i+1 == len(ds) || ds[i+1].kind == record.Heading || ds[i+1].linked) || r.words.skipLine(d.text) {
				continue
			}
		case d.kind == record.Row && strings.Count(d.text, " | ") > 1:
			// Data, whatever its cells say.
		case r.words.line(d.text), d.linked && (r.words.action(d.text) || r.words.frame(d.text)), filler(d.text):
			continue
		}
		out = append(out, d)
	}
	return out
}

// boldHeadings makes headings of bold lines that stand over text.
func (r *Reader) boldHeadings(ds []draft) {
	level := 0
	for i := range ds {
		d := &ds[i]
		if d.kind == record.Heading && d.marked {
			level = d.level
			continue
		}
		if !d.bold || d.kind == record.Row || i+1 == len(ds) || !look(d.text).bare() {
			continue
		}
		if d.kind == record.Item && ds[i+1].kind == record.Item && ds[i+1].level <= d.level {
			continue // a bold entry of a list
		}
		d.kind, d.level, d.marked = record.Heading, min(level+1, 6), true
	}
}

// dressedHeadings makes headings of lines that look unlike all running text of
// the page, alike among themselves, and stand over text: titles that are styled
// and not marked.
func dressedHeadings(ds []draft) {
	type use struct {
		long  bool
		short int
	}
	uses := map[uint32]use{}
	said := map[string]int{} // what is said thrice is a value, not a title
	for i := range ds {
		if len(ds[i].text) < maxHeadingRunes {
			said[ds[i].text]++
		}
	}
	over := func(i int) bool {
		if i+1 >= len(ds) || ds[i].kind != record.Paragraph || ds[i].linked || ds[i].dress == 0 || len(ds[i].text) > maxHeadingBytes {
			return false
		}
		if said[ds[i].text] > 2 || nextIsDigit(ds[i].text) && !ds[i].clause {
			return false
		}
		next := &ds[i+1]
		return (next.kind == record.Item || next.kind == record.Row || (utf8.RuneCountInString(next.text) >= bodyRunes || ends(next.text)) && next.kind == record.Paragraph && next.dress != ds[i].dress) && look(ds[i].text).bare()
	}
	for i := range ds {
		d := &ds[i]
		if d.dress == 0 || d.kind == record.Heading {
			continue
		}
		u := uses[d.dress]
		if d.kind != record.Paragraph || len(d.text) > maxHeadingBytes || utf8.RuneCountInString(d.text) >= bodyRunes && !look(d.text).bare() {
			u.long = true
		} else if over(i) {
			u.short++
		}
		uses[d.dress] = u
	}
	level := 0
	for i := range ds {
		d := &ds[i]
		if d.kind == record.Heading && d.marked {
			level = d.level
			continue
		}
		if u := uses[d.dress]; d.dress != 0 && !u.long && u.short >= 2 && over(i) {
			d.kind, d.level, d.marked = record.Heading, min(level+1, 6), true
		}
	}
}

// clause reads the clause number at the start of a text.
func clause(s string) (depth int, ok bool) {
	depth, n := ordinal(s)
	return depth, n > 0
}

// levels gives the headings that were found by their looks a level: one below
// the marked heading above, or what their clause number says.
func levels(ds []draft) {
	above, first := 0, true
	for i := range ds {
		d := &ds[i]
		if d.kind != record.Heading {
			continue
		}
		switch {
		case d.marked:
			above = d.level
		case d.depth > 0:
			d.level = min(max(above, 1)+d.depth, 6)
		case first:
			d.level = 1
		default:
			d.level = min(max(above, 1)+1, 6)
		}
		first = false
	}
}

// filler reports a line that says one word over and over, which templates use
// to give an empty box its width.
func filler(s string) bool {
	first, rest, ok := strings.Cut(s, " ")
	return ok && len(rest) > 8*len(first) && strings.Trim(strings.ReplaceAll(rest, first, ""), " ") == ""
}

// dedupe drops what a page holds twice: hidden copies of shown text, and the
// second copy of a text that is there for wide and again for narrow screens. A
// statement that repeats a paragraph under another heading keeps it.
func dedupe(ds []draft) []draft {
	const long = 60 // letters; shorter lines repeat by themselves
	seen := map[string]int{}
	total := 0
	for i, d := range ds {
		total += len(d.text)
		if len(d.text) < long {
			continue
		}
		if k, ok := seen[d.text]; !ok || ds[k].hidden && !d.hidden {
			seen[d.text] = i
		}
	}
	if len(seen) == 0 {
		return ds
	}
	drop := make([]bool, len(ds))
	any := false
	for i, d := range ds {
		if k, ok := seen[d.text]; ok && k != i && d.hidden && !ds[k].hidden {
			drop[i], any = true, true
		}
	}
	for i := 1; i < len(ds); i++ {
		k, ok := seen[ds[i].text]
		if !ok || k >= i || drop[i] {
			continue
		}
		// How far do both copies run on, headings and short lines included?
		from, at := i, k
		for from > k+1 && at > 0 && ds[from-1].text == ds[at-1].text {
			from, at = from-1, at-1
		}
		size, heads, to := 0, 0, from
		for to < len(ds) && at+to-from < from && ds[to].text == ds[at+to-from].text {
			size += len(ds[to].text)
			if ds[to].kind == record.Heading {
				heads++
			}
			to++
		}
		if heads >= 2 && size*100 >= total*35 {
			for j := from; j < to; j++ {
				drop[j] = true
			}
			any = true
			i = to - 1
		}
	}
	if !any {
		return ds
	}
	out := ds[:0]
	for i, d := range ds {
		if !drop[i] {
			out = append(out, d)
		}
	}
	return out
}
