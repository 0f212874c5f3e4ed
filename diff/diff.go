// Package diff compares two versions of a statement.
package diff

import (
	"policywatch/store/canon"
	"policywatch/store/record"
)

// Side is one version of a statement.
type Side struct {
	Document *record.Document
	// Findings are the verdicts of the site's profile, nil when none was asked.
	Findings []record.Finding
}

// Comparer compares statements. It holds no state besides its lexicons and is
// safe for concurrent use.
type Comparer struct {
	lexicons []record.Lexicon
}

// New returns a Comparer that knows denial and duty in the lexicons' languages.
func New(lex []record.Lexicon) *Comparer { return &Comparer{lexicons: lex} }

// Compare judges what changed from old to new.
func (c *Comparer) Compare(old, new Side) record.Change {
	a, b := texts(old.Document), texts(new.Document)
	ch := record.Change{Class: record.ClassNone, Severity: record.SeverityNone, Reason: "The texts are equal."}
	switch {
	case canon.Exact(a) == canon.Exact(b):
	case canon.Identity(a) == canon.Identity(b):
		ch.Class, ch.Severity, ch.Reason = record.ClassCosmetic, record.SeverityInfo, "Only spelling variants, spaces or punctuation differ."
	default:
		ch.Class, ch.Severity, ch.Reason = record.ClassSubstantive, record.SeverityMajor, "The wording changed."
	}
	return ch
}

func texts(d *record.Document) []string {
	out := make([]string, len(d.Blocks))
	for i := range d.Blocks {
		out[i] = d.Blocks[i].Text
	}
	return out
}
