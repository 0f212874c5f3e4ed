package pdf

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/store/record"
)

// draft is a block in the making.
type draft struct {
	kind  record.BlockKind
	level int
	text  string
	links []record.Link
	size  float64
	bold  bool
	lines int
	// first and last are its outer lines; start is the edge where it begins.
	first, last *line
	start       float64
	// role is what the structure tree calls it, empty when there is none.
	role string
	// apart says that more white than between lines stands above it.
	apart bool
	// open says that the text may go on: its last line is full.
	open bool
	cell bool // the lines of a table's cell, never joined with what follows
}

// maxParagraph bounds one block, in bytes: what goes on longer is no paragraph.
const maxParagraph = 10000

// paragraphs joins lines into blocks.
func (d *reading) paragraphs(ps []piece) []draft {
	var out []draft
	for i := range ps {
		p := &ps[i]
		switch {
		case p.cells != nil:
			out = append(out, d.rowDraft(p))
		case p.unit != nil:
			out = append(out, d.unitDraft(p)...)
		default:
			out = d.flowDrafts(out, p)
		}
	}
	return out
}

func (d *reading) rowDraft(p *piece) draft {
	b := draft{kind: record.Row, cell: true, first: p.lines[0], last: p.lines[len(p.lines)-1], apart: true}
	var cells []string
	bolds := 0
	for _, c := range p.cells {
		one := draft{}
		for _, l := range c {
			if len(one.text) > maxParagraph { // read on in a cell of its own
				cells, one = append(cells, one.text), draft{}
			}
			d.add(&one, l)
		}
		if one.text != "" {
			cells = append(cells, one.text)
			b.links = append(b.links, one.links...)
		}
		if one.bold {
			bolds++
		}
		b.size = max(b.size, one.size)
	}
	b.text = strings.Join(cells, " | ")
	b.bold = bolds == len(p.cells)
	return b
}

// unitDraft makes a block of an element of the structure tree. One that holds a
// list of several lines as one paragraph is parted by its bullets.
func (d *reading) unitDraft(p *piece) []draft {
	var out []draft
	for i, l := range p.lines {
		if i == 0 || len(out[len(out)-1].text) > maxParagraph || bulletAt(l.text) > 0 && p.unit.role != "LI" && !headingRole(p.unit.role) && bulletAt(p.lines[0].text) > 0 {
			out = append(out, draft{kind: record.Paragraph, role: p.unit.role, apart: true, start: d.start(l)})
			if p.unit.depth > 0 {
				out[len(out)-1].level = p.unit.depth
			}
		}
		d.add(&out[len(out)-1], l)
	}
	for i := range out {
		out[i].open = d.full(&out[i], p)
	}
	return out
}

// flowDrafts goes on with the drafts of the page or column before.
func (d *reading) flowDrafts(out []draft, p *piece) []draft {
	for i, l := range p.lines {
		n := len(out)
		join := false
		apart := true
		if i > 0 {
			apart = d.apart(p.lines[i-1], l)
			join = !apart && d.joins(&out[n-1], l, p)
		} else if n > 0 {
			join = d.resumes(&out[n-1], l)
		}
		if !join {
			out = append(out, draft{kind: record.Paragraph, apart: apart, start: d.start(l) - d.edge(l, p)})
			n++
		}
		d.add(&out[n-1], l)
		out[n-1].open = d.full(&out[n-1], p)
	}
	return out
}

// start is the edge at which a line begins, growing inwards.
func (d *reading) start(l *line) float64 {
	if d.fromRight(l) {
		return -l.x1
	}
	return l.x0
}

func (d *reading) fromRight(l *line) bool {
	return l.rtl && !d.typed
}

// edge is where a column's lines begin, in the terms of start.
func (d *reading) edge(l *line, p *piece) float64 {
	switch {
	case !p.column:
		return 0
	case d.fromRight(l):
		return -p.right
	}
	return p.left
}

// room is the white behind a line up to its margin.
func (d *reading) room(l *line, p *piece) float64 {
	if d.fromRight(l) {
		return l.x0 - p.left
	}
	return p.right - l.x1
}

// full reports whether a draft's last line reaches its margin.
func (d *reading) full(b *draft, p *piece) bool {
	return !p.column && d.room(b.last, p) < 6*b.last.size || p.column && d.room(b.last, p) < 3*b.last.size
}

// apart reports more white between two lines than lines of a paragraph have.
func (d *reading) apart(a, b *line) bool {
	return a.y-b.y > 1.28*d.leading*max(a.size, b.size) || b.y > a.y
}

// alike reports lines of one style.
func (d *reading) alike(b *draft, l *line) bool {
	return math.Abs(b.size-l.size) < 0.08*b.size && (b.last.bold == l.bold || b.bold == l.bold)
}

// stands reports a style that stands out from the running text.
func (d *reading) stands(size float64, bold bool) bool {
	return size > 1.1*d.body || bold && !d.bold
}

// joins reports whether l, right below the last line of b, goes on with it.
func (d *reading) joins(b *draft, l *line, p *piece) bool {
	if len(b.text) > maxParagraph || markerAt(l.text) > 0 && !d.brokenNumber(b, l, p) {
		return false
	}
	if d.stands(b.size, b.bold) || d.stands(l.size, l.bold) {
		// The lines of a title break where it looks well. A bold word that
		// begins or ends a line of running text is no title.
		if d.alike(b, l) && b.bold == l.bold {
			return utf8.RuneCountInString(b.text)+utf8.RuneCountInString(l.text) < 220 && !endsSentence(b.text) || d.room(b.last, p) < l.first+0.8*l.size
		}
		if b.lines == 1 && b.bold != l.bold || !d.alike(b, l) {
			return false
		}
	}
	if wordGoesOn(b.text, l.text) {
		return true
	}
	// The first word of this line would have fitted above: a forced break.
	if d.room(b.last, p) > l.first+0.9*l.size {
		return false
	}
	inset := d.start(l) - d.start(b.last)
	em := l.size
	if b.lines == 1 {
		// A first line may be indented, or hang over the ones below.
		return inset > -5*em && inset < 5*em
	}
	if inset > 0.8*em {
		return false // the indent of a new paragraph
	}
	return inset > -1.2*em
}

// wordGoesOn reports a word that was parted by a hyphen at the end of its line.
func wordGoesOn(text, next string) bool {
	head, ok := strings.CutSuffix(text, "-")
	before, _ := utf8.DecodeLastRuneInString(head)
	after, _ := utf8.DecodeRuneInString(next)
	return ok && unicode.IsLetter(before) && unicode.IsLower(after)
}

// brokenNumber reports a line that only looks like a clause: its number ends a
// sentence that the line above left open.
func (d *reading) brokenNumber(b *draft, l *line, p *piece) bool {
	if bulletAt(l.text) > 0 || endsSentence(b.text) || b.lines == 1 && markerAt(b.text) > 0 {
		return false
	}
	return d.room(b.last, p) < l.first+0.5*l.size && math.Abs(d.start(l)-d.start(b.last)) < 0.3*l.size && b.lines > 1
}

// resumes reports whether the first line of a page or column goes on with the
// last block of the one before.
func (d *reading) resumes(b *draft, l *line) bool {
	if b.cell || !b.open || len(b.text) > maxParagraph || !d.alike(b, l) || markerAt(l.text) > 0 || b.last.bold != l.bold {
		return false
	}
	if d.stands(b.size, b.bold) {
		return false
	}
	if !endsSentence(b.text) {
		return true
	}
	c, _ := utf8.DecodeRuneInString(l.text)
	return unicode.IsLower(c)
}

// add appends a line to a draft.
func (d *reading) add(b *draft, l *line) {
	if b.lines == 0 {
		b.text, b.size, b.bold, b.first = l.text, l.size, l.bold, l
	} else {
		b.text = d.join(b.text, b.last, l.text)
		b.size = max(b.size, l.size)
		b.bold = b.bold && l.bold
	}
	if n := len(b.links); n > 0 && len(l.links) > 0 && b.links[n-1].URL == l.links[0].URL && strings.HasPrefix(l.text, l.links[0].Text) && b.last != nil && strings.HasSuffix(b.last.text, lastLine(b.links[n-1].Text, b.last.text)) {
		b.links[n-1].Text = d.join(b.links[n-1].Text, b.last, l.links[0].Text)
		b.links = append(b.links, l.links[1:]...)
	} else {
		b.links = append(b.links, l.links...)
	}
	b.last = l
	b.lines++
}

// lastLine is the part of a link's text that stands on the given line.
func lastLine(text, line string) string {
	if len(text) > len(line) {
		return text[len(text)-len(line):]
	}
	return text
}

// join puts two lines together; the hyphen of a word that was only parted at
// the end of the line goes.
func (d *reading) join(text string, last *line, next string) string {
	if text == "" || next == "" {
		return text + next
	}
	if last != nil && last.soft {
		return text + next
	}
	before, n := utf8.DecodeLastRuneInString(text)
	after, _ := utf8.DecodeRuneInString(next)
	if (before == '-' || before == 0x2010) && unicode.IsLower(after) && !rightToLeft(after) {
		head := lastWord(text[:len(text)-n])
		if strings.ContainsAny(head, ".@_") { // an address keeps its hyphen
			return text + next
		}
		tail := firstToken(next)
		if c, _ := utf8.DecodeLastRuneInString(head); unicode.IsLetter(c) && !rightToLeft(c) {
			if !d.words[strings.ToLower(head+"-"+tail)] || d.words[strings.ToLower(head+tail)] {
				return text[:len(text)-n] + next
			}
			return text + next
		}
	}
	// A number or a name that goes on behind its hyphen.
	if before == '-' && unicode.IsDigit(after) {
		if c, _ := utf8.DecodeLastRuneInString(text[:len(text)-n]); unicode.IsDigit(c) || unicode.IsLetter(c) {
			return text + next
		}
	}
	if strings.ContainsRune("([{«“", before) {
		return text + next
	}
	if unicode.Is(unicode.Han, before) && unicode.Is(unicode.Han, after) {
		return text + next
	}
	// An address goes on without a space.
	if (before == '/' || before == '_') && strings.Contains(lastWord(text), "://") {
		return text + next
	}
	return text + " " + next
}

func lastWord(s string) string { return s[strings.LastIndexAny(s, " (\"'“«/")+1:] }

func firstToken(s string) string {
	if i := strings.IndexFunc(s, func(c rune) bool { return !unicode.IsLetter(c) }); i >= 0 {
		return s[:i]
	}
	return s
}
