package report_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/notify/report"
	"policywatch/store/record"
)

func TestSubjectNamesSiteDeedAndSeverity(t *testing.T) {
	w := writer(t)
	ev := record.Event{Type: record.EventDroppedSection, Site: "jazan.gov.example", Name: "Jazan Municipality", Severity: record.SeverityCritical,
		Change: &record.Change{Class: record.ClassSectionDropped, Dropped: []record.Topic{record.Retention}}}
	change := func(c record.Change) record.Event {
		e := ev
		e.Type, e.Change, e.Severity = record.EventChanged, &c, record.SeverityMajor
		return e
	}
	lost := change(record.Change{Class: record.ClassSubstantive, Lost: []string{"S-4", "S_5"}})
	lost.Findings = []record.Finding{{ID: "S-4", Title: "Means of processing"}}
	for _, c := range []struct {
		ev   record.Event
		want string
	}{
		{ev, "section “retention” was removed (critical)"},
		{change(record.Change{Dropped: []record.Topic{record.Retention, record.Rights}}), "sections “retention” and “rights of data subjects” were removed (major)"},
		{change(record.Change{Dropped: []record.Topic{record.Retention, record.Rights, record.Use, record.Cookies, record.Children}}),
			"sections “retention”, “rights of data subjects”, “use of data” and 2 more were removed (major)"},
		{change(record.Change{Class: record.ClassSectionDropped}), "a section was removed (major)"},
		{lost, "the statement no longer covers “Means of processing” and “S 5” (major)"},
		{change(record.Change{Class: record.ClassSubstantive, Flips: make([]record.Flip, 1)}), "a sentence now says the opposite (major)"},
		{change(record.Change{Class: record.ClassSubstantive, Flips: make([]record.Flip, 3)}), "3 sentences now say the opposite (major)"},
		{change(record.Change{Class: record.ClassSubstantive, Facts: []record.FactChange{{Kind: record.FactDuration, Before: "P6M", After: "P1Y6M"}}}),
			"period changed from 6 months to 1 year and 6 months (major)"},
		{change(record.Change{Class: record.ClassSubstantive, Facts: []record.FactChange{{Kind: record.FactEmail, Before: "a@b.example"}}}),
			"e-mail address removed: a@b.example (major)"},
		{change(record.Change{Class: record.ClassMinor, Facts: []record.FactChange{{Kind: record.FactUpdated, After: "2026-01-02"}}}),
			"date of last update added: 2026-01-02 (major)"},
		{change(record.Change{Class: record.ClassSubstantive, Facts: make([]record.FactChange, 4)}), "4 dates, numbers or addresses changed (major)"},
		{change(record.Change{Class: record.ClassSubstantive, Altered: []record.Topic{record.Use}}), "section “use of data” was rewritten (major)"},
		{change(record.Change{Class: record.ClassSubstantive}), "the wording changed in substance (major)"},
		{change(record.Change{Class: record.ClassUnusable}), "the page no longer shows a statement (major)"},
		{change(record.Change{Class: "newer", Dropped: []record.Topic{"newer_topic"}}), "section “newer topic” was removed (major)"},
		{record.Event{Type: "site.newer", Name: "Jazan Municipality"}, "the statement changed"},
	} {
		m, err := w.Write(record.Alert{Event: c.ev}, "en")
		if err != nil {
			t.Fatal(err)
		}
		if want := "Jazan Municipality: " + c.want; m.Subject != want {
			t.Errorf("subject %q, want %q", m.Subject, want)
		}
	}
}

func TestEveryFaultHasItsWords(t *testing.T) {
	w := writer(t)
	for _, lang := range []string{"en", "fa", "ar"} {
		told := map[string]record.FaultKind{}
		for _, r := range record.FaultRules() {
			m, err := w.Write(record.Alert{Event: record.Event{Type: record.EventFailing, Site: "a.example", Fault: &record.Fault{Kind: r.Kind}}}, lang)
			if err != nil {
				t.Fatal(err)
			}
			if other, ok := told[m.Subject]; ok {
				t.Errorf("%s: %s and %s are told alike: %s", lang, r.Kind, other, m.Subject)
			}
			told[m.Subject] = r.Kind
		}
	}
}

func TestUnknownLanguageIsEnglish(t *testing.T) {
	m, err := writer(t).Write(record.Alert{Event: events()["gone"]}, "xx")
	if err != nil || m.Lang != "en" || m.Dir != "ltr" || !strings.Contains(m.Text, "The privacy statement is gone") {
		t.Errorf("%s %s %v\n%s", m.Lang, m.Dir, err, m.Text)
	}
	if _, err := report.New(nil).Write(record.Alert{ID: "x", Event: events()["gone"]}, "en"); err == nil {
		t.Error("a message without words was written")
	}
}

func TestDurationsInWords(t *testing.T) {
	w := writer(t)
	for _, c := range []struct{ lang, iso, want string }{
		{"en", "P1D", "1 day"}, {"en", "P90D", "90 days"}, {"en", "P1Y2M3W4DT5H6M", "1 year, 2 months, 3 weeks, 4 days, 5 hours and 6 minutes"},
		{"en", "P", "P"}, {"en", "P-6M", "P-6M"}, {"en", "six months", "six months"},
		{"fa", "P6M", "۶ ماه"}, {"fa", "P1Y", "۱ سال"},
		{"ar", "P1M", "شهر واحد"}, {"ar", "P2M", "شهران"}, {"ar", "P6M", "6 أشهر"}, {"ar", "P11M", "11 شهرًا"}, {"ar", "P100D", "100 يوم"},
	} {
		ev := record.Event{Change: &record.Change{Facts: []record.FactChange{{Kind: record.FactDuration, Before: c.iso}}}}
		if text := w.ChangeText(ev, c.lang, 0, false); !strings.Contains(text, c.want) {
			t.Errorf("%s %s: want %q in\n%s", c.lang, c.iso, c.want, text)
		}
	}
}

func TestPersianDates(t *testing.T) { // X6
	ev := record.Event{Change: &record.Change{Facts: []record.FactChange{
		{Kind: record.FactDate, Before: "2017-02-16", After: "2017-03-18"}, {Kind: record.FactEffective, Before: "not a date"},
	}}}
	text := writer(t).ChangeText(ev, "fa", 0, false)
	for _, want := range []string{"۱۳۹۵/۱۱/۲۸", "2017-02-16", "۱۳۹۵/۱۲/۲۸", "2017-03-18", "not a date"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %s in\n%s", want, text)
		}
	}
}

func TestChangeAtTheEndOfALongSentenceIsSeen(t *testing.T) {
	long := strings.Repeat("the office keeps records of all visits ", 40)
	ev := record.Event{Type: record.EventChanged, Change: &record.Change{Class: record.ClassSubstantive, Edits: []record.Edit{
		{Op: record.EditReplace, Before: long + "for six months.", After: long + "for twelve years."},
	}}}
	m, err := writer(t).Write(record.Alert{Event: ev}, "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"six months.", "twelve years."} {
		if !strings.Contains(m.Text, want) || !strings.Contains(m.HTML, want) {
			t.Errorf("%q is out of sight:\n%s", want, m.Text)
		}
	}
	page, err := writer(t).ChangeHTML(ev, "en")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page, "<details") || !strings.Contains(page, long[:300]) {
		t.Errorf("the stretch that did not change is not folded, or is lost:\n%s", page)
	}
}

// An array is never null for the program that reads it.
func TestBodyKeepsItsShape(t *testing.T) {
	w := writer(t)
	w.Links = func(record.Event) map[string]string {
		return map[string]string{"dashboard": "https://watch.example/sites/a"}
	}
	for name, ev := range events() {
		m, err := w.Write(record.Alert{Event: ev}, "en")
		if err != nil {
			t.Fatal(err)
		}
		var body struct {
			Type      string
			Timestamp time.Time
			Data      map[string]json.RawMessage
		}
		if err := json.Unmarshal(m.JSON, &body); err != nil {
			t.Fatal(err)
		}
		if body.Type != string(ev.Type) || !body.Timestamp.Equal(ev.At) {
			t.Errorf("%s: %s at %s", name, body.Type, body.Timestamp)
		}
		for _, key := range []string{"site", "url", "versions", "change", "findings", "links"} {
			if _, ok := body.Data[key]; !ok {
				t.Errorf("%s: no %q", name, key)
			}
		}
		if string(body.Data["findings"]) == "null" || !strings.Contains(string(body.Data["links"]), "dashboard") {
			t.Errorf("%s: findings %s, links %s", name, body.Data["findings"], body.Data["links"])
		}
		if ev.Change != nil {
			var change map[string]json.RawMessage
			if err := json.Unmarshal(body.Data["change"], &change); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"dropped", "added", "altered", "moved", "facts", "flips"} {
				if !strings.HasPrefix(string(change[key]), "[") {
					t.Errorf("%s: %s is %s", name, key, change[key])
				}
			}
		}
	}
}

func TestWriterIsSafeForConcurrentUse(t *testing.T) {
	w, ev := writer(t), events()["dropped"]
	want, _ := w.Write(record.Alert{Event: ev}, "fa")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if got, err := w.Write(record.Alert{Event: ev}, "fa"); err != nil || got.HTML != want.HTML {
					t.Errorf("%v", err)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkWrite(b *testing.B) {
	w, ev := writer(b), events()["dropped"]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Write(record.Alert{Event: ev}, "fa"); err != nil {
			b.Fatal(err)
		}
	}
}
