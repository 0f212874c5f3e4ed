package pdf

import (
	"math"
	"strings"

	"policywatch/crawler/pdf/object"
)

// beginNamed opens marked content whose properties, if any, have a name in the
// resources.
func (c *content) beginNamed(args []object.Token, res object.Dict) {
	if len(args) == 0 {
		c.begin("", nil)
		return
	}
	var d object.Dict
	if len(args) > 1 {
		d = c.file.Dict(c.file.Dict(res["Properties"])[object.Name(args[1].Text)])
	}
	c.begin(string(args[0].Text), d)
}

func (c *content) begin(tag string, d object.Dict) {
	m := marked{mark: -1, artifact: tag == "Artifact", from: len(c.glyphs)}
	// The marks inside a form are the form's own and not the page's.
	if n, ok := c.file.Float(d["MCID"]); ok && n >= 0 && n < math.MaxInt32 && c.forms == 0 {
		m.mark = int32(n)
	}
	if s, ok := c.file.Resolve(d["ActualText"]).(string); ok {
		m.spelled, m.spells = textString(s), true
	}
	if len(c.marks) < maxStack {
		c.marks = append(c.marks, m)
	}
}

// endMarked closes marked content; where the file spells out what the signs in
// it stand for, they become one.
func (c *content) endMarked() {
	n := len(c.marks)
	if n == 0 {
		return
	}
	m := c.marks[n-1]
	c.marks = c.marks[:n-1]
	if !m.spells || m.from >= len(c.glyphs) || strings.Contains(m.spelled, unknown) {
		return
	}
	run := c.glyphs[m.from:]
	g := run[0]
	end := g.end()
	for _, o := range run[1:] {
		// Text that goes on in another line is better read from its signs.
		if math.Abs(o.y-g.y) > g.size/2 {
			return
		}
		g.x, end = min(g.x, o.x), max(end, o.end())
	}
	g.w = end - g.x
	g.text = m.spelled
	if strings.TrimSpace(g.text) == "" && g.text != "" {
		g.text = " "
	}
	g.flags = g.flags&^stroke | spelled
	c.glyphs = append(c.glyphs[:m.from], g)
}

// paint follows paths as far as they may be the rules of a table.
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
		}
		c.x, c.y = x, y
	case "re":
		v, ok := nums(args, 4)
		if !ok {
			return
		}
		x0, y0 := c.state.ctm.apply(v[0], v[1])
		x1, y1 := c.state.ctm.apply(v[0]+v[2], v[1]+v[3])
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
		c.path = c.path[:0]
	case "n":
		c.path = c.path[:0]
	}
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
