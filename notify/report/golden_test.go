package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

func TestTerminal(t *testing.T) {
	w := writer(t)
	golden(t, "dropped.en.terminal", w.ChangeText(events()["dropped"], "en", 60, true))
	golden(t, "added.en.terminal", w.ChangeText(events()["added"], "en", 60, false))
	golden(t, "number.ar.terminal", w.ChangeText(events()["number"], "ar", 50, true))
}
