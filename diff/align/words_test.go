package align

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"policywatch/store/canon"
	"policywatch/store/record"
)

func show(ps []record.Part) string {
	var b strings.Builder
	for _, p := range ps {
		switch p.Op {
		case record.EditDelete:
			b.WriteString("[-" + p.Text + "]")
		case record.EditInsert:
			b.WriteString("[+" + p.Text + "]")
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"we keep it 6 months.", "we keep it 18 months.", "we keep it [-6 ][+18 ]months."},
		{"جمع‌آوری اطلاعات", "جمعآوری اطلاعات", "جمعآوری اطلاعات"},
		{"نمی‌فروشیم", "می فروشیم", "[-نمی‌فروشیم][+می فروشیم]"},
		{"a, b; c", "a b c", "a b c"},
		{"", "new", "[+new]"},
	} {
		if got := show(Words(c.old, c.new)); got != c.want {
			t.Errorf("Words(%q, %q)\n got %s\nwant %s", c.old, c.new, got, c.want)
		}
	}
}

func TestWordsAddUp(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune("ab1نمیا ,.")), 0, 60, -1)
	rapid.Check(t, func(t *rapid.T) {
		old, new := word.Draw(t, "old"), word.Draw(t, "new")
		var a, b string
		for _, p := range Words(old, new) {
			if p.Op != record.EditInsert {
				a += p.Text
			}
			if p.Op != record.EditDelete {
				b += p.Text
			}
		}
		if len(canon.Tokens(new)) > 0 && b != new {
			t.Fatalf("Words(%q, %q) makes %q", old, new, b)
		}
		// The equal parts show the new side's spaces.
		if unspaced := strings.NewReplacer(" ", ""); unspaced.Replace(canon.Key(a)) != unspaced.Replace(canon.Key(old)) {
			t.Fatalf("Words(%q, %q) leaves %q", old, new, a)
		}
	})
}
