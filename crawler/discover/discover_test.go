package discover_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"policywatch/configs"
	"policywatch/crawler/discover"
	"policywatch/store/record"
)

func finder(t testing.TB, f discover.Fetcher) *discover.Finder {
	t.Helper()
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	return discover.New(lex, f, func(s *record.Snapshot) []byte { return s.Body })
}

// Every usual name of a statement is found as a plain link, in whatever letters
// it is typed. K7, K8
func TestLinkNames(t *testing.T) {
	f := finder(t, nil)
	for lang, names := range map[string][]string{
		"fa": {"حریم خصوصی", "حريم خصوصي", "حریم‌خصوصی", "حریم\u00a0خصوصی", "حـریم خصوصی", "بیانیه حریم خصوصی", "بيانيه حريم خصوصي", "بیانیهٔ حریم خصوصی",
			"بیانیه محرمانگی", "سیاست محرمانگی", "سیاست حفظ حریم خصوصی کاربران", "سیاست‌های حفظ حریم خصوصی", "خط‌مشی حریم خصوصی", "رازداری و حریم خصوصی"},
		"ar": {"سياسة الخصوصية", "سیاسة الخصوصیه", "بيان الخصوصية", "إشعار الخصوصية", "اشعار الخصوصية", "الخصوصية", "سِيَاسَة الخُصُوصِيَّة",
			"سياسة الخصوصية وشروط الاستخدام", "الخصوصية وسرية المعلومات", "وثيقة الخصوصية"},
		"en":  {"Privacy Policy", "PRIVACY", "Privacy & Security", "Your privacy", "Privacy notice", "Privacy and cookies", "Privacy Statement", "Data protection", "Privacy\u00a0Policy"},
		"ur":  {"رازداری کی پالیسی", "پرائیویسی پالیسی", "پرائیویسی"},
		"ckb": {"سیاسەتی تایبەتمەندی", "پاراستنی تایبەتمەندی"},
		"tr":  {"Gizlilik Politikası", "GİZLİLİK POLİTİKASI", "Gizlilik", "KVKK Aydınlatma Metni", "Kişisel Verilerin Korunması"},
		"fr":  {"Politique de confidentialité", "Données personnelles", "Protection des données", "Confidentialité", "POLITIQUE DE CONFIDENTIALITE"},
		"de":  {"Datenschutz", "Datenschutzerklärung", "Datenschutzhinweise", "Hinweise zum Datenschutz", "Impressum & Datenschutz"},
		"es":  {"Política de privacidad", "Aviso de privacidad", "Privacidad", "Protección de datos", "Politica de Privacidad"},
	} {
		for _, name := range names {
			got := f.Links([]byte(`<p><a href="/x/12">`+name+`</a> <a href="/y">Y</a></p>`), "https://agency.example/")
			if len(got) == 0 || got[0].URL != "https://agency.example/x/12" || got[0].Score < discover.Good {
				t.Errorf("%s: %q: got %+v", lang, name, got)
			}
		}
	}
}

// What only sounds like a statement stays below it. K8
func TestLinkNamesThatAreNone(t *testing.T) {
	f := finder(t, nil)
	for _, a := range []string{
		`<a href="/news/77">Ministry publishes report on privacy law</a>`,
		`<a href="/privacy-office">Privacy Office</a>`,
		`<a href="/privacy/impact-assessments">Privacy Impact Assessments</a>`,
		`<a href="/foia/privacy-act">Privacy Act</a>`,
		`<a href="#" data-href="/cookie">Cookie settings</a>`,
		`<a href="/fa/news/12">مجلس لایحه حریم خصوصی را بررسی کرد</a>`,
		`<a href="/fa/12">حریم شهر و محدوده خدماتی</a>`,
		`<a href="/fa/13">بخش خصوصی</a>`,
		`<a href="/ar/12">خصخصة القطاع</a>`,
		`<a href="/ar/news/12">ورشة عمل عن الخصوصية وحماية البيانات الشخصية في القطاع الحكومي</a>`,
		`<a href="https://www.facebook.com/policies/privacy">Privacy</a>`,
		`<a href="/datenschutzbeauftragter">Der Datenschutzbeauftragte</a>`,
	} {
		for _, c := range f.Links([]byte(a), "https://agency.example/") {
			if c.Score >= discover.Good {
				t.Errorf("%s: score %.2f: %q", a, c.Score, c.Reasons)
			}
		}
	}
}

// A page of a hundred thousand links is read in bounded work, and its footer is
// still seen.
func TestHostilePage(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<html lang="en"><body>`)
	for i := range 100_000 {
		fmt.Fprintf(&b, `<div><a href="/l/%d?privacy=%d">Link %d</a>`, i, i, i)
	}
	b.WriteString(`<footer><a href="/p">Privacy policy</a></footer>`)
	got := finder(t, nil).Links([]byte(b.String()), "https://agency.example/")
	if len(got) == 0 || got[0].URL != "https://agency.example/p" {
		t.Fatalf("got %d candidates, best %+v", len(got), got[:min(len(got), 1)])
	}
	if len(got) > 40 {
		t.Errorf("%d candidates of one page", len(got))
	}
}

// Same page, same candidates in the same order, scores within 0 and 1, every
// one with an absolute address and a reason.
func TestLinksProperties(t *testing.T) {
	f := finder(t, nil)
	words := []string{"privacy", "policy", "حریم", "خصوصی", "سياسة", "الخصوصية", "news", "about", "Datenschutz", "cookie", "2024", "-", "‌", "&amp;", "<b>", "</a>", "<a>", "<img alt='privacy'>"}
	hrefs := []string{"/privacy", "//other.example/privacy", "http://[::1]/privacy", "#privacy", "javascript:x('/p.html')", "mailto:privacy@x", "http://a:b@c.example/privacy", "\\\\x\\privacy", "%zz", "/%D8", "?privacy=1", "https://xn--/privacy", ""}
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(0, 12).Draw(t, "links") {
			b.WriteString(`<a href="` + rapid.SampledFrom(hrefs).Draw(t, "href") + `">`)
			b.WriteString(strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 6).Draw(t, "words"), " "))
		}
		page := []byte(b.String())
		one, two := f.Links(page, "https://agency.example/a/"), f.Links(page, "https://agency.example/a/")
		if !reflect.DeepEqual(one, two) {
			t.Fatalf("two readings differ: %v and %v", one, two)
		}
		for i, c := range one {
			if c.Score <= 0 || c.Score > 1 || len(c.Reasons) == 0 || !strings.HasPrefix(c.URL, "http") || strings.Contains(c.URL, "a:b@") {
				t.Fatalf("bad candidate %+v", c)
			}
			if i > 0 && c.Score > one[i-1].Score {
				t.Fatalf("candidates are not in order: %v", one)
			}
		}
	})
}

func FuzzLinks(f *testing.F) {
	g := finder(f, nil)
	f.Add([]byte(`<footer><a href="/p">حریم خصوصی`), "https://a.example/")
	f.Add([]byte(`<frameset><frame src=x><base href="//"><meta http-equiv=refresh content="0;url=">`), "::")
	f.Fuzz(func(t *testing.T, page []byte, base string) {
		g.Links(page, base)
		g.Onward(page, base)
	})
}

// A page of policies leads on to the statement itself, not to itself. C6
func TestOnward(t *testing.T) {
	f := finder(t, nil)
	hub := `<html><body><nav><a href="/privacy">Privacy</a></nav><h1>Privacy and policies</h1><ul><li><a href="/privacy/site">Website privacy policy</a><li><a href="/privacy/cookies">Cookies</a></ul></body></html>`
	c, ok := f.Onward([]byte(hub), "https://agency.example/privacy")
	if !ok || c.URL != "https://agency.example/privacy/site" {
		t.Errorf("got %+v, %v", c, ok)
	}
	if c, ok := f.Onward([]byte(`<a href="/privacy">Privacy</a><a href="/news">News</a>`), "http://agency.example/privacy/"); ok {
		t.Errorf("a page that links itself only leads on to %+v", c)
	}
}

// A hub found by a search leads on to pages that were not offered yet. C6, F11
func TestSearchOnward(t *testing.T) {
	w := &web{t: t, pages: map[string]string{
		"https://agency.example/": `<html lang="en"><a href="/privacy">Privacy</a><a href="/data-protection">Data protection</a></html>`,
	}}
	s := finder(t, w).Search(record.Site{}, "https://agency.example/", "")
	if c, _, fault := s.More(t.Context()); len(c) != 2 || fault != nil {
		t.Fatalf("got %v and %v", c, fault)
	}
	page := func(body string) *record.Snapshot {
		return &record.Snapshot{URL: "https://agency.example/privacy", FinalURL: "https://agency.example/privacy", Status: 200, Body: []byte(body)}
	}
	got := s.Onward(page(`<nav><a href="/data-protection">Data protection</a><a href="/privacy">Privacy</a></nav><a href="/privacy/web">Website privacy policy</a>`))
	if len(got) != 1 || got[0].URL != "https://agency.example/privacy/web" {
		t.Errorf("got %+v", got)
	}
	got = s.Onward(page(`<meta http-equiv="refresh" content="0; url=/new/privacy.html">`))
	if len(got) != 1 || got[0].URL != "https://agency.example/new/privacy.html" {
		t.Errorf("got %+v", got)
	}
}

// When the first finds turn out to be none, the search goes on where it left
// off, and nothing is told or fetched twice.
func TestSearchGoesOn(t *testing.T) {
	w := &web{t: t, pages: map[string]string{
		"https://agency.example/":               `<html lang="en"><a href="/dead">Privacy policy</a><a href="/legal">Legal</a></html>`,
		"https://agency.example/sitemap.xml":    `<urlset><url><loc>https://agency.example/dead</loc></url><url><loc>https://agency.example/new/privacy-policy</loc></url></urlset>`,
		"https://agency.example/legal":          `<a href="/dead">Privacy policy</a><a href="/legal/data-protection">Data protection</a>`,
		"https://agency.example/privacy-notice": `<title>Privacy notice</title>`,
	}}
	s := finder(t, w).Search(record.Site{}, "https://agency.example/", "")
	var got []string
	var fault *record.Fault
	for fault == nil {
		var cands []record.Candidate
		cands, _, fault = s.More(t.Context())
		for _, c := range cands {
			got = append(got, strings.TrimPrefix(c.URL, "https://agency.example"))
		}
	}
	want := []string{"/dead", "/new/privacy-policy", "/legal/data-protection", "/privacy-notice"}
	if !reflect.DeepEqual(got, want) || fault.Kind != record.FaultNoStatement {
		t.Errorf("got %v, then %v; want %v", got, fault, want)
	}
	seen := map[string]bool{}
	for _, u := range w.asked {
		if seen[u] {
			t.Errorf("%s was fetched twice", u)
		}
		seen[u] = true
	}
}

// A home page that is no page is not taken for one without links. C2, C3
func TestCheck(t *testing.T) {
	w := &web{t: t, pages: map[string]string{"https://agency.example/": `<title>Just a moment...</title>`, "*": "panic"}}
	f := finder(t, w)
	f.Check = func(snap *record.Snapshot, text []byte) *record.Fault {
		if strings.Contains(string(text), "Just a moment") {
			return &record.Fault{Kind: record.FaultBlocked, URL: snap.FinalURL}
		}
		return nil
	}
	if c, _, fault := f.Candidates(t.Context(), record.Site{}, "https://agency.example/"); fault == nil || fault.Kind != record.FaultBlocked {
		t.Errorf("got %v and %v", c, fault)
	}
}

// A statement that could not be looked for is not absent: pages one click away
// that fail, and robots.txt that forbids them, are told as what they are.
func TestNotLooked(t *testing.T) {
	for _, kind := range []record.FaultKind{record.FaultTimeout, record.FaultHTTP5xx, record.FaultRobotsDenied, record.FaultRateLimited} {
		w := &web{t: t, pages: map[string]string{
			"https://agency.example/":      `<html lang="en"><a href="/about">About us</a><a href="/x">X</a></html>`,
			"https://agency.example/about": "fault " + string(kind),
		}}
		c, _, fault := finder(t, w).Candidates(t.Context(), record.Site{}, "https://agency.example/")
		if fault == nil || fault.Kind != kind {
			t.Errorf("%s: got %v and %v", kind, c, fault)
		}
	}
}

// A home page full of headlines about privacy does not send the caller through
// all of them. K8
func TestFewWeakCandidates(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<html lang="en">`)
	for i := range 60 {
		fmt.Fprintf(&b, `<a href="/p/%d">Privacy Act</a>`, i)
	}
	w := &web{t: t, pages: map[string]string{"https://agency.example/": b.String()}}
	c, _, fault := finder(t, w).Candidates(t.Context(), record.Site{}, "https://agency.example/")
	if fault != nil || len(c) == 0 || len(c) > 3 {
		t.Errorf("got %d candidates and %v", len(c), fault)
	}
}

// An interrupted search is cancelled, never "no statement".
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := &web{t: t, pages: map[string]string{"https://agency.example/": `<a href="/x">X</a>`}}
	f := finder(t, stopper{w, cancel})
	f.Now = func() time.Time { return time.Unix(0, 0) }
	c, _, fault := f.Candidates(ctx, record.Site{}, "https://agency.example/")
	if fault == nil || fault.Kind != record.FaultCancelled || c != nil {
		t.Errorf("got %v and %v", c, fault)
	}
}

// stopper cancels after the first page.
type stopper struct {
	*web
	cancel context.CancelFunc
}

func (s stopper) Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error) {
	defer s.cancel()
	return s.web.Fetch(ctx, r)
}

// Search work does not grow with what a sitemap claims. F13
func TestSitemapBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("<sitemapindex>")
	for i := range 20_000 {
		fmt.Fprintf(&b, "<sitemap><loc>https://agency.example/s%d.xml</loc></sitemap>", i)
	}
	w := &web{t: t, pages: map[string]string{
		"https://agency.example/":            `<a href="/x">X</a>`,
		"https://agency.example/sitemap.xml": b.String(),
	}}
	for i := range 10 {
		w.pages[fmt.Sprintf("https://agency.example/s%d.xml", i)] = "<urlset>" + strings.Repeat("<url><loc>https://agency.example/p</loc></url>", 30_000)
	}
	finder(t, w).Candidates(t.Context(), record.Site{}, "https://agency.example/")
	if n := len(w.asked); n > 30 {
		t.Errorf("%d pages were asked for", n)
	}
}

func BenchmarkLinks450(b *testing.B) {
	f := finder(b, nil)
	var s strings.Builder
	s.WriteString(`<html lang="fa"><body>`)
	for i := range 450 {
		fmt.Fprintf(&s, `<li id="menu-item-%d" class="menu-item"><a href="/page/%d" title="میز خدمت"><span>معاونت‌ها گالری تصاویر %d</span></a></li>`, i, i, i)
	}
	s.WriteString(`<footer><a href="/privacy.html">حریم خصوصی</a></footer>`)
	page := []byte(s.String())
	b.ReportAllocs()
	for b.Loop() {
		if c := f.Links(page, "https://agency.example/"); len(c) != 1 {
			b.Fatal(c)
		}
	}
}
