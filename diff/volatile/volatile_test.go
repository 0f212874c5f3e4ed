package volatile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"policywatch/configs"
	"policywatch/diff/section"
	"policywatch/diff/volatile"
	"policywatch/store/canon"
	"policywatch/store/record"
)

type desk struct {
	*volatile.Reader
	sections *section.Reader
}

func newDesk(t testing.TB) desk {
	t.Helper()
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	return desk{volatile.New(lex), section.New(lex)}
}

// doc makes a labelled document, a paragraph a line.
func (d desk) doc(lang, text string) *record.Document {
	doc := &record.Document{Lang: lang, Extractor: "x"}
	for line := range strings.Lines(text) {
		doc.Blocks = append(doc.Blocks, record.Block{Kind: record.Paragraph, Text: strings.TrimSpace(line)})
	}
	doc.Identity = canon.Identity(doc.Texts())
	d.sections.Label(doc)
	return doc
}

func words(ps []volatile.Pair) string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Old.Words+">"+p.New.Words)
	}
	return strings.Join(out, ", ")
}

func TestOnlyPlacesDiffer(t *testing.T) {
	d := newDesk(t)
	for _, c := range []struct{ lang, old, new, want string }{
		{"en", "You are visitor 17 here.", "You are visitor 1,204 here.", "17>1204"},
		{"en", "Made in 0.12 seconds.", "Made in 0.3 seconds.", "0.12>0.3"},
		{"en", "Today is Monday, 2 March 2026.", "Today is Tuesday, 14 April 2026.", "monday 2 march 2026>tuesday 14 april 2026"},
		{"fa", "امروز سه‌شنبه ۱۲ اسفند ۱۴۰۴ است.", "امروز یکشنبه ۲ فروردین ۱۴۰۵ است.", "سه شنبه 12 اسفند 1404>یکشنبه 2 فروردین 1405"},
		{"ar", "اليوم الأحد 3 ربيع الأول 1447 هـ.", "اليوم الاثنين 14 ربيع الآخر 1447 هـ.", "الاحد 3 ربیع الاول 1447>الاثنین 14 ربیع الآخر 1447"},
		{"en", "Token 3f2a-beef-cafe ends.", "Token caba-dead-00ff ends.", "3f2a beef cafe>caba dead-00ff"},
		// The statement's own date never hides behind a counter.
		{"en", "Last updated: 2024-03-01 17 visitors", "Last updated: 2024-03-01 18 visitors", "17>18"},
	} {
		differ, ok := volatile.Confined(d.Texts(d.doc(c.lang, c.old), d.doc(c.lang, c.new)))
		if got := words(differ); !ok || got != c.want {
			t.Errorf("%s: %v, %q, want %q", c.new, ok, got, c.want)
		}
	}
	for _, c := range []struct{ lang, old, new string }{
		{"en", "We keep it six months.", "We keep it eighteen months."},
		{"en", "We keep it 6 months.", "We keep it 6 years."},
		{"en", "Write to info@a.gov.", "Write to info2@a.gov."},
		{"en", "You are visitor 17.", "You were visitor 18."},
		{"fa", "۶ ماه نگه می‌داریم.", "۶ ماه نگه نمی‌داریم."},
		{"ar", "نحتفظ بها 6 أشهر.", "نحتفظ بها 6 سنوات."},
	} {
		if differ, ok := volatile.Confined(d.Texts(d.doc(c.lang, c.old), d.doc(c.lang, c.new))); ok {
			t.Errorf("%s: only %q differs", c.new, words(differ))
		}
	}
}

// A place is known again however the text around it is written, and whatever else
// of the paragraph was edited.
func TestAShapeOutlivesEditsAndSpelling(t *testing.T) {
	d := newDesk(t)
	const old = "این اداره داده‌های شما را نگه می‌دارد. تا کنون ۱۷ نفر از این صفحه بازدید کرده‌اند و از همه آنان سپاسگزاریم. درخواست‌ها ۶ ماه می‌مانند."
	was := d.doc("fa", old)
	for _, now := range []string{
		strings.NewReplacer("ی", "ي", "ک", "ك", "۱۷", "٩٩", "می‌", "می ").Replace(old),
		strings.NewReplacer("۱۷", "18", "۶ ماه", "۱۸ ماه").Replace(old),
		"بند تازه\n" + strings.Replace(old, "۱۷", "۱۸", 1),
	} {
		if got := volatile.Common(d.Texts(was, d.doc("fa", now))); !strings.Contains(words(got), "17>") {
			t.Errorf("not found again: %q in %s", words(got), now)
		}
	}
	if got := volatile.Common(d.Texts(was, d.doc("fa", strings.Replace(old, "۱۷ نفر", "۱۸ اداره", 1)))); len(got) > 0 {
		t.Errorf("found among other words: %q", words(got))
	}
}

// A line that holds nothing but the counter is told from another such line.
func TestABareNumberIsKnownByItsNeighbours(t *testing.T) {
	d := newDesk(t)
	text := "Visitors of this page so far\n%d\nMonths for which we keep requests\n%d"
	was, now := d.Texts(d.doc("en", fmt.Sprintf(text, 17, 6)), d.doc("en", fmt.Sprintf(text, 18, 18)))
	differ, ok := volatile.Confined(was, now)
	if !ok || len(differ) != 2 || differ[0].New.Shape == differ[1].New.Shape {
		t.Fatalf("%v %q", ok, words(differ))
	}
	blend := volatile.Blend(was, now, volatile.Set{differ[0].New.Shape: true})
	if got := blend.Text(); got != fmt.Sprintf(text, 18, 6) {
		t.Errorf("blend: %q", got)
	}
}

func TestDatesAndClocksOfTheVisit(t *testing.T) {
	d := newDesk(t)
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	one, two := at("2026-03-03 21:40"), at("2026-04-20 09:17")
	for _, c := range []struct {
		lang, old, new string
		want           bool
	}{
		{"fa", "آخرین به‌روزرسانی: ۱۴۰۴/۱۲/۱۳", "آخرین به‌روزرسانی: ۱۴۰۵/۰۱/۳۱", true}, // Tehran is a day ahead at night
		{"ar", "آخر تحديث: 15 رمضان 1447", "آخر تحديث: 3 ذو القعدة 1447", true},        // Umm al-Qura
		{"en", "Last updated: March 3, 2026", "Last updated: April 20, 2026", true},
		{"en", "Last updated: March 3, 2026", "Last updated: April 17, 2026", false},
		{"en", "Last updated: January 3, 2026", "Last updated: April 20, 2026", false},
		{"en", "Effective from March 3, 2026", "Effective from April 20, 2026", false},
		{"en", "The time is 01:10", "The time is 12:47", true},     // Tehran
		{"en", "The time is 9:40 PM", "The time is 9:17 AM", true}, // UTC, twelve hours
		{"en", "We open at 8:00", "We open at 9:00", false},
		{"en", "Ratio 16:9", "Ratio 4:30", false},
	} {
		ps := volatile.Common(d.Texts(d.doc(c.lang, c.old), d.doc(c.lang, c.new)))
		got := len(ps) > 0
		for _, p := range ps {
			got = got && (p.OfTheDay(one, two) || p.OfTheClock(one, two))
		}
		if got != c.want {
			t.Errorf("%s -> %s: %v (%s)", c.old, c.new, got, words(ps))
		}
	}
	// Visits on the hour prove no clock.
	if ps := volatile.Common(d.Texts(d.doc("en", "We open at 8:00"), d.doc("en", "We open at 9:00"))); len(ps) != 1 || ps[0].OfTheClock(at("2026-03-03 08:00"), at("2026-04-20 09:00")) {
		t.Errorf("opening hours are a clock: %s", words(ps))
	}
}

// Whatever the texts, a text is confined to nothing against itself, a blend over
// every place reads as the new text does in all of them, and equal steady texts are
// those that differ in the set's places only.
func TestProperties(t *testing.T) {
	d := newDesk(t)
	piece := rapid.SampledFrom([]string{"visitor", "نگهداری", "۱۷", "17", "3.5", "Monday", "سه‌شنبه", "2026-03-03", "a1-b2", "،", ". ", "\n", "\n\n", "may", "10:31", "أشهر", "x@y.gov", "\u200c", "0", "\xff"})
	rapid.Check(t, func(t *rapid.T) {
		a := strings.Join(rapid.SliceOfN(piece, 1, 40).Draw(t, "a"), " ")
		b := strings.Join(rapid.SliceOfN(piece, 1, 40).Draw(t, "b"), " ")
		x, y := d.doc("en", a), d.doc("fa", b)
		if differ, ok := volatile.Confined(d.Texts(x, x)); !ok || len(differ) > 0 {
			t.Fatalf("differs from itself: %s", words(differ))
		}
		was, now := d.Text(x), d.Text(y)
		set := volatile.Set{}
		for _, p := range now.Places {
			set[p.Shape] = true
			if got := y.Blocks[p.Block].Text[p.From:p.To]; got == "" {
				t.Fatal("an empty place")
			}
		}
		volatile.Blend(was, now, set)
		if differ, ok := volatile.Confined(was, now); ok {
			for _, p := range differ {
				set[p.Old.Shape] = true
			}
			if was.Steady(set) != now.Steady(set) {
				t.Fatalf("confined to %s and not steady", words(differ))
			}
		}
	})
}

func BenchmarkTexts(b *testing.B) {
	d := newDesk(b)
	line := "We keep 17 requests for 6 months and answer on Monday, 2 March 2026 at 10:31.\n"
	x, y := d.doc("en", strings.Repeat(line, 200)), d.doc("en", "New. "+strings.Repeat(line, 200)+"New.")
	b.SetBytes(int64(len(line) * 200))
	for b.Loop() {
		volatile.Common(d.Texts(x, y))
	}
}
