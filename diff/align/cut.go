package align

import (
	"policywatch/store/canon"
	"policywatch/store/record"
)

// Sentence is the unit of comparison: a sentence, or a whole block where the
// block stands unchanged at the beginning or the end of both documents.
type Sentence struct {
	// Block and Section are indices into the document; Section is -1 where no
	// section covers the block.
	Block, Section int
	// Span is the place within the block's text.
	Span
	Text string
	Kind record.BlockKind
	// Key is canon.Key of the text; it is empty for whole blocks.
	Key string
}

// cut lists the sentences of d.Blocks, leaving the first head and the last tail
// blocks whole. Sentences without a letter or digit are left out: they say
// nothing.
func cut(d *record.Document, head, tail int) []Sentence {
	in := sectionOf(d)
	out := make([]Sentence, 0, len(d.Blocks)+16)
	for i := range d.Blocks {
		b := &d.Blocks[i]
		if i < head || i >= len(d.Blocks)-tail {
			out = append(out, Sentence{Block: i, Section: in[i], Span: Span{0, len(b.Text)}, Text: b.Text, Kind: b.Kind})
			continue
		}
		for _, s := range Split(b.Text) {
			t := b.Text[s.From:s.To]
			if k := canon.Key(t); k != "" {
				out = append(out, Sentence{Block: i, Section: in[i], Span: s, Text: t, Kind: b.Kind, Key: k})
			}
		}
	}
	return out
}

// sectionOf maps each block to its section: the one whose heading it stands
// under, or, before the first heading, the implicit one. Implicit sections
// within a headed one only repeat a part of it.
func sectionOf(d *record.Document) []int {
	in := make([]int, len(d.Blocks))
	for i := range in {
		in[i] = -1
	}
	for k := range d.Sections {
		s := &d.Sections[k]
		for i := max(s.From, 0); i < min(s.To, len(in)); i++ {
			if p := in[i]; p < 0 || d.Sections[p].Implicit && !s.Implicit {
				in[i] = k
			}
		}
	}
	return in
}

// common counts the blocks that both documents begin with and end with.
func common(a, b []record.Block) (head, tail int) {
	n := min(len(a), len(b))
	for head < n && a[head].Text == b[head].Text {
		head++
	}
	for tail < n-head && a[len(a)-1-tail].Text == b[len(b)-1-tail].Text {
		tail++
	}
	return head, tail
}
