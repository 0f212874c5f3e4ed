package extract_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"policywatch/crawler/extract"
	"policywatch/store/record"
)

// textForm writes a statement as plain text in one of the ways that people
// save one.
type textForm struct {
	name string
	// bare forms mark items by a bullet only where items says so.
	heading, item, para, gap string
	wrap                     int
	numbers                  []string
}

var textForms = []textForm{
	{name: "bare lines", heading: "%s", item: "- %s", para: "%s", gap: "\n\n"},
	{name: "colons", heading: "%s:", item: "• %s", para: "%s", gap: "\n\n"},
	{name: "numbers", heading: "N. %s", item: "* %s", para: "%s", gap: "\n\n"},
	{name: "dashes behind numbers", heading: "N- %s", item: "– %s", para: "%s", gap: "\n\n"},
	{name: "bold", heading: "**%s**", item: "- %s", para: "%s", gap: "\n\n"},
	{name: "bold with a colon over its text", heading: "**%s:**", item: "- %s", para: "%s", gap: "\n\n"},
	{name: "hashes", heading: "## %s", item: "- %s", para: "%s", gap: "\n\n"},
	{name: "underlined", heading: "%s\n--------", item: "* %s", para: "%s", gap: "\n\n"},
	{name: "no blank lines", heading: "%s", item: "- %s", para: "%s", gap: "\n"},
	{name: "no blank lines, colons", heading: "%s:", item: "- %s", para: "%s", gap: "\n"},
	{name: "broken at 70", heading: "%s", item: "- %s", para: "%s", gap: "\n\n", wrap: 70},
	{name: "three blank lines", heading: "%s", item: "⦁    %s", para: "   %s", gap: "\n\n\n \n"},
	{name: "windows line ends", heading: "%s", item: "- %s", para: "%s", gap: "\r\n\r\n"},
	{name: "bullets of word", heading: "%s", item: "\uf0b7 %s", para: "\u200f%s", gap: "\n\n"},
}

func (f textForm) write(s statement) string {
	var b strings.Builder
	put := func(form, text string) {
		if f.wrap > 0 {
			text = wrap(text, f.wrap)
		}
		b.WriteString(fmt.Sprintf(form, text) + f.gap)
	}
	put("%s", s.title)
	n := 0
	for i, p := range s.parts {
		switch p.kind {
		case 'h':
			n++
			put(strings.Replace(f.heading, "N", fmt.Sprint(n), 1), p.text)
		case 'l':
			put(f.item, p.text)
			if i+1 < len(s.parts) && s.parts[i+1].kind == 'l' {
				// The entries of one list stand together.
				t := strings.TrimSuffix(b.String(), f.gap)
				b.Reset()
				b.WriteString(t + "\n")
			}
		case 'r', 'R':
			put("%s", strings.Join(p.cells, "، ")+".")
		default:
			put(f.para, p.text)
		}
	}
	return b.String()
}

func wrap(s string, width int) string {
	var b strings.Builder
	n := 0
	for i, w := range strings.Fields(s) {
		k := len([]rune(w))
		switch {
		case i == 0:
		case n+1+k > width:
			b.WriteByte('\n')
			n = 0
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(w)
		n += k
	}
	return b.String()
}

// However a statement was saved as text, its headings are found and its
// paragraphs are not taken for headings. X4
func TestTextForms(t *testing.T) {
	r := newReader(t)
	for _, lang := range []string{"fa", "ar", "en"} {
		s := readStatement(t, lang)
		for _, f := range textForms {
			t.Run(f.name+"/"+lang, func(t *testing.T) {
				src := f.write(s)
				d, err := r.Text([]byte(src), extract.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if d.Lang != lang || d.Title != s.title {
					t.Errorf("read as %s, title %q", d.Lang, d.Title)
				}
				want := map[string]bool{}
				for _, h := range s.headings() {
					want[h] = true
				}
				items := 0
				for _, b := range d.Blocks {
					text := strings.TrimRight(b.Text, ":")
					if k := strings.IndexAny(text, ".-"); k > 0 && k < 3 && strings.HasPrefix(f.heading, "N") {
						text = strings.TrimSpace(text[k+1:])
					}
					switch {
					case b.Kind == record.Item:
						items++
					case b.Kind == record.Heading && !want[text]:
						t.Errorf("no heading: %q", b.Text)
					case b.Kind == record.Heading:
						delete(want, text)
					}
				}
				if len(want) > 0 {
					t.Errorf("headings not found: %v", want)
				}
				if items != 4 {
					t.Errorf("%d items, want 4", items)
				}
				var all []string
				for _, p := range s.parts {
					if p.kind == 'p' {
						all = append(all, p.text)
					}
				}
				for _, p := range all {
					if !strings.Contains(d.Text(), p) {
						t.Errorf("paragraph lost or cut: %q", p)
					}
				}
			})
		}
	}
}

// A bare line over "we use it for:" and its list is a heading, and so is a lettered
// title over bullets; an address stays one. X4
func TestTextHeadingsOverLists(t *testing.T) {
	const src = `بيان الخصوصية

أوجه الاستخدام
تستخدم الأمانة المعلومات في:
١- معالجة الطلبات الواردة من المستفيدين.
٢- إرسال الرسائل النصية المتعلقة بسير المعاملة.

B. What we collect
• name and national number
• address and telephone

Write to us
River Agency
12 Mill Lane

The agency keeps the letters of its visitors for as long as it takes to answer them, and no longer than that.
`
	d, err := newReader(t).Text([]byte(src), extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range d.Blocks {
		if b.Kind == record.Heading {
			got = append(got, b.Text)
		}
	}
	if want := []string{"بيان الخصوصية", "أوجه الاستخدام", "B. What we collect"}; !slices.Equal(got, want) {
		t.Errorf("headings %q, want %q", got, want)
	}
}
