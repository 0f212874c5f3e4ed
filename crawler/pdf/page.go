package pdf

import (
	"sort"

	"policywatch/crawler/pdf/object"
)

// page is one page of the file, in reading position: upright, its origin at the
// lower left corner.
type page struct {
	number        int // from 0
	ref           object.Ref
	width, height float64
	glyphs        []glyph
	rules         []rule
	dots          []dot
	links         []area
	pictures      float64
	// lost says that a part of the page could not be read.
	lost bool
}

// area is a rectangle that leads to an address.
type area struct {
	x0, y0, x1, y1 float64
	url            string
}

// leaf is a page's dictionary with what it inherits.
type leaf struct {
	dict      object.Dict
	ref       object.Ref
	resources object.Dict
	box       object.Array
	rotate    int
}

// leaves lists the pages of a file in order, at most limit of them; more says
// that there are more, lost that some cannot be found.
func leaves(f *object.File, limit int) (out []leaf, more, lost bool) {
	seen := map[object.Ref]bool{}
	var walk func(o any, above leaf, depth int)
	walk = func(o any, above leaf, depth int) {
		ref, _ := o.(object.Ref)
		d := f.Dict(o)
		lost = lost || d == nil
		if d == nil || depth > 40 || seen[ref] && ref.Num != 0 || more || !f.Budget().Step(16) {
			return
		}
		seen[ref] = true
		at := above
		at.dict, at.ref = d, ref
		if r := f.Dict(d["Resources"]); r != nil {
			at.resources = r
		}
		for _, key := range []object.Name{"MediaBox", "CropBox"} {
			if b := f.Array(d[key]); len(b) == 4 {
				at.box = b
			}
		}
		if _, ok := f.Float(d["Rotate"]); ok {
			at.rotate = f.Int(d["Rotate"])
		}
		if _, branch := d["Kids"]; branch && f.Name(d["Type"]) != "Page" {
			for _, k := range f.Array(d["Kids"]) {
				walk(k, at, depth+1)
			}
			return
		}
		if len(out) >= limit {
			more = true
			return
		}
		out = append(out, at)
	}
	walk(f.Root()["Pages"], leaf{}, 0)
	lost = lost || f.Int(f.Dict(f.Root()["Pages"])["Count"]) > len(out) && !f.Whole()
	return out, more, lost
}

// readPage draws a page.
func readPage(f *object.File, l leaf, fonts map[object.Ref]*font) *page {
	box := [4]float64{0, 0, 612, 792}
	if len(l.box) == 4 {
		for i := range box {
			box[i], _ = f.Float(l.box[i])
		}
	}
	x0, y0, x1, y1 := min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
	if !sound(x0, y0, x1, y1) || x1-x0 < 1 || y1-y0 < 1 {
		x0, y0, x1, y1 = 0, 0, 612, 792
	}
	p := &page{ref: l.ref, width: x1 - x0, height: y1 - y0}
	ctm := matrix{1, 0, 0, 1, -x0, -y0}
	switch ((l.rotate % 360) + 360) % 360 / 90 {
	case 1:
		ctm = ctm.mul(matrix{0, -1, 1, 0, 0, p.width})
		p.width, p.height = p.height, p.width
	case 2:
		ctm = ctm.mul(matrix{-1, 0, 0, -1, p.width, p.height})
	case 3:
		ctm = ctm.mul(matrix{0, 1, -1, 0, p.height, 0})
		p.width, p.height = p.height, p.width
	}
	data, whole := pageData(f, l.dict["Contents"])
	c := newContent(f, fonts, ctm)
	c.run(data, l.resources)
	for i, n := range c.turned {
		if n > 20 && n > 4*len(c.glyphs) {
			quarter := matrix{0, -1, 1, 0, 0, p.width}
			if i == 1 {
				quarter = matrix{0, 1, -1, 0, p.height, 0}
			}
			ctm = ctm.mul(quarter)
			p.width, p.height = p.height, p.width
			c = newContent(f, fonts, ctm)
			c.run(data, l.resources)
			break
		}
	}
	p.glyphs, p.rules, p.dots, p.pictures = p.visible(c.glyphs), c.rules, c.dots, c.pictures
	p.lost = c.lost || !whole
	p.links = readLinks(f, l.dict, ctm)
	return p
}

// pageData joins the parts of a page's content; a token never spans two. whole
// is false when one of them is missing or damaged.
func pageData(f *object.File, o any) (data []byte, whole bool) {
	parts := f.Array(o)
	if parts == nil && o != nil {
		parts = object.Array{o}
	}
	whole = true
	for _, part := range parts {
		s := f.Stream(part)
		d, err := f.Data(s)
		if s == nil || err != nil {
			whole = false
		}
		if len(parts) == 1 {
			return d, whole
		}
		if data = append(append(data, d...), '\n'); f.Budget().Err() != nil {
			break
		}
	}
	return data, whole
}

// visible leaves out what is drawn beside the page. A layer of unseen text
// counts only where there is nothing else to read: it is what a recogniser
// found in a scanned page.
func (p *page) visible(all []glyph) []glyph {
	seen, unseen := 0, 0
	for i := range all {
		if all[i].has(hidden) {
			unseen++
		} else if all[i].text != " " {
			seen++
		}
	}
	out := all[:0]
	for _, g := range all {
		if g.x > p.width+1 || g.end() < -1 || g.y > p.height+1 || g.y < -1 || g.has(hidden) && seen > unseen/4 {
			continue
		}
		out = append(out, g)
	}
	return out
}

func readLinks(f *object.File, d object.Dict, ctm matrix) (out []area) {
	for _, o := range f.Array(d["Annots"]) {
		if len(out) >= 2000 || !f.Budget().Step(8) {
			break
		}
		a := f.Dict(o)
		if f.Name(a["Subtype"]) != "Link" {
			continue
		}
		url := textString(f.String(f.Dict(a["A"])["URI"]))
		box := f.Array(a["Rect"])
		if !webAddress(url) || len(box) != 4 {
			continue
		}
		var v [4]float64
		for i := range v {
			v[i], _ = f.Float(box[i])
		}
		x0, y0 := ctm.apply(v[0], v[1])
		x1, y1 := ctm.apply(v[2], v[3])
		out = append(out, area{min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), url})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].y0 > out[j].y0 })
	return out
}
