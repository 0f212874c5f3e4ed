package imprint_test

import (
	"bytes"
	"strings"
	"testing"

	"policywatch/crawler/imprint"
	"policywatch/store/record"
)

// The page's {holes} are what a server fills in anew at every request.
const page = `<!DOCTYPE html><html lang="fa"><head><title>بیانیه حریم خصوصی</title><meta name="csrf" content="{token}">
<script nonce="{token}">var x = "<p>not a text</p>"; if (a < b) {}</script><style>p > a {}</style></head>
<body><!-- built {date} --><div class="top"><span>امروز {date}</span> <a href="/privacy">حریم خصوصی</a></div>
<main><h1>حریم خصوصی</h1>
<p>این سازمان نام و <b>شماره ملی</b> شما را تنها برای رسیدگی به درخواست&zwnj;تان نگه می‌دارد و به هیچ سازمان دیگری نمی‌دهد.</p>
<ul><li>شماره تلفن</li><li>نشانی <a href="/post?s=1">پستی</a></li></ul>
<p>اطلاعات شما پس از شش ماه پاک می‌شود، مگر آن که قانون نگهداری درازتری بخواهد یا پرونده‌ای باز باشد.</p>
<p>تماس: ۰۲۱۱۲۳۴۵</p></main>
<div class="hits">بازدید: {count}</div><aside><ul>{news}</ul></aside>
<p class="about">سازمان پل‌ها و راه‌های روستایی از سال ۱۳۴۲ کار می‌کند و در همه استان‌های کشور دفتر دارد؛ نشانی دفترها در برگه تماس با ما آمده است.</p>
<input value="{token} > {token}"></body></html>`

var statement = &record.Document{Extractor: "v1", Blocks: []record.Block{
	{Kind: record.Heading, Text: "حریم خصوصی"},
	{Kind: record.Paragraph, Text: "این سازمان نام و شماره ملی شما را تنها برای رسیدگی به درخواست\u200cتان نگه می‌دارد و به هیچ سازمان دیگری نمی‌دهد."},
	{Kind: record.Item, Text: "• شماره تلفن"},
	{Kind: record.Item, Text: "• نشانی پستی"},
	{Kind: record.Paragraph, Text: "اطلاعات شما پس از شش ماه پاک می‌شود، مگر آن که قانون نگهداری درازتری بخواهد یا پرونده‌ای باز باشد."},
	{Kind: record.Paragraph, Text: "تماس: ۰۲۱۱۲۳۴۵"},
}}

func fill(token, date, count, news string) string {
	return strings.NewReplacer("{token}", token, "{date}", date, "{count}", count, "{news}", news).Replace(page)
}

var (
	monday  = fill("a1b2", "دوشنبه ۲ آذر ساعت ۱۰:۱۲", "۱۲۳۴", "<li>نشست شورا</li><li>آغاز طرح</li>")
	tuesday = fill("ffff0000", "سه‌شنبه ۳ آذر", "۹۹", "<li>آغاز طرح</li><li>بازدید استاندار</li>")
)

func fits(text string, im record.Imprint) bool {
	_, ok := imprint.Fits([]byte(text), im, "v1")
	return ok
}

func TestKnowsTheStatementAmongOtherCounters(t *testing.T) {
	im := imprint.Of([]byte(monday), statement)
	if im.Words == "" {
		t.Fatal("the statement was not found in its own page")
	}
	if !fits(monday, im) || !fits(tuesday, im) {
		t.Error("the same statement among other counters was not known again")
	}
	if _, ok := imprint.Fits([]byte(tuesday), im, "v2"); ok {
		t.Error("a page read in another manner was taken for the same")
	}
}

// Whatever a reader of the statement could notice must be read.
func TestFitsNoPageThatSaysAnythingElse(t *testing.T) {
	im := imprint.Of([]byte(monday), statement)
	for name, edit := range map[string][2]string{
		"a word":                      {"شش ماه", "سه ماه"},
		"a letter at the end":         {"۰۲۱۱۲۳۴۵</p>", "۰۲۱۱۲۳۴۶</p>"},
		"a digit more at the end":     {"۰۲۱۱۲۳۴۵</p>", "۰۲۱۱۲۳۴۵۹</p>"},
		"the heading":                 {"<h1>حریم خصوصی", "<h1>قوانین"},
		"a link's target":             {"/post?s=1", "/post?s=2"},
		"a paragraph behind":          {"</main>", "<p>نو</p></main>"},
		"a paragraph before":          {"<main>", "<main><p>نو</p>"},
		"a paragraph far behind":      {"</aside>", "</aside><p>نو</p>"},
		"an item fewer":               {"<li>شماره تلفن</li>", ""},
		"the statement gone":          {"<main>", "<main hidden><!--"},
		"a long text beside, altered": {"همه استان‌های", "بیشتر استان‌های"},
		"a container closed early":    {"<main>", "<main></main>"},
		"commented out":               {"<h1>", "<!--<h1>"},
		"put into a script":           {"<main>", "<script>"},
		"nothing left":                {tuesday, ""},
		"a word moved into a tag":     {"نام و <b>شماره", "نام <b>و شماره"},
		"a word hidden":               {"<b>شماره ملی</b>", "<b hidden>شماره ملی</b>"},
		"another tag":                 {"<li>شماره تلفن</li>", "<dd>شماره تلفن</dd>"},
		"words in another order":      {"نام و <b>شماره ملی</b>", "<b>شماره ملی</b>نام و "},
		"a sentence in a comment":     {"مگر آن که قانون نگهداری درازتری بخواهد یا پرونده‌ای باز باشد.", "<!--مگر آن که قانون نگهداری درازتری بخواهد یا پرونده‌ای باز باشد.-->"},
	} {
		edited := strings.Replace(tuesday, edit[0], edit[1], 1)
		if edited == tuesday {
			t.Fatalf("%s: nothing was edited", name)
		}
		if fits(edited, im) {
			t.Errorf("%s: the page was taken for the same", name)
		}
	}
}

// Spelling is no news: letters of another keyboard, joiners, spaces, digits, entities
// and line breaks, also where the stretch begins and at both its ends.
func TestFitsTheSameWordsInAnotherSpelling(t *testing.T) {
	im := imprint.Of([]byte(monday), statement)
	for name, edit := range map[string][2]string{
		"letters of another keyboard": {"ی", "ي"},
		"joiners":                     {"\u200c", " "},
		"spaces":                      {"شماره", "شماره\u00a0 \n"},
		"digits":                      {"۰۲۱۱۲۳۴۵", "02112345"},
		"entities":                    {"شش ماه", "&#1588;&#1588;&nbsp;ماه"},
		"the heading":                 {"<h1>حریم خصوصی", "<h1>\n\t حريم&zwnj;خصوصي "},
		"a mark":                      {"باشد.", "باشد!"},
	} {
		from, to := strings.Index(tuesday, "<main>"), strings.Index(tuesday, "</main>")
		edited := tuesday[:from] + strings.ReplaceAll(tuesday[from:to], edit[0], edit[1]) + tuesday[to:]
		if edited == tuesday {
			t.Fatalf("%s: nothing was edited", name)
		}
		now, ok := imprint.Fits([]byte(edited), im, "v1")
		if !ok || now.Region == im.Region {
			t.Errorf("%s: not known again", name)
		}
		// It is known by its bytes from then on, and the old spelling by its words.
		if again, ok := imprint.Fits([]byte(edited), now, "v1"); !ok || again != now || !fits(tuesday, now) {
			t.Errorf("%s: the imprint was not renewed", name)
		}
	}
	old := im
	old.Words = "" // as an archive holds it that was written before there were words
	if fits(tuesday, old) {
		t.Error("an imprint without words fits")
	}
}

// Without a certain place there is no imprint, and the page is read every time.
func TestNoImprintWithoutACertainPlace(t *testing.T) {
	whole := page[strings.Index(page, "<main>"):strings.Index(page, "</main>")]
	for name, text := range map[string]string{
		"the statement stands twice": strings.Replace(page, "<main>", whole+"<main>", 1),
		"it stands in a script":      strings.NewReplacer("<main>", "<script>", "</main>", "</script>").Replace(page),
		"a block is missing":         strings.Replace(page, "<li>شماره تلفن</li>", "", 1),
		"another order":              strings.Replace(strings.Replace(page, "شش ماه", "نه", 1), "شماره ملی", "شش ماه", 1),
		"a tag never ends":           strings.Replace(page, "<main>", `<main class="`, 1),
		"nothing":                    "",
	} {
		if im := imprint.Of([]byte(text), statement); im.Words != "" {
			t.Errorf("%s: %+v", name, im)
		}
	}
	few := &record.Document{Blocks: []record.Block{{Kind: record.Heading, Text: "حریم خصوصی"}}}
	if im := imprint.Of([]byte(monday), few); im.Words != "" {
		t.Errorf("a few words were thought certain: %+v", im)
	}
	if fits(monday, record.Imprint{}) {
		t.Error("the zero imprint fits")
	}
}

func FuzzImprint(f *testing.F) {
	f.Add(monday, "شش ماه")
	f.Add("<p>a<b><!--", "a")
	f.Add("<a '><script></scr", "x")
	f.Fuzz(func(t *testing.T, text, words string) {
		im := imprint.Of([]byte(text), &record.Document{Extractor: "v1", Blocks: []record.Block{{Text: words}}})
		if im.Words != "" && !fits(text, im) {
			t.Error("an imprint does not fit its own page")
		}
	})
}

func BenchmarkImprint(b *testing.B) {
	long := []byte(strings.Replace(monday, "<main>", strings.Repeat(`<li class="menu"><a href="/a/b">صفحه</a></li>`, 1000)+"<main>", 1))
	im := imprint.Of(long, statement)
	respelt := bytes.Replace(long, []byte("باشد."), []byte("باشد!"), 1)
	for name, run := range map[string]func(){
		"of":      func() { imprint.Of(long, statement) },
		"fits":    func() { imprint.Fits(long, im, "v1") },
		"respelt": func() { imprint.Fits(respelt, im, "v1") },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(long)))
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
		})
	}
}
