package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"policywatch/notify/web"
	"policywatch/store/record"
)

// template is a statement as a ministry hands it out; the office fills in its name.
const template = "این پایگاه برای ارائهٔ خدمات، نام و شمارهٔ تماس شما را می‌پرسد. " +
	"اطلاعات شما تنها برای پاسخ به درخواست شما به کار می‌رود؛ " +
	"این اطلاعات جز به حکم قانون در اختیار هیچ شخص یا نهاد دیگری گذاشته نمی‌شود. " +
	"پروندهٔ هر درخواست تا دو سال پس از پایان آن نگهداری می‌شود. " +
	"مسئول این بیانیه روابط عمومی %s است و به پرسش‌های شما پاسخ می‌دهد."

// ministries is an archive of offices of which some share a template: three have it
// with their own names, one of them in another spelling and without a sentence, two
// are the same word for word, two have an English one, one writes for itself.
func ministries() *archive {
	a := &archive{vs: map[string][]record.Version{}}
	add := func(domain, name, lang, identity string, paragraphs ...string) {
		doc := &record.Document{Title: "x", Lang: lang, Dir: map[string]string{"fa": "rtl", "en": "ltr"}[lang], Extractor: "html/1",
			Blocks: []record.Block{{Kind: record.Heading, Level: 1, Text: "A heading that all of them have in common word for word"}}}
		for _, p := range paragraphs {
			doc.Blocks = append(doc.Blocks, record.Block{Kind: record.Paragraph, Text: p})
		}
		a.vs[domain] = []record.Version{{Site: domain, Number: 1, At: now.AddDate(0, -1, 0), URL: "https://" + domain + "/", Identity: identity, Document: doc}}
		a.rows = append(a.rows, record.SiteRow{Site: record.Site{Domain: domain, Name: name, Profile: "ir-gov"}, Lang: lang, Dir: doc.Dir, Title: "x", Changed: now.AddDate(0, -1, 0),
			Past: record.Past{Site: domain, State: record.StateOK, Version: 1, LastVisit: now, LastSuccess: now}})
	}
	shorter := strings.Replace(fmt.Sprintf(template, "ادارهٔ آب"), "پروندهٔ هر درخواست تا دو سال پس از پایان آن نگهداری می‌شود. ", "", 1)
	shorter = strings.NewReplacer("ی", "ي", "ک", "ك", "\u200c", " ").Replace(shorter)
	add("bridges.example.gov", "Office of Bridges", "en", "e", "We log the address of every visitor for one week only. Nobody outside this office ever sees the log files.")
	add("canals.example.gov", "Office of Canals", "en", "f", "We log the address of every visitor for one week only. Nobody outside this office ever sees the log files. Boats are welcome.")
	add("farm.example.gov.ir", "ادارهٔ کشاورزی", "fa", "a", fmt.Sprintf(template, "ادارهٔ کشاورزی"))
	add("forest.example.gov.ir", "ادارهٔ جنگل", "fa", "same", strings.ReplaceAll(fmt.Sprintf(template, "وزارتخانه"), ". ", ".\u00a0"))
	add("lone.example.gov", "Office of Its Own", "en", "g", "This office asks nobody for anything and therefore knows nothing about anybody at all.")
	add("mine.example.gov.ir", "ادارهٔ معدن", "fa", "same", fmt.Sprintf(template, "وزارتخانه"))
	add("water.example.gov.ir", "ادارهٔ آب", "fa", "d", shorter)
	return a
}

// Statements of one template are found together although each names its own office
// and one spells otherwise; what one of them lacks is said with its name.
func TestAgenciesThatShareText(t *testing.T) {
	h := dashboard(t, ministries())
	w := ask(h, "GET", "/shared?lang=en")
	text := visible(w.Body.String())
	for _, want := range []string{"6 of 7 statements share text, in 2 groups.", "4 statements share text", "2 are word for word the same", "2 statements share text"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q: %s", want, text)
		}
	}
	if strings.Contains(text, "Office of Its Own") || strings.Contains(text, "A heading that all") {
		t.Errorf("what nobody shares, or everybody: %s", text)
	}
	sound(t, "/shared", w.Body.String())
	for _, of := range []string{"water.example.gov.ir", "farm.example.gov.ir"} {
		w = ask(h, "GET", "/shared/"+of+"?lang=en")
		text = visible(w.Body.String())
		for _, want := range []string{"4 statements share text", "In all of them.", "In 3 of 4. Not in: ادارهٔ آب", "پروندهٔ هر درخواست تا دو سال"} {
			if w.Code != http.StatusOK || !strings.Contains(text, want) {
				t.Errorf("the group of %s: %d, without %q: %s", of, w.Code, want, text)
			}
		}
		sound(t, "/shared/"+of, w.Body.String())
	}
	if w := ask(h, "GET", "/shared/lone.example.gov"); w.Code != http.StatusNotFound {
		t.Errorf("a statement of its own: %d", w.Code)
	}
	if text := visible(ask(h, "GET", "/sites/farm.example.gov.ir?lang=en").Body.String()); !strings.Contains(text, "3 other statements share text with this one.") {
		t.Errorf("the site does not say so: %s", text)
	}
	w = ask(h, "GET", "/api/v1/shared")
	described(t, h).holds("GET", "/api/v1/shared", "200", w.Header().Get("Content-Type"), w.Body.String())
	if !strings.Contains(w.Body.String(), `{"share":73,"site":"water.example.gov.ir"`) && !strings.Contains(w.Body.String(), `{"site":"water.example.gov.ir","share":73,"words":52,"same":false}`) {
		t.Errorf("the API: %s", w.Body)
	}
	if !strings.Contains(ask(h, "GET", "/").Body.String(), `href="/shared"`) {
		t.Error("the overview does not lead there")
	}
}

// A statement that changes leaves its group; nobody else's is read again.
func TestSharedTextIsReadOnce(t *testing.T) {
	a := &counted{archive: ministries()}
	h := dashboard(t, a.archive, func(o *web.Options) {
		o.Reader, o.Clock = a, func() time.Time { return now.Add(a.clock) }
	})
	ask(h, "GET", "/shared")
	if a.versions != 9 { // seven statements, and one for each group's sample
		t.Errorf("%d versions read for the first page", a.versions)
	}
	v := a.vs["water.example.gov.ir"][0]
	v.Number, v.Document = 2, &record.Document{Lang: "fa", Dir: "rtl", Blocks: []record.Block{{Kind: record.Paragraph, Text: "ادارهٔ آب از این پس هیچ اطلاعاتی از هیچ‌کس نمی‌پرسد و هیچ چیزی نگه نمی‌دارد."}}}
	a.vs["water.example.gov.ir"] = append(a.vs["water.example.gov.ir"], v)
	a.rows[6].Past.Version = 2
	a.versions, a.clock = 0, time.Hour
	if text := visible(ask(h, "GET", "/shared?lang=en").Body.String()); !strings.Contains(text, "3 statements share text") || a.versions != 3 {
		t.Errorf("after a change, %d versions read: %s", a.versions, text)
	}
}

// Of a large archive a page reads a part and says so; the rest is read behind it.
func TestSharedTextOfManySites(t *testing.T) {
	a := many(350)
	for i := range a.rows {
		a.rows[i].Past.Version = 1
		doc := &record.Document{Lang: "en", Dir: "ltr", Blocks: []record.Block{{Kind: record.Paragraph,
			Text: fmt.Sprintf("Office %d of the ministry keeps what you send it for a year.", i) + " Nobody but the office itself ever reads what you send to it by mail."}}}
		a.vs[a.rows[i].Site.Domain] = []record.Version{{Site: a.rows[i].Site.Domain, Number: 1, At: now, Document: doc}}
	}
	h := dashboard(t, a)
	until := regexp.MustCompile(`([0-9]+) of 350 statements (have been compared|share text)`)
	var w *httptest.ResponseRecorder
	for range 1000 {
		w = ask(h, "GET", "/shared?lang=en")
		if w.Code != http.StatusOK || !until.MatchString(visible(w.Body.String())) {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if strings.Contains(visible(w.Body.String()), "350 of 350 statements share text, in 1 groups") {
			break
		}
	}
	if text := visible(w.Body.String()); strings.Contains(text, "so far") || !strings.Contains(text, "and 342 more") {
		t.Errorf("in the end: %s", text)
	}
	if text := visible(ask(h, "GET", "/shared/s0007.example.gov?page=7&lang=en").Body.String()); !strings.Contains(text, "Sites 301 to 350 of 350") {
		t.Errorf("the last page of the group: %s", text)
	}
}

// counted counts the versions that are read, and has a clock.
type counted struct {
	*archive
	versions int
	clock    time.Duration
}

func (a *counted) Version(ctx context.Context, domain string, n int) (*record.Version, error) {
	a.versions++
	return a.archive.Version(ctx, domain, n)
}
