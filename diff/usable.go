package diff

import (
	"fmt"
	"strings"

	"policywatch/store/record"
)

// verdictWords name a page that is no statement, for the reason.
var verdictWords = map[record.Verdict]string{
	record.VerdictThin:        "it holds too little text to be a statement",
	record.VerdictBlocked:     "it reads like a page that turns visitors away",
	record.VerdictLogin:       "it reads like a login page",
	record.VerdictConsent:     "it reads like a consent dialog",
	record.VerdictNotFound:    "it says that the page was not found",
	record.VerdictMaintenance: "it announces maintenance",
	record.VerdictHub:         "it is a list of links to other pages",
	record.VerdictShell:       "its text had not been loaded yet",
	record.VerdictUnreadable:  "its text cannot be read",
	record.VerdictOther:       "it does not read like a privacy statement",
}

// bad reports whether the gate refused the document, and why.
func bad(d *record.Document) (string, bool) {
	v := d.Quality.Verdict
	if v == "" || v == record.VerdictStatement {
		return "", false
	}
	w := verdictWords[v]
	if w == "" {
		w = "it is not a statement (" + string(v) + ")"
	}
	return w, true
}

func unusable(reason string) record.Change {
	return record.Change{Class: record.ClassUnusable, Severity: record.SeverityNone, Reason: reason}
}

// refuse settles what cannot be compared at all: it returns a change and true
// when the pair is not one of two statements of the same kind. kept is the part
// of the old text that still stands, 0 to 1.
//
// The gate's word alone does not outweigh the text: a page that still holds
// most of what the statement said is the statement.
func refuse(old, new *record.Document, kept float64) (record.Change, bool) {
	wasBad, isBad := "", ""
	if kept < 0.5 {
		wasBad, _ = bad(old)
		isBad, _ = bad(new)
	}
	switch {
	case isBad != "":
		return unusable(fmt.Sprintf("The new page is not the statement: %s. What the statement says now is not known.", isBad)), true
	case wasBad != "":
		return unusable(fmt.Sprintf("The earlier page was not the statement: %s. There is nothing to compare with.", wasBad)), true
	case kept < 0.25 && old.Lang != "" && new.Lang != "" && old.Lang != new.Lang:
		return unusable(fmt.Sprintf("The page now comes in another language (%s instead of %s); the texts cannot be compared.", language(new.Lang), language(old.Lang))), true
	}
	return record.Change{}, false
}

// language names a language in English.
func language(code string) string {
	if n, ok := map[string]string{"fa": "Persian", "ar": "Arabic", "en": "English", "ur": "Urdu", "ckb": "Kurdish", "tr": "Turkish",
		"fr": "French", "de": "German", "es": "Spanish"}[code]; ok {
		return n
	}
	return strings.ToUpper(code)
}
