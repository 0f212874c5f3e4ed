package diff

import (
	"slices"

	"policywatch/diff/align"
	"policywatch/store/record"
)

// conclude draws class, severity and reason from the judged passages.
func (x *comparison) conclude(lost []record.ElementName) {
	ch := &x.change
	top, links := noise, false
	for i := range x.passages {
		p := &x.passages[i]
		top = max(top, p.weight)
		links = links || p.links
		if p.turn.denial || p.turn.duty {
			ch.Flips = append(ch.Flips, record.Flip{Before: p.old, After: p.new})
		}
	}
	if top >= slight {
		ch.Facts = x.factChanges()
		x.tellsFact()
		if slices.ContainsFunc(ch.Facts, outweighs) {
			top = max(top, material)
		}
	}
	switch {
	case top < slight:
		ch.Lost = nil
		ch.Dropped, ch.Added, ch.Altered = nil, nil, nil
		ch.Class, ch.Severity = record.ClassCosmetic, record.SeverityInfo
		switch {
		case top == regained:
			ch.Class = record.ClassMinor // the text is new to the archive
		case top == moved:
			ch.Class = record.ClassMoved
		case links:
			ch.Class = record.ClassLinks
		}
	case len(ch.Lost) > 0 || len(ch.Dropped) > 0:
		ch.Class, ch.Severity = record.ClassSectionDropped, record.SeverityMajor
		if len(ch.Lost) > 0 {
			ch.Severity = record.SeverityCritical
		}
	case len(ch.Added) > 0:
		ch.Class, ch.Severity = record.ClassSectionAdded, record.SeverityMajor
	// A date that moves by itself is minor; one that cannot be right is a fact about
	// the statement that somebody must look at.
	case top == material || x.ahead:
		ch.Class, ch.Severity = record.ClassSubstantive, record.SeverityMajor
	default:
		ch.Class, ch.Severity = record.ClassMinor, record.SeverityMinor
	}
	ch.Edits = x.edits()
	ch.Told = x.reason(lost)
}

// outweighs reports whether a fact that became another is material by itself,
// however few words say so: "six months" that become "eighteen". The statement's
// own date of last update is not.
func outweighs(f record.FactChange) bool {
	switch f.Kind {
	case record.FactDuration, record.FactAmount:
		return true // also where only one side states it, in words that are no numbers
	}
	if f.Before == "" || f.After == "" {
		return false
	}
	switch f.Kind {
	case record.FactEffective, record.FactInstrument, record.FactArticle, record.FactEmail, record.FactPhone:
		return true
	}
	return false
}

// edits lists the differences in the originals' words. Neighbouring moves that
// moved together are one edit.
func (x *comparison) edits() []record.Edit {
	var out []record.Edit
	for i := 0; i < len(x.passages); i++ {
		p := x.passages[i]
		e := record.Edit{Op: p.op(), Section: p.heading, Before: p.old, After: p.new}
		switch e.Op {
		case record.EditMove:
			for i+1 < len(x.passages) {
				q := x.passages[i+1]
				if q.op() != record.EditMove || q.Old.From != p.Old.To || q.New.From != p.New.To || q.heading != p.heading {
					break
				}
				e.Before, e.After = e.Before+" "+q.old, e.After+" "+q.new
				p, i = q, i+1
			}
		case record.EditReplace:
			e.Parts = align.Words(p.old, p.new)
		}
		out = append(out, e)
	}
	return out
}
