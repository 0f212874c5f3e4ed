package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"policywatch/notify/report"
	"policywatch/store/record"
)

var update = flag.Bool("update", false, "write the goldens anew")

// visible makes directional marks readable in a golden.
var visible = strings.NewReplacer("\u200f", "{RLM}", "\u2066", "{LRI}", "\u2067", "{RLI}", "\u2068", "{FSI}", "\u2069", "{PDI}", "\x1b", "{ESC}")

func golden(t *testing.T, name string, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	got = visible.Replace(got)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update writes it anew)\ngot\n%s\nwant\n%s", path, got, want)
	}
}

func TestMessages(t *testing.T) {
	w := writer(t)
	for name, ev := range events() {
		for _, lang := range []string{"en", "fa", "ar"} {
			m, err := w.Write(record.Alert{ID: "pw_1", Event: ev}, lang)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+lang+".txt", m.Subject+"\n\n"+m.Text)
			if name == "dropped" {
				golden(t, name+"."+lang+".html", m.HTML)
			}
		}
	}
}

func TestBodies(t *testing.T) {
	w := writer(t)
	for _, name := range []string{"dropped", "gone", "moved", "scan"} {
		m, err := w.Write(record.Alert{ID: "pw_1", Event: events()[name]}, "en")
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := json.Indent(&b, m.JSON, "", "  "); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".json", b.String()+"\n")
	}
}

func TestPages(t *testing.T) {
	w := writer(t)
	for _, c := range []struct{ event, lang string }{{"dropped", "fa"}, {"number", "ar"}, {"number", "en"}, {"files", "en"}} {
		page, err := w.ChangeHTML(events()[c.event], c.lang)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, c.event+"."+c.lang+".page.html", page)
	}
}

// whole is both texts of the statement in which events()["number"] happened.
func whole() []record.Edit {
	return append([]record.Edit{
		{Section: "جمع البيانات", Before: "جمع البيانات", After: "جمع البيانات"},
		{Section: "جمع البيانات", Before: "تجمع الأمانة الاسم ورقم الجوال.\nولا تجمع غير ذلك.", After: "تجمع الأمانة الاسم ورقم الجوال.\nولا تجمع غير ذلك."},
	}, append(events()["number"].Change.Edits,
		record.Edit{Section: "الاحتفاظ بالبيانات", Before: "وتحفظ السجلات في مركز بيانات داخل الدولة.", After: "وتحفظ السجلات في مركز بيانات داخل الدولة."},
		record.Edit{Op: record.EditDelete, Section: "Cookies", Before: "Cookies"},
		record.Edit{Op: record.EditDelete, Section: "Cookies", Before: "This site uses cookies from the network of example.com."},
		record.Edit{Op: record.EditInsert, Section: "اتصل بنا", After: "اتصل بنا"},
		record.Edit{Op: record.EditInsert, Section: "اتصل بنا", After: "راسلنا على privacy@jazan.gov.example في أي وقت."},
	)...)
}

// A comparison of whole texts: what stands is folded, and both views are right
// to left with what runs the other way isolated.
func TestComparisons(t *testing.T) {
	w, ev := writer(t), events()["number"]
	for _, lang := range []string{"ar", "en"} {
		v := report.View{Whole: whole(), Old: "jazan@7", New: "jazan@8", Width: 72}
		golden(t, "whole."+lang+".inline", w.CompareText(ev, lang, v))
		v.Side = true
		golden(t, "whole."+lang+".side", w.CompareText(ev, lang, v))
		page, err := w.CompareHTML(ev, lang, v)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "whole."+lang+".page.html", page)
	}
}

func TestTerminal(t *testing.T) {
	w := writer(t)
	golden(t, "dropped.en.terminal", w.ChangeText(events()["dropped"], "en", 60, true))
	golden(t, "added.en.terminal", w.ChangeText(events()["added"], "en", 60, false))
	golden(t, "number.ar.terminal", w.ChangeText(events()["number"], "ar", 50, true))
}
