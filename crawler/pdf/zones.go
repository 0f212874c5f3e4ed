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

// strip is what stands side by side: one row, or the rows of columns whose
// baselines do not agree.
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

// zones parts a page into flows and columns. A gutter must be white over
// several strips: the wide spaces of a justified line do not line up.
func zones(ss []*strip, em float64) []zone {
	var out []zone
	flow := func(s *strip) {
		if n := len(out); n > 0 && out[n-1].gutters == nil {
			out[n-1].strips = append(out[n-1].strips, s)
			return
		}
		out = append(out, zone{strips: []*strip{s}})
	}
	for i := 0; i < len(ss); {
		z, n := columns(ss[i:], em)
		if n == 0 {
			flow(ss[i])
			i++
			continue
		}
		out = append(out, z)
		i += n
	}
	return out
}

// columns finds the zone of columns that begins with the first strip, and how
// many strips it takes; none when the strip is plain text.
func columns(ss []*strip, em float64) (zone, int) {
	gutters := ss[0].gaps(1.1 * em)
	if len(gutters) == 0 {
		return zone{}, 0
	}
	n, both := 1, 1
	for k := 1; k < len(ss); k++ {
		s := ss[k]
		if ss[k-1].bottom-s.top > 3.2*em {
			break
		}
		next := narrow(gutters, s, 0.75*em)
		if len(next) == 0 {
			break
		}
		two := false
		for _, g := range next {
			a, b := s.sided(g)
			two = two || a && b
		}
		// A line that begins far from the others under a gutter is text again
		// when nothing two-sided follows; n only grows where something does.
		if two {
			gutters, both, n = next, both+1, k+1
		} else if s.size > 1.15*em && s.size > 1.1*ss[0].size {
			break
		}
	}
	z := zone{strips: ss[:n]}
	for _, g := range gutters {
		if both >= 2 && !z.markers(g) {
			z.gutters = append(z.gutters, g)
		}
	}
	if len(z.gutters) == 0 {
		return zone{}, 0
	}
	return z, n
}

// narrow keeps what of the gutters is white in another strip too.
func narrow(gutters []span, s *strip, least float64) []span {
	var out []span
	for _, g := range gutters {
		// The widest white piece of the gutter counts.
		best := span{}
		at := g.lo
		for _, t := range append(slices.Clone(s.taken()), span{math.Inf(1), math.Inf(1)}) {
			if t.hi <= at {
				continue
			}
			if piece := (span{at, min(g.hi, t.lo)}); piece.size() > best.size() {
				best = piece
			}
			if at = max(at, t.hi); at >= g.hi {
				break
			}
		}
		if best.size() >= least {
			out = append(out, best)
		}
	}
	return out
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
	return sides[0] == lines || sides[1] == lines
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
		if w.size() < 0.2*all.size() || count < 4 || full*10 < count*6 {
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
