package pdf

import (
	"math"
	"slices"
)

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
