package pdf

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/crawler/pdf/object"
	"policywatch/store/record"
)

// reading is the work on one file.
type reading struct {
	reader *Reader
	file   *object.File
	pages  []*page
	set    typesetter
	// body is the size of the running text, face its typeface and bold whether
	// that is bold.
	body float64
	face string
	bold bool
	// leading is the distance of baselines within a paragraph, in sizes.
	leading float64
	// words are all words of the text in lower case, to tell the hyphen of a
	// compound from that of a broken word.
	words map[string]bool
	// typed says that lines have no places, only an order.
	typed bool
}

// read draws the pages and reads the text on them.
func (r *Reader) read(f *object.File) (*record.Document, error) {
	d := &reading{reader: r, file: f}
	d.set.budget = f.Budget()
	list, more, lost := leaves(f, r.limits.Pages)
	if more {
		return nil, fmt.Errorf("it has more than %d pages", r.limits.Pages)
	}
	if len(list) == 0 {
		return nil, damaged("it has no pages")
	}
	fonts := map[object.Ref]*font{}
	signs, pictures := 0, 0
	for i, l := range list {
		p := readPage(f, l, fonts)
		p.number = i
		d.pages = append(d.pages, p)
		signs += len(p.glyphs)
		if p.pictures > 0.3*p.width*p.height && len(p.glyphs) < 20 {
			pictures++
		}
		if err := f.Budget().Err(); err != nil {
			return nil, err
		}
		// Half a statement would look like one whose sections were dropped.
		if p.lost {
			return nil, fmt.Errorf("it is damaged: page %d of %d cannot be read whole", i+1, len(list))
		}
	}
	if lost || f.Broken() {
		return nil, fmt.Errorf("it is damaged: parts of it cannot be found")
	}
	if pictures*2 > len(list) {
		return nil, fmt.Errorf("%d of its pages, %d in all, are pictures without any text: it needs text recognition (OCR)", pictures, len(list))
	}
	if f.Resolve(f.Root()["NeedsRendering"]) == true {
		return nil, errors.New("it is a form (XFA) that only the program of its maker can show")
	}
	if signs == 0 {
		return nil, damaged(fmt.Sprintf("its %s no text", plural(len(list), "page holds", "pages hold")))
	}
	d.survey()
	blocks := d.blocks()
	if err := f.Budget().Err(); err != nil {
		return nil, err
	}
	doc := &record.Document{Extractor: Version, Blocks: blocks, Title: d.title(blocks)}
	return doc, nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// blocks turns pages into blocks.
func (d *reading) blocks() []record.Block { return d.finish(d.pieces()) }

// finish makes blocks of lines.
func (d *reading) finish(ps []piece) []record.Block {
	ps = d.sweep(ps)
	d.measure(ps)
	var blocks []record.Block
	for _, b := range d.settle(d.paragraphs(ps)) {
		text := strings.Join(strings.Fields(b.text), " ")
		if text == "" {
			continue
		}
		blocks = append(blocks, record.Block{Kind: b.kind, Level: b.level, Text: text, Links: b.links})
	}
	return blocks
}

// pieces reads the layout: by the structure tree where it covers the text and
// its elements are of the size of paragraphs, else by places.
func (d *reading) pieces() []piece {
	if t := readTags(d.file); t != nil {
		if ps, ok := d.arrange(t); ok && wellTagged(ps) {
			return ps
		}
	}
	var out []piece
	for _, p := range d.pages {
		out = append(out, d.layout(p, p.text())...)
	}
	return out
}

// text is what stands on a page besides what the file itself calls furniture
// and puts at the page's edge.
func (p *page) text() []glyph {
	inside := func(g *glyph) bool { return !g.has(artifact) || g.y > 0.1*p.height && g.y < 0.9*p.height }
	out := make([]glyph, 0, len(p.glyphs))
	for i := range p.glyphs {
		if inside(&p.glyphs[i]) {
			out = append(out, p.glyphs[i])
		}
	}
	if len(out) == 0 {
		return p.glyphs
	}
	return out
}

// wellTagged reports whether elements are paragraphs: not single lines of
// running text, not whole pages.
func wellTagged(ps []piece) bool {
	units, lines, cut, text, chars := 0, 0, 0, 0, 0
	for i := range ps {
		p := &ps[i]
		if p.unit == nil {
			continue
		}
		units++
		lines += len(p.lines)
		for _, l := range p.lines {
			chars += len(l.text)
		}
		if p.cells != nil || headingRole(p.unit.role) {
			continue
		}
		text++
		if i+1 < len(ps) && ps[i+1].unit != nil && ps[i+1].unit.role == p.unit.role && p.unit.role != "LI" {
			a, b := p.lines[len(p.lines)-1], ps[i+1].lines[0]
			if !endsSentence(a.text) && a.page == b.page && utf8.RuneCountInString(a.text) > 40 && markerAt(b.text) == 0 && !a.bold && a.size == b.size {
				cut++
			}
		}
	}
	return units > 0 && cut*4 <= text && chars/units < 4000
}

// measure learns the leading and the words from the lines.
func (d *reading) measure(ps []piece) {
	var steps []float64
	d.words = map[string]bool{}
	for i := range ps {
		for k, l := range ps[i].lines {
			for _, w := range strings.FieldsFunc(strings.ToLower(l.text), func(c rune) bool { return !unicode.IsLetter(c) && c != '-' }) {
				d.words[w] = true
			}
			if k == 0 {
				continue
			}
			above := ps[i].lines[k-1]
			if step := (above.y - l.y) / l.size; above.page == l.page && step > 0.8 && step < 2.8 && above.size == l.size {
				steps = append(steps, step)
			}
		}
	}
	d.leading = 1.25
	if len(steps) >= 3 {
		slices.Sort(steps)
		d.leading = steps[len(steps)*35/100]
	}
}
