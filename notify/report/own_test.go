package report_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"policywatch/notify"
	"policywatch/notify/report"
	"policywatch/store/record"
)

// folder writes templates into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Who begins with the templates as they are written out changes nothing.
func TestTemplatesAsWrittenOut(t *testing.T) {
	w, own := writer(t), writer(t)
	files := map[string]string{".DS_Store": "x", "fa/mail.html~": "x"}
	for name, b := range w.TemplateFiles() {
		files[name] = string(b)
	}
	if len(files) != 3*5+1+2 {
		t.Errorf("%d files", len(files))
	}
	if err := own.Use(folder(t, files), notify.Samples(when)); err != nil {
		t.Fatal(err)
	}
	var all []record.Alert
	for _, ev := range append(notify.Samples(when), events()["dropped"]) {
		all = append(all, record.Alert{ID: "pw_" + string(ev.Type), Event: ev})
	}
	for _, lang := range []string{"en", "fa", "ar"} {
		for _, a := range all {
			one, err := w.Write(a, lang)
			if err != nil {
				t.Fatal(err)
			}
			other, err := own.Write(a, lang)
			if err != nil || !same(one, other) {
				t.Errorf("%s, %s differs: %v", a.ID, lang, err)
			}
		}
		one, err := w.Digest("pw_d", all, lang)
		if err != nil {
			t.Fatal(err)
		}
		if other, err := own.Digest("pw_d", all, lang); err != nil || !same(one, other) {
			t.Errorf("the digest in %s differs: %v", lang, err)
		}
	}
}

func same(a, b report.Message) bool {
	return a.Subject == b.Subject && a.Text == b.Text && a.HTML == b.HTML && a.Short == b.Short && a.Feed == b.Feed && bytes.Equal(a.JSON, b.JSON)
}

// A user's templates take the place of the built-in ones of their language; the
// other languages and forms stay.
func TestTemplatesOfOnesOwn(t *testing.T) {
	w := writer(t)
	dir := folder(t, map[string]string{
		"fa/subject.txt": "[پایش]\n {{.Subject}}",
		"fa/chat.txt":    "{{.Headline}} {{isolate .Site}}",
		"fa/feed.html":   `<p class="x" title="{{.Name}}">{{bidi .Headline}}</p>`,
		"fa/mail.html":   "<style>.big{font-size:{{if .Items}}20px{{else}}30px{{end}};text-align:{{.Start}}}</style><h1 class=\"big\">{{bidi .Subject}}</h1>",
		"ar/mail.txt":    "- {{.Headline}}\n{{range .Lost}}{{.Title}}{{end}}\n\n\n\n{{rtl .Footer}} {{ltr .ID}}",
	})
	if err := w.Use(dir, notify.Samples(when)); err != nil {
		t.Fatal(err)
	}
	a := record.Alert{ID: "pw_1", Event: events()["dropped"]}
	fa, err := w.Write(a, "fa")
	if err != nil {
		t.Fatal(err)
	}
	if want := "[پایش] سازمان املاک و اسناد شهر: بخش «نگهداری اطلاعات» حذف شد (بحرانی)"; fa.Subject != want {
		t.Errorf("%q, want %q", fa.Subject, want)
	}
	if want := "\u200fبخش «نگهداری اطلاعات» حذف شد \u2066amlak.gov.example\u2069\n"; fa.Short != want {
		t.Errorf("%q, want %q", fa.Short, want)
	}
	if want := `<p class="x" title="سازمان املاک و اسناد شهر">بخش «نگهداری اطلاعات» حذف شد</p>`; fa.Feed != want {
		t.Errorf("%q, want %q", fa.Feed, want)
	}
	// The subject is what the subject's template made of it, and the style is in the element.
	if !strings.Contains(fa.HTML, `<h1 class="big" style="font-size:30px;text-align:right">[پایش] `) {
		t.Errorf("%s", fa.HTML)
	}
	ar, err := w.Write(a, "ar")
	if err != nil || strings.Count(ar.Text, "\n\n") != 1 || !strings.HasPrefix(ar.Text, "\u200f- ") || strings.HasPrefix(ar.Subject, "[") {
		t.Errorf("%q %q %v", ar.Subject, ar.Text, err)
	}
	for line := range strings.Lines(ar.Text) {
		checkLine(t, "text", strings.TrimSuffix(line, "\n"))
	}
}

// What is wrong with a template is said before anything is sent: with file, line and
// what to do.
func TestBadTemplates(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"unknown field":                 {"fa/mail.txt", "a\n {{.Headlin}}", "fa/mail.txt:2:4: a Letter has no field .Headlin; did you mean .Headline?"},
		"in a branch that no run takes": {"fa/mail.txt", "a{{if eq .Event \"x\"}}\n{{.Fault}}{{end}}", "fa/mail.txt:2:3: a Letter has no field .Fault; it has .Dir"},
		"of an element":                 {"en/mail.html", "<p>{{range .Lost}}{{.Law}}{{end}}</p>", "en/mail.html:1:21: a LostElement has no field .Law; it has .Citation, .Title"},
		"of a variable":                 {"en/mail.html", "<p>{{range $i, $g := .Groups}}{{with $g.Passages}}{{(index . 0).Word}}{{end}}{{end}}</p>", "has no field .Word; did you mean .Words?"},
		"in a template of the file":     {"ar/feed.html", "{{range .Flips}}{{template \"x\" .Before}}{{end}}a{{define \"x\"}}{{range .}}\n{{.Textt}}{{end}}{{end}}", "ar/feed.html:2:3: a Run has no field .Textt"},
		"field of a text":               {"ar/chat.txt", "{{.Headline.Big}}", "ar/chat.txt:1:12: a value of type string has no field .Big"},
		"unknown function":              {"fa/chat.txt", "\n\n{{shout .Headline}}", `fa/chat.txt:3: function "shout" not defined`},
		"does not end":                  {"fa/chat.txt", "{{if .Lost}}", "fa/chat.txt:1: unexpected EOF"},
		"fails on one event":            {"fa/mail.html", "<p>{{.Headline}}</p>\n{{(index .Lost 0).Title}}", "fa/mail.html:2:4: "},
		"for want of a test":            {"fa/mail.html", "<p>{{.Headline}}</p>\n{{(index .Lost 0).Title}}", "a template must do for every event: ask with {{if}} or {{with}} first"},
		"fails on the digest alone":     {"en/mail.txt", "{{if .Items}}{{index .Rows 9}}{{end}}x", ", on the sample of notify.digest; "},
		"says nothing of some":          {"en/subject.txt", "{{with .Lost}}lost{{end}}", "it writes nothing"},
		"unknown phrase":                {"en/subject.txt", `{{say "head.gne"}}`, `error calling say: there is no phrase "head.gne"; there are head.added, head.altered, head.changed`},
		"phrase without its values":     {"en/subject.txt", `{{say "arrow" "a"}}`, `the phrase "arrow" takes 2 values, not 1`},
		"loops":                         {"en/chat.txt", `{{range 100000000}}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{{end}}`, "does it loop?"},
		"HTML that does not close":      {"en/mail.html", "<a href=\"{{.Site}}", "en/mail.html:1"},
		"escape is not to be lost":      {"en/mail.html", "<p>{{.Headline | safeHTML}}", `function "safeHTML" not defined`},
		"unknown file":                  {"en/mail.htm", "x", "en/mail.htm: is no template; there are subject.txt, mail.txt, mail.html, chat.txt, feed.html"},
		"unknown language":              {"de/mail.txt", "x", "de: is no folder of a language; there are ar, en, fa"},
		"no templates":                  {"DATA.md", "x", "holds no template; `policywatch config sample --templates DIR`"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, map[string]string{c.file: c.text})
			w := writer(t)
			err := w.Use(dir, notify.Samples(when))
			if err == nil {
				t.Fatal("it was taken")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), dir) {
				t.Errorf("%v\nwant %s", err, c.want)
			}
			// The built-in ones are in use still.
			if m, err := w.Write(record.Alert{ID: "pw_1", Event: events()["gone"]}, "en"); err != nil || m.Subject == "" {
				t.Errorf("%q, %v", m.Subject, err)
			}
		})
	}
	if err := writer(t).Use(filepath.Join(t.TempDir(), "none"), nil); err == nil || !strings.Contains(err.Error(), "config sample --templates") {
		t.Errorf("no folder: %v", err)
	}
	// All is said at once.
	err := writer(t).Use(folder(t, map[string]string{"en/mail.txt": "{{.A}}{{.B}}", "fa/mail.html": "{{.C}}", "xx/a": ""}), notify.Samples(when))
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("%v", err)
	}
}

// A template that nobody foresaw to fail costs its looks, not the alert.
func TestFailingTemplateLosesNothing(t *testing.T) {
	w := writer(t)
	var log bytes.Buffer
	w.Log = slog.New(slog.NewTextHandler(&log, nil))
	dir := folder(t, map[string]string{"en/mail.txt": `{{if eq .Site "jazan.gov.example"}}{{index .Lost 7}}{{end}}mine`})
	if err := w.Use(dir, notify.Samples(when)); err != nil {
		t.Fatal(err)
	}
	m, err := w.Write(record.Alert{ID: "pw_1", Event: events()["gone"]}, "en")
	if err != nil || m.Text != "mine\n" || log.Len() > 0 {
		t.Errorf("%q %v %s", m.Text, err, log.String())
	}
	m, err = w.Write(record.Alert{ID: "pw_1", Event: events()["number"]}, "en")
	if err != nil || !strings.Contains(m.Text, "period") || !strings.Contains(log.String(), "mail.txt") {
		t.Errorf("%q %v %s", m.Text, err, log.String())
	}
}

// Whatever a user's template forgets, what a statement says is escaped, and a text
// keeps its lines in order.
func TestTemplatesCannotLoseTheEscape(t *testing.T) {
	w := writer(t)
	dir := folder(t, map[string]string{
		"en/mail.html":   `<style>.p{color:red}</style><body>{{range .Rows}}<p class="p" title="{{.Label}}">{{if .URL}}<a href="{{.URL}}">{{.Text}}</a>{{end}} {{bidi .Text}}</p>{{end}}{{range .Groups}}<h3>{{.Heading}}</h3>{{range .Passages}}<p dir="{{.Dir}}">{{range .Runs}}{{.Text}}{{end}}</p>{{end}}{{end}}<p title="{{.Name}}">{{.Subject}} {{plain .Reason}}</p></body>`,
		"en/feed.html":   `<p>{{.Name}}{{.Reason}}{{.Subject}}</p>`,
		"en/mail.txt":    "{{.Headline}} {{.Name}} {{.Reason}}\n{{range .Groups}}{{range .Passages}}{{range .Runs}}{{.Text}}{{end}}{{end}}{{end}}",
		"en/chat.txt":    "{{.Reason}}{{.Name}}{{clip 7 .Subject}}",
		"en/subject.txt": "{{.Name}} {{.Reason}} x",
	})
	if err := w.Use(dir, notify.Samples(when)); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		m, err := w.Write(record.Alert{ID: "pw_1", Event: anyEvent().Draw(t, "event")}, "en")
		if err != nil {
			t.Fatal(err)
		}
		checkHTML(t, m.HTML, 1)
		checkHTML(t, m.Feed, 0)
		checkLine(t, "subject", m.Subject)
		for line := range strings.Lines(m.Text + m.Short) {
			checkLine(t, "text", strings.TrimSuffix(line, "\n"))
		}
	})
}

// Every form leads to the page, to the version in the archive and to the change on
// the dashboard; without a dashboard the archive is asked on the command line. All
// bear the ID by which an alert is sent again.
func TestWhereToReadOn(t *testing.T) {
	w := writer(t)
	a := record.Alert{ID: "pw_0123456789abcdef", Event: events()["dropped"]}
	bare, err := w.Write(a, "ar")
	if err != nil {
		t.Fatal(err)
	}
	page, version, change := "https://amlak.gov.example/privacy", "https://w.example/sites/amlak.gov.example/versions/4", "https://w.example/sites/amlak.gov.example/changes/4"
	w.Links = func(ev record.Event) map[string]string {
		if ev.Site == "" {
			return map[string]string{"dashboard": "https://w.example/"}
		}
		return map[string]string{"dashboard": change, "version": version}
	}
	linked, err := w.Write(a, "ar")
	if err != nil {
		t.Fatal(err)
	}
	digest, err := w.Digest("pw_digest", []record.Alert{a, {ID: "pw_2", Event: events()["gone"]}}, "fa")
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		text string
		want []string
	}{
		"text without a dashboard": {bare.Text, []string{page, "policywatch show amlak.gov.example@4", a.ID}},
		"HTML without a dashboard": {bare.HTML, []string{page, "policywatch show amlak.gov.example@4", a.ID}},
		"feed without a dashboard": {bare.Feed, []string{page, "policywatch show amlak.gov.example@4"}},
		"chat without a dashboard": {bare.Short, []string{page, a.ID}},
		"text":                     {linked.Text, []string{page, version, change, a.ID}},
		"HTML":                     {linked.HTML, []string{page, version, change, a.ID}},
		"feed":                     {linked.Feed, []string{page, version, change}},
		"chat":                     {linked.Short, []string{page, version, change, a.ID}},
		"body":                     {string(linked.JSON), []string{page, version, change}},
		"digest's text":            {digest.Text, []string{page, change, "https://w.example/\u2069", "pw_digest"}},
		"digest's HTML":            {digest.HTML, []string{page, change, `href="https://w.example/"`, "pw_digest"}},
		"digest's chat":            {digest.Short, []string{"https://w.example/\n", "pw_digest"}},
	} {
		for _, want := range c.want {
			if !strings.Contains(c.text, want) {
				t.Errorf("the %s lacks %s:\n%s", what, want, c.text)
			}
		}
	}
}
