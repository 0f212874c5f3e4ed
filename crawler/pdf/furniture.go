package pdf

import (
	"math"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// edgeRows is how many lines from the top or bottom of a page may be furniture.
const edgeRows = 4

// sweep drops running heads, feet and page numbers: lines at the edge of pages
// that stand at the same height and say the same, numbers aside, on several of
// them.
func (d *reading) sweep(ps []piece) []piece {
	pages := make([][]*line, len(d.pages))
	rows := map[*line]bool{}
	for i := range ps {
		for _, l := range ps[i].lines {
			pages[l.page] = append(pages[l.page], l)
			rows[l] = ps[i].cells != nil
		}
	}
	type edge struct {
		key    string
		bottom bool
	}
	found := map[edge][]*line{}
	for _, ls := range pages {
		sort.SliceStable(ls, func(i, j int) bool { return ls[i].y > ls[j].y })
		for i, l := range ls {
			top := rowsFrom(ls, i, -1) < edgeRows
			bottom := rowsFrom(ls, i, 1) < edgeRows
			if top {
				k := edge{numberless(l.text), false}
				found[k] = append(found[k], l)
			}
			if bottom {
				k := edge{numberless(l.text), true}
				found[k] = append(found[k], l)
			}
		}
	}
	drop := map[*line]bool{}
	for _, ls := range found {
		for i, l := range ls {
			// The head of a table is furniture only where it comes again.
			if rows[l] && (i == 0 || ls[0].page == l.page) {
				continue
			}
			on := map[int]bool{}
			for _, o := range ls {
				if math.Abs(o.y-l.y) < 4 && math.Abs(o.size-l.size) < 0.5 {
					on[o.page] = true
				}
			}
			// Two pages that agree are enough where there are no more.
			if len(on) >= 3 || len(on) == 2 && (len(d.pages) <= 3 || pageNumber(l.text)) {
				drop[l] = true
			}
		}
	}
	if len(d.pages) == 1 {
		if ls := pages[0]; len(ls) > 3 {
			if l := ls[len(ls)-1]; pageNumber(l.text) && ls[len(ls)-2].y-l.y > 2.2*l.size {
				drop[l] = true
			}
		}
	}
	d.contents(pages, drop)
	if len(drop) == 0 {
		return ps
	}
	keep := func(ls []*line) []*line {
		out := ls[:0:0]
		for _, l := range ls {
			if !drop[l] {
				out = append(out, l)
			}
		}
		return out
	}
	out := ps[:0]
	for _, p := range ps {
		p.lines = keep(p.lines)
		if p.cells != nil {
			var cells [][]*line
			for _, c := range p.cells {
				if c = keep(c); len(c) > 0 {
					cells = append(cells, c)
				}
			}
			p.cells = cells
		}
		if len(p.lines) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// contents drops the lines of a table of contents, which lead to their pages by
// dots: they repeat the headings and say nothing.
func (d *reading) contents(pages [][]*line, drop map[*line]bool) {
	var found []*line
	for _, ls := range pages {
		for _, l := range ls {
			if leader(l.text) {
				found = append(found, l)
			}
		}
	}
	if len(found) >= 3 {
		for _, l := range found {
			drop[l] = true
		}
	}
}

// leader reports a line that ends in dots and a number.
func leader(s string) bool {
	t := strings.TrimRightFunc(s, func(c rune) bool { return unicode.IsDigit(c) || c == ' ' })
	if t == s || len(t) == 0 {
		return false
	}
	dots := 0
	for t != "" {
		c, n := utf8.DecodeLastRuneInString(t)
		if c == '…' {
			dots += 3
		} else if c == '.' || c == '_' || c == '·' {
			dots++
		} else if c != ' ' {
			break
		}
		t = t[:len(t)-n]
	}
	return dots >= 5 && t != ""
}

// rowsFrom counts the heights at which lines stand between line i and the top
// (step -1) or the bottom (step 1) of its page.
func rowsFrom(ls []*line, i, step int) int {
	n, y := 0, ls[i].y
	for j := i + step; j >= 0 && j < len(ls) && n < edgeRows; j += step {
		if math.Abs(ls[j].y-y) > 2 {
			n, y = n+1, ls[j].y
		}
	}
	return n
}

// numberless is a line with all its numbers made equal.
func numberless(s string) string {
	var b strings.Builder
	digit := false
	for _, c := range s {
		if unicode.IsDigit(c) {
			if !digit {
				b.WriteByte('0')
			}
			digit = true
			continue
		}
		digit = false
		b.WriteRune(c)
	}
	return b.String()
}

// pageNumber reports a line that only counts pages: "3", "- 3 -", "Page 3 of 7".
func pageNumber(s string) bool {
	digits, words := 0, 0
	for _, w := range strings.FieldsFunc(s, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
		c, _ := utf8.DecodeRuneInString(w)
		if unicode.IsDigit(c) {
			if digits++; utf8.RuneCountInString(w) > 4 {
				return false
			}
			continue
		}
		if words++; !pageWords[strings.ToLower(w)] {
			return false
		}
	}
	return digits >= 1 && digits <= 2 && words <= 3
}

// pageWords are the words around page numbers, in the languages of the lexicons.
var pageWords = map[string]bool{
	"page": true, "pages": true, "pg": true, "of": true, "seite": true, "von": true, "sur": true, "de": true, "página": true, "sayfa": true,
	"صفحه": true, "صفحهٔ": true, "از": true, "صفحة": true, "الصفحة": true, "من": true, "لاپەڕە": true, "لە": true, "صفحہ": true,
}
