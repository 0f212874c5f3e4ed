package extract

import (
	"strings"

	"policywatch/store/record"
)

// settle judges the drafts of a page in their context and makes blocks of them.
func (r *Reader) settle(ds []draft) []record.Block {
	ds = r.sweep(ds)
	r.boldHeadings(ds)
	blocks := make([]record.Block, 0, len(ds))
	for i := range ds {
		d := &ds[i]
		if letters(d.text) == 0 {
			continue
		}
		blocks = append(blocks, record.Block{Kind: d.kind, Level: d.level, Text: d.text, Original: d.original, Hidden: d.hidden, Links: d.links})
	}
	return blocks
}

// sweep takes out lines that are furniture.
func (r *Reader) sweep(ds []draft) []draft {
	out := ds[:0]
	for _, d := range ds {
		if d.kind != record.Heading && r.words.line(d.text) || d.linked && r.words.action(d.text) || filler(d.text) {
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
		d.kind, d.level = record.Heading, min(level+1, 6)
	}
}

// filler reports a line that says one word over and over, which templates use
// to give an empty box its width.
func filler(s string) bool {
	first, rest, ok := strings.Cut(s, " ")
	return ok && len(rest) > 8*len(first) && strings.Trim(strings.ReplaceAll(rest, first, ""), " ") == ""
}
