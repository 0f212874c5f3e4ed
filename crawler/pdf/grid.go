package pdf

import "slices"

// grid is a table that is drawn with lines: its columns and rows lie between
// them.
type grid struct {
	box  rule
	xs   []float64 // from the left, the outer lines included
	ys   []float64 // from the top
	runs []*run
}

const (
	touch    = 3    // points within which lines meet
	maxLines = 2500 // of one page; more are a drawing
)

// grids finds the tables that rules enclose, from the top of the page.
func grids(rules []rule) (out []*grid) {
	if len(rules) < 5 || len(rules) > maxLines {
		return nil
	}
	// Lines that meet belong together.
	home := make([]int, len(rules))
	for i := range home {
		home[i] = i
	}
	var root func(i int) int
	root = func(i int) int {
		for home[i] != i {
			home[i] = home[home[i]]
			i = home[i]
		}
		return i
	}
	for i, a := range rules {
		for j := i + 1; j < len(rules); j++ {
			b := rules[j]
			if a.x0 < b.x1+touch && b.x0 < a.x1+touch && a.y0 < b.y1+touch && b.y0 < a.y1+touch {
				home[root(j)] = root(i)
			}
		}
	}
	groups := map[int][]rule{}
	for i := range rules {
		groups[root(i)] = append(groups[root(i)], rules[i])
	}
	for i := range rules {
		if g := newGrid(groups[i]); g != nil {
			out = append(out, g)
		}
	}
	return out
}

// newGrid makes a table of lines that meet; nil when they part less than two
// columns, as those of a box do.
func newGrid(rs []rule) *grid {
	if len(rs) < 5 {
		return nil
	}
	g := &grid{box: rs[0]}
	for _, r := range rs {
		g.box = rule{min(g.box.x0, r.x0), min(g.box.y0, r.y0), max(g.box.x1, r.x1), max(g.box.y1, r.y1)}
	}
	g.xs = axis(rs, false, 0.3*(g.box.y1-g.box.y0))
	g.ys = axis(rs, true, 0.3*(g.box.x1-g.box.x0))
	slices.Reverse(g.ys)
	if len(g.xs) < 3 || len(g.ys) < 2 {
		return nil
	}
	return g
}

// axis lists the places at which lines of one direction lie, when together they
// are long enough there.
func axis(rs []rule, horizontal bool, least float64) (out []float64) {
	type mark struct {
		at float64
		span
	}
	var marks []mark
	for _, r := range rs {
		if r.horizontal() != horizontal {
			continue
		}
		if horizontal {
			marks = append(marks, mark{(r.y0 + r.y1) / 2, span{r.x0, r.x1}})
		} else {
			marks = append(marks, mark{(r.x0 + r.x1) / 2, span{r.y0, r.y1}})
		}
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return compare(a.at, b.at) })
	for i := 0; i < len(marks); {
		j := i
		var parts []span
		for j < len(marks) && marks[j].at-marks[i].at < 1.5*touch {
			parts = append(parts, marks[j].span)
			j++
		}
		length := 0.0
		for _, p := range merge(parts) {
			length += p.size()
		}
		if length >= least {
			out = append(out, (marks[i].at+marks[j-1].at)/2)
		}
		i = j
	}
	return out
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// holds reports a run that stands inside the table.
func (g *grid) holds(r *run) bool {
	x, y := (r.x0+r.x1)/2, r.y+0.25*r.size
	return x > g.box.x0 && x < g.box.x1 && y > g.box.y0 && y < g.box.y1
}

// gather takes the runs inside tables out of rs; each table comes back as one
// run that covers its place.
func gather(gs []*grid, rs []*run) []*run {
	if len(gs) == 0 {
		return rs
	}
	var out []*run
	for _, r := range rs {
		k := slices.IndexFunc(gs, func(g *grid) bool { return g.holds(r) })
		if k < 0 || r.grid != nil {
			out = append(out, r)
			continue
		}
		gs[k].runs = append(gs[k].runs, r)
	}
	for _, g := range gs {
		if len(g.runs) > 0 {
			out = append(out, &run{grid: g, x0: g.box.x0, x1: g.box.x1, y: g.box.y1, size: g.runs[0].size})
		}
	}
	return out
}

// gridRows reads a table's cells row by row.
func (d *reading) gridRows(p *page, g *grid) (out []piece) {
	between := func(v float64, lines []float64, falling bool) int {
		k := 0
		for k+2 < len(lines) && (falling && v < lines[k+1] || !falling && v > lines[k+1]) {
			k++
		}
		return k
	}
	cells := make([][]*run, (len(g.xs)-1)*(len(g.ys)-1))
	for _, r := range g.runs {
		row := between(r.y+0.25*r.size, g.ys, true)
		column := between((r.x0+r.x1)/2, g.xs, false)
		if d.set.rtl {
			column = len(g.xs) - 2 - column
		}
		k := row*(len(g.xs)-1) + column
		cells[k] = append(cells[k], r)
	}
	for k := 0; k < len(cells); k += len(g.xs) - 1 {
		row := piece{}
		for _, c := range cells[k : k+len(g.xs)-1] {
			row.cells = append(row.cells, d.set.lines(p, rows(c)))
		}
		out = append(out, d.tableRow(&row)...)
	}
	return out
}
