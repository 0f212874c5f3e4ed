package speech_test

import (
	"strings"
	"testing"
	"time"

	"policywatch/configs"
	"policywatch/store/record"
	"policywatch/store/speech"
)

func voices(t *testing.T) speech.Voices {
	t.Helper()
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	return speech.New(books)
}

// Directional marks made readable.
var visible = strings.NewReplacer("\u200f", "{RLM}", "\u2066", "{LRI}", "\u2067", "{RLI}", "\u2068", "{FSI}", "\u2069", "{PDI}")

func TestSentences(t *testing.T) {
	vs := voices(t)
	element := record.Value{Kind: record.ValueElement, Elements: []record.ElementName{{ID: "aim", Title: map[string]string{"en": "Aim", "fa": "هدف"},
		Citation: map[string]string{"en": "art. 7", "fa": "مادهٔ ۷"}}}}
	quote := func(dir, s string) record.Value { return record.Quote(dir, s) }
	for _, c := range []struct {
		lang string
		s    record.Sentence
		want string
	}{
		// A quotation that ends in a full stop ends the sentence, in any script.
		{"en", record.Say("told.removed", quote("ltr", "We log.")), "A passage was removed: “We log.”"},
		{"fa", record.Say("told.removed", quote("rtl", "ثبت می‌شود.")), "یک عبارت حذف شد: «ثبت می‌شود.»"},
		{"fa", record.Say("told.removed", quote("ltr", "We log.")), "یک عبارت حذف شد: «{LRI}We log.{PDI}»"},
		// The statement's direction goes before that of its first letter.
		{"en", record.Say("told.removed", quote("rtl", "HTTPS برای امنیت")), "A passage was removed: “{RLI}HTTPS برای امنیت{PDI}”."},
		{"fa", record.Say("told.removed", quote("rtl", "HTTPS برای امنیت")), "یک عبارت حذف شد: «{RLI}HTTPS برای امنیت{PDI}»."},
		// Plural forms, with the number or without it.
		{"en", record.Say("told.flips_more", record.Count(1)), "One more sentence was turned round."},
		{"ar", record.Say("told.flips_more", record.Count(2)), "وانقلب معنى جملتين أخريين."},
		{"ar", record.Say("told.flips_more", record.Count(3)), "وانقلب معنى 3 جمل أخرى."},
		{"ar", record.Say("told.sections_removed", record.Count(11), record.Quote("rtl", "أ", "ب").AtMost(4)), "حُذف 11 قسمًا: «أ» و«ب»."},
		{"ar", record.Say("told.failing", record.Count(2), record.Value{Kind: record.ValueFault, Texts: []string{"not_found"}}, record.Text("x: 404")),
			"لم يُعثر على البيان في زيارتين متتاليتين: الصفحة غير موجودة ({LRI}x: 404{PDI})."},
		{"fa", record.Say("told.flips_more", record.Count(12)), "معنای ۱۲ جملهٔ دیگر نیز وارونه شد."},
		// Elements by the language that the profile speaks, else in English.
		{"fa", record.Say("told.required", element), "ضوابط قانونی ذکر این مورد را الزامی می‌داند: هدف (مادهٔ ۷)."},
		{"ar", record.Say("told.required", element), "توجب الضوابط النظامية ذكر هذا الأمر: {LRI}Aim{PDI} ({LRI}art. 7{PDI})."},
		// Days by the reader's calendar, spans in the reader's words.
		{"fa", record.Say("told.date_moved", record.Date("2024-03-20"), record.Date("2026-11-01")),
			"تاریخ آخرین به‌روزرسانی از {LRI}۱۴۰۳/۰۱/۰۱{PDI} ({LRI}2024-03-20{PDI}) به {LRI}۱۴۰۵/۰۸/۱۰{PDI} ({LRI}2026-11-01{PDI}) تغییر کرد."},
		{"en", record.Say("told.seen_again", record.Duration(26*time.Hour+3*time.Minute)), "Seen again 1 day, 2 hours and 3 minutes after it was first seen."},
		{"fa", record.Say("told.seen_again", record.Duration(10*time.Minute+20*time.Second)), "همین متن ۱۰ دقیقه پس از نخستین مشاهده دوباره دیده شد."},
		{"ar", record.Say("told.seen_again", record.Duration(2*time.Hour)), "شوهد النص نفسه مرة أخرى، والمدة منذ رصده أول مرة: ساعتان."},
		// Hostile words lose their own directional marks.
		{"en", record.Say("told.removed", quote("ltr", "a\u202eb\u2069\x1b[1m")), "A passage was removed: “ab[1m”."},
		// A sentence of a newer program is not lost.
		{"fa", record.Say("told.newer", record.Text("a"), record.Text("b")), "Told.newer {LRI}a{PDI} {LRI}b{PDI}"},
	} {
		if got := visible.Replace(vs.In(c.lang).Sentence(c.s)); got != c.want {
			t.Errorf("%s %s\ngot  %s\nwant %s", c.lang, c.s.Key, got, c.want)
		}
	}
}

// What is stored carries no marks of the place where it is shown.
func TestPlainVoiceSetsNoMarks(t *testing.T) {
	s := record.Say("told.renamed", record.Quote("rtl", "حریم خصوصی"), record.Quote("rtl", "سیاست‌ها"))
	if got, want := voices(t).In("en").Plain().Sentence(s), "The section “حریم خصوصی” is now called “سیاست‌ها”."; got != want {
		t.Errorf("got %s", got)
	}
}

func TestAtMostNamesTheLastOne(t *testing.T) {
	v := record.Text("a", "b", "c", "d")
	for n, want := range map[int]string{4: "a, b, c and d", 3: "a, b, c and d", 2: "a, b and 2 more", 1: "a and 3 more"} {
		if got := voices(t).In("en").Sentence(record.Say("told.counts", v.AtMost(n))); got != speech.Capital(want)+"." {
			t.Errorf("at most %d: %s", n, got)
		}
	}
}
