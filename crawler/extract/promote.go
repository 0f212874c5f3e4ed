package extract

import (
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// Headings that nobody marked. Most statements on government sites have them:
// bare lines, lines with a colon, numbered clauses. The risk is even on both
// sides: a missed heading merges two sections, an invented one cuts a section in
// two, and either may later read as a dropped section. So a line must look like a
// title AND stand like one.

// bodyRunes is the length from which a paragraph is text that a heading can
// stand over.
const bodyRunes = 60

// promote finds the headings that nobody marked: short bare lines between
// blank lines, lines that end in a colon, numbered clause titles.
// In a text whose author marked headings (Markdown, HTML) only lines that say
// by a colon or a number that they are headings are added to those.
func (r *Reader) promote(ds []draft, marks bool) {
	marked, gaps := 0, 0
	for i, d := range ds {
		if d.marked && i > 1 {
			marked++ // the title of the page says nothing of its sections
		}
		if d.gap {
			gaps++
		}
	}
	noGaps := gaps*4 < len(ds) // a text that uses no blank lines at all
	bare := make([]bool, len(ds))
	for i := range ds {
		bare[i] = r.candidate(ds, i, marks && marked > 0, noGaps)
	}
	for i := 0; i < len(ds); {
		if !bare[i] {
			i++
			continue
		}
		j := i
		for j < len(ds) && bare[j] {
			j++
		}
		r.promoteRun(ds, i, j)
		i = j
	}
}

// candidate reports whether draft i may be a heading by its own looks and by
// the space around it.
func (r *Reader) candidate(ds []draft, i int, strict, noGaps bool) bool {
	d := &ds[i]
	if d.kind == record.Heading || d.kind == record.Row || d.kind == record.Item && !d.clause || i+1 == len(ds) || len(d.text) > maxHeadingBytes {
		return false
	}
	h := look(d.text)
	if !h.bare() && !(d.clause && h.colon) {
		return false
	}
	if r.words.opening(d.text) || r.dateLine(d) {
		return false
	}
	if d.clause {
		// A lettered clause that opens a part may be a whole sentence.
		if h.colon && !h.sentence && h.words <= 24 && d.gap {
			return true
		}
		return h.bare() && (d.gap || noGaps) && titleBody(ds[i+1], noGaps)
	}
	if !h.bare() || !(d.gap || noGaps) {
		return false
	}
	if h.colon {
		next := ds[i+1]
		if next.clause && r.candidate(ds, i+1, strict, noGaps) {
			return !r.words.leadIn(d.text)
		}
		if next.kind == record.Item || noGaps && look(next.text).bare() {
			// It introduces the list unless it reads like a title.
			return h.words <= 6 && !r.words.leadIn(d.text) && !strict
		}
		if strict {
			return h.words <= 6 && !r.words.leadIn(d.text) && utf8.RuneCountInString(next.text) >= bodyRunes
		}
		return !r.words.leadIn(d.text) || h.words <= 4
	}
	if strict {
		return false
	}
	if next := ds[i+1].text; d.after && !noGaps && utf8.RuneCountInString(next) < bodyRunes && !look(next).colon {
		return false // an address, a signature; what a line with a colon introduces is text
	}
	return true
}

// titleBody reports whether next is text that a clause title can stand over,
// not the next entry of the same list.
func titleBody(next draft, noGaps bool) bool {
	if next.kind == record.Heading || next.clause && next.depth < 2 {
		return false
	}
	return next.gap || noGaps || next.kind == record.Item && !next.clause || utf8.RuneCountInString(next.text) >= bodyRunes
}

// promoteRun settles a run of candidates ds[i:j] that follow one another. Two
// or three are a title, its container and a heading; a longer run is a list
// that nobody marked, and only what stands right over the text is a heading.
func (r *Reader) promoteRun(ds []draft, i, j int) {
	if j == len(ds) {
		j-- // nothing follows the last line: no heading
	}
	after := i > 0 && ds[i-1].kind != record.Heading && look(ds[i-1].text).colon
	for k := i; k < j; k++ {
		last := k == j-1
		mark := ds[k].clause || look(ds[k].text).colon
		switch {
		case mark, last, i == 0 && k == 0, j-i <= 3 && !after:
			ds[k].kind, ds[k].level = record.Heading, 0
		case after:
			ds[k].kind, ds[k].level = record.Item, 1
		}
	}
}

// rejoin puts sentences together that a line or page break cut: a long
// paragraph that does not end like one goes on in the next. A text that never
// punctuates its paragraphs is left alone.
func rejoin(ds []draft) []draft {
	long, ended, stops := 0, 0, 0
	for _, d := range ds {
		if stopInFront(d.text) {
			stops++ // a damaged text: line ends say nothing
		}
		if d.kind == record.Paragraph && utf8.RuneCountInString(d.text) >= bodyRunes {
			long++
			if ends(d.text) || stopInFront(d.text) {
				ended++
			}
		}
	}
	if stops < 2 && (long == 0 || ended*10 < long*5) {
		return ds
	}
	out := ds[:0]
	for _, d := range ds {
		if n := len(out); n > 0 && broken(&out[n-1], &d) {
			p := &out[n-1]
			if p.original == "" {
				p.original = p.text
			}
			p.original += "\n" + d.text
			p.text += " " + strings.TrimSpace(d.text)
			p.last, p.width = d.lastLine(), d.width
			p.after = d.after
			continue
		}
		out = append(out, d)
	}
	return out
}

// broken reports whether next goes on with the sentence that p leaves open.
func broken(p, next *draft) bool {
	if p.kind != record.Paragraph && p.kind != record.Item || next.kind != record.Paragraph || !next.gap {
		return false
	}
	if utf8.RuneCountInString(p.text) < 70 || p.width < 45 || ends(p.text) || stopInFront(p.lastLine()) {
		return false
	}
	if stopInFront(next.text) {
		return true
	}
	c, _ := utf8.DecodeRuneInString(strings.TrimLeft(next.text, `("«'`))
	if c >= 'a' && c <= 'z' {
		return true
	}
	if !rightToLeft(c) {
		return pausing(lastMark(p.text)) && wordRune(c)
	}
	return utf8.RuneCountInString(next.text) >= bodyRunes || !look(next.text).bare()
}

// stopInFront reports a line whose full stop stands before its words: what a
// PDF's visual order leaves of the last line of a right-to-left paragraph.
func stopInFront(s string) bool {
	s = strings.TrimSpace(s)
	c, n := utf8.DecodeRuneInString(s)
	d, _ := utf8.DecodeRuneInString(strings.TrimSpace(s[n:]))
	return (c == '.' || c == '؟' || c == '!') && rightToLeft(d)
}
