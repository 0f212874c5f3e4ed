package pdf

import (
	"slices"
)

// piece is a part of a page in reading order: a flow of lines, or one row of a
// table.
type piece struct {
	lines []*line
	// cells holds the lines of a table's row, a cell each; nil for a flow.
	cells [][]*line
	// left and right are the margins of a flow.
	left, right float64
	// column marks a flow that does not take the page's whole width.
	column bool
	// unit is the element of the structure tree that the piece is, nil where
	// the layout was read from places alone.
	unit *unit
}

// layout reads a page by places: zones from the top, columns one after the
// other, rows of tables cell by cell.
func (d *reading) layout(p *page, gs []glyph) []piece {
	return d.place(p, gather(grids(p.rules), runs(gs)), 0)
}

// maxColumns bounds columns within columns.
const maxColumns = 3

func (d *reading) place(p *page, rs []*run, depth int) (out []piece) {
	if !d.file.Budget().Step(len(rs) * 16) {
		return nil
	}
	for _, z := range zones(single(rows(rs)), d.body, p.rules) {
		switch {
		case z.gutters == nil || depth >= maxColumns:
			out = append(out, d.flow(p, z, depth > 0)...)
		case z.prose(p.rules):
			for _, k := range d.columnOrder(&z) {
				var inside []*run
				for _, s := range z.strips {
					inside = append(inside, z.side(s, k)...)
				}
				out = append(out, d.place(p, inside, depth+1)...)
			}
		default:
			out = append(out, d.table(p, &z)...)
		}
	}
	return out
}

// columnOrder is the order in which columns are read.
func (d *reading) columnOrder(z *zone) []int {
	var ks []int
	for k := range len(z.gutters) + 1 {
		ks = append(ks, k)
	}
	if d.set.rtl {
		slices.Reverse(ks)
	}
	return ks
}

// flow reads rows one below the other; drawn tables part it.
func (d *reading) flow(p *page, z zone, column bool) (out []piece) {
	var all []*row
	flush := func() {
		if ls := d.set.lines(p, all); len(ls) > 0 {
			f := piece{column: column, lines: ls}
			f.left, f.right = margins(ls)
			out = append(out, f)
		}
		all = nil
	}
	for _, s := range z.strips {
		for _, r := range s.rows {
			if g := r.grid(); g != nil {
				flush()
				out = append(out, d.gridRows(p, g)...)
				continue
			}
			all = append(all, r)
		}
	}
	flush()
	return out
}

// margins are the edges that lines keep to. A single line that stands out says
// nothing: three must end near an edge.
func margins(ls []*line) (left, right float64) {
	if len(ls) == 0 {
		return 0, 0
	}
	lo, hi := make([]float64, len(ls)), make([]float64, len(ls))
	for i, l := range ls {
		lo[i], hi[i] = l.x0, -l.x1
	}
	edge := func(v []float64) float64 {
		slices.Sort(v)
		for i := 0; i+2 < len(v); i++ {
			if v[i+2]-v[i] < 1.5*ls[0].size {
				return v[i]
			}
		}
		return v[0]
	}
	return edge(lo), -edge(hi)
}

// table reads the zone's cells row by row. Rules part the rows where there are
// any; otherwise a row begins where there is more white above all its cells, or
// where its first column says something new.
func (d *reading) table(p *page, z *zone) (out []piece) {
	var all []*row
	for _, s := range z.strips {
		all = append(all, s.rows...)
	}
	z = &zone{strips: strips(all), gutters: z.gutters}
	order := d.columnOrder(z)
	cuts := z.cuts(p.rules)
	ruled := len(cuts) >= 2
	spread := z.spread()
	var bands [][]*run
	var inner []*grid
	add := func(k int, rs []*run) {
		for len(bands) <= k {
			bands = append(bands, nil)
		}
		bands[k] = append(bands[k], rs...)
	}
	at := 0
	for i, s := range z.strips {
		for _, r := range s.rows {
			if g := r.grid(); g != nil {
				inner = append(inner, g)
			}
		}
		if ruled {
			for _, r := range s.rows {
				y := r.y + 0.3*r.size
				add(len(slices.DeleteFunc(slices.Clone(cuts), func(c float64) bool { return c < y })), r.runs)
			}
			continue
		}
		first := slices.DeleteFunc(z.side(s, order[0]), func(r *run) bool { return r.hollow })
		if i > 0 && (z.strips[i-1].bottom-s.top > spread && spread > 0 || spread == 0 && len(first) > 0) {
			at++
		}
		for _, r := range s.rows {
			add(at, r.runs)
		}
	}
	for _, band := range bands {
		row := piece{cells: make([][]*line, len(order))}
		cells := make([][]*run, len(order))
		for _, u := range band {
			cells[z.column(u)] = append(cells[z.column(u)], u)
		}
		for k, c := range order {
			row.cells[k] = d.set.lines(p, rows(cells[c]))
		}
		out = append(out, d.tableRow(&row)...)
	}
	for _, g := range inner {
		out = append(out, d.gridRows(p, g)...)
	}
	return out
}

// spread is the white between two strips from which they are different rows: a
// clear step above the white inside a row. 0 means that there is no such step.
func (z *zone) spread() float64 {
	var gaps []float64
	for i := 1; i < len(z.strips); i++ {
		gaps = append(gaps, z.strips[i-1].bottom-z.strips[i].top)
	}
	slices.Sort(gaps)
	em := z.strips[0].size
	for i := 1; i < len(gaps); i++ {
		if gaps[i]-gaps[i-1] > 0.25*em && gaps[i] > 0.2*em {
			return (gaps[i] + gaps[i-1]) / 2
		}
	}
	return 0
}

// tableRow makes a row with a single cell a flow again: a title over or inside
// the table.
func (d *reading) tableRow(row *piece) []piece {
	var full [][]*line
	for _, c := range row.cells {
		if len(c) > 0 {
			full = append(full, c)
			row.lines = append(row.lines, c...)
		}
	}
	row.cells = full
	switch len(full) {
	case 0:
		return nil
	case 1:
		row.cells = nil
		row.left, row.right = margins(row.lines)
		row.column = true
	}
	return []piece{*row}
}
