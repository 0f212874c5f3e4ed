package report_test

import (
	"testing"
	"time"

	"policywatch/configs"
	"policywatch/notify/report"
	"policywatch/store/record"
)

var when = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)

func writer(t testing.TB) *report.Writer {
	t.Helper()
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	return report.New(books)
}

// events are what the goldens tell: agencies and statements are made up.
func events() map[string]record.Event {
	persian := record.Event{At: when, Site: "amlak.gov.example", Name: "سازمان املاک و اسناد شهر", URL: "https://amlak.gov.example/privacy", Lang: "fa", Dir: "rtl"}
	arabic := record.Event{At: when, Site: "jazan.gov.example", Name: "أمانة منطقة الوادي", URL: "https://jazan.gov.example/ar/Pages/privacy.aspx", Lang: "ar", Dir: "rtl"}
	english := record.Event{At: when, Site: "tax.gov.example", Name: "Office of Tolls", URL: "https://tax.gov.example/privacy-policy", Lang: "en", Dir: "ltr"}

	dropped := persian
	dropped.Type, dropped.From, dropped.To, dropped.Severity = record.EventDroppedSection, 3, 4, record.SeverityCritical
	dropped.Reason = "The section on retention is gone; the rest of the statement stands."
	dropped.Change = &record.Change{
		Class: record.ClassSectionDropped, Severity: record.SeverityCritical, Dropped: []record.Topic{record.Retention},
		Altered: []record.Topic{record.SharingThirdParties, record.ControllerContact}, Lost: []string{"retention", "destruction"},
		Facts: []record.FactChange{
			{Kind: record.FactDuration, Before: "P6M"},
			{Kind: record.FactUpdated, Before: "2024-03-20", After: "2026-11-01"},
			{Kind: record.FactEmail, Before: "info@amlak.gov.example", After: "privacy@amlak.gov.example"},
			{Kind: record.FactDataItem, After: "national_id"},
		},
		Flips: []record.Flip{{
			Before: "سازمان اطلاعات شخصی کاربران را به هیچ وجه در اختیار اشخاص ثالث قرار نمی‌دهد.",
			After:  "سازمان اطلاعات شخصی کاربران را در صورت نیاز در اختیار اشخاص ثالث قرار می‌دهد.",
		}},
		Edits: []record.Edit{
			{Op: record.EditDelete, Section: "مدت نگهداری اطلاعات", Before: "اطلاعات کاربران شش ماه پس از آخرین ورود به سامانه نگهداری و سپس پاک می‌شود."},
			{
				Op: record.EditReplace, Section: "اشتراک‌گذاری",
				Before: "سازمان اطلاعات شخصی کاربران را به هیچ وجه در اختیار اشخاص ثالث قرار نمی‌دهد.",
				After:  "سازمان اطلاعات شخصی کاربران را در صورت نیاز در اختیار اشخاص ثالث قرار می‌دهد.",
				Parts: []record.Part{
					{Text: "سازمان اطلاعات شخصی کاربران را "}, {Op: record.EditDelete, Text: "به هیچ وجه "}, {Op: record.EditInsert, Text: "در صورت نیاز "},
					{Text: "در اختیار اشخاص ثالث قرار "}, {Op: record.EditDelete, Text: "نمی‌دهد"}, {Op: record.EditInsert, Text: "می‌دهد"}, {Text: "."},
				},
			},
			{
				Op: record.EditReplace, Section: "تماس با ما", Before: "نشانی رایانامه: info@amlak.gov.example", After: "نشانی رایانامه: privacy@amlak.gov.example",
				Parts: []record.Part{{Text: "نشانی رایانامه: "}, {Op: record.EditDelete, Text: "info@amlak.gov.example"}, {Op: record.EditInsert, Text: "privacy@amlak.gov.example"}},
			},
		},
	}
	dropped.Reason = ""
	dropped.Change.Reason = "The section “مدت نگهداری اطلاعات” was removed; nothing else in the statement speaks of how long data are kept. The profile requires what is now missing: مدت نگهداری (decree 1127128, art. 7) and Destruction of data (art. 18)."
	dropped.Change.Told = []record.Sentence{
		record.Say("told.section_removed_topic", record.Quote("rtl", "مدت نگهداری اطلاعات"), record.About(record.Retention)),
		record.Say("told.required", record.Value{Kind: record.ValueElement, Elements: []record.ElementName{
			{ID: "retention", Title: map[string]string{"en": "Period of retention", "fa": "مدت نگهداری", "ar": "مدة الاحتفاظ"},
				Citation: map[string]string{"en": "decree 1127128, art. 7", "fa": "مصوبهٔ ۱۱۲۷۱۲۸، مادهٔ ۷"}},
			{ID: "destruction", Title: map[string]string{"en": "Destruction of data"}, Citation: map[string]string{"en": "art. 18"}},
		}}),
		record.Say("told.flip_under", record.Quote("rtl", "اشتراک‌گذاری"), record.Quote("rtl", "… به هیچ وجه در اختیار اشخاص ثالث قرار نمی‌دهد."),
			record.Quote("rtl", "… در صورت نیاز در اختیار اشخاص ثالث قرار می‌دهد.")),
	}
	dropped.Findings = []record.Finding{
		{ID: "retention", Title: "مدت نگهداری", Citation: "decree 1127128, art. 7", Must: true, Status: record.StatusAbsent},
		{ID: "destruction", Title: "Destruction of data", Citation: "art. 18", Status: record.StatusAbsent},
	}

	number := arabic
	number.Type, number.From, number.To, number.Severity = record.EventChanged, 7, 8, record.SeverityMajor
	number.Reason = "A number changed under “الاحتفاظ بالبيانات”: “ستة أشهر” became “سنة واحدة”."
	number.Change = &record.Change{
		Class: record.ClassSubstantive, Severity: record.SeverityMajor, Altered: []record.Topic{record.Retention},
		Facts: []record.FactChange{{Kind: record.FactDuration, Before: "P6M", After: "P1Y"}},
		Edits: []record.Edit{{
			Op: record.EditReplace, Section: "الاحتفاظ بالبيانات", Before: "تحتفظ الأمانة ببيانات المستفيدين مدة ستة أشهر من تاريخ آخر دخول.",
			After: "تحتفظ الأمانة ببيانات المستفيدين مدة سنة واحدة من تاريخ آخر دخول.",
		}},
	}

	added := english
	added.Type, added.From, added.To, added.Severity = record.EventChanged, 1, 2, record.SeverityMajor
	added.Reason = "Sections on children and cookies are new."
	added.Change = &record.Change{
		Class: record.ClassSectionAdded, Severity: record.SeverityMajor, Added: []record.Topic{record.Children, record.Cookies}, Moved: []record.Topic{record.Security},
		Edits: []record.Edit{
			{Op: record.EditInsert, Section: "Children", After: "We do not knowingly collect data from children under thirteen."},
			{Op: record.EditMove, Section: "Security", Before: "Access to records is limited to trained staff.", After: "Access to records is limited to trained staff."},
		},
	}

	gone := persian
	gone.Type, gone.To, gone.Severity = record.EventGone, 4, record.SeverityCritical
	gone.Fault = &record.Fault{Kind: record.FaultNotFound, URL: gone.URL, Status: 404}
	gone.Reason = "The page was gone at two visits, ten minutes apart."

	moved := arabic
	moved.Type, moved.From, moved.To, moved.Severity = record.EventMoved, 8, 8, record.SeverityInfo
	moved.OldURL, moved.URL = moved.URL, "https://jazan.gov.example/ar/privacy"
	moved.Reason = "The statement moved from " + moved.OldURL + " to " + moved.URL + "."
	moved.Told = []record.Sentence{record.Say("told.moved", record.Text(moved.OldURL), record.Text(moved.URL))}

	failing := english
	failing.Type, failing.To = record.EventFailing, 2
	failing.Fault = &record.Fault{Kind: record.FaultTimeout, URL: failing.URL}
	failing.Reason = "3 visits in a row gave no statement: The server did not answer in time (timeout)."
	failing.Told = []record.Sentence{record.Say("told.failing", record.Count(3), record.Value{Kind: record.ValueFault, Texts: []string{"timeout"}},
		record.Text("https://tax.gov.example/privacy-policy: timeout"))}

	recovered := persian
	recovered.Type, recovered.To = record.EventRecovered, 4

	returned := english
	returned.Type, returned.From, returned.To, returned.Severity = record.EventChanged, 2, 3, record.SeverityInfo
	returned.Change = &record.Change{Class: record.ClassReturned, Severity: record.SeverityInfo, Reason: "The text is that of version 1 again."}

	scan := record.Event{Type: record.EventScanFinished, At: when, Scan: &record.ScanSummary{Sites: 120, New: 2, Changed: 3, Unchanged: 110, Faults: 5, Alerts: 3, Seconds: 41.5}}

	files := record.Event{Type: record.EventChanged, Lang: "en", Dir: "ltr", Change: &record.Change{
		Class: record.ClassMinor, Severity: record.SeverityMinor, Reason: "Only wording without effect differs.",
		Edits: []record.Edit{{Op: record.EditReplace, Before: "This site uses cookies.", After: "Our site uses cookies."}},
	}}

	return map[string]record.Event{
		"dropped": dropped, "number": number, "added": added, "gone": gone, "moved": moved, "failing": failing, "recovered": recovered,
		"returned": returned, "scan": scan, "files": files, "test": {Type: record.EventTest, At: when},
	}
}
