package report_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"policywatch/notify/report"
	"policywatch/store/record"
)

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
			for range rapid.IntRange(0, 3).Draw(t, "sentences") {
				c.Told = append(c.Told, record.Say(rapid.SampledFrom([]string{"told.flip_under", "told.required", "told.newer", ""}).Draw(t, "key"),
					record.Quote(rapid.SampledFrom([]string{"", "rtl", "ltr", "odd"}).Draw(t, "quote's dir"), str("quote"), str("quote")),
					record.Text(str("text")), record.Value{Kind: record.ValueElement, Elements: []record.ElementName{{ID: str("id"), Title: map[string]string{"en": str("title")},
						Citation: map[string]string{"fa": str("citation")}}}}))
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
		checkHTML(t, m.HTML, 1)
		checkHTML(t, m.Feed, 0)
		for line := range strings.Lines(m.Short) {
			checkLine(t, "short", strings.TrimSuffix(line, "\n"))
		}
		if !json.Valid(m.JSON) {
			t.Errorf("body is not JSON: %s", m.JSON)
		}
		page, err := w.ChangeHTML(ev, lang)
		if err != nil {
			t.Fatal(err)
		}
		checkHTML(t, page, 1)
		whole := []record.Edit{{Section: ev.Name, Before: ev.Reason, After: ev.Reason}}
		if ev.Change != nil {
			whole = append(whole, ev.Change.Edits...)
		}
		if page, err = w.CompareHTML(ev, lang, report.View{Whole: whole, Old: ev.Site, New: ev.URL}); err != nil {
			t.Fatal(err)
		}
		checkHTML(t, page, 1)
		for _, side := range []bool{false, true} {
			text := w.CompareText(ev, lang, report.View{Whole: whole, Old: ev.Site, New: ev.URL, Side: side, Width: rapid.IntRange(0, 120).Draw(t, "width")})
			for line := range strings.Lines(text) {
				checkLine(t, "comparison", strings.TrimSuffix(line, "\n"))
			}
		}
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
	for _, e := range strings.Fields("html head meta title style body div p h1 h2 h3 span bdi table tbody tr th td a ul li del ins details summary section input label blockquote strong br h4 dl dt dd") {
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
		checkHTML(t, m.HTML, 1)
		checkHTML(t, m.Feed, 0)
		for line := range strings.Lines(m.Short) {
			checkLine(t, "short", strings.TrimSuffix(line, "\n"))
		}
	})
}
