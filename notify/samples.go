package notify

import (
	"time"

	"policywatch/store/record"
)

// Samples are events of every type that a channel may hear of, the test message
// first, for somebody who wants to see what they look like where they arrive.
// They are about an agency that does not exist, and say so.
func Samples(now time.Time) []record.Event {
	base := record.Event{At: now, Site: "test.example", Name: "policywatch TEST", URL: "https://test.example/privacy", Lang: "fa", Dir: "rtl",
		From: 3, To: 4, Profile: "ir-gov"}
	change := record.Change{
		Class: record.ClassSubstantive, Severity: record.SeverityMajor, Reason: "This is a test: a period changed under “مدت نگهداری”.",
		Altered: []record.Topic{record.Retention},
		Facts:   []record.FactChange{{Kind: record.FactDuration, Before: "P6M", After: "P18M"}},
		Edits: []record.Edit{{Op: record.EditReplace, Section: "مدت نگهداری", Before: "اطلاعات کاربران شش ماه نگهداری می‌شود.",
			After: "اطلاعات کاربران هجده ماه نگهداری می‌شود."}},
	}
	dropped := record.Change{
		Class: record.ClassSectionDropped, Severity: record.SeverityCritical, Reason: "This is a test: the section “حقوق کاربران” was removed.",
		Dropped: []record.Topic{record.Rights}, Lost: []string{"rights"},
		Edits: []record.Edit{{Op: record.EditDelete, Section: "حقوق کاربران", Before: "کاربران می‌توانند تصحیح اطلاعات خود را بخواهند."}},
	}
	returned := record.Change{Class: record.ClassReturned, Severity: record.SeverityInfo, Reason: "This is a test: an earlier text is back."}
	fault := record.Fault{Kind: record.FaultTimeout, URL: base.URL, Detail: "no answer within 30s"}
	scan := record.ScanSummary{Sites: 250, New: 1, Changed: 2, Unchanged: 244, Faults: 3, Alerts: 5, Seconds: 311}

	out := []record.Event{{Type: record.EventTest, At: now, Name: base.Name, Reason: "This is a test."}}
	for _, t := range record.EventTypes() {
		ev := base
		ev.Type, ev.Reason = t, "This is a test."
		switch t {
		case record.EventChanged:
			ev.Severity, ev.Change, ev.Reason = change.Severity, &change, change.Reason
		case record.EventDroppedSection:
			ev.Severity, ev.Change, ev.Reason = dropped.Severity, &dropped, dropped.Reason
			ev.Findings = []record.Finding{{ID: "rights", Title: "Rights of users", Citation: "test decree, art. 1", Must: true, Status: record.StatusAbsent}}
		case record.EventReturned:
			ev.Severity, ev.Change, ev.Reason = returned.Severity, &returned, returned.Reason
		case record.EventGone:
			ev.Severity, ev.Fault = record.SeverityCritical, &record.Fault{Kind: record.FaultNotFound, URL: base.URL, Status: 404}
		case record.EventMoved:
			ev.Severity, ev.OldURL = record.SeverityMinor, "https://test.example/old-privacy"
		case record.EventFailing:
			ev.Severity, ev.Fault = record.SeverityMinor, &fault
		case record.EventRecovered:
			ev.Severity = record.SeverityInfo
		case record.EventScanFinished:
			ev = record.Event{Type: t, At: now, Severity: record.SeverityInfo, Scan: &scan, Name: base.Name, Reason: ev.Reason}
		case record.EventOutage:
			ev = record.Event{Type: t, At: now, Severity: record.SeverityMinor, Name: base.Name, Reason: ev.Reason,
				Fault: &record.Fault{Kind: record.FaultUnreachable, Detail: "no site could be reached"}}
		}
		out = append(out, ev)
	}
	return out
}
