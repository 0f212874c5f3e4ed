package store

import "policywatch/store/record"

// The bytes of a document are its fields without a checksum: its address is
// their SHA-256, and two equal documents have equal bytes.
//
//	1 title  2 lang  3 dir  4 extractor  5 block...  6 section...  7 fact...  8 quality
//	9 language... (1 lang, 2 url, 3 shown, 4 status, 5 reason)
//
// Identity and Exact are the version's, and are not part of the bytes. Lists
// that JSON shows as [] come back empty, not nil.

func encodeDocument(doc *record.Document) []byte {
	size := 512 + 96*len(doc.Sections) + 96*len(doc.Facts)
	for i := range doc.Blocks {
		b := &doc.Blocks[i]
		size += len(b.Text) + len(b.Original) + 32
		for _, l := range b.Links {
			size += len(l.Text) + len(l.URL) + 8
		}
	}
	e := &encoder{b: make([]byte, 0, size)}
	e.str(1, doc.Title)
	e.str(2, doc.Lang)
	e.str(3, doc.Dir)
	e.str(4, doc.Extractor)
	for i := range doc.Blocks {
		e.message(5, func(e *encoder) { encodeBlock(e, &doc.Blocks[i]) })
	}
	for i := range doc.Sections {
		e.message(6, func(e *encoder) { encodeSection(e, &doc.Sections[i]) })
	}
	for _, f := range doc.Facts {
		e.message(7, func(e *encoder) {
			e.str(1, string(f.Kind))
			e.str(2, f.Value)
			e.str(3, f.Text)
			e.int(4, int64(f.Block))
		})
	}
	e.message(8, func(e *encoder) {
		e.str(1, string(doc.Quality.Verdict))
		e.float(2, doc.Quality.Score)
		encodeStrings(e, 3, doc.Quality.Reasons)
	})
	for _, l := range doc.Languages {
		e.message(9, func(e *encoder) {
			e.str(1, l.Lang)
			e.str(2, l.URL)
			e.str(3, l.Shown)
			e.str(4, string(l.Status))
			e.str(5, l.Reason)
		})
	}
	return e.b
}

func decodeDocument(b []byte) (*record.Document, error) {
	doc := &record.Document{Blocks: []record.Block{}, Sections: []record.Section{}, Facts: []record.Fact{}}
	doc.Quality.Reasons = []string{}
	d := decoder{b: b}
	for d.next() {
		switch d.num {
		case 1:
			doc.Title = d.str()
		case 2:
			doc.Lang = d.str()
		case 3:
			doc.Dir = d.str()
		case 4:
			doc.Extractor = d.str()
		case 5:
			d.message(func(d *decoder) { doc.Blocks = append(doc.Blocks, decodeBlock(d)) })
		case 6:
			d.message(func(d *decoder) { doc.Sections = append(doc.Sections, decodeSection(d)) })
		case 7:
			d.message(func(d *decoder) { doc.Facts = append(doc.Facts, decodeFact(d)) })
		case 8:
			d.message(func(d *decoder) {
				for d.next() {
					switch d.num {
					case 1:
						doc.Quality.Verdict = record.Verdict(d.str())
					case 2:
						doc.Quality.Score = d.float()
					case 3:
						doc.Quality.Reasons = append(doc.Quality.Reasons, d.str())
					}
				}
			})
		case 9:
			d.message(func(d *decoder) { doc.Languages = append(doc.Languages, decodeLanguage(d)) })
		}
	}
	return doc, d.err
}

// 1 kind  2 level  3 text  4 original  5 hidden  6 link... (1 text, 2 url)  7 lang  8 dir
func encodeBlock(e *encoder, b *record.Block) {
	e.str(1, string(b.Kind))
	e.int(2, int64(b.Level))
	e.str(3, b.Text)
	e.str(4, b.Original)
	e.bool(5, b.Hidden)
	for _, l := range b.Links {
		e.message(6, func(e *encoder) {
			e.str(1, l.Text)
			e.str(2, l.URL)
		})
	}
	e.str(7, b.Lang)
	e.str(8, b.Dir)
}

func decodeBlock(d *decoder) (b record.Block) {
	for d.next() {
		switch d.num {
		case 1:
			b.Kind = record.BlockKind(d.str())
		case 2:
			b.Level = int(d.int())
		case 3:
			b.Text = d.str()
		case 4:
			b.Original = d.str()
		case 5:
			b.Hidden = d.bool()
		case 6:
			d.message(func(d *decoder) {
				var l record.Link
				for d.next() {
					switch d.num {
					case 1:
						l.Text = d.str()
					case 2:
						l.URL = d.str()
					}
				}
				b.Links = append(b.Links, l)
			})
		case 7:
			b.Lang = d.str()
		case 8:
			b.Dir = d.str()
		}
	}
	return b
}

// 1 heading  2 level  3 topic...  4 confidence  5 implicit  6 from  7 to  8 word...
func encodeSection(e *encoder, s *record.Section) {
	e.str(1, s.Heading)
	e.int(2, int64(s.Level))
	encodeStrings(e, 3, s.Topics)
	e.float(4, s.Confidence)
	e.bool(5, s.Implicit)
	e.int(6, int64(s.From))
	e.int(7, int64(s.To))
	encodeStrings(e, 8, s.Words)
}

func decodeSection(d *decoder) record.Section {
	s := record.Section{Topics: []record.Topic{}}
	for d.next() {
		switch d.num {
		case 1:
			s.Heading = d.str()
		case 2:
			s.Level = int(d.int())
		case 3:
			s.Topics = append(s.Topics, record.Topic(d.str()))
		case 4:
			s.Confidence = d.float()
		case 5:
			s.Implicit = d.bool()
		case 6:
			s.From = int(d.int())
		case 7:
			s.To = int(d.int())
		case 8:
			s.Words = append(s.Words, d.str())
		}
	}
	return s
}

func decodeFact(d *decoder) (f record.Fact) {
	for d.next() {
		switch d.num {
		case 1:
			f.Kind = record.FactKind(d.str())
		case 2:
			f.Value = d.str()
		case 3:
			f.Text = d.str()
		case 4:
			f.Block = int(d.int())
		}
	}
	return f
}

func decodeLanguage(d *decoder) (l record.LanguageVersion) {
	for d.next() {
		switch d.num {
		case 1:
			l.Lang = d.str()
		case 2:
			l.URL = d.str()
		case 3:
			l.Shown = d.str()
		case 4:
			l.Status = record.Status(d.str())
		case 5:
			l.Reason = d.str()
		}
	}
	return l
}

func encodeStrings[T ~string](e *encoder, n int, list []T) {
	for _, s := range list {
		e.element(n, string(s))
	}
}
