package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"policywatch/store"
	"policywatch/store/record"
)

// day is when the tests' history begins.
var day = time.Date(2026, 3, 21, 6, 30, 0, 123456789, time.UTC)

// archive is an open archive whose integrity is checked when its test ends.
type archive struct {
	*store.DB
	t    testing.TB
	path string
}

func open(t testing.TB) *archive {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "policywatch.db"))
}

func openAt(t testing.TB, path string) *archive {
	t.Helper()
	db, err := store.Open(context.Background(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	a := &archive{DB: db, t: t, path: path}
	t.Cleanup(func() {
		a.sound()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// sound checks the archive, which a test that closed it has to do before.
func (a *archive) sound() store.CheckReport {
	a.t.Helper()
	r, err := a.Check(context.Background())
	if err != nil && !strings.Contains(err.Error(), store.ErrClosed.Error()) {
		a.t.Fatal(err)
	}
	for _, d := range r.Damage {
		a.t.Errorf("integrity: %v", d)
	}
	return r
}

func (a *archive) commit(v record.Visit) {
	a.t.Helper()
	if err := a.Commit(context.Background(), v); err != nil {
		a.t.Fatal(err)
	}
}

func (a *archive) past(domain string) record.Past {
	a.t.Helper()
	p, err := a.Past(context.Background(), domain)
	if err != nil {
		a.t.Fatal(err)
	}
	return p
}

// sentences are of the kind that statements are made of.
var sentences = []string{
	"این پایگاه اطلاعات شخصی کاربران را تنها با رضایت آنان گردآوری می‌کند.",
	"اطلاعات کاربران جز به حکم قانون در اختیار هیچ شخص یا نهاد دیگری قرار نمی‌گیرد.",
	"نشانی اینترنتی، نوع مرورگر و زمان بازدید به صورت خودکار ثبت می‌شود.",
	"برای تصحیح یا حذف اطلاعات خود می‌توانید با دبیرخانه تماس بگیرید.",
	"تجمع البوابة عنوان المستخدم ونوع المتصفح لأغراض الإحصاء فقط.",
	"لا نشارك بياناتك مع أي جهة أخرى إلا بموجب النظام.",
	"يحق لك طلب الاطلاع على بياناتك وتصحيحها أو إتلافها.",
	"We keep server logs for ninety days and then delete them.",
	"Cookies are used to remember your language, and for nothing else.",
	"You may ask the office for a copy of what it holds about you.",
}

// statement writes a document of about n sentences, always the same for a seed.
func statement(seed uint64, n int) *record.Document {
	r := rand.New(rand.NewPCG(seed, 7))
	doc := &record.Document{Title: fmt.Sprintf("بیانیه حریم خصوصی %d", seed), Lang: "fa", Dir: "rtl", Extractor: "html/1",
		Blocks: []record.Block{}, Sections: []record.Section{}, Facts: []record.Fact{},
		Quality: record.Quality{Verdict: record.VerdictStatement, Score: 0.9, Reasons: []string{"names its subject"}}}
	for i := 0; i < n; {
		from := len(doc.Blocks)
		doc.Blocks = append(doc.Blocks, record.Block{Kind: record.Heading, Level: 2, Text: fmt.Sprintf("بخش %d", from)})
		for range 1 + r.IntN(4) {
			var text []string
			for range 1 + r.IntN(5) {
				text = append(text, fmt.Sprintf("%s (%d)", sentences[r.IntN(len(sentences))], r.IntN(1000)))
				i++
			}
			doc.Blocks = append(doc.Blocks, record.Block{Kind: record.Paragraph, Text: strings.Join(text, " "),
				Links: []record.Link{{Text: "پیوند", URL: fmt.Sprintf("https://a.gov.ir/%d", r.IntN(100))}}})
		}
		topic := record.Topics()[r.IntN(17)]
		doc.Sections = append(doc.Sections, record.Section{Heading: doc.Blocks[from].Text, Level: 2, Topics: []record.Topic{topic},
			Confidence: 0.8, From: from, To: len(doc.Blocks)})
	}
	doc.Facts = append(doc.Facts, record.Fact{Kind: record.FactEmail, Value: "info@a.gov.ir", Text: "info@a.gov.ir", Block: 1})
	doc.Identity, doc.Exact = store.Digest([]byte(doc.Text())), store.Digest([]byte("x"+doc.Text()))
	return doc
}

// page wraps a document in furniture of about size bytes, of which a part is
// new on every request.
func page(doc *record.Document, size int, request uint64) []byte {
	r := rand.New(rand.NewPCG(request, 11))
	menu := rand.New(rand.NewPCG(uint64(len(doc.Title)), 13))
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html><html dir=rtl><head><title>%s</title><meta name=csrf content=%016x%016x></head><body>\n", doc.Title, r.Uint64(), r.Uint64())
	for text := doc.Text(); b.Len() < size-len(text); {
		n := menu.IntN(900)
		fmt.Fprintf(&b, `<li class="menu-item menu-item-%d"><a href="/fa/page/%d?lang=fa" title="%s">%s</a></li>`+"\n",
			n, n, sentences[n%len(sentences)], sentences[(n/7)%len(sentences)])
	}
	for _, x := range doc.Blocks {
		fmt.Fprintf(&b, "<p>%s</p>\n", x.Text)
	}
	fmt.Fprintf(&b, "<footer>بازدید: %d</footer></body></html>", r.IntN(1e6))
	return []byte(b.String())
}

// visitOf is a visit that makes version n of the domain's statement from doc.
func visitOf(domain string, n int, at time.Time, doc *record.Document) record.Visit {
	body := page(doc, 4000, uint64(at.UnixNano()))
	v := record.Visit{
		Site: record.Site{Domain: domain, Name: "سازمان نمونه", Profile: "ir-gov", Labels: []string{"ministry"}},
		At:   at,
		Past: record.Past{Site: domain, State: record.StateOK, Version: n, TextDigest: store.Digest([]byte(doc.Text())),
			ExactDigest: store.Digest([]byte("x" + doc.Text())), LastVisit: at, LastSuccess: at,
			Prior: record.Prior{URL: "https://" + domain + "/privacy", ETag: `"abc"`, BodyDigest: store.Digest(body), Extractor: "html/1", Lang: "fa"}},
		Snapshot: &record.Snapshot{URL: "https://" + domain + "/privacy", FinalURL: "https://" + domain + "/privacy", Status: 200,
			Header: map[string][]string{"Content-Type": {"text/html"}}, Body: body, At: at, Via: "http", Took: time.Second},
		Version: &record.Version{Site: domain, Number: n, At: at, URL: "https://" + domain + "/privacy",
			Identity: store.Digest([]byte(doc.Text())), Exact: store.Digest([]byte("x" + doc.Text())), Snapshot: store.Digest(body),
			Document: doc, Findings: []record.Finding{
				{ID: "rights", Must: true, Status: record.StatusAbsent, Topics: []record.Topic{record.Rights}, Reason: "no section speaks of it"},
				{ID: "use", Must: true, Status: record.StatusPresent, Topics: []record.Topic{record.Use}, Evidence: &record.Evidence{Quote: "استفاده"}},
				{ID: "children", Status: record.StatusAbsent, Topics: []record.Topic{}},
			}},
		Trail: []record.Step{{At: at, Action: "fetch", URL: "https://" + domain + "/privacy", Outcome: "200"}},
	}
	if n > 1 {
		v.Version.Change = &record.Change{Class: record.ClassSubstantive, Severity: record.SeverityMajor, Reason: "The wording changed.",
			Dropped: []record.Topic{}, Added: []record.Topic{}, Altered: []record.Topic{record.Use}, Moved: []record.Topic{},
			Facts: []record.FactChange{}, Flips: []record.Flip{{Before: "نمی‌فروشد", After: "می‌فروشد"}},
			Edits: []record.Edit{{Op: record.EditReplace, Section: "بخش", Before: "نمی‌فروشد", After: "می‌فروشد"}}}
		for _, ch := range []string{"office", "hook"} {
			v.Alerts = append(v.Alerts, record.Alert{ID: fmt.Sprintf("%s-%d-%s", domain, n, ch), Channel: ch, State: record.AlertWaiting, Next: at,
				Event: record.Event{Type: record.EventChanged, At: at, Site: domain, From: n - 1, To: n, Severity: record.SeverityMajor, Change: v.Version.Change}})
		}
	}
	return v
}

// touch is a visit that found everything as it was.
func touch(p record.Past, at time.Time) record.Visit {
	p.LastVisit, p.LastSuccess, p.State = at, at, record.StateOK
	p.Prior.BodyDigest = store.Digest([]byte(at.String()))
	return record.Visit{Site: record.Site{Domain: p.Site}, At: at, Past: p, State: record.VisitUnchanged,
		Trail: []record.Step{{At: at, Action: "fetch", Outcome: "200"}}}
}

// filler sets every field of a value, so that one which the archive forgets
// shows, also one that is added to a record type later.
type filler struct{ n int }

func (f *filler) fill(v reflect.Value) {
	f.n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(day.Add(time.Duration(f.n) * time.Minute)))
			return
		}
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			f.fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(key)
			f.fill(val)
			v.SetMapIndex(key, val)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("متن %d", f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Uint64:
		v.SetUint(uint64(f.n))
	case reflect.Uint8:
		v.SetUint(uint64(f.n % 256))
	case reflect.Float64:
		v.SetFloat(float64(f.n) + 0.25)
	default:
		panic("the filler does not know " + v.Type().String())
	}
}

func filled[T any]() T {
	var v T
	(&filler{}).fill(reflect.ValueOf(&v).Elem())
	return v
}
