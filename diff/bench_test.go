package diff_test

import (
	"fmt"
	"strings"
	"testing"

	"policywatch/diff"
	"policywatch/store/record"
)

// long makes a Persian statement of about n bytes whose sentences all differ.
func long(n int) *record.Document {
	d := &record.Document{Lang: "fa", Dir: "rtl", Extractor: "test"}
	size := 0
	for i := 0; size < n; i++ {
		if i%6 == 0 {
			d.Sections = append(d.Sections, record.Section{Heading: fmt.Sprintf("بخش %d", i), Topics: []record.Topic{record.Security}, From: len(d.Blocks), To: len(d.Blocks) + 6})
			d.Blocks = append(d.Blocks, record.Block{Kind: record.Heading, Text: fmt.Sprintf("بخش %d", i)})
			continue
		}
		var b strings.Builder
		for k := range 4 {
			fmt.Fprintf(&b, "این سازمان داده‌های شماره %d را برای مقصود %d نگه می‌دارد و آن را بدون اجازه به هیچ نهاد دیگری نمی‌سپارد. ", i, i*7+k)
		}
		d.Blocks = append(d.Blocks, record.Block{Kind: record.Paragraph, Text: strings.TrimSpace(b.String())})
		size += b.Len()
	}
	for i := range d.Sections {
		d.Sections[i].To = min(d.Sections[i].To, len(d.Blocks))
	}
	return d
}

func clone(d *record.Document) *record.Document {
	c := *d
	c.Blocks = append([]record.Block(nil), d.Blocks...)
	return &c
}

func benchmark(b *testing.B, old, new *record.Document, want record.Class) {
	c := comparer(b)
	b.ReportAllocs()
	for b.Loop() {
		if ch := c.Compare(diff.Side{Document: old}, diff.Side{Document: new}); ch.Class != want {
			b.Fatalf("class %s: %s", ch.Class, ch.Reason)
		}
	}
}

func BenchmarkOneEdit20KB(b *testing.B) {
	old := long(20 << 10)
	new := clone(old)
	t := new.Blocks[len(new.Blocks)/2].Text
	new.Blocks[len(new.Blocks)/2].Text = strings.Replace(t, "نمی‌سپارد", "می‌سپارد", 1)
	benchmark(b, old, new, record.ClassSubstantive)
}

func BenchmarkEqual20KB(b *testing.B) {
	old := long(20 << 10)
	benchmark(b, old, clone(old), record.ClassNone)
}

func BenchmarkCosmetic20KB(b *testing.B) {
	old := long(20 << 10)
	new := clone(old)
	for i := range new.Blocks {
		new.Blocks[i].Text = strings.ReplaceAll(new.Blocks[i].Text, "\u200c", " ")
	}
	benchmark(b, old, new, record.ClassCosmetic)
}

func BenchmarkEveryFifthSentence1MB(b *testing.B) {
	old := long(1 << 20)
	new := clone(old)
	for i := range new.Blocks {
		if i%5 == 1 {
			new.Blocks[i].Text = strings.Replace(new.Blocks[i].Text, "مقصود", "منظور", 2)
		}
	}
	benchmark(b, old, new, record.ClassMinor)
}
