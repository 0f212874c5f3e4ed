package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"policywatch/store/record"
)

func alerts() []record.Alert {
	ev := events()
	return []record.Alert{
		{ID: "pw_3", Event: ev["failing"], Why: []record.Cause{{Route: "2", Event: record.EventFailing}}},
		{ID: "pw_1", Event: ev["dropped"], Why: []record.Cause{{Route: "law", Floor: "major", Label: "ministry"}}},
		{ID: "pw_2", Event: ev["number"], Why: []record.Cause{{Route: "law", Floor: "major"}}},
	}
}

func TestDigests(t *testing.T) {
	w := writer(t)
	for _, lang := range []string{"en", "fa", "ar"} {
		m, err := w.Digest("pw_digest", alerts(), lang)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "digest."+lang+".txt", m.Subject+"\n\n"+m.Text+"\n---\n"+m.Short)
		if lang == "fa" {
			golden(t, "digest.fa.html", m.HTML)
		}
		if lang == "en" {
			golden(t, "digest.json", indent(t, m.JSON))
		}
	}
}

// A mail behind 100 KB is cut off by some programs: the largest digest stays below,
// and names every site all the same.
func TestDigestFitsAMail(t *testing.T) {
	w := writer(t)
	w.Links = func(ev record.Event) map[string]string {
		site := "https://watch.example.org/sites/" + ev.Site
		return map[string]string{"dashboard": site + "/changes/4", "version": site + "/versions/4"}
	}
	var list []record.Alert
	for i := range 200 { // as many as one digest tells
		ev := events()["dropped"]
		ev.Site, ev.Name = fmt.Sprintf("s%03d.example", i), fmt.Sprintf("سازمان نمونهٔ شمارهٔ %03d", i)
		list = append(list, record.Alert{ID: fmt.Sprintf("pw_%03d", i), Event: ev})
	}
	m, err := w.Digest("pw_digest", list, "fa")
	if err != nil {
		t.Fatal(err)
	}
	if len(m.HTML) > 100_000 {
		t.Errorf("%d bytes of HTML", len(m.HTML))
	}
	for _, a := range list {
		if !strings.Contains(m.HTML, a.Event.Name) || !strings.Contains(m.Text, a.Event.Name) {
			t.Errorf("%s is not named", a.Event.Site)
		}
	}
}

// A digest says the same in whatever order its alerts are leased.
func TestDigestOrder(t *testing.T) {
	w, list := writer(t), alerts()
	one, err := w.Digest("pw_digest", list, "en")
	if err != nil {
		t.Fatal(err)
	}
	other, err := w.Digest("pw_digest", []record.Alert{list[2], list[0], list[1]}, "en")
	if err != nil || one.Text != other.Text || string(one.JSON) != string(other.JSON) {
		t.Errorf("%v\n%s\n%s", err, one.Text, other.Text)
	}
}

func TestWhyInEveryLanguage(t *testing.T) {
	w := writer(t)
	a := record.Alert{ID: "pw_1", Event: events()["number"], Why: []record.Cause{
		{Route: "law", Event: record.EventChanged, Floor: "major", Label: "وزارت", Site: "*.gov.example", Profile: "sa-pdpl"}, {Route: "2"},
	}}
	for _, lang := range []string{"en", "fa", "ar"} {
		m, err := w.Write(a, lang)
		if err != nil {
			t.Fatal(err)
		}
		_, foot, _ := strings.Cut(m.HTML, `<p class="foot"`)
		golden(t, "why."+lang+".txt", m.Text[strings.LastIndex(m.Text, "\n\n")+2:])
		for _, word := range []string{"law", "*.gov.example", "sa-pdpl", "وزارت"} {
			if !strings.Contains(foot, word) {
				t.Errorf("%s: %q is not in the footer %s", lang, word, foot)
			}
		}
	}
}

// N8: what goes to a chat or into one digest stays short, whatever statements say.
func TestShortIsShort(t *testing.T) {
	w := writer(t)
	long := strings.Repeat("بسیار ", 5000)
	var list []record.Alert
	for i := range 60 {
		ev := record.Event{Type: record.EventChanged, At: when.Add(time.Duration(i)), Site: fmt.Sprintf("s%d.example", i), Name: long, URL: "https://a.example/" + strings.Repeat("x", 100),
			Severity: "major", Reason: long, Change: &record.Change{Class: record.ClassSubstantive, Severity: "major", Reason: long}}
		for range 50 {
			ev.Change.Facts = append(ev.Change.Facts, record.FactChange{Kind: record.FactDate, Before: long, After: long})
			ev.Change.Edits = append(ev.Change.Edits, record.Edit{Op: record.EditReplace, Before: long, After: long})
		}
		list = append(list, record.Alert{ID: fmt.Sprintf("pw_%d", i), Event: ev})
	}
	for _, lang := range []string{"en", "fa", "ar"} {
		m, err := w.Write(list[0], lang)
		if err != nil {
			t.Fatal(err)
		}
		d, err := w.Digest("pw_digest", list, lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, short := range []string{m.Short, d.Short} {
			if n := utf8.RuneCountInString(short); n > 4000 || n < 50 {
				t.Errorf("%s: %d letters: %.200s", lang, n, short)
			}
		}
		if len(d.JSON) > 2<<20 || len(d.HTML) > 1<<20 {
			t.Errorf("%d bytes of JSON, %d of HTML", len(d.JSON), len(d.HTML))
		}
	}
}

func indent(t *testing.T, b []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		t.Fatal(err)
	}
	return out.String() + "\n"
}
