package diff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"policywatch/diff"
	"policywatch/diff/align"
	"policywatch/store/canon"
	"policywatch/store/record"
)

// documents draws a small statement out of sentences that repeat, so that moves,
// duplicates and near misses occur.
func documents() *rapid.Generator[*record.Document] {
	sentence := rapid.SampledFrom([]string{
		"We collect your name.", "We do not share personal data.", "We share personal data.", "Logs are kept for 6 months.", "Logs are kept for 18 months.",
		"این سازمان اطلاعات را نمی‌فروشد.", "این سازمان اطلاعات را می‌فروشد.", "جمع‌آوری اطلاعات انجام می‌شود.", "جمع آوری اطلاعات انجام می شود.",
		"لا نشارك البيانات.", "نشارك البيانات.", "Write to a@b.example.", "12. Yes", "…", "Cookies", "Last updated: 1 May 2024",
	})
	block := rapid.Custom(func(t *rapid.T) record.Block {
		kind := rapid.SampledFrom([]record.BlockKind{record.Heading, record.Paragraph, record.Paragraph, record.Item, record.Row}).Draw(t, "kind")
		return record.Block{Kind: kind, Level: 1, Text: strings.Join(rapid.SliceOfN(sentence, 1, 4).Draw(t, "text"), " ")}
	})
	return rapid.Custom(func(t *rapid.T) *record.Document {
		d := &record.Document{Title: "Privacy", Lang: rapid.SampledFrom([]string{"en", "fa", "ar", ""}).Draw(t, "lang"), Extractor: "test", Blocks: rapid.SliceOfN(block, 0, 12).Draw(t, "blocks")}
		for i, b := range d.Blocks {
			if b.Kind == record.Heading || len(d.Sections) == 0 {
				d.Sections = append(d.Sections, record.Section{Heading: b.Text, Implicit: b.Kind != record.Heading, From: i,
					Topics: []record.Topic{rapid.SampledFrom(record.Topics()).Draw(t, "topic")}})
			}
			d.Sections[len(d.Sections)-1].To = i + 1
		}
		return d
	})
}

// sentences counts the keys of a document's sentences.
func sentences(texts ...string) map[string]int {
	m := make(map[string]int)
	for _, s := range texts {
		for _, at := range align.Split(s) {
			if k := canon.Key(s[at.From:at.To]); k != "" {
				m[k]++
			}
		}
	}
	return m
}

func texts(d *record.Document) (out []string) {
	for _, b := range d.Blocks {
		out = append(out, b.Text)
	}
	return out
}

func TestCompareWithItselfIsNone(t *testing.T) {
	c := comparer(t)
	rapid.Check(t, func(t *rapid.T) {
		d := documents().Draw(t, "document")
		if ch := c.Compare(diff.Side{Document: d}, diff.Side{Document: d}); ch.Class != record.ClassNone || ch.Severity != record.SeverityNone || len(ch.Edits) > 0 {
			t.Fatalf("%+v", ch)
		}
	})
}

// The edits, applied to the sentences of old, give the sentences of new.
func TestEditsMakeNewOutOfOld(t *testing.T) {
	c := comparer(t)
	rapid.Check(t, func(t *rapid.T) {
		old, new := documents().Draw(t, "old"), documents().Draw(t, "new")
		new.Lang = old.Lang
		ch := c.Compare(diff.Side{Document: old}, diff.Side{Document: new})
		if ch.Class == record.ClassUnusable || ch.Class == record.ClassNone || ch.Class == record.ClassLinks || ch.Class == record.ClassCosmetic && len(ch.Edits) == 0 {
			return
		}
		have := sentences(texts(old)...)
		for _, e := range ch.Edits {
			for k, n := range sentences(e.Before) {
				have[k] -= n
			}
			for k, n := range sentences(e.After) {
				have[k] += n
			}
		}
		// Sentences may end elsewhere in a joined run: compare what they say.
		if a, b := letters(have), letters(sentences(texts(new)...)); a != b {
			t.Fatalf("%s\nhave %s\nwant %s\nedits %+v", ch.Reason, a, b, ch.Edits)
		}
	})
}

// letters sums up the words of a bag of sentences, whatever their order.
func letters(m map[string]int) string {
	counts := make(map[rune]int)
	for k, n := range m {
		for _, r := range k {
			if r != ' ' {
				counts[r] += n
			}
		}
	}
	var out []string
	for r, n := range counts {
		if n != 0 {
			out = append(out, fmt.Sprintf("%c%d", r, n))
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// What one direction drops the other adds.
func TestDropsAndAddsAreSymmetric(t *testing.T) {
	c := comparer(t)
	rapid.Check(t, func(t *rapid.T) {
		old := long(rapid.IntRange(1, 12).Draw(t, "size") * 1024)
		new := &record.Document{Lang: old.Lang, Extractor: old.Extractor}
		for i, b := range old.Blocks {
			if b.Kind == record.Heading {
				new.Sections = append(new.Sections, record.Section{Heading: b.Text, Topics: []record.Topic{record.Security}, From: len(new.Blocks)})
			} else if rapid.IntRange(0, 4).Draw(t, fmt.Sprintf("drop %d", i)) == 0 {
				continue
			}
			new.Blocks = append(new.Blocks, b)
			new.Sections[len(new.Sections)-1].To = len(new.Blocks)
		}
		there := c.Compare(diff.Side{Document: old}, diff.Side{Document: new})
		back := c.Compare(diff.Side{Document: new}, diff.Side{Document: old})
		collect := func(ch record.Change, op record.EditOp) string {
			m := make(map[string]int)
			for _, e := range ch.Edits {
				if e.Op == op {
					for k, n := range sentences(e.Before + " " + e.After) {
						m[k] += n
					}
				}
			}
			return letters(m)
		}
		if there.Class == record.ClassUnusable || back.Class == record.ClassUnusable {
			return
		}
		if a, b := collect(there, record.EditDelete), collect(back, record.EditInsert); a != b {
			t.Fatalf("dropped %s\nadded %s", a, b)
		}
		if a, b := collect(there, record.EditInsert), collect(back, record.EditDelete); a != "" || b != "" {
			t.Fatalf("added %s\ndropped %s", a, b)
		}
	})
}

func TestCompareIsDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, new := documents().Draw(t, "old"), documents().Draw(t, "new")
		a := comparerOnce().Compare(diff.Side{Document: old}, diff.Side{Document: new})
		b := comparerOnce().Compare(diff.Side{Document: old}, diff.Side{Document: new})
		if fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", b) {
			t.Fatalf("%+v\n%+v", a, b)
		}
	})
}

// Another editor's spelling of a statement is no change that is told.
func TestCosmeticRewritingIsNotTold(t *testing.T) {
	c := comparer(t)
	rapid.Check(t, func(t *rapid.T) {
		old := documents().Draw(t, "old")
		new := clone(old)
		for i := range new.Blocks {
			s := new.Blocks[i].Text
			for _, r := range []*strings.Replacer{
				strings.NewReplacer("ی", "ي", "ک", "ك"), strings.NewReplacer("\u200c", " "), strings.NewReplacer("\u200c", ""),
				strings.NewReplacer(" ", "\u00a0"), strings.NewReplacer("6", "۶", "1", "١"), strings.NewReplacer(".", ". "),
			} {
				if rapid.Bool().Draw(t, "rewrite") {
					s = r.Replace(s)
				}
			}
			new.Blocks[i].Text = s
		}
		if ch := c.Compare(diff.Side{Document: old}, diff.Side{Document: new}); ch.Severity.AtLeast(record.SeverityMinor) {
			t.Fatalf("%s: %s %+v", ch.Class, ch.Reason, ch.Edits)
		}
	})
}

func FuzzCompare(f *testing.F) {
	f.Add("We keep logs for 6 months.\n# Cookies\nnone", "We keep logs.\n# Cookies", "en")
	f.Add("نمی‌فروشیم\n- الف", "می‌فروشیم", "fa")
	f.Add("\xff\u200c|", "a | b\n| c", "")
	f.Fuzz(func(t *testing.T, old, new, lang string) {
		a, b := notation(lang, old), notation(lang, new)
		c := comparerOnce()
		c.Compare(diff.Side{Document: a}, diff.Side{Document: b})
		if ch := c.Compare(diff.Side{Document: a}, diff.Side{Document: a}); ch.Class != record.ClassNone {
			t.Fatalf("%s: %s", ch.Class, ch.Reason)
		}
	})
}
