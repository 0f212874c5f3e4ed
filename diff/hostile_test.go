package diff_test

import (
	"fmt"
	"strings"
	"testing"

	"policywatch/diff"
	"policywatch/store/record"
)

func paragraphs(lines []string) *record.Document {
	d := &record.Document{Lang: "en", Extractor: "test"}
	for _, l := range lines {
		d.Blocks = append(d.Blocks, record.Block{Kind: record.Paragraph, Text: l})
	}
	return d
}

func headings(n, from int) *record.Document {
	d := &record.Document{Lang: "en", Extractor: "test"}
	for i := range n {
		h := fmt.Sprintf("Heading number %d", from+i)
		d.Sections = append(d.Sections, record.Section{Heading: h, Topics: []record.Topic{record.Use}, From: i, To: i + 1})
		d.Blocks = append(d.Blocks, record.Block{Kind: record.Heading, Text: h})
	}
	return d
}

func lines(n int, f func(int) string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = f(i)
	}
	return out
}

// Input that a hostile page may send is a moment's work. There is no clock here:
// with a quadratic step any of these would run into the test's own time limit.
func TestHostileInputIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("large inputs")
	}
	scrambled := func(i int) string { return fmt.Sprintf("w%d", i*7919%100003) }
	words := func(seed int) string {
		return strings.Join(lines(90_000, func(i int) string { return fmt.Sprintf("w%d", (i*31+seed*i*i)%5000) }), " ")
	}
	for name, p := range map[string][2]*record.Document{
		"10,000 headings":                 {headings(10_000, 0), headings(10_000, 5_000)},
		"10,000 other headings":           {headings(10_000, 0), headings(10_000, 20_000)},
		"one long paragraph":              {paragraphs([]string{words(1)}), paragraphs([]string{words(2)})},
		"half a megabyte without a space": {paragraphs([]string{strings.Repeat("x", 1<<19)}), paragraphs([]string{strings.Repeat("y", 1<<19)})},
		"equal lines":                     {paragraphs(lines(40_000, func(int) string { return "same" })), paragraphs(lines(30_000, func(int) string { return "same" }))},
		"two lines in turn":               {paragraphs(lines(30_000, func(i int) string { return "abc"[i%2 : i%2+1] })), paragraphs(lines(30_000, func(i int) string { return "abc"[i%3 : i%3+1] }))},
		"reversed lines":                  {paragraphs(lines(20_000, scrambled)), paragraphs(lines(20_000, func(i int) string { return scrambled(19_999 - i) }))},
		"the same rare words":             {paragraphs(lines(10_000, func(i int) string { return fmt.Sprintf("alpha beta gamma delta %d", i) })), paragraphs(lines(10_000, func(i int) string { return fmt.Sprintf("alpha beta gamma delta %d", i+50_000) }))},
		"long sentences everywhere":       {paragraphs(lines(200, func(i int) string { return strings.Repeat(fmt.Sprintf("a%d ", i), 600) })), paragraphs(lines(200, func(i int) string { return strings.Repeat(fmt.Sprintf("a%d b ", i), 400) }))},
		"repeats of what stays":           {paragraphs(append(lines(3_000, func(i int) string { return strings.Repeat("some words of a line ", 4) + fmt.Sprint(i) }), strings.Repeat("z ", 1<<18))), paragraphs([]string{strings.Repeat("z ", 1<<18)})},
	} {
		t.Run(name, func(t *testing.T) {
			c := comparer(t)
			there := c.Compare(diff.Side{Document: p[0]}, diff.Side{Document: p[1]})
			back := c.Compare(diff.Side{Document: p[1]}, diff.Side{Document: p[0]})
			if there.Class == record.ClassNone || back.Class == record.ClassNone {
				t.Errorf("%s, %s", there.Class, back.Class)
			}
		})
	}
}
