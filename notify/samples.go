package notify

import (
	"time"

	"policywatch/store/record"
)

// Samples are events of every type that a channel may hear of, the test message
// first, for somebody who wants to see what they look like where they arrive.
// They are about an agency that does not exist, and say so in the reader's
// language.
func Samples(now time.Time) []record.Event {
	base := record.Event{At: now, Site: "test.example", Name: "policywatch TEST", URL: "https://test.example/privacy", Lang: "fa", Dir: "rtl",
		From: 3, To: 4, Profile: "ir-gov"}
	quote := func(s string) record.Value { return record.Quote(base.Dir, s) }
	change := record.Change{
		Class: record.ClassSubstantive, Severity: record.SeverityMajor, Reason: "This is a test: a period changed under “مدت نگهداری”.",
		Told:    []record.Sentence{record.Say("told.test"), record.Say("told.number_under", quote("مدت نگهداری"), quote("شش ماه"), quote("هجده ماه"))},
		Altered: []record.Topic{record.Retention},
		Facts:   []record.FactChange{{Kind: record.FactDuration, Before: "P6M", After: "P18M"}},
		Edits: []record.Edit{{Op: record.EditReplace, Section: "مدت نگهداری", Before: "اطلاعات کاربران شش ماه نگهداری می‌شود.",
			After: "اطلاعات کاربران هجده ماه نگهداری می‌شود."}},
	}
	right := record.ElementName{ID: "rights",
		Title:    map[string]string{"en": "Rights of users", "fa": "حقوق کاربران", "ar": "حقوق المستخدمين"},
		Citation: map[string]string{"en": "test decree, art. 1", "fa": "مصوبهٔ آزمایشی، مادهٔ ۱", "ar": "القرار التجريبي، المادة 1"}}
	flip := record.Flip{Before: "این سامانه اطلاعات کاربران را در اختیار دیگران نمی‌گذارد.", After: "این سامانه اطلاعات کاربران را در اختیار دیگران می‌گذارد."}
	dropped := record.Change{
		Class: record.ClassSectionDropped, Severity: record.SeverityCritical, Reason: "This is a test: the section “حقوق کاربران” was removed.",
		Told: []record.Sentence{record.Say("told.test"), record.Say("told.section_removed_topic", quote("حقوق کاربران"), record.About(record.Rights)),
			record.Say("told.required", record.Value{Kind: record.ValueElement, Elements: []record.ElementName{right}})},
		Dropped: []record.Topic{record.Rights}, Lost: []string{right.ID}, Flips: []record.Flip{flip},
		Edits: []record.Edit{
			{Op: record.EditDelete, Section: "حقوق کاربران", Before: "کاربران می‌توانند تصحیح اطلاعات خود را بخواهند."},
			{Op: record.EditReplace, Section: "اشتراک‌گذاری", Before: flip.Before, After: flip.After},
			{Op: record.EditInsert, Section: "تماس", After: "نشانی رایانامه: privacy@test.example"},
			{Op: record.EditMove, Section: "امنیت", Before: "دسترسی به اطلاعات محدود است.", After: "دسترسی به اطلاعات محدود است."},
		},
	}
	returned := record.Change{Class: record.ClassReturned, Severity: record.SeverityInfo, Reason: "This is a test: an earlier text is back.",
		Told: []record.Sentence{record.Say("told.test"), record.Say("told.returned")}}
	fault := record.Fault{Kind: record.FaultTimeout, URL: base.URL, Detail: "no answer within 30s"}
	scan := record.ScanSummary{Sites: 250, New: 1, Changed: 2, Unchanged: 244, Faults: 3, Alerts: 5, Seconds: 311}

	tested := func(ev record.Event, more ...record.Sentence) record.Event {
		ev.Told = append([]record.Sentence{record.Say("told.test")}, more...)
		return ev
	}
	why := func(k record.FaultKind) record.Value {
		return record.Value{Kind: record.ValueFault, Texts: []string{string(k)}}
	}
	out := []record.Event{tested(record.Event{Type: record.EventTest, At: now, Name: base.Name, Reason: "This is a test."})}
	for _, t := range record.EventTypes() {
		ev := base
		ev.Type, ev.Reason = t, "This is a test."
		switch t {
		case record.EventChanged:
			ev.Severity, ev.Change, ev.Reason = change.Severity, &change, change.Reason
		case record.EventDroppedSection:
			ev.Severity, ev.Change, ev.Reason = dropped.Severity, &dropped, dropped.Reason
			ev.Findings = []record.Finding{{ID: right.ID, Title: right.Title["en"], Citation: right.Citation["en"], Must: true, Status: record.StatusAbsent}}
		case record.EventReturned:
			ev.Severity, ev.Change, ev.Reason = returned.Severity, &returned, returned.Reason
		case record.EventGone:
			ev.Severity, ev.Fault = record.SeverityCritical, &record.Fault{Kind: record.FaultNotFound, URL: base.URL, Status: 404}
			ev = tested(ev, record.Say("told.gone", why(record.FaultNotFound), record.Text(ev.Fault.Error())))
		case record.EventMoved:
			ev.Severity, ev.OldURL = record.SeverityMinor, "https://test.example/old-privacy"
			ev = tested(ev, record.Say("told.moved", record.Text(ev.OldURL), record.Text(ev.URL)))
		case record.EventFailing:
			ev.Severity, ev.Fault = record.SeverityMinor, &fault
			ev = tested(ev, record.Say("told.failing", record.Count(3), why(fault.Kind), record.Text(fault.Error())))
		case record.EventRecovered:
			ev.Severity = record.SeverityInfo
			ev = tested(ev, record.Say("told.recovered"))
		case record.EventScanFinished:
			ev = tested(record.Event{Type: t, At: now, Severity: record.SeverityInfo, Scan: &scan, Name: base.Name, Reason: ev.Reason})
		case record.EventOutage:
			ev = tested(record.Event{Type: t, At: now, Severity: record.SeverityMinor, Name: base.Name, Reason: ev.Reason,
				Fault: &record.Fault{Kind: record.FaultUnreachable, Detail: "no site could be reached"}}, record.Say("told.outage", record.Count(250)))
		}
		out = append(out, ev)
	}
	return out
}
