package store

import "policywatch/store/record"

// 1 class  2 severity  3 reason  4 dropped...  5 added...  6 altered...
// 7 moved...  8 fact... (1 kind, 2 before, 3 after)  9 flip... (1 before, 2 after)
// 10 edit...  11 lost...  12 suspect  13 sentence...
func encodeChange(e *encoder, c *record.Change) {
	e.str(1, string(c.Class))
	e.str(2, string(c.Severity))
	e.str(3, c.Reason)
	encodeStrings(e, 4, c.Dropped)
	encodeStrings(e, 5, c.Added)
	encodeStrings(e, 6, c.Altered)
	encodeStrings(e, 7, c.Moved)
	for _, f := range c.Facts {
		e.message(8, func(e *encoder) {
			e.str(1, string(f.Kind))
			e.str(2, f.Before)
			e.str(3, f.After)
		})
	}
	for _, f := range c.Flips {
		e.message(9, func(e *encoder) {
			e.str(1, f.Before)
			e.str(2, f.After)
		})
	}
	for i := range c.Edits {
		e.message(10, func(e *encoder) { encodeEdit(e, &c.Edits[i]) })
	}
	encodeStrings(e, 11, c.Lost)
	e.str(12, c.Suspect)
	encodeSentences(e, 13, c.Told)
}

func decodeChange(d *decoder) *record.Change {
	c := &record.Change{
		Dropped: []record.Topic{}, Added: []record.Topic{}, Altered: []record.Topic{}, Moved: []record.Topic{},
		Facts: []record.FactChange{}, Flips: []record.Flip{},
	}
	for d.next() {
		switch d.num {
		case 1:
			c.Class = record.Class(d.str())
		case 2:
			c.Severity = record.Severity(d.str())
		case 3:
			c.Reason = d.str()
		case 4:
			c.Dropped = append(c.Dropped, record.Topic(d.str()))
		case 5:
			c.Added = append(c.Added, record.Topic(d.str()))
		case 6:
			c.Altered = append(c.Altered, record.Topic(d.str()))
		case 7:
			c.Moved = append(c.Moved, record.Topic(d.str()))
		case 8:
			d.message(func(d *decoder) {
				var f record.FactChange
				for d.next() {
					switch d.num {
					case 1:
						f.Kind = record.FactKind(d.str())
					case 2:
						f.Before = d.str()
					case 3:
						f.After = d.str()
					}
				}
				c.Facts = append(c.Facts, f)
			})
		case 9:
			d.message(func(d *decoder) {
				var f record.Flip
				for d.next() {
					switch d.num {
					case 1:
						f.Before = d.str()
					case 2:
						f.After = d.str()
					}
				}
				c.Flips = append(c.Flips, f)
			})
		case 10:
			d.message(func(d *decoder) { c.Edits = append(c.Edits, decodeEdit(d)) })
		case 11:
			c.Lost = append(c.Lost, d.str())
		case 12:
			c.Suspect = d.str()
		case 13:
			d.message(func(d *decoder) { c.Told = append(c.Told, decodeSentence(d)) })
		}
	}
	return c
}

// 1 op  2 section  3 before  4 after  5 part... (1 op, 2 text)
func encodeEdit(e *encoder, x *record.Edit) {
	e.str(1, string(x.Op))
	e.str(2, x.Section)
	e.str(3, x.Before)
	e.str(4, x.After)
	for _, p := range x.Parts {
		e.message(5, func(e *encoder) {
			e.str(1, string(p.Op))
			e.str(2, p.Text)
		})
	}
}

func decodeEdit(d *decoder) (x record.Edit) {
	for d.next() {
		switch d.num {
		case 1:
			x.Op = record.EditOp(d.str())
		case 2:
			x.Section = d.str()
		case 3:
			x.Before = d.str()
		case 4:
			x.After = d.str()
		case 5:
			d.message(func(d *decoder) {
				var p record.Part
				for d.next() {
					switch d.num {
					case 1:
						p.Op = record.EditOp(d.str())
					case 2:
						p.Text = d.str()
					}
				}
				x.Parts = append(x.Parts, p)
			})
		}
	}
	return x
}

// A list of findings is field 1, repeated:
//
//	1 id  2 title  3 citation  4 must  5 status  6 topic...  7 evidence (1 quote, 2 section)  8 reason  9 sentence...
func encodeFindings(e *encoder, n int, list []record.Finding) {
	for i := range list {
		e.message(n, func(e *encoder) { encodeFinding(e, &list[i]) })
	}
}

func encodeFinding(e *encoder, f *record.Finding) {
	e.str(1, f.ID)
	e.str(2, f.Title)
	e.str(3, f.Citation)
	e.bool(4, f.Must)
	e.str(5, string(f.Status))
	encodeStrings(e, 6, f.Topics)
	if f.Evidence != nil {
		e.message(7, func(e *encoder) {
			e.str(1, f.Evidence.Quote)
			e.str(2, f.Evidence.Section)
		})
	}
	e.str(8, f.Reason)
	encodeSentences(e, 9, f.Told)
}

func decodeFinding(d *decoder) record.Finding {
	f := record.Finding{Topics: []record.Topic{}}
	for d.next() {
		switch d.num {
		case 1:
			f.ID = d.str()
		case 2:
			f.Title = d.str()
		case 3:
			f.Citation = d.str()
		case 4:
			f.Must = d.bool()
		case 5:
			f.Status = record.Status(d.str())
		case 6:
			f.Topics = append(f.Topics, record.Topic(d.str()))
		case 7:
			f.Evidence = &record.Evidence{}
			d.message(func(d *decoder) {
				for d.next() {
					switch d.num {
					case 1:
						f.Evidence.Quote = d.str()
					case 2:
						f.Evidence.Section = d.str()
					}
				}
			})
		case 8:
			f.Reason = d.str()
		case 9:
			d.message(func(d *decoder) { f.Told = append(f.Told, decodeSentence(d)) })
		}
	}
	return f
}
