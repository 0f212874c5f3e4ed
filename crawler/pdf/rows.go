package pdf

import (
	"math"
	"slices"
	"sort"
)

// run is a stretch of signs that were drawn one beside the other, in the order
// in which they are seen from the left.
type run struct {
	glyphs         []glyph
	x0, x1         float64 // of what is not blank
	y, size        float64
	backward, edge bool  // drawn from the right; edge: too short to tell
	hollow         bool  // nothing but white
	grid           *grid // a drawn table, which stands here as a whole
}

// row holds the runs that stand on one baseline, from the left.
type row struct {
	runs    []*run
	x0, x1  float64
	y, size float64
}

func (r *row) top() float64 {
	if g := r.grid(); g != nil {
		return g.box.y1
	}
	return r.y + 0.75*r.size
}

func (r *row) bottom() float64 {
	if g := r.grid(); g != nil {
		return g.box.y0
	}
	return r.y - 0.25*r.size
}

// grid is the drawn table that the row is, nil for a row of text.
func (r *row) grid() *grid { return r.runs[0].grid }

// runs cuts a page's signs, in the order of drawing, into runs.
//
// What was drawn side by side keeps its order; only runs are sorted by place.
// Marks sit above other letters, so that their place says little: they stay
// with the letters that they were drawn with.
func runs(gs []glyph) []*run {
	var out []*run
	var cur *run
	var last *glyph // the last sign of cur that is no mark
	dir := 0
	flush := func() {
		if cur != nil {
			cur.close(dir)
			out = append(out, cur)
		}
		cur, last, dir = nil, nil, 0
	}
	for i := range gs {
		g := &gs[i]
		mark := isMark(g.text)
		if cur != nil {
			if mark && math.Abs(g.y-cur.y) < 1.3*cur.size && (last == nil || g.x > last.x-0.5*cur.size && g.x < last.end()+0.35*cur.size) {
				cur.glyphs = append(cur.glyphs, *g)
				continue
			}
			d := 0
			if last != nil {
				d = follows(last, g, dir)
			} else if math.Abs(g.y-cur.y) < 1.3*g.size && math.Abs(g.x-cur.glyphs[0].x) < 2*g.size {
				// A run that began with a mark takes its baseline from here.
				cur.y, cur.size = g.y, g.size
				cur.glyphs = append(cur.glyphs, *g)
				last = g
				continue
			}
			if d == 0 {
				flush()
			} else {
				dir = d
				if d == 2 {
					dir = 0
				}
			}
		}
		if cur == nil {
			cur = &run{y: g.y, size: g.size}
		}
		cur.glyphs = append(cur.glyphs, *g)
		if !mark {
			last = g
		}
	}
	flush()
	return out
}

// follows reports whether g goes on behind p: 1 to the right, -1 to the left, 2
// where it stands so close that both are possible, 0 when it does not.
func follows(p, g *glyph, dir int) int {
	rise, back := 0.12*p.size, 0.05*p.size
	if slanted(p, g) {
		rise, back = 2.2*p.size, 1.2*p.size
	}
	if math.Abs(p.y-g.y) > rise || g.size > 1.3*p.size || p.size > 1.3*g.size || p.mark != g.mark {
		return 0
	}
	reach, slack := 0.15*p.size, 0.5*p.size
	if dir != 0 {
		slack = max(slack, back+0.3*p.size)
	} else {
		back = 0.05 * p.size
	}
	right := g.x-p.end() < reach && g.x-p.end() > -slack && g.x > p.x-back
	left := p.x-g.end() < reach && p.x-g.end() > -slack && g.end() < p.end()+back
	switch {
	case right && left && dir == 0:
		return 2
	case right && dir >= 0:
		return 1
	case left && dir <= 0:
		return -1
	}
	return 0
}

// slanted reports signs of a hand whose words hang from the line, as in
// Nastaliq: there every letter stands higher than the one that follows it.
func slanted(p, g *glyph) bool {
	if !g.font.hanging || p.y == g.y {
		return false
	}
	a, b := kindOf(p.text), kindOf(g.text)
	return (a == right || b == right) && (a == right || a == space || a == nothing) && (b == right || b == space || b == nothing)
}

// close settles a run's extent; signs drawn from the right are turned round.
func (r *run) close(dir int) {
	r.backward, r.edge = dir < 0, dir == 0
	if dir < 0 {
		reverse(r.glyphs)
	}
	r.y = r.baseline()
	r.x0, r.x1 = math.Inf(1), math.Inf(-1)
	for i := range r.glyphs {
		if g := &r.glyphs[i]; !blank(g.text) {
			r.x0, r.x1 = min(r.x0, g.x), max(r.x1, g.end())
		}
	}
	if r.hollow = r.x0 > r.x1; r.hollow {
		r.x0, r.x1 = r.glyphs[0].x, r.glyphs[len(r.glyphs)-1].end()
	}
}

// baseline is the height at which most signs of a run stand.
func (r *run) baseline() float64 {
	best, most := r.y, 0
	for i := 0; i < len(r.glyphs) && i < 64; i++ {
		n := 0
		for j := 0; j < len(r.glyphs) && j < 256; j++ {
			if math.Abs(r.glyphs[i].y-r.glyphs[j].y) < 0.05*r.size && !isMark(r.glyphs[j].text) {
				n++
			}
		}
		if n > most {
			best, most = r.glyphs[i].y, n
		}
		if n*2 > len(r.glyphs) {
			break
		}
	}
	return best
}

func reverse(gs []glyph) {
	for i, j := 0, len(gs)-1; i < j; i, j = i+1, j-1 {
		gs[i], gs[j] = gs[j], gs[i]
	}
}

// rows gathers runs that stand on one baseline, from the top of the page down.
// Raised and lowered signs belong to the row that they lean on.
func rows(rs []*run) []*row {
	sort.SliceStable(rs, func(i, j int) bool { return rs[i].y > rs[j].y })
	var out []*row
	for _, r := range rs {
		var home *row
		for i := len(out) - 1; i >= max(0, len(out)-6) && home == nil; i-- {
			if out[i].takes(r) {
				home = out[i]
			}
		}
		if home == nil {
			home = &row{x0: math.Inf(1), x1: math.Inf(-1), y: r.y, size: r.size}
			out = append(out, home)
		}
		home.add(r)
	}
	out = slices.DeleteFunc(out, func(w *row) bool { return w.x0 > w.x1 })
	for _, r := range out {
		sort.SliceStable(r.runs, func(i, j int) bool { return r.runs[i].x0 < r.runs[j].x0 })
		r.dedupe()
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].y > out[j].y })
	return out
}

func (w *row) takes(r *run) bool {
	if w.grid() != nil || r.grid != nil {
		return false
	}
	small, big := min(w.size, r.size), max(w.size, r.size)
	d := math.Abs(w.y - r.y)
	if d < 0.3*small {
		return true
	}
	// An exponent or a note's number: smaller, raised or lowered, and close by.
	near := r.x0 < w.x1+0.6*big && r.x1 > w.x0-0.6*big
	return small < 0.85*big && d < 0.55*big && near && !w.overlaps(r)
}

// overlaps reports whether r would stand over signs of the row, as far as the
// last of them tell.
func (w *row) overlaps(r *run) bool {
	for _, o := range w.runs[max(0, len(w.runs)-200):] {
		if !o.hollow && min(o.x1, r.x1)-max(o.x0, r.x0) > 0.3*min(o.x1-o.x0, r.x1-r.x0)+0.1 {
			return true
		}
	}
	return false
}

func (w *row) add(r *run) {
	w.runs = append(w.runs, r)
	if r.hollow {
		return
	}
	w.x0, w.x1 = min(w.x0, r.x0), max(w.x1, r.x1)
	if r.size > w.size {
		w.y, w.size = r.y, r.size
	}
}

// dedupe drops runs that are drawn again a hair aside, for bold type or a shade.
func (w *row) dedupe() {
	out := w.runs[:0]
	for _, r := range w.runs {
		twice := false
		for i := len(out) - 1; i >= max(0, len(out)-4) && !twice; i-- {
			twice = out[i].same(r)
		}
		if !twice {
			out = append(out, r)
		}
	}
	w.runs = out
}

func (r *run) same(o *run) bool {
	if len(r.glyphs) != len(o.glyphs) || math.Abs(r.x0-o.x0) > 0.25*r.size || math.Abs(r.y-o.y) > 0.25*r.size {
		return false
	}
	for i := range r.glyphs {
		if r.glyphs[i].text != o.glyphs[i].text {
			return false
		}
	}
	return true
}
