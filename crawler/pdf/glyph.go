package pdf

import "math"

// glyph is one drawn sign, or a few that stand for one piece of text.
type glyph struct {
	// text is in reading order whatever the script; it is empty where the file
	// says that a sign stands for nothing, as with the strokes that stretch a
	// word, and a space for any blank.
	text string
	// x and y are where the sign begins on its baseline, w its width and size
	// the height of the font, in points; y grows upwards.
	x, y, w, size float64
	font          *font
	// mark is the marked content that it belongs to, -1 for none.
	mark int32
	// code is the sign's number in the font, kept where no map explains it.
	code uint32
	flags
}

type flags uint8

const (
	bold     flags = 1 << iota
	artifact       // page furniture by the file's own word
	hidden         // drawn in no colour: the text layer under a scanned page
	spelled        // the file spells the text out (ActualText)
	stroke         // a sign that no map explains
)

func (g *glyph) has(f flags) bool { return g.flags&f != 0 }
func (g *glyph) end() float64     { return g.x + g.w }

// rule is a straight line drawn on a page, as tables have them.
type rule struct{ x0, y0, x1, y1 float64 }

func (r rule) horizontal() bool { return r.x1-r.x0 > r.y1-r.y0 }

// dot is a small filled shape: a bullet, where one stands before a line.
type dot struct{ x, y, size float64 }

// matrix is a transformation: x' = ax + cy + e, y' = bx + dy + f.
type matrix struct{ a, b, c, d, e, f float64 }

var identity = matrix{a: 1, d: 1}

// mul is m followed by n.
func (m matrix) mul(n matrix) matrix {
	return matrix{
		m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d,
		m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d,
		m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f,
	}
}

func (m matrix) apply(x, y float64) (float64, float64) {
	return x*m.a + y*m.c + m.e, x*m.b + y*m.d + m.f
}

// sound reports whether coordinates are numbers that a page can hold.
func sound(vs ...float64) bool {
	for _, v := range vs {
		if math.IsNaN(v) || v > 1e6 || v < -1e6 {
			return false
		}
	}
	return true
}
