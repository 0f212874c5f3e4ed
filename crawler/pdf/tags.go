package pdf

import (
	"maps"
	"slices"
	"sort"

	"policywatch/crawler/pdf/object"
)

// unit is an element of the structure tree (ISO 32000-1, 14.7) that holds text
// of its own: a heading, a paragraph, an item, a row of a table.
type unit struct {
	role  string
	depth int // of lists around an item
	// row is the table's row that the element stands in, nil for none.
	row *unit
}

// leafKey names a piece of marked content: a page and a number on it.
type leafKey struct {
	page uint32
	mark int32
}

// leafUnit is where a piece of marked content belongs.
type leafUnit struct {
	unit  *unit
	cell  int // number of the cell within a row
	order int // place in the tree
}

// tags is the structure tree as far as text is concerned.
type tags struct {
	file   *object.File
	roles  map[string]string
	leaves map[leafKey]leafUnit
	seen   map[object.Ref]bool
	count  int
}

const maxTags = 500000

// readTags reads the tree; nil when the file has none.
func readTags(f *object.File) *tags {
	root := f.Dict(f.Root()["StructTreeRoot"])
	if root == nil {
		return nil
	}
	t := &tags{file: f, roles: map[string]string{}, leaves: map[leafKey]leafUnit{}, seen: map[object.Ref]bool{}}
	for k, v := range f.Dict(root["RoleMap"]) {
		t.roles[string(k)] = string(f.Name(v))
	}
	t.walk(root["K"], walkState{}, 0)
	if len(t.leaves) == 0 {
		return nil
	}
	return t
}

// walkState is what the elements above say.
type walkState struct {
	page  object.Ref
	block *unit // the nearest block
	list  int   // lists around
	item  *unit // the list item around, which takes paragraphs in
	row   *unit // the table's row around, which takes in all of its cells
	cell  int   // the cell, by its place in the tree
}

// role maps the names that a producer uses to those of the standard.
func (t *tags) role(n object.Name) string {
	r := string(n)
	for range 8 {
		next, ok := t.roles[r]
		if !ok || next == r {
			break
		}
		r = next
	}
	return r
}

func headingRole(r string) bool {
	return r == "H" || r == "Title" || len(r) == 2 && r[0] == 'H' && r[1] >= '1' && r[1] <= '6'
}

func (t *tags) walk(o any, at walkState, depth int) {
	if depth > 120 || t.count > maxTags || !t.file.Budget().Step(8) {
		return
	}
	if ref, ok := o.(object.Ref); ok {
		if t.seen[ref] {
			return
		}
		t.seen[ref] = true
	}
	t.count++
	switch v := t.file.Resolve(o).(type) {
	case int64:
		t.leaf(at, at.page, v)
	case object.Array:
		for _, k := range v {
			t.walk(k, at, depth+1)
		}
	case object.Dict:
		if ref, ok := v["Pg"].(object.Ref); ok {
			at.page = ref
		}
		switch v["Type"] {
		case object.Name("MCR"):
			if n, ok := t.file.Resolve(v["MCID"]).(int64); ok && v["Stm"] == nil {
				t.leaf(at, at.page, n)
			}
		case object.Name("OBJR"):
		default:
			t.walk(v["K"], t.enter(t.role(t.file.Name(v["S"])), v, at), depth+1)
		}
	}
}

// enter goes down into an element.
func (t *tags) enter(role string, d object.Dict, at walkState) walkState {
	open := func() *unit { return &unit{role: role, depth: at.list, row: at.row} }
	switch {
	case headingRole(role):
		at.block, at.item = open(), nil
	case role == "L":
		at.list++
	case role == "LI":
		at.block = open()
		at.item = at.block
	case role == "TR":
		at.block, at.item, at.row, at.cell = nil, nil, nil, 0
		// A row of one cell lays out the page; it holds blocks of its own.
		if len(t.file.Array(d["K"])) > 1 {
			at.row = &unit{role: role}
			at.block = at.row
		}
	case role == "TD", role == "TH":
		at.cell, at.item, at.block = t.count, nil, at.row
	case role == "Lbl", role == "LBody":
	case inlineRoles[role]:
	case at.item == nil:
		at.block = open()
	}
	return at
}

// inlineRoles are elements within a line, and groups that say nothing.
var inlineRoles = map[string]bool{
	"Span": true, "Link": true, "Quote": true, "Reference": true, "Code": true, "Em": true, "Strong": true, "Sub": true, "Annot": true,
	"Ruby": true, "RB": true, "RT": true, "RP": true, "Warichu": true, "WT": true, "WP": true, "NonStruct": true, "Private": true,
	"Figure": true, "Formula": true, "THead": true, "TBody": true, "TFoot": true, "Table": true, "": true,
}

func (t *tags) leaf(at walkState, page object.Ref, n int64) {
	if n < 0 || n > 1<<30 {
		return
	}
	if at.block == nil {
		at.block = &unit{role: "P"}
	}
	key := leafKey{page.Num, int32(n)}
	if _, ok := t.leaves[key]; !ok {
		t.leaves[key] = leafUnit{at.block, at.cell, t.count}
	}
}

// taggedRun is a glyph with where the tree puts it.
type taggedRun struct {
	leafUnit
	page   *page
	glyphs []glyph
}

// arrange reads the pages by the structure tree. ok is false when the tree does
// not cover the text: then it cannot be trusted with the order either.
func (d *reading) arrange(t *tags) (out []piece, ok bool) {
	byUnit := map[*unit][]*taggedRun{}
	var units []*unit
	covered := 0
	rest := make([][]glyph, len(d.pages))
	layout := d.layoutRows(t)
	for n, p := range d.pages {
		last := map[leafUnit]*taggedRun{}
		for _, g := range p.glyphs {
			lu, in := t.leaves[leafKey{p.ref.Num, g.mark}]
			if in && lu.unit.row != nil && !layout[lu.unit.row] {
				lu.unit = lu.unit.row
			} else if in && lu.unit.role != "TR" {
				lu.cell = 0
			}
			if g.mark < 0 || !in {
				if !g.has(artifact) {
					rest[n] = append(rest[n], g)
				}
				continue
			}
			covered++
			r := last[lu]
			if r == nil {
				r = &taggedRun{leafUnit: lu, page: p}
				last[lu] = r
				if byUnit[lu.unit] == nil {
					units = append(units, lu.unit)
				}
				byUnit[lu.unit] = append(byUnit[lu.unit], r)
			}
			r.glyphs = append(r.glyphs, g)
		}
	}
	loose := d.forgotten(rest)
	if covered == 0 || loose*30 > covered {
		return nil, false
	}
	sort.SliceStable(units, func(i, j int) bool { return firstLeaf(byUnit[units[i]]) < firstLeaf(byUnit[units[j]]) })
	// What the tree forgot is read by its place, behind its page's text.
	at := 0
	catchUp := func(before int) {
		for ; at < before; at++ {
			if len(rest[at]) > 0 {
				out = append(out, d.layout(d.pages[at], rest[at])...)
			}
		}
	}
	for _, u := range units {
		catchUp(byUnit[u][0].page.number)
		out = append(out, d.unitPiece(u, byUnit[u])...)
	}
	catchUp(len(d.pages))
	return out, true
}

// forgotten looks at what no element holds. What repeats from page to page is
// furniture, the repeated head of a table for one, and is taken out; how many
// signs are left tells how much the tree forgot.
func (d *reading) forgotten(rest [][]glyph) (left int) {
	type place struct {
		page int
		row  *row
	}
	seen := map[string][]place{}
	for n, gs := range rest {
		for _, w := range rows(runs(slices.Clone(gs))) {
			if l := d.set.line(d.pages[n], w.runs, lean{}); l.text != "" {
				key := numberless(l.text)
				seen[key] = append(seen[key], place{n, w})
			}
		}
		rest[n] = rest[n][:0]
	}
	for _, key := range slices.Sorted(maps.Keys(seen)) {
		ps := seen[key]
		if len(ps) > 1 && ps[0].page != ps[len(ps)-1].page {
			continue
		}
		for _, p := range ps {
			for _, r := range p.row.runs {
				rest[p.page] = append(rest[p.page], r.glyphs...)
				left += len(r.glyphs)
			}
		}
	}
	return left
}

// layoutRows finds the rows whose cells are no data but whole texts: a table
// that only places things on the page.
func (d *reading) layoutRows(t *tags) map[*unit]bool {
	type cell struct {
		row *unit
		n   int
	}
	const long = 1500 // signs
	size := map[cell]int{}
	blocks := map[cell]map[*unit]bool{}
	for _, p := range d.pages {
		for i := range p.glyphs {
			if lu, ok := t.leaves[leafKey{p.ref.Num, p.glyphs[i].mark}]; ok && lu.unit.row != nil {
				c := cell{lu.unit.row, lu.cell}
				size[c]++
				if blocks[c] == nil {
					blocks[c] = map[*unit]bool{}
				}
				blocks[c][lu.unit] = true
			}
		}
	}
	out := map[*unit]bool{}
	for c, n := range size {
		if n > long && len(blocks[c]) > 3 {
			out[c.row] = true
		}
	}
	return out
}

// byColumn parts the runs of one element where it goes on at the top of the
// next column.
func byColumn(rs []*run) (out [][]*run) {
	from := 0
	box := span{}
	for i, r := range rs {
		if i > from && r.y > rs[i-1].y+2*r.size && (r.x0 > box.hi || r.x1 < box.lo) {
			out = append(out, rs[from:i])
			from = i
		}
		if i == from {
			box = span{r.x0, r.x1}
		}
		box = span{min(box.lo, r.x0), max(box.hi, r.x1)}
	}
	return append(out, rs[from:])
}

func firstLeaf(rs []*taggedRun) int {
	n := rs[0].order
	for _, r := range rs {
		n = min(n, r.order)
	}
	return n
}

// unitPiece sets the lines of one element.
func (d *reading) unitPiece(u *unit, rs []*taggedRun) []piece {
	sort.SliceStable(rs, func(i, j int) bool {
		if rs[i].cell != rs[j].cell {
			return rs[i].cell < rs[j].cell
		}
		return rs[i].page.number < rs[j].page.number
	})
	p := piece{unit: u}
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && rs[j].cell == rs[i].cell && rs[j].page == rs[i].page {
			j++
		}
		var gs []glyph
		for _, r := range rs[i:j] {
			gs = append(gs, r.glyphs...)
		}
		var ls []*line
		for _, part := range byColumn(runs(gs)) {
			ls = append(ls, d.set.lines(rs[i].page, rows(part))...)
		}
		if len(ls) > 0 {
			p.lines = append(p.lines, ls...)
			if i > 0 && rs[i].cell == rs[i-1].cell && len(p.cells) > 0 {
				p.cells[len(p.cells)-1] = append(p.cells[len(p.cells)-1], ls...)
			} else {
				p.cells = append(p.cells, ls)
			}
		}
		i = j
	}
	if len(p.lines) == 0 {
		return nil
	}
	if u.role != "TR" || len(p.cells) < 2 {
		p.cells = nil
	}
	p.left, p.right = margins(p.lines)
	return []piece{p}
}
