package report_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

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

// hostile draws texts as a statement that means harm would hold them.
func hostile() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.SampledFrom([]string{
			"", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{.Subject}}", "%s%s%d%!", "\u202eevil\u2066", "\x1b[2J\x1b]0;x\x07",
			"javascript:alert(1)", "https://ok.example/?a=b&c=d", "نمی‌دهد", "الأمانة", "a\r\nBcc: x@y.example", "\u2069\u2069", "\xff\xfe",
			strings.Repeat("کلمه ", 3000), strings.Repeat("x", 9000), "P6M", "2024-03-20", "</style><style>*{}", "</bdi></div>", "e\u0301\u200c\u200d",
		}),
	)
}

func anyEvent() *rapid.Generator[record.Event] {
	return rapid.Custom(func(t *rapid.T) record.Event {
		s := hostile()
		str := func(name string) string { return s.Draw(t, name) }
		topics := rapid.SliceOfN(rapid.SampledFrom(append(record.Topics(), "odd_topic")), 0, 4)
		ev := record.Event{
			Type: rapid.SampledFrom([]record.EventType{record.EventChanged, record.EventDroppedSection, record.EventGone, record.EventMoved,
				record.EventFailing, record.EventRecovered, record.EventScanFinished, "odd"}).Draw(t, "type"),
			At:   time.Unix(rapid.Int64Range(-1e10, 1e11).Draw(t, "at"), 0),
			Site: str("site"), Name: str("name"), URL: str("url"), OldURL: str("old url"), Reason: str("reason"),
			Lang: rapid.SampledFrom([]string{"", "fa", "ar", "en", "x\" onload=\"y"}).Draw(t, "lang"), Dir: rapid.SampledFrom([]string{"", "rtl", "ltr", "\"x"}).Draw(t, "dir"),
			From: rapid.Int().Draw(t, "from"), To: rapid.Int().Draw(t, "to"),
			Severity: rapid.SampledFrom(append(record.Severities(), "", "odd")).Draw(t, "severity"),
		}
		if rapid.Bool().Draw(t, "fault") {
			ev.Fault = &record.Fault{Kind: record.FaultKind(str("kind")), Detail: str("detail"), URL: str("fault url")}
		}
		if rapid.Bool().Draw(t, "scan") {
			ev.Scan = &record.ScanSummary{Sites: rapid.Int().Draw(t, "sites")}
		}
		if rapid.Bool().Draw(t, "change") {
			c := &record.Change{
				Class:    rapid.SampledFrom([]record.Class{record.ClassMinor, record.ClassSubstantive, record.ClassReturned, "odd"}).Draw(t, "class"),
				Severity: record.SeverityMajor, Reason: str("change's reason"),
				Dropped: topics.Draw(t, "dropped"), Added: topics.Draw(t, "added"), Altered: topics.Draw(t, "altered"), Moved: topics.Draw(t, "moved"),
				Lost: rapid.SliceOfN(s, 0, 3).Draw(t, "lost"),
			}
			for range rapid.IntRange(0, 3).Draw(t, "facts") {
				k := rapid.SampledFrom([]record.FactKind{record.FactDuration, record.FactDate, record.FactDataItem, record.FactURL, "odd"}).Draw(t, "fact")
				c.Facts = append(c.Facts, record.FactChange{Kind: k, Before: str("before"), After: str("after")})
			}
			for range rapid.IntRange(0, 4).Draw(t, "edits") {
				e := record.Edit{Op: rapid.SampledFrom([]record.EditOp{"insert", "delete", "replace", "move", "odd"}).Draw(t, "op"),
					Section: str("section"), Before: str("before"), After: str("after")}
				for range rapid.IntRange(0, 3).Draw(t, "parts") {
					e.Parts = append(e.Parts, record.Part{Op: rapid.SampledFrom([]record.EditOp{"", "insert", "delete"}).Draw(t, "part"), Text: str("part")})
				}
				c.Edits = append(c.Edits, e)
				if rapid.Bool().Draw(t, "flip") {
					c.Flips = append(c.Flips, record.Flip{Before: e.Before, After: e.After})
				}
			}
			ev.Change = c
			for _, id := range c.Lost {
				ev.Findings = append(ev.Findings, record.Finding{ID: id, Title: str("title"), Citation: str("citation"), Evidence: &record.Evidence{Quote: str("quote")}})
			}
		}
		return ev
	})
}

// N5, N8: whatever a statement says, the message stays one that every channel
// can carry and nobody is harmed by.
func TestHostileEvents(t *testing.T) {
	w := writer(t)
	rapid.Check(t, func(t *rapid.T) {
		ev := anyEvent().Draw(t, "event")
		lang := rapid.SampledFrom([]string{"en", "fa", "ar"}).Draw(t, "language")
		m, err := w.Write(record.Alert{ID: "pw_1", Event: ev}, lang)
		if err != nil {
			t.Fatal(err)
		}
		if n := len([]rune(m.Subject)); n == 0 || n > 300 {
			t.Errorf("a subject of %d letters: %q", n, m.Subject)
		}
		checkLine(t, "subject", m.Subject)
		if len(m.Text) > 60_000 || len(m.HTML) > 120_000 || len(m.JSON) > 1<<20 {
			t.Errorf("too long: text %d, html %d, json %d bytes", len(m.Text), len(m.HTML), len(m.JSON))
		}
		for line := range strings.Lines(m.Text) {
			checkLine(t, "text", strings.TrimSuffix(line, "\n"))
		}
		checkHTML(t, m.HTML, 0)
		if !json.Valid(m.JSON) {
			t.Errorf("body is not JSON: %s", m.JSON)
		}
		page, err := w.ChangeHTML(ev, lang)
		if err != nil {
			t.Fatal(err)
		}
		checkHTML(t, page, 1)
		again, _ := w.Write(record.Alert{ID: "pw_1", Event: ev}, lang)
		if again.Subject != m.Subject || again.Text != m.Text || again.HTML != m.HTML || string(again.JSON) != string(m.JSON) {
			t.Error("the same event was told in two ways")
		}
	})
}

type fataler interface{ Errorf(string, ...any) }

// checkLine asserts that a line is valid, holds no control character, and
// closes every isolate that it opens.
func checkLine(t fataler, what, line string) {
	depth := 0
	for _, r := range line {
		switch {
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e:
			t.Errorf("%s holds %U: %q", what, r, line)
		case r >= 0x2066 && r <= 0x2068:
			depth++
		case r == 0x2069:
			depth--
		}
		if depth < 0 {
			t.Errorf("%s closes an isolate that it did not open: %q", what, line)
			return
		}
	}
	if depth != 0 {
		t.Errorf("%s leaves an isolate open: %q", what, line)
	}
}

// checkHTML asserts that a page runs nothing and loads nothing.
func checkHTML(t fataler, page string, sheets int) {
	known := map[string]bool{}
	for _, e := range strings.Fields("html head meta title style body div p h1 h2 h3 span bdi table tbody tr th td a ul li del ins details summary") {
		known[e] = true
	}
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	styles := 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if !known[n.Data] {
			t.Errorf("an element <%s> got in:\n%s", n.Data, page)
		}
		if n.Data == "style" {
			styles++
		}
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "src", a.Key == "srcset", a.Key == "action":
				t.Errorf("an attribute %s got in: %q", a.Key, a.Val)
			case a.Key == "href" && !strings.HasPrefix(strings.ToLower(a.Val), "http://") && !strings.HasPrefix(strings.ToLower(a.Val), "https://"):
				t.Errorf("a link leads to %q", a.Val)
			case a.Key == "dir" && a.Val != "rtl" && a.Val != "ltr" && a.Val != "auto":
				t.Errorf("dir=%q", a.Val)
			case a.Key == "style" && strings.Contains(a.Val, "url("):
				t.Errorf("a style loads something: %q", a.Val)
			}
		}
	}
	if styles != sheets {
		t.Errorf("%d style sheets, want %d", styles, sheets)
	}
}

// What a statement says is shown as it is, letter by letter.
func TestQuotesAreShownWhole(t *testing.T) {
	w := writer(t)
	quote := `سازمان <b>هیچ‌گاه</b> "اطلاعات" & داده‌ها را نمی‌فروشد؛ e.g. 5 < 6.`
	ev := record.Event{Dir: "rtl", Lang: "fa", Change: &record.Change{Edits: []record.Edit{{Op: record.EditInsert, After: quote}}}}
	for _, lang := range []string{"en", "fa", "ar"} {
		if text := w.ChangeText(ev, lang, 0, false); !strings.Contains(text, quote) {
			t.Errorf("%s: the quote is not in\n%s", lang, text)
		}
		page, err := w.ChangeHTML(ev, lang)
		if err != nil {
			t.Fatal(err)
		}
		doc, _ := html.Parse(strings.NewReader(page))
		found := false
		for n := range doc.Descendants() {
			found = found || n.Type == html.TextNode && strings.TrimSpace(n.Data) == quote
		}
		if !found {
			t.Errorf("%s: the quote is not on the page\n%s", lang, page)
		}
	}
}

var escape = regexp.MustCompile("\x1b\\[[0-9]*m")

// Wrapping and colour change nothing of what is said.
func TestWrappingLosesNothing(t *testing.T) {
	w := writer(t)
	words := func(s string) string {
		s = escape.ReplaceAllString(s, "")
		s = strings.Map(func(r rune) rune {
			if r >= 0x2066 && r <= 0x2069 || r == 0x200f {
				return -1
			}
			return r
		}, s)
		return strings.Join(strings.Fields(s), " ")
	}
	rapid.Check(t, func(t *rapid.T) {
		ev := anyEvent().Draw(t, "event")
		lang := rapid.SampledFrom([]string{"en", "fa", "ar"}).Draw(t, "language")
		width := rapid.IntRange(1, 120).Draw(t, "width")
		flat := w.ChangeText(ev, lang, 0, false)
		wrapped := w.ChangeText(ev, lang, width, true)
		if a, b := words(flat), words(wrapped); a != b {
			t.Fatalf("wrapped at %d\n%s\nflat\n%s", width, b, a)
		}
		for line := range strings.Lines(wrapped) {
			line = strings.TrimSuffix(line, "\n")
			if on := strings.Count(line, "\x1b["); on%2 != 0 {
				t.Errorf("a colour goes on into the next line: %q", line)
			}
			line = escape.ReplaceAllString(line, "")
			checkLine(t, "wrapped text", line)
		}
	})
}

func TestLinesFitTheWidth(t *testing.T) {
	w := writer(t)
	for name, ev := range events() {
		for _, lang := range []string{"en", "fa", "ar"} {
			for line := range strings.Lines(w.ChangeText(ev, lang, 72, true)) {
				n := 0
				for _, r := range escape.ReplaceAllString(strings.TrimSuffix(line, "\n"), "") {
					if !unicode.In(r, unicode.Mn, unicode.Cf) {
						n++
					}
				}
				if n > 72 {
					t.Errorf("%s in %s: %d columns: %s", name, lang, n, line)
				}
			}
		}
	}
}

// N8: a message is short whatever the change; the body for machines says what
// it leaves out.
func TestHugeChange(t *testing.T) {
	w := writer(t)
	c := &record.Change{Class: record.ClassSubstantive, Severity: record.SeverityMajor}
	for i := range 5000 {
		before := fmt.Sprintf("%d %s before", i, strings.Repeat("سازمان اطلاعات را نگه می‌دارد ", 40))
		c.Edits = append(c.Edits, record.Edit{Op: record.EditReplace, Before: before, After: before + " after"})
		c.Flips = append(c.Flips, record.Flip{Before: "a", After: fmt.Sprint(i)})
		c.Facts = append(c.Facts, record.FactChange{Kind: record.FactURL, After: fmt.Sprint("b.example/", i)})
	}
	m, err := w.Write(record.Alert{Event: record.Event{Type: record.EventChanged, Change: c}}, "fa")
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Text) > 20_000 || len(m.HTML) > 40_000 || len(m.JSON) > 512<<10 {
		t.Errorf("text %d, html %d, json %d bytes", len(m.Text), len(m.HTML), len(m.JSON))
	}
	if !strings.Contains(m.Text, "۴۹۹۵") {
		t.Errorf("the message does not say that there is more:\n%s", m.Text)
	}
	var body struct {
		Data struct {
			Change  record.Change
			Omitted int `json:"edits_omitted"`
		}
	}
	if err := json.Unmarshal(m.JSON, &body); err != nil {
		t.Fatal(err)
	}
	if n := len(body.Data.Change.Edits) + body.Data.Omitted; n != 5000 {
		t.Errorf("%d edits told and omitted, want 5000", n)
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

func FuzzMessage(f *testing.F) {
	w := writer(f)
	f.Add("سازمان", "https://a.example", "before", "after \u202e <script>")
	f.Fuzz(func(t *testing.T, name, url, before, after string) {
		ev := record.Event{Type: record.EventChanged, Name: name, URL: url, Dir: "rtl", Severity: record.SeverityMajor, Change: &record.Change{
			Class: record.ClassSubstantive, Lost: []string{name}, Flips: []record.Flip{{Before: before, After: after}},
			Facts: []record.FactChange{{Kind: record.FactDuration, Before: before, After: after}},
			Edits: []record.Edit{{Op: record.EditReplace, Section: name, Before: before, After: after}, {Op: record.EditReplace, Before: before, After: after,
				Parts: []record.Part{{Text: before}, {Op: record.EditInsert, Text: after}}}},
		}}
		m, err := w.Write(record.Alert{Event: ev}, "ar")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(m.Subject + "\n" + m.Text) {
			checkLine(t, "line", strings.TrimSuffix(line, "\n"))
		}
		checkHTML(t, m.HTML, 0)
	})
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
