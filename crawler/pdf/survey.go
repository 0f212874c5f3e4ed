package pdf

import (
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"
)

// survey learns from all signs what holds for the whole document.
func (d *reading) survey() {
	sizes := map[float64]int{}
	faces := map[string]int{}
	blanks, signs, rtl, ltr, heavy := 0, 0, 0, 0, 0
	forms, tied := 0, 0
	for _, p := range d.pages {
		for i := range p.glyphs {
			g := &p.glyphs[i]
			if blank(g.text) {
				blanks++
				continue
			}
			signs++
			if g.text == "" {
				continue
			}
			c, _ := utf8.DecodeRuneInString(g.text)
			switch {
			case rightToLeft(c):
				rtl++
			case unicode.IsLetter(c):
				ltr++
			}
			if unicode.IsLetter(c) {
				sizes[float64(int(g.size*2+0.5))/2]++
				faces[g.font.face]++
				if g.has(bold) {
					heavy++
				}
			}
			if f, dual := formOf(c); dual && !g.has(spelled) {
				forms++
				if f.joinsOn() || f.joinsBack() {
					tied++
				}
			}
		}
	}
	best := 0
	for _, s := range slices.Sorted(maps.Keys(sizes)) {
		if sizes[s] > best {
			best, d.body = sizes[s], s
		}
	}
	if d.body == 0 {
		d.body = 10
	}
	best = 0
	for _, f := range slices.Sorted(maps.Keys(faces)) {
		if faces[f] > best {
			best, d.face = faces[f], f
		}
	}
	letters := rtl + ltr
	d.bold = heavy*2 > letters
	d.surveySpaces(blanks*20 > signs)
	d.set.rtl = rtl > ltr
	// A file that names one shape for every place of a letter says nothing by it.
	d.set.shapes = forms > 20 && tied*2 > forms
	if rtl > 0 {
		d.surveyOrder()
	}
}

// surveySpaces learns how wide the spaces of the text are. A file that writes
// its spaces needs no small gaps read as such, but may leave one out where it
// moves the pen instead.
func (d *reading) surveySpaces(written bool) {
	d.set.space = 0.17
	if !written {
		return
	}
	var gaps []float64
	for _, p := range d.pages {
		for i := 2; i < len(p.glyphs) && len(gaps) < 20000; i++ {
			a, b, c := &p.glyphs[i-2], &p.glyphs[i-1], &p.glyphs[i]
			if blank(b.text) && !blank(a.text) && !blank(c.text) && a.text != "" && c.text != "" && a.y == c.y && a.size == c.size {
				white := c.x - a.end()
				if c.x < a.x {
					white = a.x - c.end()
				}
				gaps = append(gaps, white/c.size)
			}
		}
	}
	d.set.space = 0.2
	if len(gaps) < 20 {
		return
	}
	slices.Sort(gaps)
	d.set.space = min(0.2, max(0.11, 0.6*gaps[len(gaps)/4]))
	none, _ := slices.BinarySearch(gaps, 0.08)
	d.set.exact = none*5 < len(gaps)
}

// surveyOrder learns how the producer stored right-to-left text: in which order
// it drew the signs, whether its brackets are named as they look, whether words
// come out backwards when they are turned.
func (d *reading) surveyOrder() {
	forward, backward := 0, 0
	turned, kept := 0, 0
	strokes := map[sign]*strokeUse{}
	var asRead, asStored []string
	plain := d.set
	plain.stored = true
	for n, p := range d.pages {
		if !d.set.budget.Step(16 * len(p.glyphs)) {
			return
		}
		rs := runs(slices.Clone(p.glyphs))
		for _, r := range rs {
			if kindOf(r.glyphs[0].text) != right || r.edge {
				continue
			}
			if r.backward {
				backward++
			} else {
				forward++
			}
		}
		for _, w := range rows(rs) {
			w.strokes(strokes)
			if n >= 12 {
				continue
			}
			items, _ := d.set.items(w.runs)
			around := leanOf(w.runs)
			read := d.set.read(slices.Clone(items), around)
			t, k := brackets(read)
			turned, kept = turned+t, kept+k
			asRead = append(asRead, d.set.compose(read))
			asStored = append(asStored, plain.compose(plain.read(items, around)))
		}
	}
	d.set.backward = backward > forward
	d.set.mirror = turned > kept
	judge := d.reader.judge
	stored, turnedWords := judge.measure(asStored), judge.measure(asRead)
	d.set.stored = stored.known > 10 && stored.known > 2*turnedWords.known
	d.set.strokes = map[sign]bool{}
	stretched := false
	for s, u := range strokes {
		d.set.strokes[s] = u.stretches()
		stretched = stretched || u.stretches()
	}
	// Where lines are stretched, a stray stroke may stand in another font.
	for s, u := range strokes {
		d.set.strokes[s] = d.set.strokes[s] || stretched && u.alone == 0 && u.inside+u.outside <= 3
	}
}

// brackets counts pairs in right-to-left text that close before they open and
// pairs that stand the right way round.
func brackets(read []item) (turned, kept int) {
	open := map[string]string{"(": ")", "[": "]", "«": "»"}
	for i := range read {
		if read[i].spelled || read[i].kind != neutral {
			continue
		}
		for o, c := range open {
			if read[i].text != o && read[i].text != c {
				continue
			}
			for j := i + 1; j < len(read); j++ {
				if read[j].text == o || read[j].text == c {
					if read[i].text == o && read[j].text == c {
						kept++
					} else if read[i].text == c && read[j].text == o {
						turned++
					}
					break
				}
			}
		}
	}
	return turned, kept
}

// strokeUse counts where a sign that nothing explains stands.
type strokeUse struct{ inside, outside, doubled, alone int }

// stretches reports a sign that only stretches words, as typesetters do to
// justify Arabic lines: it always stands between two letters and often comes in
// rows. A letter would also begin or end words.
func (u *strokeUse) stretches() bool {
	return u.inside > 20*u.outside && (u.doubled*3 > u.inside || u.inside >= 8)
}

// strokes takes note of the unexplained signs in a row.
func (w *row) strokes(into map[sign]*strokeUse) {
	var line []*glyph
	found := false
	for _, r := range w.runs {
		for i := range r.glyphs {
			line = append(line, &r.glyphs[i])
			found = found || r.glyphs[i].has(stroke)
		}
	}
	if !found {
		return
	}
	letter := func(i int) bool { return i >= 0 && i < len(line) && kindOf(line[i].text) == right }
	for i := 0; i < len(line); {
		if !line[i].has(stroke) {
			i++
			continue
		}
		j := i + 1
		for j < len(line) && line[j].has(stroke) && line[j].code == line[i].code && line[j].font == line[i].font {
			j++
		}
		key := sign{line[i].font, line[i].code}
		u := into[key]
		if u == nil {
			u = &strokeUse{}
			into[key] = u
		}
		before, after := i-1, j
		for before >= 0 && isMark(line[before].text) {
			before--
		}
		for after < len(line) && isMark(line[after].text) {
			after++
		}
		if letter(before) && letter(after) {
			u.inside++
		} else {
			u.outside++
		}
		if j-i > 1 {
			u.doubled++
		}
		if (i == 0 || blank(line[i-1].text)) && (j == len(line) || blank(line[j].text)) {
			u.alone++
		}
		i = j
	}
}
