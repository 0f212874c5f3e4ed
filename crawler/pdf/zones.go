package pdf

import (
	"math"
	"slices"
	"sort"
	"unicode/utf8"
)

// span is a stretch of one axis.
type span struct{ lo, hi float64 }

func (s span) size() float64 { return s.hi - s.lo }

// strip is a row, or rows of a table's cells that stand side by side on
// baselines of their own.
type strip struct {
	rows        []*row
	top, bottom float64
	size        float64
	cover       []span // what taken found
}

// zone is a part of a page that is read as one: a flow of rows, or columns
// parted by gutters.
type zone struct {
	strips  []*strip
	gutters []span // none for a flow
}

// single makes a strip of every row.
func single(rs []*row) []*strip {
	out := make([]*strip, len(rs))
	for i, r := range rs {
		out[i] = &strip{top: r.top(), bottom: r.bottom()}
		out[i].add(r)
	}
	return out
}

// strips gathers rows that overlap in height but stand beside one another.
func strips(rs []*row) []*strip {
	var out []*strip
	for _, r := range rs {
		if n := len(out); n > 0 && out[n-1].beside(r) {
			out[n-1].add(r)
			continue
		}
		s := &strip{top: r.top(), bottom: r.bottom()}
		s.add(r)
		out = append(out, s)
	}
	return out
}

func (s *strip) add(r *row) {
	s.rows = append(s.rows, r)
	s.top, s.bottom, s.size = max(s.top, r.top()), min(s.bottom, r.bottom()), max(s.size, r.size)
}

func (s *strip) beside(r *row) bool {
	for _, o := range s.rows {
		high := min(o.top(), r.top()) - max(o.bottom(), r.bottom())
		if high < 0.3*min(o.size, r.size) {
			continue
		}
		if r.x0 < o.x1 && r.x1 > o.x0 {
			return false
		}
		return true
	}
	return false
}

// taken lists the stretches that a strip's signs cover, from the left.
func (s *strip) taken() []span {
	if s.cover != nil {
		return s.cover
	}
	var all []span
	for _, r := range s.rows {
		for _, u := range r.runs {
			if !u.hollow {
				all = append(all, span{u.x0, u.x1})
			}
		}
	}
	s.cover = merge(all)
	return s.cover
}

func merge(all []span) []span {
	sort.Slice(all, func(i, j int) bool { return all[i].lo < all[j].lo })
	var out []span
	for _, s := range all {
		if n := len(out); n > 0 && s.lo <= out[n-1].hi+0.1 {
			out[n-1].hi = max(out[n-1].hi, s.hi)
			continue
		}
		out = append(out, s)
	}
	return out
}

// gaps are the white stretches between what a strip covers that are at least
// wide.
func (s *strip) gaps(wide float64) []span {
	var out []span
	t := s.taken()
	for i := 1; i < len(t); i++ {
		if g := (span{t[i-1].hi, t[i].lo}); g.size() >= wide {
			out = append(out, g)
		}
	}
	return out
}

// sided says on which sides of a gutter a strip has text.
func (s *strip) sided(g span) (before, after bool) {
	for _, t := range s.taken() {
		before = before || t.hi <= g.lo+0.5
		after = after || t.lo >= g.hi-0.5
	}
	return before, after
}

// corridor is a stretch that stays white through strips from to last.
type corridor struct {
	span
	from, last int
	// before and after count the strips with text on either side, as far as
	// last; all is the same as far as it was followed.
	before, after int
	all           [2]int
}

// both is how many lines stand beside one another.
func (c *corridor) both() int { return min(c.before, c.after) }

// corridors finds white stretches that run down several strips. The wide
// spaces of a justified line do not line up for long.
func corridors(ss []*strip, em float64) (found []corridor) {
	const most = 48
	var open []corridor
	done := func(c corridor) {
		if n := c.both(); n >= 3 && c.size() >= 1.1*em || n >= 6 && n*2 >= max(c.before, c.after) {
			found = append(found, c)
		}
	}
	floor := math.Inf(1)
	for i, s := range ss {
		if floor-s.top > 3.2*em {
			for _, c := range open {
				done(c)
			}
			open = nil
		}
		floor = min(floor, s.bottom)
		for _, g := range gapsAt(ss, i, 0.6*em) {
			// What an older corridor already covers from here on is the same.
			if len(open) < most && !slices.ContainsFunc(open, func(c corridor) bool { return c.lo <= g.lo+0.01 && c.hi >= g.hi-0.01 }) {
				open = append(open, corridor{span: g, from: i, last: i})
			}
		}
		var next []corridor
		for _, c := range open {
			piece := narrow(c.span, s)
			if piece.size() < 0.6*em {
				done(c)
				continue
			}
			a, b := s.sided(piece)
			if a {
				c.all[0]++
			}
			if b {
				c.all[1]++
			}
			if a && b || paired(ss, i, piece, a) {
				c.span, c.last, c.before, c.after = piece, i, c.all[0], c.all[1]
			}
			next = append(next, c)
		}
		open = next
	}
	for _, c := range open {
		done(c)
	}
	return found
}

// near is how many strips away one may stand beside another.
const near = 3

// abreast reports strips that overlap in height.
func abreast(a, b *strip) bool {
	return min(a.top, b.top)-max(a.bottom, b.bottom) > 0.3*min(a.size, b.size)
}

// paired reports whether the strip at i, which has text on one side of a gutter,
// stands beside one that has text on the other.
func paired(ss []*strip, i int, g span, before bool) bool {
	for j := max(0, i-near); j <= min(len(ss)-1, i+near); j++ {
		if j == i || !abreast(ss[i], ss[j]) {
			continue
		}
		if a, b := ss[j].sided(g); before && b && !a || !before && a && !b {
			return true
		}
	}
	return false
}

// gapsAt lists the white stretches inside strip i, and between it and those that
// stand beside it.
func gapsAt(ss []*strip, i int, wide float64) []span {
	out := ss[i].gaps(wide)
	for j := i + 1; j <= min(len(ss)-1, i+near); j++ {
		if !abreast(ss[i], ss[j]) {
			continue
		}
		a, b := ss[i].taken(), ss[j].taken()
		for _, g := range []span{{a[len(a)-1].hi, b[0].lo}, {b[len(b)-1].hi, a[0].lo}} {
			if g.size() >= wide {
				out = append(out, g)
			}
		}
	}
	return out
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
