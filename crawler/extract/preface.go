package extract

import (
	"slices"
	"strings"

	"policywatch/store/record"
)

// Titles. The heading that names the statement often stands outside the element
// that holds its text, next to the site's name, a breadcrumb, a date and a
// banner; it has to be fetched without them.

// preface reads what stands before the chosen part of the page and belongs to
// it: the title, the date under it, an introduction. It begins with the title;
// without one, or where the chosen part has as good a title itself, nothing
// before it is taken.
func (w *walker) preface(root int32, h pageHead, chosen []draft) []draft {
	sub := newWalker(w.r, w.t, w.res)
	for _, i := range w.t.before(root) {
		sub.walk(i)
		sub.flush()
	}
	ds := w.r.sweep(sub.out)
	at, best := -1, 0
	for i := range ds {
		if s := w.r.titleScore(&ds[i], h); s > 0 && s >= best {
			at, best = i, s
		}
	}
	if at < 0 {
		return nil
	}
	for i := range chosen[:min(len(chosen), 4)] {
		if ds[at].level == 1 {
			break // a page has one h1, and it is this
		}
		if chosen[i].kind == record.Heading && w.r.titleScore(&chosen[i], h) >= best {
			return nil
		}
	}
	ds[at].kind, ds[at].marked = record.Heading, true
	if ds[at].level == 0 || ds[at].level > 2 {
		ds[at].level = 1
	}
	var out []draft
	if at > 0 && w.r.dateLine(&ds[at-1]) {
		out = append(out, ds[at-1])
	}
	for i := at; i < len(ds); i++ {
		d := &ds[i]
		n := letters(d.text)
		if i == at || d.kind == record.Heading && i > at && !d.linked || w.r.dateLine(d) || !d.linked && (n >= 100 || n >= 40 && ends(d.text)) {
			out = append(out, *d)
		}
	}
	// A heading that nothing follows before the next one is somebody else's.
	return slices.DeleteFunc(out, func(d draft) bool { return !says(d.text) })
}

// before lists the subtrees that precede box i in the page, outermost first.
func (t *tree) before(i int32) []int32 {
	var path []int32
	for p := i; p >= 0; p = t.boxes[p].parent {
		path = append(path, p)
	}
	var out []int32
	for k := len(path) - 1; k > 0; k-- {
		for c := path[k] + 1; c < path[k-1]; c = t.boxes[c].end {
			if t.boxes[c].flags&isDropped == 0 && t.boxes[c].letters > 0 {
				out = append(out, c)
			}
		}
	}
	return out
}

// titleScore says how surely a line is the title of the page's text.
func (r *Reader) titleScore(d *draft, h pageHead) int {
	if d.kind == record.Item || d.kind == record.Row || d.linked || len(d.text) > 300 {
		return 0
	}
	s := look(d.text)
	if r.words.news.is(d.text) || r.words.share.is(d.text) {
		return 0
	}
	if s.hollow || s.numbered || s.words > maxHeadingWords+4 || s.sentence && d.kind != record.Heading {
		return 0
	}
	score := 0
	if h.names(d.text) {
		score = 3
	}
	if r.words.statement.is(strings.TrimRight(d.text, ": ")) {
		score = max(score, 5)
	} else if d.kind == record.Heading && r.words.statement.holds(strings.Fields(key(d.text))) {
		score = max(score, 4)
	}
	if d.kind == record.Heading && d.level == 1 {
		score++
	}
	if score == 0 && d.kind == record.Heading && d.level <= 2 {
		score = 1
	}
	return score
}

// names reports whether the page's title is or holds text as one of its parts.
func (h pageHead) names(text string) bool {
	k := join(key(text))
	for _, t := range []string{h.docTitle, h.ogTitle} {
		for _, part := range titleParts(t) {
			if p := join(key(part)); p != "" && p == k && part != h.siteName {
				return true
			}
		}
	}
	return false
}

func titleParts(t string) []string {
	parts := []string{t}
	for _, sep := range separators {
		if strings.Contains(t, sep) {
			for p := range strings.SplitSeq(t, sep) {
				parts = append(parts, strings.TrimSpace(p))
			}
		}
	}
	return parts
}

// dateLine reports a short line that tells the statement's own date.
func (r *Reader) dateLine(d *draft) bool {
	if d.linked || len(d.text) > 160 {
		return false
	}
	words := strings.Fields(key(d.text))
	if len(words) > 14 {
		return false
	}
	years, months := 0, false
	for _, w := range words {
		if number(w) && len(w) == 4 && (w[0] == '1' || w[0] == '2') || number(w) && len(w) == 8 {
			years++
		}
		months = months || r.words.months[w]
	}
	return years == 1 && (months || r.words.dated.holds(words) || len(words) <= 6)
}

// titleLine makes a heading of a line that opens the text and says what the
// page is called.
func (r *Reader) titleLine(ds []draft, h pageHead) {
	for i := range ds[:min(len(ds), 3)] {
		d := &ds[i]
		if d.kind == record.Heading {
			return
		}
		if d.kind == record.Paragraph && r.titleScore(d, h) >= 3 {
			d.kind, d.level, d.marked = record.Heading, 1, true
			return
		}
	}
}

// fewTerms is how many terms of privacy statements any text may hold.
const fewTerms = 4

// fromTitle drops what stands before the statement's title inside the chosen
// part of the page: a banner, an announcement, a menu with words of its own. It
// does so only for a title that is sure, and only where little goes or where
// what goes does not speak of personal data at all.
func (r *Reader) fromTitle(ds []draft, h pageHead) []draft {
	at, best, total, before := -1, 3, 0, 0
	for i := range ds {
		// A section may be called like a statement; the page's title is called
		// like the page.
		if ds[i].kind == record.Heading && (ds[i].level == 1 || ds[i].level == 2 && h.names(ds[i].text)) {
			if s := r.titleScore(&ds[i], h); s > best {
				at, best, before = i, s, total
			}
		}
		total += letters(ds[i].text)
	}
	if at <= 0 || ds[at].level > 1 && best < 5 {
		return ds
	}
	if before*5 > total && !(r.terms(ds[:at]) < fewTerms && r.terms(ds[at:]) >= 2*fewTerms) {
		return ds
	}
	if r.dateLine(&ds[at-1]) {
		at--
	}
	return ds[at:]
}

// terms counts the different words and phrases of privacy statements that stand
// in the texts: one or two stand anywhere, a statement has many.
func (r *Reader) terms(ds []draft) int {
	found := map[string]bool{}
	for i := range ds {
		r.words.about.collect(strings.Fields(key(ds[i].text)), found)
	}
	return len(found)
}

// bestTitle returns the heading that names the text, "" when text comes first.
// The page may name the site above it.
func (r *Reader) bestTitle(ds []draft, h pageHead) string {
	title, best := "", 0
	for i := range ds[:min(len(ds), 5)] {
		if d := &ds[i]; d.kind == record.Heading && d.level <= 2 {
			if s := r.titleScore(d, h); s > best || title == "" {
				title, best = d.text, s
			}
		}
	}
	return title
}
