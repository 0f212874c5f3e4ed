package align

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"We keep logs. They go after 6 months.", "We keep logs.|They go after 6 months."},
		{"See art. 13 and No. 7. Ask us!", "See art. 13 and No. 7.|Ask us!"},
		{"Rates are 12.5 and x.gov.ir or a@b.gov.ir. Next", "Rates are 12.5 and x.gov.ir or a@b.gov.ir.|Next"},
		{"1. Scope of the statement. 2.1 More", "1. Scope of the statement.|2.1 More"},
		{"Data (e.g. names, U.S. numbers etc.) are kept.", "Data (e.g. names, U.S. numbers etc.) are kept."},
		{"اطلاعات حفظ می‌شود. آیا می‌توانم حذف کنم؟ بله.", "اطلاعات حفظ می‌شود.|آیا می‌توانم حذف کنم؟|بله."},
		{"اطلاعات حفظ می‌شود.این سامانه آن را نمی‌فروشد", "اطلاعات حفظ می‌شود.|این سامانه آن را نمی‌فروشد"},
		{"در سال ۱۳۹۵ ه.ش تصویب شد.", "در سال ۱۳۹۵ ه.ش تصویب شد."},
		{"یہ بیان ہے۔ دوسرا جملہ", "یہ بیان ہے۔|دوسرا جملہ"},
		{"He said \"no.\" Then left", "He said \"no.\"|Then left"},
		{"Visit http://a.gov/x?y=1. Then go", "Visit http://a.gov/x?y=1.|Then go"},
		{"one\ntwo", "one|two"},
		{"Gemäß Art. 6 Abs. 1 lit. a DSGVO. Der Rest", "Gemäß Art. 6 Abs. 1 lit. a DSGVO.|Der Rest"},
	} {
		var got []string
		for _, s := range Split(c.text) {
			got = append(got, c.text[s.From:s.To])
		}
		if g := strings.Join(got, "|"); g != c.want {
			t.Errorf("Split(%q)\n got %q\nwant %q", c.text, g, c.want)
		}
	}
}

func TestSplitCoversText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("ab .!?؟۔\n,;(»1Aنم"))).Draw(t, "s")
		var b strings.Builder
		last := 0
		for _, x := range Split(s) {
			if x.From < last || x.To <= x.From {
				t.Fatalf("Split(%q): span %v after %d", s, x, last)
			}
			if gap := strings.TrimSpace(s[last:x.From]); gap != "" {
				t.Fatalf("Split(%q) lost %q", s, gap)
			}
			b.WriteString(s[x.From:x.To])
			last = x.To
		}
		if rest := strings.TrimSpace(s[last:]); rest != "" {
			t.Fatalf("Split(%q) lost %q", s, rest)
		}
	})
}

func TestSplitBoundsPieces(t *testing.T) {
	for _, s := range []string{strings.Repeat("a", 1<<20), strings.Repeat("word ", 1<<18), strings.Repeat("ن", 1<<19), strings.Repeat("a, ", 1<<18)} {
		for _, x := range Split(s) {
			if x.Len() > 2*most {
				t.Fatalf("a sentence of %d bytes", x.Len())
			}
		}
	}
}
