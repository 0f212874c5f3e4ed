package pdf

import (
	"math"

	"policywatch/crawler/pdf/object"
)

// paint follows paths as far as they may be the rules of a table or the bullets
// of a list. The other operators mean nothing for text.
func (c *content) paint(op string, args []object.Token) {
	switch op {
	case "m", "l":
		v, ok := nums(args, 2)
		if !ok {
			return
		}
		x, y := c.state.ctm.apply(v[0], v[1])
		if op == "l" {
			c.segment(c.x, c.y, x, y)
		} else {
			c.shape()
		}
		c.x, c.y = x, y
		c.reach(x, y)
	case "c", "v", "y":
		// The ends of a curve are enough to know its box.
		if v, ok := nums(args, 2); ok {
			c.x, c.y = c.state.ctm.apply(v[0], v[1])
			c.reach(c.x, c.y)
		}
	case "re":
		v, ok := nums(args, 4)
		if !ok {
			return
		}
		x0, y0 := c.state.ctm.apply(v[0], v[1])
		x1, y1 := c.state.ctm.apply(v[0]+v[2], v[1]+v[3])
		c.shape()
		c.reach(x0, y0)
		c.reach(x1, y1)
		const thin = 2.5
		if w, h := math.Abs(x1-x0), math.Abs(y1-y0); w < thin || h < thin {
			c.segment(x0, y0, x1, y1)
		} else {
			c.segment(x0, y0, x1, y0)
			c.segment(x0, y1, x1, y1)
			c.segment(x0, y0, x0, y1)
			c.segment(x1, y0, x1, y1)
		}
	case "S", "s", "f", "F", "f*", "B", "B*", "b", "b*":
		if len(c.rules)+len(c.path) < maxRules {
			c.rules = append(c.rules, c.path...)
		}
		for _, s := range c.shapes {
			w, h := s.x1-s.x0, s.y1-s.y0
			if w > 0.8 && w < 9 && h > 0.7*w && h < 1.4*w && len(c.dots) < maxDots {
				c.dots = append(c.dots, dot{(s.x0 + s.x1) / 2, (s.y0 + s.y1) / 2, w})
			}
		}
		c.path, c.shapes = c.path[:0], c.shapes[:0]
	case "n":
		c.path, c.shapes = c.path[:0], c.shapes[:0]
	}
}

// shape begins a part of the path.
func (c *content) shape() {
	if len(c.shapes) < maxRules {
		c.shapes = append(c.shapes, rule{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)})
	}
}

// reach widens the part of the path to hold a point.
func (c *content) reach(x, y float64) {
	n := len(c.shapes)
	if n == 0 || !sound(x, y) {
		return
	}
	s := &c.shapes[n-1]
	s.x0, s.y0, s.x1, s.y1 = min(s.x0, x), min(s.y0, y), max(s.x1, x), max(s.y1, y)
}

// segment notes a line along one of the axes.
func (c *content) segment(x0, y0, x1, y1 float64) {
	r := rule{min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)}
	w, h := r.x1-r.x0, r.y1-r.y0
	if !sound(w, h, r.x0, r.y0) || w > 3 && h > 3 || w < 6 && h < 6 || len(c.path) >= maxRules {
		return
	}
	c.path = append(c.path, r)
}
