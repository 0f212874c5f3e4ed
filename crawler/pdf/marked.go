package pdf

import (
	"math"
	"strings"
	"unicode/utf8"

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
	// The widest sign is the letter that the others sit on.
	g := run[0]
	for _, o := range run[1:] {
		if o.w > g.w {
			g = o
		}
	}
	// The parts of one letter may stand far apart in a hanging hand.
	reach := g.size
	if utf8.RuneCountInString(m.spelled) <= 3 {
		reach *= 2.5
	}
	end := g.end()
	for _, o := range run {
		// Text that goes on in another line is better read from its signs.
		if math.Abs(o.y-g.y) > reach {
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
