package charset_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"policywatch/crawler/charset"
)

// persian and arabic are words of statements in letters that the legacy
// encodings have: Persian pages in windows-1256 write ي for ی.
var (
	persian = strings.Fields(`حريم خصوصي کاربران اين پايگاه اطلاعات شخصي شما را با دقت نگهداري مي‌کند و در اختيار اشخاص ثالث قرار نمي‌دهد
		نشاني رايانامه شماره تلفن همراه کد ملي گزارش ژرف چاپ پرسش‌ها، پيوندها؛ گردآوري چگونگي استفاده؟ «قانون» مصوب ۱ ماده کوکي مرورگر
		سازمان ثبت احوال کشور وزارت بهداشت درمان آموزش پزشکي شهرداري تهران درگاه خدمات الکترونيک دولت`)
	arabic = strings.Fields(`سياسة الخصوصية تلتزم الوزارة بحماية بيانات المستخدمين، ولا تشارك معلوماتكم الشخصية مع أي جهة خارجية إلا وفق الأنظمة
		ملفات تعريف الارتباط مدة الاحتفاظ بالبيانات حقوق صاحب البيانات؛ التعديل والحذف والاعتراض؟ هيئة الحكومة الرقمية رئيس مجلس الوزراء
		مُعالَجة البريد الإلكتروني عنوان الإنترنت متصفح الشبكة المرسوم الملكي لحماية هذه البوابة على شاشة مئة سؤال`)
)

// labels are what a server may claim, true or not.
var labels = []string{"", "text/html", "text/html; charset=utf-8", "text/html;charset=UTF8", "text/html; charset=windows-1256",
	"text/html; charset=ISO-8859-6", "text/html; charset=iso-8859-1", "text/html; charset=windows-1252", "text/html; charset=windows-1251",
	"text/html; charset=iso-8859-9", "text/html; charset=gb2312", "text/html; charset=shift_jis", "text/html; charset=none", "; charset=",
	"text/html; charset=utf-16", "application/octet-stream"}

// sentence draws a text of some words.
func sentence(t *rapid.T, words []string, least int) string {
	return strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(words), least, 30, rapid.ID[string]).Draw(t, "words"), " ")
}

// page draws markup around a text, with or without a meta label, true or not.
func page(t *rapid.T, text string) string {
	meta := rapid.SampledFrom([]string{"", `<meta charset="utf-8">`, `<meta charset=windows-1256>`,
		`<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=iso-8859-1">`, `<meta charset='iso-8859-6'>`,
		`<!-- <meta charset="shift_jis"> -->`}).Draw(t, "meta")
	script := rapid.SampledFrom([]string{"", "<script>var a = {b: 1}; " + strings.Repeat("f(a); ", 300) + "</script>"}).Draw(t, "script")
	return "<html><head>" + meta + script + "</head><body><p>" + text + "</p></body></html>"
}

// F14: any of the encodings, under any label, true, false or missing, reads as
// what was written.
func TestPropertyLabelsDoNotMatter(t *testing.T) {
	cases := []struct {
		name  string
		enc   encoding.Encoding
		words []string
	}{
		{"windows-1256", charmap.Windows1256, persian},
		{"windows-1256", charmap.Windows1256, arabic},
		{"iso-8859-6", charmap.ISO8859_6, plainArabic()},
		{"utf-8", encoding.Nop, persian},
		{"utf-8", encoding.Nop, arabic},
		{"utf-8", unicode.UTF8BOM, persian},
		{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), persian},
		{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.UseBOM), arabic},
		{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), arabic},
		{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), persian},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				want := page(t, sentence(t, encodable(c.enc, c.words), 8))
				b, err := c.enc.NewEncoder().Bytes([]byte(want))
				if err != nil {
					t.Fatal(err)
				}
				label := rapid.SampledFrom(labels).Draw(t, "label")
				got, name := charset.Decode(b, label)
				if name != c.name || string(got) != want {
					t.Fatalf("read as %s, want %s:\n%s", name, c.name, got)
				}
			})
		})
	}
}

// encodable keeps the words that the encoding has all the letters of.
func encodable(e encoding.Encoding, words []string) []string {
	var out []string
	for _, w := range words {
		if _, err := e.NewEncoder().Bytes([]byte(w)); err == nil {
			out = append(out, w)
		}
	}
	return out
}

func plainArabic() []string { return encodable(charmap.ISO8859_6, arabic) }

// F14: a UTF-8 text that was damaged stays UTF-8; what was whole stays whole.
func TestPropertyDamagedUTF8StaysUTF8(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := sentence(t, append(persian[:len(persian):len(persian)], arabic...), 8)
		b := []byte(text)
		for range rapid.IntRange(1, 1+len(b)/60).Draw(t, "wounds") {
			at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				b[at] = 0xFF
			case 1:
				b = append(b[:at], b[at+1:]...)
			case 2: // a lone surrogate
				b = append(b[:at], append([]byte("\xED\xA0\x80"), b[at:]...)...)
			}
		}
		got, name := charset.Decode(b, rapid.SampledFrom(labels).Draw(t, "label"))
		if name != "utf-8" || !utf8.Valid(got) {
			t.Fatalf("read as %s: %q", name, got)
		}
	})
}

func FuzzDecodeIsAlwaysValid(f *testing.F) {
	f.Add([]byte("\xcd\xd1\xed\xe3"), "text/html; charset=windows-1256")
	f.Add([]byte("\xff\xfe\x00\xd8"), "")
	f.Add([]byte("\xef\xbb\xbf\xcd\xd1"), "charset=")
	f.Add([]byte("<meta charset=iso-2022-jp>\x1b$B\x80"), "x; charset=gb18030")
	f.Fuzz(func(t *testing.T, b []byte, label string) {
		got, name := charset.Decode(b, label)
		if !utf8.Valid(got) || name == "" {
			t.Fatalf("label %q: invalid output in %q", label, name)
		}
		if len(got) > 6*len(b)+3 {
			t.Fatalf("%d bytes grew to %d", len(b), len(got))
		}
	})
}
