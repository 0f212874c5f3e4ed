package pdf

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/store/record"
)

// Bounds of what may be a heading.
const (
	maxHeadingRunes = 160
	maxPlainWords   = 14 // of one that nothing but its place marks
	bodyRunes       = 60 // from here on a paragraph is text to stand over
)

// style is a type size and weight that headings share.
type style struct {
	size float64
	bold bool
}

// settle decides what each draft is: heading, item or paragraph.
func (d *reading) settle(bs []draft) []draft {
	var out []draft
	for _, b := range bs {
		if b.kind != record.Row {
			d.sort(&b)
		}
		if strings.ContainsFunc(b.text, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }) {
			out = append(out, b)
		}
	}
	marked := 0
	for i := range out {
		if d.heading(out, i) {
			out[i].kind = record.Heading
			marked++
		}
	}
	d.plainHeadings(out, marked)
	d.levels(out)
	nest(out)
	return out
}

// sort takes the bullet off an item.
func (d *reading) sort(b *draft) {
	if n := bulletAt(b.text); n > 0 && !headingRole(b.role) {
		b.kind, b.text = record.Item, b.text[n:]
		// A number behind the bullet is the number's own bullet.
		return
	}
	if n, _ := ordinalAt(b.text); n > 0 || b.role == "LI" {
		b.kind = record.Item
	}
}

// heading reports a block that the structure tree, its size or its weight marks
// as one.
func (d *reading) heading(bs []draft, i int) bool {
	b := &bs[i]
	runes := utf8.RuneCountInString(b.text)
	if b.kind == record.Row || runes > maxHeadingRunes || i+1 == len(bs) {
		return false
	}
	ends := stops(b.text)
	if headingRole(b.role) {
		return !ends || runes < 60
	}
	if bulletAt(b.first.text) > 0 {
		return false
	}
	if b.size > 1.1*d.body {
		return !ends || b.size > 1.3*d.body
	}
	next := &bs[i+1]
	// A typeface of its own marks a title too: some are bold by nature.
	if b.lines == 1 && b.first.rtl == d.set.rtl && b.first.face != d.face && next.kind != record.Row && next.first.face == d.face && runes <= 80 && !ends && b.kind == record.Paragraph && !strings.ContainsAny(b.text, "@/") && over(next) {
		return true
	}
	if !b.bold || d.bold || ends || strings.HasSuffix(b.text, ",") || strings.HasSuffix(b.text, "،") {
		return false
	}
	// A bold line of the text's own size stands over something that is not bold.
	return !next.bold || next.kind == record.Row || next.size < b.size-0.3 || !d.alike(b, next.first) || i+2 < len(bs) && !bs[i+2].bold
}

// stops reports text that ends as running text does.
func stops(s string) bool {
	s = strings.TrimRight(s, " )]}»”’\"'")
	c, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune(".!۔…;؛", c) && c != utf8.RuneError
}

// plainHeadings finds headings in the type of the text: short lines of their
// own over a paragraph. Where others are marked, only numbered ones count.
func (d *reading) plainHeadings(bs []draft, marked int) {
	for i := range bs {
		b := &bs[i]
		if b.kind == record.Heading || b.kind == record.Row || b.lines > 2 || !b.apart || i+1 == len(bs) || b.role == "LI" || bulletAt(b.first.text) > 0 {
			continue
		}
		n, _ := ordinalAt(b.text)
		body := b.text[n:]
		words := len(strings.Fields(body))
		if words == 0 || words > maxPlainWords || utf8.RuneCountInString(body) > 90 || stops(body) || strings.HasSuffix(body, "،") || strings.HasSuffix(body, ",") || b.open && b.lines > 1 {
			continue
		}
		next := &bs[i+1]
		if next.kind == record.Heading || !over(next) {
			continue
		}
		colon := strings.HasSuffix(body, ":") || strings.HasSuffix(body, "：")
		switch {
		case strings.ContainsAny(body, "@") || d.dateLine(body):
		case n > 0:
			// A numbered title stands over text, not among other entries.
			if nextN, _ := ordinalAt(next.text); nextN == 0 || utf8.RuneCountInString(next.text) >= 2*bodyRunes {
				b.kind = record.Heading
			}
		case colon:
			if words <= 6 && !d.leadIn(body) && marked == 0 && next.kind != record.Item {
				b.kind = record.Heading
			}
		case marked <= 1:
			b.kind = record.Heading
		}
	}
}

// over reports text that a heading can stand over.
func over(b *draft) bool {
	return b.kind == record.Item || b.kind == record.Row || utf8.RuneCountInString(b.text) >= bodyRunes || strings.HasSuffix(b.text, ":")
}

// dateLine reports a short line that mostly is a date or a number.
func (d *reading) dateLine(s string) bool {
	digits, letters := 0, 0
	for _, c := range s {
		if unicode.IsDigit(c) {
			digits++
		} else if unicode.IsLetter(c) {
			letters++
		}
	}
	return digits >= 4 && digits*4 >= letters || digits > letters
}

// leadIn reports a line that introduces a list, by the words of the lexicons.
func (d *reading) leadIn(s string) bool {
	s = " " + strings.ToLower(strings.TrimRight(s, " :：")) + " "
	for _, w := range d.reader.leadIns {
		if strings.Contains(s, " "+w+" ") {
			return true
		}
	}
	return false
}

// levels ranks headings: by the structure tree where it says, by the size and
// weight of their type, by how deep their number goes.
func (d *reading) levels(bs []draft) {
	var styles []style
	of := func(b *draft) style { return style{float64(int(b.size*2+0.5)) / 2, b.bold} }
	first := -1
	for i := range bs {
		if bs[i].kind != record.Heading {
			continue
		}
		if first < 0 {
			first = i
		}
		if s := of(&bs[i]); !slices.Contains(styles, s) {
			styles = append(styles, s)
		}
	}
	slices.SortFunc(styles, func(a, b style) int {
		switch {
		case a.size != b.size:
			if a.size > b.size {
				return -1
			}
			return 1
		case a.bold == b.bold:
			return 0
		case a.bold:
			return -1
		}
		return 1
	})
	for i := range bs {
		b := &bs[i]
		if b.kind != record.Heading {
			continue
		}
		if len(b.role) == 2 && b.role[0] == 'H' {
			b.level = int(b.role[1] - '0')
			continue
		}
		b.level = min(slices.Index(styles, of(b))+1, 6)
		if _, depth := ordinalAt(b.text); depth > 1 {
			b.level = min(b.level+depth-1, 6)
		}
		// Headings in one style under the first are below it: it is the title.
		if len(styles) == 1 && i != first {
			b.level = min(b.level+1, 6)
		}
	}
}

// nest gives items their depth, by where they begin.
func nest(bs []draft) {
	var starts []float64
	for i := range bs {
		b := &bs[i]
		if b.kind != record.Item {
			if b.kind != record.Paragraph || b.role == "" {
				starts = starts[:0]
			}
			continue
		}
		if b.role == "LI" && b.level > 0 {
			continue
		}
		for len(starts) > 0 && b.start < starts[len(starts)-1]-4 {
			starts = starts[:len(starts)-1]
		}
		if len(starts) == 0 || b.start > starts[len(starts)-1]+4 {
			starts = append(starts, b.start)
		}
		b.level = min(len(starts), 6)
	}
}
