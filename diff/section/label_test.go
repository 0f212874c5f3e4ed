package section_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"policywatch/store/record"
)

// topicsUnder labels a document and returns the topics of the section under a
// heading, or of all sections for "".
func topicsUnder(t *testing.T, lang, text, heading string) []record.Topic {
	t.Helper()
	doc := document(lang, text)
	reader(t).Label(doc)
	var out []record.Topic
	for _, s := range doc.Sections {
		if heading == "" || s.Heading == heading {
			out = append(out, s.Topics...)
		}
	}
	return out
}

func TestTopics(t *testing.T) {
	for _, tt := range []struct {
		name, lang, text, heading string
		want                      []record.Topic
		not                       []record.Topic
	}{
		{"K1 unusual heading", "en", "## What happens in the end\nRecords are destroyed two years after the case is closed.", "What happens in the end",
			[]record.Topic{record.Retention}, nil},
		{"K1 table row", "en", "## At a glance\n| Cookies | We use session cookies only. |", "", []record.Topic{record.Cookies}, nil},
		{"K2 empty body", "fa", "## امنیت اطلاعات\n\n## حقوق شما\nمی‌توانید خواستار اصلاح اطلاعات خود شوید.", "امنیت اطلاعات", nil, []record.Topic{record.Security}},
		{"K3 negated", "fa", "## کوکی‌ها\nاین وبگاه از کوکی استفاده نمی‌کند.", "کوکی‌ها", []record.Topic{record.Cookies}, nil},
		{"K3 negated", "ar", "## عام\nلا يستخدم هذا الموقع ملفات تعريف الارتباط.", "", []record.Topic{record.Cookies}, nil},
		{"K6 English in Persian", "fa", "## Security\nThis portal encrypts all traffic with TLS.\n\n## تماس با ما\nبا ما تماس بگیرید.", "Security", []record.Topic{record.Security}, nil},
		{"K7 letters and joiners", "fa", "## جمعآوري اطلاعات كاربران\nكد ملي و تلفن همراه شما گرفته ميشود.", "جمعآوري اطلاعات كاربران", []record.Topic{record.CollectionProvided}, nil},
		{"X1 reversed heading", "fa", "## شما شخصی اطلاعات آوری جمع\nدر فرم ثبت‌نام، کد ملی گرفته می‌شود.", "شما شخصی اطلاعات آوری جمع", []record.Topic{record.CollectionProvided}, nil},
		{"X8 hidden topics", "fa", "## اطلاعات بیشتر\nتدابیر امنیتی برای جلوگیری از دسترسی غیرمجاز به کار رفته است.\n\nاین درگاه به سایت‌های دیگر پیوند دارد و ما مسئولیتی در قبال محتوای سایت‌های دیگر نداریم.",
			"", []record.Topic{record.Security, record.ExternalLinks}, nil},
		{"misleading heading", "en", "## Retention\nWe protect the data against unauthorised access by encryption, firewalls and access controls. Security measures are reviewed every year by an independent body, " +
			"and staff are trained in information security. Technical and organisational measures prevent loss, misuse and alteration.", "Retention", []record.Topic{record.Security}, []record.Topic{record.Retention}},
		{"container", "en", "## Information we collect automatically\n### IP addresses\nWe log the IP address of every visitor.", "Information we collect automatically", []record.Topic{record.CollectionAutomatic}, nil},
		{"same word, other thing", "fa", "## نظرسنجی\nبرای سنجش میزان رضایت مراجعان از خدمات، پرسش‌نامه‌ای در درگاه است.", "", nil, []record.Topic{record.Consent}},
		{"a ministry is not security", "en", "## Who wrote this page\nThe page was written by the Ministry of Security.", "Who wrote this page", nil, []record.Topic{record.Security}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := topicsUnder(t, tt.lang, tt.text, tt.heading)
			for _, w := range tt.want {
				if !slices.Contains(got, w) {
					t.Errorf("%v lacks %s", got, w)
				}
			}
			for _, w := range tt.not {
				if slices.Contains(got, w) {
					t.Errorf("%v has %s", got, w)
				}
			}
			if tt.want == nil && tt.not == nil && len(got) > 0 {
				t.Errorf("got %v", got)
			}
		})
	}
}

// TestAnyDocument holds what must be true of every labelled document.
func TestAnyDocument(t *testing.T) {
	r := reader(t)
	var lines []string
	for _, lang := range []string{"fa", "ar", "en"} {
		for _, b := range fixture(t, lang).Blocks {
			lines = append(lines, b.Text)
		}
	}
	lines = append(lines, "", ":", "[name]", "\u200c", "\u202b(", "1", "۱۳۹۵/۱۳/۴۰", "@", "+++", "www.", "://", "م/19", "Art. 6 Abs.", strings.Repeat("ها ", 50), "\xff\xfe")
	profile := record.Profile{Elements: []record.Element{
		{ID: "a", Title: map[string]string{"en": "a"}, Any: []record.Topic{record.Security, record.Use}},
		{ID: "b", Title: map[string]string{"en": "b"}, Words: map[string][]string{"fa": {"کوکی"}, "en": {"cookie*"}, "ar": {"كوكيز"}}},
		{ID: "c", Title: map[string]string{"en": "c"}, All: []record.Topic{record.LegalBasis}, Facts: []record.FactKind{record.FactArticle}},
	}, Citations: []record.Citation{{Number: "1127128", Date: "2017-02-16"}}}
	rapid.Check(t, func(t *rapid.T) {
		doc := &record.Document{Lang: rapid.SampledFrom([]string{"fa", "ar", "en", "", "xx", "ku", "fa-IR"}).Draw(t, "lang")}
		doc.Quality.Verdict = record.VerdictStatement
		for range rapid.IntRange(0, 12).Draw(t, "blocks") {
			doc.Blocks = append(doc.Blocks, record.Block{
				Kind:  rapid.SampledFrom([]record.BlockKind{record.Heading, record.Paragraph, record.Item, record.Row}).Draw(t, "kind"),
				Level: rapid.IntRange(0, 3).Draw(t, "level"),
				Text:  rapid.OneOf(rapid.SampledFrom(lines), rapid.String()).Draw(t, "text"),
			})
		}
		r.Label(doc)
		again := &record.Document{Lang: doc.Lang, Blocks: doc.Blocks}
		r.Label(again)
		if !equalSections(doc.Sections, again.Sections) || !slices.Equal(doc.Facts, again.Facts) {
			t.Fatal("two readings differ")
		}
		covered := make([]int, len(doc.Blocks))
		end := 0 // of the last section that is not inside another
		for _, s := range doc.Sections {
			if s.From < 0 || s.From >= s.To || s.To > len(doc.Blocks) {
				t.Fatalf("section out of range: %+v", s)
			}
			if s.Implicit && s.From < end {
				continue // inside a headed section
			}
			end = s.To
			for i := s.From; i < s.To; i++ {
				covered[i]++
			}
		}
		for i, n := range covered {
			if n != 1 {
				t.Fatalf("block %d stands in %d sections", i, n)
			}
		}
		for _, f := range doc.Facts {
			if !strings.Contains(doc.Blocks[f.Block].Text, f.Text) && f.Kind != record.FactOwner {
				t.Fatalf("fact %+v is not in its block %q", f, doc.Blocks[f.Block].Text)
			}
		}
		for _, f := range r.Check(doc, profile) {
			if f.Status == record.StatusPresent && f.Evidence == nil {
				t.Fatalf("%s is present without evidence", f.ID)
			}
			if f.Reason == "" {
				t.Fatalf("%s gives no reason", f.ID)
			}
			if f.Evidence != nil && !slices.ContainsFunc(doc.Blocks, func(b record.Block) bool { return strings.Contains(b.Text, f.Evidence.Quote) }) {
				t.Fatalf("%s quotes what no block says: %q", f.ID, f.Evidence.Quote)
			}
		}
	})
}

func equalSections(a, b []record.Section) bool {
	return slices.EqualFunc(a, b, func(x, y record.Section) bool {
		return x.Heading == y.Heading && x.From == y.From && x.To == y.To && x.Implicit == y.Implicit && x.Confidence == y.Confidence &&
			slices.Equal(x.Topics, y.Topics) && slices.Equal(x.Words, y.Words)
	})
}

func FuzzLabel(f *testing.F) {
	for _, lang := range []string{"fa", "ar", "en"} {
		f.Add(lang, strings.Join(texts(fixture(f, lang)), "\n"))
	}
	r := reader(f)
	f.Fuzz(func(t *testing.T, lang, text string) {
		doc := document(lang, text)
		r.Label(doc)
		r.Check(doc, record.Profile{Elements: []record.Element{{ID: "a", Any: []record.Topic{record.Use}}}})
	})
}

func texts(doc *record.Document) []string {
	out := make([]string, len(doc.Blocks))
	for i, b := range doc.Blocks {
		out[i] = b.Text
	}
	return out
}

// BenchmarkLabel reads a statement of 20 KB.
func BenchmarkLabel(b *testing.B) {
	for _, lang := range []string{"fa", "ar", "en"} {
		b.Run(lang, func(b *testing.B) {
			r, doc := reader(b), fixture(b, lang)
			blocks, size := doc.Blocks, 0
			doc.Blocks = nil
			for size < 20<<10 {
				for _, bl := range blocks {
					doc.Blocks = append(doc.Blocks, bl)
					size += len(bl.Text)
				}
			}
			r.Label(doc)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				b.StopTimer() // no text may be one that the reader remembers
				for i := range doc.Blocks {
					doc.Blocks[i].Text = fmt.Sprint(blocks[i%len(blocks)].Text, " ", n, ".", i)
				}
				b.StartTimer()
				r.Label(doc)
			}
		})
	}
}

// What the reader remembers of one document changes nothing in another.
func TestLabelsAreTheSameFromMemory(t *testing.T) {
	for _, lang := range []string{"fa", "ar", "en"} {
		fresh, doc := reader(t), fixture(t, lang)
		fresh.Label(doc)
		want, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				again := fixture(t, lang)
				fresh.Label(again)
				if got, _ := json.Marshal(again); string(got) != string(want) {
					t.Errorf("%s: labelled otherwise the second time", lang)
				}
			})
		}
		wg.Wait()
	}
}
