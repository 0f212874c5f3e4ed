package extract

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"policywatch/store/record"
)

// Tables are the oldest layout tool of the web and the usual form of retention
// schedules; both occur on one page. Taking a layout table for data would glue a
// whole statement into one row; taking data for layout would tear "60 days" away
// from what is kept for 60 days.

// table reads a table: one that lays out the page is walked like any other
// container, one that holds data gives a block a row.
func (w *walker) table(i int32) {
	w.flush()
	rows := w.rows(i)
	if w.layout(i, rows) {
		for _, row := range rows {
			for _, c := range row {
				w.walkCell(c)
			}
		}
		w.caption(i)
		return
	}
	w.caption(i)
	titled := w.titledRows(rows)
	for _, row := range rows {
		var cells []string
		var links []record.Link
		ths, hidden := 0, false
		for _, c := range row {
			text, l := w.inner(c)
			if w.t.boxes[c].atom == atom.Th {
				ths++
			}
			hidden = hidden || w.t.boxes[c].flags&isHidden != 0
			if text != "" {
				cells = append(cells, text)
				links = append(links, l...)
			}
		}
		switch {
		case len(cells) == 0:
		case len(cells) == 1 && ths == len(row) && look(cells[0]).bare(), titled && len(cells) == 1 && look(cells[0]).bare():
			w.out = append(w.out, draft{kind: record.Heading, level: min(w.level+1, 6), text: cells[0], links: links, gap: true, hidden: hidden, marked: true})
		case titled && len(row) == 2:
			w.out = append(w.out, draft{kind: record.Heading, level: min(w.level+1, 6), text: cells[0], gap: true, hidden: hidden, marked: true})
			w.walkCell(row[1])
		case len(cells) == 1 && len(row) == 1:
			w.walkCell(row[0])
		default:
			w.out = append(w.out, draft{kind: record.Row, text: strings.Join(cells, " | "), links: links, gap: true, hidden: hidden})
		}
	}
}

// rows returns the cells of a table by row, without those of tables inside.
func (w *walker) rows(i int32) [][]int32 {
	var rows [][]int32
	bs := w.t.boxes
	end := bs[i].end
	for c := i + 1; c < end; {
		b := &bs[c]
		switch {
		case b.flags&isDropped != 0:
			c = b.end
			continue
		case b.atom == atom.Tr:
			rows = append(rows, nil)
		case b.atom == atom.Td, b.atom == atom.Th:
			if len(rows) == 0 {
				rows = append(rows, nil)
			}
			rows[len(rows)-1] = append(rows[len(rows)-1], c)
			c = b.end
			continue
		case b.atom == atom.Caption, b.atom == atom.Table:
			c = b.end
			continue
		}
		c++
	}
	return rows
}

// layout tells a table that only places things on the page: it has no header
// cells, and a cell with a structure of its own or a whole text in it.
func (w *walker) layout(i int32, rows [][]int32) bool {
	b := &w.t.boxes[i]
	if role := attr(b.node, "role"); role == "presentation" || role == "none" {
		return true
	}
	widest, cells := 0, 0
	heads, nested, long, titles := 0, 0, 0, 0
	for _, row := range rows {
		widest = max(widest, len(row))
		for _, c := range row {
			cells++
			x := &w.t.boxes[c]
			if x.atom == atom.Th {
				heads++
			}
			titles += int(x.headings)
			for k := c + 1; k < x.end; k++ {
				if w.t.boxes[k].atom == atom.Table {
					nested++
				}
			}
			if x.letters > 700 {
				long++
			}
		}
	}
	if nested > 0 || titles > 1 {
		return true
	}
	if heads > 0 {
		return false
	}
	return widest <= 1 || long > 0 && len(rows) <= 3
}

// titledRows reports a table of two columns whose first names what the second
// tells at length: its rows are sections.
func (w *walker) titledRows(rows [][]int32) bool {
	sections, others := 0, 0
	for _, row := range rows {
		if len(row) != 2 {
			if len(row) > 2 {
				return false
			}
			continue
		}
		a, b := &w.t.boxes[row[0]], &w.t.boxes[row[1]]
		if a.letters > 0 && a.letters <= 80 && b.letters >= 250 {
			sections++
		} else {
			others++
		}
	}
	return sections >= 2 && sections > others
}

func (w *walker) walkCell(c int32) {
	w.flush()
	list, item := w.list, w.item
	w.list, w.item = 0, 0
	w.children(c)
	w.flush()
	w.list, w.item = list, item
}

func (w *walker) caption(i int32) {
	end := w.t.boxes[i].end
	for c := i + 1; c < end; c = w.t.boxes[c].end {
		if w.t.boxes[c].atom == atom.Caption {
			if text, links := w.inner(c); text != "" {
				w.out = append(w.out, draft{kind: record.Paragraph, text: text, links: links, gap: true})
			}
		}
	}
}

// definitions reads a definition list: pairs of short texts are rows, terms
// with a text under them are headings.
func (w *walker) definitions(i int32) {
	w.flush()
	bs := w.t.boxes
	long := false
	for c := i + 1; c < bs[i].end; c++ {
		if bs[c].atom == atom.Dd && (bs[c].letters > 120 || bs[c].flags&hasBlock != 0 && bs[c].letters > 60) {
			long = true
		}
	}
	term := ""
	var links []record.Link
	pending := false
	give := func() {
		if pending {
			w.out = append(w.out, draft{kind: record.Row, text: term, links: links, gap: true})
		}
		term, links, pending = "", nil, false
	}
	for c := i + 1; c < bs[i].end; {
		b := &bs[c]
		switch {
		case b.flags&isDropped != 0:
			c = b.end
		case b.atom == atom.Dt:
			give()
			text, l := w.inner(c)
			switch {
			case text == "":
			case long && utf8.RuneCountInString(text) <= 2*maxHeadingRunes:
				w.out = append(w.out, draft{kind: record.Heading, level: min(w.level+1, 6), text: text, links: l, gap: true, marked: true, hidden: b.flags&isHidden != 0})
			default:
				term, links, pending = text, l, true
			}
			c = b.end
		case b.atom == atom.Dd:
			if long {
				give()
				w.walkCell(c)
			} else if text, l := w.inner(c); text != "" {
				if pending {
					term += " | "
				}
				term += text
				links = append(links, l...)
				pending = true
			}
			c = b.end
		default:
			c++ // dt and dd may stand in groups
		}
	}
	give()
}
