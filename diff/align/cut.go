package align

import (
	"strings"

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
	in := SectionOf(d)
	out := make([]Sentence, 0, len(d.Blocks)+16)
	for i := range d.Blocks {
		b := &d.Blocks[i]
		if i < head || i >= len(d.Blocks)-tail {
			out = append(out, Sentence{Block: i, Section: in[i], Span: Span{0, len(b.Text)}, Text: b.Text, Kind: b.Kind})
			continue
		}
		for _, s := range pieces(b) {
			t := b.Text[s.From:s.To]
			if k := canon.Key(t); k != "" {
				out = append(out, Sentence{Block: i, Section: in[i], Span: s, Text: t, Kind: b.Kind, Key: k})
			}
		}
	}
	return out
}

// pieces cuts a block into sentences, a table row into its cells first.
func pieces(b *record.Block) []Span {
	if b.Kind != record.Row {
		return Split(b.Text)
	}
	var out []Span
	for from := 0; from <= len(b.Text); {
		to := len(b.Text)
		if k := strings.Index(b.Text[from:], cellBreak); k >= 0 {
			to = from + k
		}
		for _, s := range Split(b.Text[from:to]) {
			out = append(out, Span{from + s.From, from + s.To})
		}
		from = to + len(cellBreak)
	}
	return out
}

// cellBreak parts the cells of a row in a block's text.
const cellBreak = " | "

// SectionOf maps each block to its section: the one whose heading it stands
// under, or, before the first heading, the implicit one. Implicit sections
// within a headed one only repeat a part of it.
func SectionOf(d *record.Document) []int {
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

// Common counts the blocks that both documents begin with and end with.
func Common(a, b []record.Block) (head, tail int) {
	n := min(len(a), len(b))
	for head < n && a[head].Text == b[head].Text {
		head++
	}
	for tail < n-head && a[len(a)-1-tail].Text == b[len(b)-1-tail].Text {
		tail++
	}
	return head, tail
}
