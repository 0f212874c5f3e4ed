package pdf

import "sort"

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
