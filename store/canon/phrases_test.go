package canon_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"policywatch/store/canon"
)

func find(p *canon.Phrases, text string) (ids []int) {
	p.Find(canon.Text(text), func(m canon.Match) bool {
		ids = append(ids, int(m.ID))
		return true
	})
	return ids
}

// A phrase is found in every spelling that people use, and not inside other
// words. K7
func TestPhrases(t *testing.T) {
	list := []string{0: "حریم خصوصی", 1: "سياسة الخصوصية", 2: "privacy policy", 3: "politique de confidentialité", 4: "news", 5: "خبر", 6: "الخصوصية"}
	var p canon.Phrases
	for i, s := range list {
		p.Add(canon.Text(s), int32(i))
	}
	for _, c := range []struct {
		text string
		want []int
	}{
		{"حریم خصوصی", []int{0}},
		{"حريم‌خصوصي شما", []int{0}},
		{"حریم  خصوصی‌تان", []int{0}},
		{"بخش خصوصی", nil},
		{"سیاسة الخصوصیه", []int{1, 6}},
		{"وسياسة الخصوصية", []int{1, 6}},
		{"بالخصوصية", []int{6}},
		{"للخصوصية", []int{6}},
		{"وللخصوصية", []int{6}},
		{"Privacy-Policy.", []int{2}},
		{"PRIVACYPOLICY", []int{2}},
		{"privacy policies", nil},
		{"Politique de confidentialite", []int{3}},
		{"newsletter", nil},
		{"Latest news", []int{4}},
		{"خبرنامه", nil},
		{"آخرین خبر", []int{5}},
		{"", nil},
	} {
		if got := find(&p, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %v, want %v", c.text, got, c.want)
		}
	}
}

// Whatever is added is found in a text that holds it, and every match covers
// the phrase's letters.
func TestPhrasesProperties(t *testing.T) {
	words := []string{"privacy", "policy", "حریم", "خصوصی", "الخصوصية", "données", "veri", "مي", "ها", "12"}
	rapid.Check(t, func(t *rapid.T) {
		phrase := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 4).Draw(t, "phrase"), " ")
		before := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 4).Draw(t, "before"), ", ")
		var p canon.Phrases
		p.Add(canon.Text(phrase), 7)
		text := canon.Text(before + ". " + phrase + ".")
		found := false
		p.Find(text, func(m canon.Match) bool {
			found = true
			if m.From < 0 || m.To > len(text) || m.From >= m.To {
				t.Fatalf("match %+v outside %q", m, text)
			}
			return true
		})
		if !found {
			t.Fatalf("%q not found in %q", phrase, text)
		}
	})
}

func FuzzPhrases(f *testing.F) {
	f.Add("حریم خصوصی", "بخش خصوصی")
	f.Fuzz(func(t *testing.T, phrase, text string) {
		var p canon.Phrases
		p.Add(phrase, 1)
		p.Find(text, func(canon.Match) bool { return true })
	})
}

func BenchmarkPhrases(b *testing.B) {
	var p canon.Phrases
	for i, s := range []string{"حریم خصوصی", "اطلاعات شخصی", "جمع‌آوری اطلاعات", "privacy policy", "personal data", "الخصوصية"} {
		p.Add(canon.Text(s), int32(i))
	}
	text := canon.Text(strings.Repeat("این سازمان اطلاعات شخصی کاربران را برای ارائه خدمات نگهداری می‌کند و حریم خصوصی آنان را محترم می‌شمارد. ", 100))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		p.Find(text, func(canon.Match) bool { return true })
	}
}
