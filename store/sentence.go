package store

import (
	"maps"
	"slices"

	"policywatch/store/record"
)

// 1 key  2 value...
func encodeSentences(e *encoder, n int, list []record.Sentence) {
	for i := range list {
		e.message(n, func(e *encoder) {
			e.str(1, list[i].Key)
			for k := range list[i].Values {
				e.message(2, func(e *encoder) { encodeValue(e, &list[i].Values[k]) })
			}
		})
	}
}

func decodeSentence(d *decoder) (s record.Sentence) {
	for d.next() {
		switch d.num {
		case 1:
			s.Key = d.str()
		case 2:
			d.message(func(d *decoder) { s.Values = append(s.Values, decodeValue(d)) })
		}
	}
	return s
}

// 1 kind  2 text...  3 more  4 direction  5 number  6 element...  7 clause... (1 key, 2 number)
func encodeValue(e *encoder, v *record.Value) {
	e.str(1, string(v.Kind))
	encodeStrings(e, 2, v.Texts)
	e.int(3, int64(v.More))
	e.str(4, v.Dir)
	e.int(5, int64(v.Number))
	for i := range v.Elements {
		e.message(6, func(e *encoder) { encodeElementName(e, &v.Elements[i]) })
	}
	for _, c := range v.Clauses {
		e.message(7, func(e *encoder) {
			e.str(1, c.Key)
			e.int(2, int64(c.Number))
		})
	}
}

func decodeValue(d *decoder) (v record.Value) {
	for d.next() {
		switch d.num {
		case 1:
			v.Kind = record.ValueKind(d.str())
		case 2:
			v.Texts = append(v.Texts, d.str())
		case 3:
			v.More = int(d.int())
		case 4:
			v.Dir = d.str()
		case 5:
			v.Number = int(d.int())
		case 6:
			d.message(func(d *decoder) { v.Elements = append(v.Elements, decodeElementName(d)) })
		case 7:
			d.message(func(d *decoder) {
				var c record.Clause
				for d.next() {
					switch d.num {
					case 1:
						c.Key = d.str()
					case 2:
						c.Number = int(d.int())
					}
				}
				v.Clauses = append(v.Clauses, c)
			})
		}
	}
	return v
}

// 1 id  2 title... (1 language, 2 text)  3 citation... (1 language, 2 text)
func encodeElementName(e *encoder, n *record.ElementName) {
	e.str(1, n.ID)
	encodeByLanguage(e, 2, n.Title)
	encodeByLanguage(e, 3, n.Citation)
}

func decodeElementName(d *decoder) (n record.ElementName) {
	for d.next() {
		switch d.num {
		case 1:
			n.ID = d.str()
		case 2:
			d.message(func(d *decoder) { n.Title = decodeByLanguage(d, n.Title) })
		case 3:
			d.message(func(d *decoder) { n.Citation = decodeByLanguage(d, n.Citation) })
		}
	}
	return n
}

// encodeByLanguage writes the languages in order: a content's digest must not
// depend on the order of a map.
func encodeByLanguage(e *encoder, n int, m map[string]string) {
	for _, lang := range slices.Sorted(maps.Keys(m)) {
		e.message(n, func(e *encoder) {
			e.str(1, lang)
			e.str(2, m[lang])
		})
	}
}

func decodeByLanguage(d *decoder, m map[string]string) map[string]string {
	if m == nil {
		m = make(map[string]string)
	}
	var lang, text string
	for d.next() {
		switch d.num {
		case 1:
			lang = d.str()
		case 2:
			text = d.str()
		}
	}
	m[lang] = text
	return m
}
