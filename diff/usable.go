package diff

import (
	"policywatch/store/record"
)

// bad reports whether the gate refused the document, and why.
func bad(d *record.Document) (why record.Clause, is bool) {
	switch v := d.Quality.Verdict; v {
	case "", record.VerdictStatement:
		return why, false
	case record.VerdictThin, record.VerdictBlocked, record.VerdictLogin, record.VerdictConsent, record.VerdictNotFound,
		record.VerdictMaintenance, record.VerdictHub, record.VerdictShell, record.VerdictUnreadable:
		return record.Clause{Key: "verdict." + string(v)}, true
	}
	return record.Clause{Key: "verdict.other"}, true
}

func unusable(why record.Sentence) record.Change {
	return record.Change{Class: record.ClassUnusable, Severity: record.SeverityNone, Told: []record.Sentence{why}}
}

// refuse settles what cannot be compared at all: it returns a change and true
// when the pair is not one of two statements of the same kind. kept is the part
// of the old text that still stands, 0 to 1.
//
// The gate's word alone does not outweigh the text: a page that still holds
// most of what the statement said is the statement.
func refuse(old, new *record.Document, kept float64) (record.Change, bool) {
	var was, is record.Clause
	var wasBad, isBad bool
	if kept < 0.5 {
		was, wasBad = bad(old)
		is, isBad = bad(new)
	}
	switch {
	case isBad:
		return unusable(record.Say("told.not_statement", record.Clauses(is))), true
	case wasBad:
		return unusable(record.Say("told.was_no_statement", record.Clauses(was))), true
	case kept < 0.25 && old.Lang != "" && new.Lang != "" && old.Lang != new.Lang:
		return unusable(record.Say("told.other_language", language(new.Lang), language(old.Lang))), true
	}
	return record.Change{}, false
}

func language(code string) record.Value {
	return record.Value{Kind: record.ValueLanguage, Texts: []string{code}}
}
