package pdf

import (
	"math"

	"policywatch/crawler/pdf/object"
)

// graphics is the part of the graphics state that text depends on (ISO 32000-1,
// 8.4 and 9.3).
type graphics struct {
	ctm                    matrix
	font                   *font
	size, rise             float64
	chars, words, scale    float64
	leading                float64
	mode                   int
	textMatrix, lineMatrix matrix
}

// content draws one page and keeps what matters for its text.
type content struct {
	file   *object.File
	fonts  map[object.Ref]*font
	forms  int // forms within forms
	state  graphics
	stack  []graphics
	marks  []marked
	path   []rule
	shapes []rule // the boxes of the path's parts
	x, y   float64
	glyphs []glyph
	rules  []rule
	dots   []dot
	// pictures is the area that images cover, in square points.
	pictures float64
	// lost says that a part of the page, or a font's map, breaks off.
	lost bool
	// turned counts signs that run up and down the page.
	turned [2]int
}

// marked is one level of marked content (14.6).
type marked struct {
	mark     int32
	artifact bool
	// spelled is the text that the glyphs from index from on stand for.
	spelled string
	spells  bool
	from    int
}

const (
	maxGlyphs = 100000 // of one page; a full one has some thousands
	maxRules  = 20000
	maxDots   = 1000
	maxForms  = 12
	maxStack  = 512
)

func newContent(f *object.File, fonts map[object.Ref]*font, ctm matrix) *content {
	c := &content{file: f, fonts: fonts}
	c.state = graphics{ctm: ctm, scale: 1, textMatrix: identity, lineMatrix: identity}
	return c
}

// run draws a whole page.
func (c *content) run(data []byte, res object.Dict) {
	c.draw(data, res)
	for len(c.marks) > 0 {
		c.endMarked()
	}
}

// draw runs a content stream with its resources.
func (c *content) draw(data []byte, res object.Dict) {
	l := object.NewLexer(data)
	var args []object.Token
	b := c.file.Budget()
	for b.Step(1) {
		t := l.Next()
		switch t.Kind {
		case object.EOF:
			return
		case object.Keyword:
			if string(t.Text) == "BI" {
				skipImage(l)
			} else {
				c.operator(string(t.Text), args, res)
			}
			args = args[:0]
		case object.DictOpen:
			// Only marked content has dictionaries among its operands; it is
			// read as an object and kept with its place.
			obj, _ := l.ObjectFrom(t)
			c.properties(obj, l, args, res)
			args = args[:0]
		default:
			if len(args) < 4096 {
				args = append(args, t)
			}
		}
	}
}

// properties handles the operator behind an inline dictionary.
func (c *content) properties(obj any, l *object.Lexer, args []object.Token, res object.Dict) {
	d, _ := obj.(object.Dict)
	if t := l.Next(); t.Kind == object.Keyword && string(t.Text) == "BDC" && len(args) > 0 {
		c.begin(string(args[0].Text), d)
	}
}

// skipImage passes over an inline image, whose bytes are no tokens.
func skipImage(l *object.Lexer) {
	for {
		t := l.Next()
		if t.Kind == object.EOF {
			return
		}
		if t.Kind == object.Keyword && string(t.Text) == "ID" {
			break
		}
	}
	rest := l.Rest()
	white := func(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }
	for i := 1; i+2 <= len(rest); i++ {
		if rest[i] == 'E' && rest[i+1] == 'I' && white(rest[i-1]) && (i+2 == len(rest) || white(rest[i+2])) {
			l.Skip(i + 2)
			return
		}
	}
	l.Skip(len(rest))
}

// nums returns the last n operands as numbers; ok is false when there are fewer.
func nums(args []object.Token, n int) (v [6]float64, ok bool) {
	if len(args) < n {
		return v, false
	}
	for i, t := range args[len(args)-n:] {
		v[i] = t.Num
	}
	return v, true
}

func (c *content) operator(op string, args []object.Token, res object.Dict) {
	s := &c.state
	num := func() float64 { v, _ := nums(args, min(1, len(args))); return v[0] }
	switch op {
	case "q":
		if len(c.stack) < maxStack {
			c.stack = append(c.stack, *s)
		}
	case "Q":
		if n := len(c.stack); n > 0 {
			*s, c.stack = c.stack[n-1], c.stack[:n-1]
		}
	case "cm":
		if v, ok := nums(args, 6); ok {
			s.ctm = matrix{v[0], v[1], v[2], v[3], v[4], v[5]}.mul(s.ctm)
		}
	case "BT":
		s.textMatrix, s.lineMatrix = identity, identity
	case "Tc":
		s.chars = num()
	case "Tw":
		s.words = num()
	case "Tz":
		s.scale = num() / 100
	case "TL":
		s.leading = num()
	case "Ts":
		s.rise = num()
	case "Tr":
		s.mode = int(num())
	case "Tf":
		if len(args) >= 2 {
			s.size = args[len(args)-1].Num
			s.font = c.font(c.file.Dict(res["Font"])[object.Name(args[len(args)-2].Text)])
		}
	case "gs":
		if len(args) > 0 {
			g := c.file.Dict(c.file.Dict(res["ExtGState"])[object.Name(args[0].Text)])
			if a := c.file.Array(g["Font"]); len(a) == 2 {
				s.font = c.font(a[0])
				s.size, _ = c.file.Float(a[1])
			}
		}
	case "Td", "TD":
		if v, ok := nums(args, 2); ok {
			if op == "TD" {
				s.leading = -v[1]
			}
			c.move(v[0], v[1])
		}
	case "Tm":
		if v, ok := nums(args, 6); ok {
			s.lineMatrix = matrix{v[0], v[1], v[2], v[3], v[4], v[5]}
			s.textMatrix = s.lineMatrix
		}
	case "T*":
		c.move(0, -s.leading)
	case "Tj":
		c.show(args)
	case "TJ":
		c.show(args)
	case "'":
		c.move(0, -s.leading)
		c.show(args)
	case "\"":
		if len(args) >= 3 {
			s.words, s.chars = args[0].Num, args[1].Num
		}
		c.move(0, -s.leading)
		c.show(args)
	case "Do":
		if len(args) > 0 {
			c.external(c.file.Stream(c.file.Dict(res["XObject"])[object.Name(args[0].Text)]), res)
		}
	case "BMC", "BDC":
		c.beginNamed(args, res)
	case "EMC":
		c.endMarked()
	default:
		c.paint(op, args)
	}
}

func (c *content) move(x, y float64) {
	s := &c.state
	s.lineMatrix = matrix{1, 0, 0, 1, x, y}.mul(s.lineMatrix)
	s.textMatrix = s.lineMatrix
}

// font loads a font once, however many pages use it.
func (c *content) font(o any) *font {
	ref, isRef := o.(object.Ref)
	if t, ok := c.fonts[ref]; ok && isRef {
		return t
	}
	d := c.file.Dict(o)
	if d == nil {
		c.lost = true
		return nil
	}
	t := readFont(c.file, d)
	c.lost = c.lost || t.lost
	if isRef {
		c.fonts[ref] = t
	}
	return t
}

// show draws strings; numbers between them move the pen (9.4.4).
func (c *content) show(args []object.Token) {
	s := &c.state
	for _, a := range args {
		if a.Kind == object.Number {
			c.pen(-a.Num / 1000 * s.size * s.scale)
		}
		if a.Kind == object.String && s.font != nil {
			c.showString(a.Text)
		}
	}
}

func (c *content) pen(x float64) {
	s := &c.state
	s.textMatrix = matrix{1, 0, 0, 1, x, 0}.mul(s.textMatrix)
}

func (c *content) showString(text []byte) {
	s := &c.state
	f := s.font
	for len(text) > 0 && c.file.Budget().Step(4) {
		code, n := f.next(text)
		text = text[n:]
		w := f.advance(code)
		c.glyph(f.text(code), code, w)
		w = w*s.size + s.chars
		if n == 1 && code == ' ' {
			w += s.words
		}
		c.pen(w * s.scale)
	}
}

// glyph keeps a sign of a width in text space that is drawn where the pen is.
func (c *content) glyph(text string, code uint32, w float64) {
	s := &c.state
	if len(c.glyphs) >= maxGlyphs {
		c.file.Budget().Exhaust()
		return
	}
	m := s.textMatrix.mul(s.ctm)
	x, y := m.apply(0, s.rise)
	size := s.size
	if s.font.height > 0 {
		size *= s.font.height
	}
	g := glyph{text: text, x: x, y: y, w: w * s.size * s.scale * math.Hypot(m.a, m.b), size: math.Abs(size) * math.Hypot(m.c, m.d), font: s.font, mark: -1}
	if !sound(g.x, g.y, g.w, g.size) || g.size <= 0.1 {
		return
	}
	// Text that does not run along the page is a stamp or a margin note, or else
	// the page must be turned.
	if math.Abs(m.b) > 0.3*math.Abs(m.a) {
		if m.b > 0 {
			c.turned[0]++
		} else {
			c.turned[1]++
		}
		return
	}
	if g.w < 0 {
		g.x, g.w = g.x+g.w, -g.w
	}
	if s.font.bold || s.mode == 2 {
		g.flags |= bold
	}
	if s.mode == 3 || s.mode == 7 {
		g.flags |= hidden
	}
	if text == unknown {
		g.flags |= stroke
		g.code = code
	}
	for i := len(c.marks) - 1; i >= 0; i-- {
		if c.marks[i].artifact {
			g.flags |= artifact
		}
		if g.mark < 0 {
			g.mark = c.marks[i].mark
		}
	}
	c.glyphs = append(c.glyphs, g)
}

// external draws a form, or takes note of a picture.
func (c *content) external(s *object.Stream, res object.Dict) {
	if s == nil {
		return
	}
	m := c.state.ctm
	if c.file.Name(s.Dict["Subtype"]) == "Image" {
		if area := math.Abs(m.a*m.d - m.b*m.c); sound(area / 1e6) {
			c.pictures += area
		}
		return
	}
	if c.forms >= maxForms || c.file.Name(s.Dict["Subtype"]) != "Form" {
		return
	}
	data, err := c.file.Data(s)
	c.lost = c.lost || err != nil
	if own := c.file.Dict(s.Dict["Resources"]); own != nil {
		res = own
	}
	saved, stack, marks := c.state, c.stack, len(c.marks)
	if a := c.file.Array(s.Dict["Matrix"]); len(a) == 6 {
		var v [6]float64
		for i := range v {
			v[i], _ = c.file.Float(a[i])
		}
		c.state.ctm = matrix{v[0], v[1], v[2], v[3], v[4], v[5]}.mul(c.state.ctm)
	}
	c.forms, c.stack = c.forms+1, nil
	c.draw(data, res)
	for len(c.marks) > marks {
		c.endMarked()
	}
	c.forms, c.stack, c.state = c.forms-1, stack, saved
}
