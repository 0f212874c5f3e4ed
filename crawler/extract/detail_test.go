package extract_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"policywatch/crawler/extract"
	"policywatch/store/record"
)

// readHTML reads a fragment put into the middle of a plain page.
func readHTML(t *testing.T, fragment string, o extract.Options) *record.Document {
	t.Helper()
	d, err := newReader(t).HTML([]byte("<html><head><title>Privacy statement | Office</title></head><body><div><h1>Privacy statement</h1>"+
		"<p>The office keeps the details of its visitors for a year, as the act on records demands, and tells nobody.</p><h2>Particulars</h2>"+fragment+
		"<p>The statement ends with this sentence, which is long enough to be told from a menu, a footer or an advertisement.</p></div></body></html>"), o)
	if err != nil {
		t.Fatal(err)
	}
	check(t, d)
	return d
}

// middle returns what readHTML's fragment became, a line a block.
func middle(d *record.Document) []string {
	var out []string
	for _, b := range d.Blocks[3 : len(d.Blocks)-1] {
		kind := string(b.Kind[:1])
		if b.Hidden {
			kind += "~"
		}
		out = append(out, kind+" "+b.Text)
	}
	return out
}

// What stands in the middle of a statement becomes blocks of the right kind.
func TestBlocks(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"inline tags neither glue nor split", "<p><b>حر</b>یم <i>خصو</i><span>صی</span> شما</p>", []string{"p حریم خصوصی شما"}},
		{"white space folds", "<p>a&nbsp;\n b\t<b> c</b>d</p>", []string{"p a b cd"}},
		{"break is a space, two are a paragraph", "<div>Mill Lane<br>Harbour<br><br>Second one</div>", []string{"p Mill Lane Harbour", "p Second one"}},
		{"bold line over text", "<div><b>Cookies</b><br>We use one cookie and we delete it when you leave.</div>", []string{"h Cookies", "p We use one cookie and we delete it when you leave."}},
		{"bold paragraph over text", "<p><strong>Cookies</strong></p><p>We use one cookie.</p>", []string{"h Cookies", "p We use one cookie."}},
		{"bold sentence is no heading", "<p><strong>We use one cookie and delete it.</strong></p><p>Next.</p>", []string{"p We use one cookie and delete it.", "p Next."}},
		{"colon over text", "<p>Cookies:</p><p>We use one cookie, which we delete as soon as you close the browser.</p>", []string{"h Cookies:", "p We use one cookie, which we delete as soon as you close the browser."}},
		{"colon over a list introduces it", "<p>We keep the following:</p><ul><li>name</li><li>place</li></ul>", []string{"p We keep the following:", "i name", "i place"}},
		{"nested items", "<ul><li>one<ul><li>two</li></ul></li><li>three</li></ul>", []string{"i one", "i two", "i three"}},
		{"data table", "<table><tr><th>Kind</th><th>Kept</th></tr><tr><td>Logs</td><td>60 days</td></tr></table>", []string{"r Kind | Kept", "r Logs | 60 days"}},
		{"layout table", "<table><tr><td><h2>Use</h2><p>We use it to answer you.</p><h2>Rights</h2><p>You may ask us for a copy.</p></td></tr></table>", []string{"h Use", "p We use it to answer you.", "h Rights", "p You may ask us for a copy."}},
		{"pairs of a definition list", "<dl><dt>Name</dt><dd>for the letter</dd><dt>Phone</dt><dd>for a storm</dd></dl>", []string{"r Name | for the letter", "r Phone | for a storm"}},
		{"terms over texts", "<dl><dt>Retention</dt><dd>" + strings.Repeat("We keep letters for a year and shred them then. ", 4) + "</dd></dl>", []string{"h Retention", "p " + strings.TrimSpace(strings.Repeat("We keep letters for a year and shred them then. ", 4))}},
		{"closed details are hidden, their summary is not", "<details><summary>Rights</summary><p>You may ask us for a copy of it.</p></details>", []string{"h Rights", "p~ You may ask us for a copy of it."}},
		{"hidden panel", `<h3><button aria-expanded="false">Rights</button></h3><div hidden><p>You may ask us for a copy of it.</p></div>`, []string{"h Rights", "p~ You may ask us for a copy of it."}},
		{"heading of many words is a paragraph", "<h4>" + strings.Repeat("we say a great deal here ", 9) + "</h4>", []string{"p " + strings.TrimSpace(strings.Repeat("we say a great deal here ", 9))}},
		{"skip links and counters", "<p>Back to top</p><p>Page views: 1,234</p><p>تعداد بازدید: ۱۲۳۴</p><p>عدد الزيارات: 99</p><p>Today is Monday, 3 March 2025, 10:12:13</p><p>امروز دوشنبه ۳ خرداد ۱۴۰۴ ساعت ۱۰:۱۲:۱۳</p><p>3fa85f6457174562b3fc2c963f66afa6</p>", nil},
		{"the statement's own date stays", "<p>Last updated: 3 March 2025, 10:12:13</p><p>آخرین به‌روزرسانی: دوشنبه ۳ خرداد ۱۴۰۴</p><p>آخر تحديث: الثلاثاء 4 مارس 2025</p>", []string{"p Last updated: 3 March 2025, 10:12:13", "p آخرین به‌روزرسانی: دوشنبه ۳ خرداد ۱۴۰۴", "p آخر تحديث: الثلاثاء 4 مارس 2025"}},
		{"sentences about visits and days stay", "<p>تعداد بازدیدهای روزانه در درگاه ثبت می‌شود.</p><p>Today we keep 12 kinds of record, and in 2026 there will be 10.</p><ul><li>عدد الزيارات</li></ul>", []string{"p تعداد بازدیدهای روزانه در درگاه ثبت می‌شود.", "p Today we keep 12 kinds of record, and in 2026 there will be 10.", "i عدد الزيارات"}},
		{"a sharing section is no share bar", "<h2>اشتراک‌گذاری</h2><p>داده‌های شما را با کسی در میان نمی‌گذاریم.</p><h2>تسجيل الدخول</h2><p>نسجل وقت الدخول إلى حسابك.</p>", []string{"h اشتراک‌گذاری", "p داده‌های شما را با کسی در میان نمی‌گذاریم.", "h تسجيل الدخول", "p نسجل وقت الدخول إلى حسابك."}},
		{"a list of links between paragraphs stays", `<p>Read what the browsers say:</p><ul><li><a href="https://a.example/">Browser A</a></li><li><a href="https://b.example/">Browser B</a></li></ul>`, []string{"p Read what the browsers say:", "i Browser A", "i Browser B"}},
		{"what a link says to screen readers", `<p>See <a href="/x">the act<span class="sr-only"> (opens in a new window)</span></a>.</p>`, []string{"p See the act."}},
		{"text for reading in a text area", "<textarea readonly>Rights\n\nYou may ask us for a copy of what we keep about you.</textarea>", []string{"h Rights", "p You may ask us for a copy of what we keep about you."}},
	} {
		if got := middle(readHTML(t, c.in, extract.Options{})); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// Links are kept beside the words, absolute; addresses that a page hides from
// harvesters are read. D2
func TestLinks(t *testing.T) {
	d := readHTML(t, `<p>See <a href="../terms?a=1#x">the <b>terms</b></a>, <a href="#top">above</a>, <a href="javascript:x()">here</a>, <a href="/cdn-cgi/l/email-protection" class="__cf_email__" data-cfemail="771e19111837181111141259120f161a071b12">[email&#160;protected]</a> or info [at] office [dot] example.</p>`,
		extract.Options{URL: "https://user:secret@office.example/en/privacy"})
	b := d.Blocks[3]
	if want := "See the terms, above, here, info@offce.example or info@office.example."; b.Text != want {
		t.Errorf("text %q, want %q", b.Text, want)
	}
	if want := []record.Link{{Text: "the terms", URL: "https://office.example/terms?a=1#x"}, {Text: "info@offce.example", URL: "mailto:info@offce.example"}}; !slices.Equal(b.Links, want) {
		t.Errorf("links %+v", b.Links)
	}
	if b.Original == "" || !strings.Contains(b.Original, "[at]") {
		t.Errorf("what stood there is lost: %q", b.Original)
	}
}

// What the user selected is read without judgement, what they removed is gone.
func TestSelectAndRemove(t *testing.T) {
	r := newReader(t)
	page := `<body><nav class="m"><a href="/a">One</a> <a href="/b">Two</a></nav><div class="x"><p>Short.</p><p class="ad">Buy now.</p></div><div class="y"><p>` + strings.Repeat("A long text that would win. ", 20) + `</p></div></body>`
	for _, c := range []struct {
		o    extract.Options
		want string
	}{
		{extract.Options{Select: ".x"}, "Short.\nBuy now."},
		{extract.Options{Select: ".x", Remove: []string{".ad"}}, "Short."},
		{extract.Options{Select: ".m, .x .ad"}, "One Two\nBuy now."},
		{extract.Options{Select: ".none", Remove: []string{".y"}}, "Short.\nBuy now."},
		{extract.Options{Select: ":::", Remove: []string{":::", ".y"}}, "Short.\nBuy now."},
	} {
		d, err := r.HTML([]byte(page), c.o)
		if err != nil {
			t.Fatal(err)
		}
		if d.Text() != c.want {
			t.Errorf("%+v: %q, want %q", c.o, d.Text(), c.want)
		}
	}
}

// A crawler that finds a page empty can look into its frames. C10
func TestFrames(t *testing.T) {
	got := newReader(t).Frames([]byte(`<base href="/sub/"><frameset><frame src="menu.html"><frame src="https://docs.agency.gov.example/text.html#a"></frameset>
<iframe src="https://www.youtube.example/v"></iframe><iframe src="/t.html" width="1" height="1"></iframe><iframe hidden src="/h.html"></iframe>
<iframe src="/viewer/web/viewer.html?file=%2Ffiles%2Fprivacy.pdf"></iframe><object data="a.pdf"></object><embed src="film.swf"><iframe src="about:blank"></iframe><frame src="menu.html">`),
		"https://www.agency.gov.example/index.html")
	want := []string{"https://www.agency.gov.example/sub/menu.html", "https://www.agency.gov.example/files/privacy.pdf", "https://www.agency.gov.example/sub/a.pdf"}
	if !slices.Equal(got, want) && !slices.Equal(got, append(want[:1:1], append([]string{"https://docs.agency.gov.example/text.html"}, want[1:]...)...)) {
		t.Errorf("%q", got)
	}
}

// Pages that hold no text give an empty document, not an error. C7
func TestEmptyPages(t *testing.T) {
	r := newReader(t)
	for _, s := range []string{"", " \n", "<html></html>", "<body><img src=a></body>", "<html><head><title>Loading</title></head><body><div id=root></div></body></html>"} {
		d, err := r.HTML([]byte(s), extract.Options{})
		if err != nil || len(d.Blocks) != 0 {
			t.Errorf("%q: %v %v", s, d, err)
		}
		check(t, d)
	}
}

// The name of the site does not belong to the title.
func TestTitle(t *testing.T) {
	r := newReader(t)
	text := "<p>" + strings.Repeat("We keep what you tell us, and nobody else reads it. ", 12) + "</p>"
	for _, c := range []struct{ head, body, want string }{
		{"<title>Privacy notice | Office</title>", text, "Privacy notice"},
		{"<title>Office :: Privacy notice</title><meta property=og:title content='Privacy notice'>", text, "Privacy notice"},
		{"<title>Office</title>", "<h1>Privacy notice</h1>" + text, "Privacy notice"},
		{"<title>سازمان نمونه - بیانیه حریم خصوصی</title>", "<h1><a href='/'>سازمان نمونه</a></h1><h2>بیانیه حریم خصوصی</h2>" + text, "بیانیه حریم خصوصی"},
	} {
		d, err := r.HTML([]byte("<html><head>"+c.head+"</head><body>"+c.body+"</body></html>"), extract.Options{})
		if err != nil || d.Title != c.want {
			t.Errorf("%s: title %q, want %q (%v)", c.head, d.Title, c.want, err)
		}
	}
}

// Data of a page that shows nothing is its text only when it reads like one. C5
func TestStateIsNoDictionary(t *testing.T) {
	r := newReader(t)
	page := func(data string) *record.Document {
		d, err := r.HTML([]byte(`<html lang="en"><head><title>App</title></head><body><div id="root"></div><script>window.__STATE__ = `+data+`;</script></body></html>`), extract.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	dictionary := `{"en":{` + strings.TrimSuffix(strings.Repeat(`"m":"The file could not be sent to the server, please try it again later on.",`, 30), ",") + `}}`
	if d := page(dictionary); len(d.Blocks) != 0 {
		t.Errorf("a dictionary of messages was read as text: %q", d.Text())
	}
	var sections []string
	for i := range 9 {
		sections = append(sections, fmt.Sprintf(`{"heading":"Your data %d","body":"<p>We collect the personal data number %d with your consent, disclose it to no third parties, use cookies and delete your data; contact the data protection officer by e-mail address.<\/p>"}`, i, i))
	}
	policy := `{"fa":{"title":"بیانیه","body":"متن فارسی بیانیه که در این زبان خوانده نمی‌شود."},"en":{"title":"Privacy statement","sections":[` + strings.Join(sections, ",") + `]}}`
	d := page(policy)
	if len(d.Blocks) != 19 || d.Blocks[0].Text != "Privacy statement" || d.Blocks[2].Text != "We collect the personal data number 0 with your consent, disclose it to no third parties, use cookies and delete your data; contact the data protection officer by e-mail address." {
		t.Errorf("%d blocks: %q", len(d.Blocks), d.Text())
	}
}
