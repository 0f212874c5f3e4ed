package pdf

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/crawler/pdf/object"
	"policywatch/store/record"
)

// line is a row, or a part of one, in reading order.
type line struct {
	text    string
	page    int
	x0, x1  float64
	y, size float64
	bold    bool
	face    string // the typeface of its first letter
	// first is the width of the first word in reading order: whether it would
	// have fitted on the line before tells a forced break from a full line.
	first float64
	// soft says that the line ends in a hyphen that only parts a word.
	soft  bool
	rtl   bool // it runs from right to left
	links []record.Link
}

// typesetter turns rows into lines with what is known of the whole document.
type typesetter struct {
	orderer
	// space is the white, in sizes, from which signs belong to different words
	// although no space is written between them.
	space float64
	// exact says that places and widths agree: written spaces have their white.
	exact bool
	// backward says that right-to-left text is drawn in reading order.
	backward bool
	// strokes are signs without a meaning that only stretch words.
	strokes map[sign]bool
	budget  *object.Budget
}

// sign is a code of a font.
type sign struct {
	font *font
	code uint32
}

// lean counts the letters of both directions around a line: a line in two
// scripts runs like the paragraph that it stands in.
type lean struct{ rtl, ltr int }

func (a lean) plus(b lean) lean { return lean{a.rtl + b.rtl, a.ltr + b.ltr} }

func leanOf(rs []*run) (l lean) {
	for _, r := range rs {
		for i := range r.glyphs {
			switch kindOf(r.glyphs[i].text) {
			case right:
				l.rtl++
			case left:
				l.ltr++
			}
		}
	}
	return l
}

// lines reads rows that follow one another.
func (t *typesetter) lines(p *page, rs []*row) (out []*line) {
	leans := make([]lean, len(rs)+2)
	for i, r := range rs {
		leans[i+1] = leanOf(r.runs)
	}
	for i, r := range rs {
		around := leans[i+1]
		if around.rtl > 0 && around.ltr > 0 {
			around = around.plus(leans[i]).plus(leans[i+2])
		}
		if l := t.line(p, r.runs, around); l.text != "" {
			out = append(out, l)
		}
	}
	return out
}

// line reads runs that stand on one baseline, from the left.
func (t *typesetter) line(p *page, rs []*run, around lean) *line {
	l := &line{page: p.number, x0: rs[0].x0, x1: rs[0].x1, size: 0, y: rs[0].y}
	n := 0
	for _, r := range rs {
		n += len(r.glyphs)
	}
	if !t.budget.Step(8 + n*(4+len(p.links)/4) + len(p.dots)/4) {
		return l
	}
	items, glyphs := t.items(rs)
	letters, heavy := 0, 0
	for _, g := range glyphs {
		if g.text == "" || blank(g.text) {
			continue
		}
		n := utf8.RuneCountInString(g.text)
		letters += n
		if c, _ := utf8.DecodeRuneInString(g.text); l.face == "" && unicode.IsLetter(c) {
			l.face = g.font.face
		}
		if g.has(bold) {
			heavy += n
		}
		l.x0, l.x1 = min(l.x0, g.x), max(l.x1, g.end())
		if g.size > l.size {
			l.size, l.y = g.size, g.y
		}
	}
	l.bold = letters > 0 && heavy*5 >= letters*4
	l.rtl = t.classify(items, around)
	read := t.read(items, around)
	l.text = strings.TrimSpace(t.compose(read))
	if strings.HasSuffix(l.text, "\u00AD") {
		l.soft = true
	}
	if strings.Contains(l.text, "\u00AD") {
		l.text = strings.ReplaceAll(l.text, "\u00AD", "")
	}
	if l.text != "" {
		t.bullet(p, l)
	}
	l.first = firstWord(read, glyphs)
	l.links = linksOf(p, read, glyphs, t.orderer)
	return l
}

// bullet finds a bullet that is drawn before a line rather than written.
func (t *typesetter) bullet(p *page, l *line) {
	for _, b := range p.dots {
		if b.y < l.y-0.1*l.size || b.y > l.y+0.75*l.size || b.size > 0.75*l.size {
			continue
		}
		before := l.x0 - b.x
		if l.rtl {
			before = b.x - l.x1
		}
		if before > 0.2*l.size && before < 3*l.size {
			l.text = "• " + l.text
			l.x0, l.x1 = min(l.x0, b.x), max(l.x1, b.x)
			return
		}
	}
}

// items makes pieces of signs and finds the spaces between them.
func (t *typesetter) items(rs []*run) ([]item, []*glyph) {
	var out []item
	var glyphs []*glyph
	var last *glyph
	blanks := false // a space was drawn since the last sign
	parted := false // and written already, before a mark
	track := tracking(rs)
	for _, r := range rs {
		if t.backward && r.edge && len(r.glyphs) > 1 {
			reverse(r.glyphs)
			r.edge = false
		}
		for i := range r.glyphs {
			g := &r.glyphs[i]
			if blank(g.text) {
				blanks = last != nil
				continue
			}
			if isMark(g.text) {
				if blanks {
					out = append(out, item{text: " ", index: -1})
					blanks, parted = false, true
				}
				out = append(out, item{text: g.text, index: len(glyphs), spelled: g.has(spelled)})
				glyphs = append(glyphs, g)
				continue
			}
			if g.has(stroke) && t.strokes[sign{g.font, g.code}] {
				last = g
				continue
			}
			it := item{text: clean(g.text), index: len(glyphs), spelled: g.has(spelled)}
			if it.text == "" {
				last = g
				continue
			}
			switch gap := 0.0; {
			case last == nil || parted:
			case blanks:
				gap = g.x - last.end()
				if t.exact && !g.font.hanging && gap < 0.05*g.size && gap > -0.1*g.size && kindOf(g.text) == right && kindOf(last.text) == right {
					// A space without any width is what is left of a joiner.
					out = append(out, item{text: string(rune(zwnj)), index: -1})
					break
				}
				out = append(out, item{text: " ", index: -1})
			case g.x-last.end() > t.space*g.size+track && !(g.font.hanging && t.exact):
				out = append(out, item{text: " ", index: -1, gap: true})
			}
			last, blanks, parted = g, false, false
			if c, n := utf8.DecodeRuneInString(it.text); n == len(it.text) {
				it.form, it.dual = formOf(c)
			}
			out = append(out, it)
			glyphs = append(glyphs, g)
		}
	}
	return out, glyphs
}

// tracking is the white that a line puts between all its letters.
func tracking(rs []*run) float64 {
	var gaps []float64
	var last *glyph
	for _, r := range rs {
		for i := range r.glyphs {
			g := &r.glyphs[i]
			if isMark(g.text) {
				continue
			}
			if last != nil && !blank(last.text) && !blank(g.text) && len(gaps) < 200 {
				gaps = append(gaps, g.x-last.end())
			}
			last = g
		}
	}
	if len(gaps) < 4 {
		return 0
	}
	sort.Float64s(gaps)
	return max(0, gaps[len(gaps)/2])
}

// clean takes out what has no width: direction marks, byte order marks.
func clean(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == 0x200B, c == 0x200E, c == 0x200F, c >= 0x202A && c <= 0x202E, c >= 0x2060 && c <= 0x206F, c == 0xFEFF, c == 0xFFFC:
			return -1
		case c == '\n' || c == '\r' || c == '\t' || c == 0xA0:
			return ' '
		}
		return c
	}, s)
}

// firstWord measures the first word of a line.
func firstWord(read []item, glyphs []*glyph) float64 {
	w := 0.0
	for i := range read {
		if read[i].kind == space {
			if w > 0 {
				break
			}
			continue
		}
		if read[i].index < 0 {
			continue
		}
		if g := glyphs[read[i].index]; !isMark(g.text) {
			w += g.w
		}
	}
	return w
}

// linksOf finds the addresses that parts of a line lead to.
func linksOf(p *page, read []item, glyphs []*glyph, o orderer) (out []record.Link) {
	if len(p.links) == 0 {
		return nil
	}
	at := func(i int) string {
		if read[i].index < 0 {
			return ""
		}
		g := glyphs[read[i].index]
		x, y := g.x+g.w/2, g.y+0.25*g.size
		for k := range p.links {
			if a := &p.links[k]; x >= a.x0 && x <= a.x1 && y >= a.y0 && y <= a.y1 {
				return a.url
			}
		}
		return ""
	}
	for i := 0; i < len(read); {
		url := at(i)
		if url == "" {
			i++
			continue
		}
		end := i + 1
		for j := end; j < len(read); j++ {
			if read[j].kind == space {
				continue
			}
			if at(j) != url {
				break
			}
			end = j + 1
		}
		if text := strings.TrimSpace(o.compose(read[i:end])); text != "" {
			out = append(out, record.Link{Text: text, URL: url})
		}
		i = end
	}
	return out
}
