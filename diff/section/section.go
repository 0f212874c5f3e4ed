package section

import "policywatch/store/record"

// Reader labels documents and checks them against profiles. It is built once
// from the lexicons and may be used by several goroutines at a time.
type Reader struct {
	lexicons []record.Lexicon
}

// New prepares a Reader for the languages of lex.
func New(lex []record.Lexicon) *Reader { return &Reader{lexicons: lex} }

// Label fills doc.Sections and doc.Facts from doc.Blocks, replacing what
// stood there.
func (r *Reader) Label(doc *record.Document) {
	doc.Sections = cut(doc.Blocks)
	doc.Facts = nil
}

// cut makes one section of every heading and the blocks under it, and one
// implicit section of the blocks before the first heading.
func cut(blocks []record.Block) []record.Section {
	var out []record.Section
	for i, b := range blocks {
		switch {
		case b.Kind == record.Heading:
			out = append(out, record.Section{Heading: b.Text, Level: b.Level, Topics: []record.Topic{}, From: i, To: i + 1})
		case len(out) == 0:
			out = append(out, record.Section{Implicit: true, Topics: []record.Topic{}, From: i, To: i + 1})
		default:
			out[len(out)-1].To = i + 1
		}
	}
	return out
}
