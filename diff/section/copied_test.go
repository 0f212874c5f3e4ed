package section_test

import (
	"hash/maphash"
	"strings"
	"testing"

	"policywatch/diff/section"
	"policywatch/store/record"
)

// X7: a passage copied from another agency is found whatever its spelling, and
// common speech is not taken for one.
func TestCopiedPassages(t *testing.T) {
	doc := func(lines ...string) section.Runs {
		d := &record.Document{}
		for _, l := range lines {
			d.Blocks = append(d.Blocks, record.Block{Kind: record.Paragraph, Text: l})
		}
		return section.NewRuns(seed, d)
	}
	const passage = "این سازمان اطلاعات شخصی کاربران را تنها برای پاسخ به درخواست آنان به کار می‌برد و به دیگری نمی‌دهد."
	own := "نشانی ما در میدان آب است و هر روز از ساعت هشت تا چهار به شما پاسخ می‌دهیم مگر روزهای تعطیل."
	a, b := doc(passage, own), doc(strings.ReplaceAll(strings.ReplaceAll(passage, "ی", "ي"), "ک", "ك"))
	if got := b.Copied(a); got != 1 {
		t.Errorf("the copied statement: %.2f", got)
	}
	if got := a.Copied(b); got < 0.3 || got > 0.7 {
		t.Errorf("the statement with a copy in it: %.2f", got)
	}
	if got := doc(own).Copied(b); got != 0 {
		t.Errorf("another text: %.2f", got)
	}
	if got := doc("کوتاه").Copied(a); got != 0 {
		t.Errorf("a text without a run: %.2f", got)
	}
}

var seed = maphash.MakeSeed()
