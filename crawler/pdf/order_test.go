package pdf

import (
	"slices"
	"testing"

	"golang.org/x/text/unicode/bidi"
)

// pieces cuts a string into the pieces that a page would show, one a letter.
func pieces(s string) []item {
	var out []item
	for _, c := range s {
		out = append(out, item{text: string(c), index: len(out)})
	}
	return out
}

// seen is what the bidirectional algorithm makes of a line: its letters from
// left to right as they are seen, brackets as they look.
func seen(t *testing.T, s string, rtl bool) []item {
	t.Helper()
	dir := bidi.LeftToRight
	if rtl {
		dir = bidi.RightToLeft
	}
	var p bidi.Paragraph
	if _, err := p.SetString(s, bidi.DefaultDirection(dir)); err != nil {
		t.Fatal(err)
	}
	o, err := p.Order()
	if err != nil {
		t.Fatal(err)
	}
	var runs []bidi.Run
	for i := range o.NumRuns() {
		runs = append(runs, o.Run(i))
	}
	if rtl { // the runs come in logical order; none is nested deeper
		slices.Reverse(runs)
	}
	var out []item
	for _, r := range runs {
		part := pieces(r.String())
		if r.Direction() == bidi.RightToLeft {
			slices.Reverse(part)
			for i := range part {
				if m, ok := mirrored[part[i].text]; ok {
					part[i].text = m
				}
			}
		}
		out = append(out, part...)
	}
	return out
}

// X1: what a page shows from the right must come out in the order of reading.
func TestLinesComeOutInReadingOrder(t *testing.T) {
	for _, s := range []string{
		"اطلاعات شما (شامل نام و شماره ملی) نزد سازمان می‌ماند.",
		"به نشانی info@example.org یا 021-88991122 بنویسید؛",
		"مصوبه ۱۱۲۷۱۲۸ مورخ ۱۳۹۵/۱۱/۲۸ شورای عالی اداری",
		"بیش از ۵۰٪ و 2023-11-28 و ساعت 10:30 است",
		"ارزش ۱٬۰۰۰٬۰۰۰ ریال یا 1,000,000 ریال",
		"با IP 192.168.1.1 و استاندارد ISO 27001 است",
		"ابزار Google Analytics (GA4) است",
		"[۱] بند «الف» ماده (۷)",
		"وفق المادة ١٢ من نظام حماية البيانات (PDPL) الصادر ١٤٤٣/٢/٩هـ",
		"https://www.example.gov.ir/privacy?id=2 را ببینید",
		"۱- جمع‌آوری اطلاعات",
		"پرونده COVID-19 و TLS 1.3 را",
	} {
		o := orderer{rtl: true, mirror: true}
		if got := o.compose(o.read(seen(t, s, true), lean{1, 0})); got != s {
			t.Errorf("got  %q\nwant %q", got, s)
		}
	}
}

func TestBracketsAroundLatinInArabic(t *testing.T) {
	o := orderer{rtl: true, mirror: true}
	if got := o.compose(o.read(pieces("هیداحتا 2016/679 (GDPR) هررقم"), lean{1, 1})); got != "مقرره (GDPR) 2016/679 اتحادیه" {
		t.Errorf("got %q", got)
	}
}

func TestNumbersInsideArabicInsideLatin(t *testing.T) {
	o := orderer{}
	if got := o.compose(o.read(pieces("See هبوصم ۱۲ هدام of it"), lean{9, 7})); got != "See ماده ۱۲ مصوبه of it" {
		t.Errorf("got %q", got)
	}
}

func TestArabicInsideLatinLines(t *testing.T) {
	for _, s := range []string{
		"The statement (بیانیه حریم خصوصی) applies to 12 sites.",
		"plain text, 2 < 3 (yes)",
	} {
		o := orderer{mirror: true}
		if got := o.compose(o.read(seen(t, s, false), lean{1, 2})); got != s {
			t.Errorf("got  %q\nwant %q", got, s)
		}
	}
}
