package pdf

import (
	"math"
	"slices"
	"sort"
	"unicode/utf8"
)

// zone is a part of a page that is read as one: a flow of rows, or columns
// parted by gutters.
type zone struct {
	strips  []*strip
	gutters []span // none for a flow
}

// maxStrips is how many strips of a page are looked through for columns.
const maxStrips = 2000

// zones parts strips into flows and columns.
func zones(ss []*strip, em float64, rules []rule) []zone {
	if len(ss) == 0 {
		return nil
	}
	if len(ss) > maxStrips {
		return []zone{{strips: ss}}
	}
	cs := corridors(ss, em)
	var best *zone
	from, to := 0, 0
	for len(cs) > 0 {
		k := 0
		for i, c := range cs {
			if c.both() > cs[k].both() || c.both() == cs[k].both() && c.size() > cs[k].size() {
				k = i
			}
		}
		c := cs[k]
		z := zone{strips: ss[c.from : c.last+1]}
		for _, o := range cs {
			// Other corridors count where they run along most of this one.
			if o.size() >= min(c.size(), 1.1*em) && min(o.last, c.last)-max(o.from, c.from)+1 > (c.last-c.from+1)*6/10 && !z.markers(o.span) && !z.crowds(o.span) {
				z.gutters = append(z.gutters, o.span)
			}
		}
		if len(z.gutters) > 0 {
			sort.Slice(z.gutters, func(i, j int) bool { return z.gutters[i].lo < z.gutters[j].lo })
			best, from, to = &z, c.from, c.last+1
			break
		}
		cs = slices.Delete(cs, k, k+1)
	}
	if best == nil {
		return []zone{{strips: ss}}
	}
	if best.prose(rules) {
		if n := best.overrun(em, rules); n > 0 {
			to = from + n
		}
		// One column may begin higher or go on longer than the other.
		for from > 0 && best.onOneSide(ss[from-1]) && ss[from-1].bottom-ss[from].top < 1.2*em {
			from--
		}
		for to < len(ss) && best.onOneSide(ss[to]) && ss[to-1].bottom-ss[to].top < 1.2*em {
			to++
		}
		best.strips = ss[from:to]
	}
	out := zones(ss[:from], em, rules)
	out = append(out, *best)
	return append(out, zones(ss[to:], em, rules)...)
}

// overrun finds where columns of text end although their gutter goes on, through
// a table for one: at white across all columns, when what follows is no running
// text. 0 means nowhere.
func (z *zone) overrun(em float64, rules []rule) int {
	floor := math.Inf(1)
	for k, s := range z.strips {
		if floor-s.top > 1.5*em {
			rest := zone{strips: z.strips[k:], gutters: z.gutters}
			head := zone{strips: z.strips[:k], gutters: z.gutters}
			if !rest.prose(rules) && head.prose(rules) {
				return k
			}
		}
		floor = min(floor, s.bottom)
	}
	return 0
}

// crowds reports a gutter that lies on one that the zone has.
func (z *zone) crowds(g span) bool {
	return slices.ContainsFunc(z.gutters, func(o span) bool { return o.lo < g.hi && o.hi > g.lo })
}

func (z *zone) onOneSide(s *strip) bool {
	for _, g := range z.gutters {
		if piece := narrow(g, s); piece.size() < 0.8*g.size() {
			return false
		}
	}
	return true
}

// narrow is the widest piece of a gutter that is white in a strip.
func narrow(g span, s *strip) span {
	best := span{}
	at := g.lo
	for _, t := range s.taken() {
		if t.hi <= at {
			continue
		}
		if piece := (span{at, min(g.hi, t.lo)}); piece.size() > best.size() {
			best = piece
		}
		if at = max(at, t.hi); at >= g.hi {
			return best
		}
	}
	if piece := (span{at, g.hi}); piece.size() > best.size() {
		best = piece
	}
	return best
}

// markers reports a gutter that only parts bullets or numbers from the text of
// a list.
func (z *zone) markers(g span) bool {
	sides := [2]int{}
	lines := 0
	for _, s := range z.strips {
		n := [2]int{}
		for _, r := range s.rows {
			for _, u := range r.runs {
				side := 0
				if u.x0 >= g.lo {
					side = 1
				}
				for i := range u.glyphs {
					n[side] += utf8.RuneCountInString(clean(u.glyphs[i].text))
				}
			}
		}
		if n[0] > 0 && n[1] > 0 {
			lines++
			for i := range n {
				if n[i] <= 5 {
					sides[i]++
				}
			}
		}
	}
	return lines > 0 && (sides[0] == lines || sides[1] == lines)
}

// side returns the runs of a strip that stand in column k.
func (z *zone) side(s *strip, k int) []*run {
	var out []*run
	for _, r := range s.rows {
		for _, u := range r.runs {
			if z.column(u) == k {
				out = append(out, u)
			}
		}
	}
	return out
}

// column is the number of the column that a run stands in, from the left.
func (z *zone) column(u *run) int {
	mid := (u.x0 + u.x1) / 2
	k := 0
	for _, g := range z.gutters {
		if mid > (g.lo+g.hi)/2 {
			k++
		}
	}
	return k
}

// prose reports whether the columns hold running text, which is read down one
// column and then the next, rather than the cells of a table.
func (z *zone) prose(rules []rule) bool {
	n := len(z.gutters) + 1
	if n > 3 {
		return false
	}
	all := span{math.Inf(1), math.Inf(-1)}
	widths := make([]span, n)
	for k := range widths {
		widths[k] = span{math.Inf(1), math.Inf(-1)}
	}
	type extent struct {
		k int
		span
	}
	var lines []extent
	for _, s := range z.strips {
		for k := range n {
			e := extent{k, span{math.Inf(1), math.Inf(-1)}}
			for _, u := range z.side(s, k) {
				if !u.hollow {
					e.lo, e.hi = min(e.lo, u.x0), max(e.hi, u.x1)
				}
			}
			if e.lo > e.hi {
				continue
			}
			lines = append(lines, e)
			widths[k].lo, widths[k].hi = min(widths[k].lo, e.lo), max(widths[k].hi, e.hi)
			all.lo, all.hi = min(all.lo, e.lo), max(all.hi, e.hi)
		}
	}
	if z.ruled(rules) >= 2 {
		return false
	}
	least := 6
	if n == 2 && math.Abs(widths[0].size()-widths[1].size()) < 0.1*all.size() && len(z.strips) >= 12 {
		least = 4 // columns of one width, down half a page
	}
	for k, w := range widths {
		full, count := 0, 0
		for _, l := range lines {
			if l.k == k {
				count++
				if l.size() > 0.72*w.size() {
					full++
				}
			}
		}
		if w.size() < 0.2*all.size() || count < 4 || full*10 < count*least {
			return false
		}
	}
	return true
}

// ruled counts the heights inside the zone at which a rule runs across it.
func (z *zone) ruled(rules []rule) int { return len(z.cuts(rules)) }

// cuts lists the heights, from the top, at which rules part the zone.
func (z *zone) cuts(rules []rule) []float64 {
	top, bottom := z.strips[0].top+z.strips[0].size, z.strips[len(z.strips)-1].bottom-z.strips[len(z.strips)-1].size
	x := span{math.Inf(1), math.Inf(-1)}
	for _, s := range z.strips {
		for _, r := range s.rows {
			x.lo, x.hi = min(x.lo, r.x0), max(x.hi, r.x1)
		}
	}
	// Cells draw their borders one by one: what covers most of the width at one
	// height is a rule.
	cover := map[int][]span{}
	for _, r := range rules {
		if y := (r.y0 + r.y1) / 2; r.horizontal() && y < top && y > bottom && r.x1 > x.lo && r.x0 < x.hi {
			k := int(math.Round(y / 1.5))
			cover[k] = append(cover[k], span{r.x0, r.x1})
		}
	}
	var out []float64
	for k, list := range cover {
		w := 0.0
		for _, s := range merge(list) {
			w += min(s.hi, x.hi) - max(s.lo, x.lo)
		}
		if w > 0.6*x.size() {
			out = append(out, float64(k)*1.5)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	// Borders of neighbouring rows lie side by side.
	return slices.CompactFunc(out, func(a, b float64) bool { return math.Abs(a-b) < 4 })
}
