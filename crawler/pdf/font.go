package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/crawler/pdf/object"
)

// font turns the codes of shown strings into text and widths.
type font struct {
	name string
	face string // the name without weight and slant
	bold bool
	// symbols marks fonts of pictures: Symbol, Wingdings and their kin.
	symbols bool
	// hanging hands set the letters of a word on a slope.
	hanging bool
	// composite fonts have codes of several bytes, cut by encoding; nil means
	// two bytes that are the glyph number.
	composite bool
	encoding  *cmap
	// direct composite encodings hold UTF-16 themselves.
	direct  bool
	unicode *cmap
	simple  [256]string // by the encoding and its differences
	widths  map[uint32]float64
	spans   []widthSpan
	width   float64 // of what is not listed
	// scale takes widths into text space: 1/1000, but for Type 3 fonts.
	scale float64
	// height is the size of a Type 3 font's letters in text space, 0 for others.
	height float64
	// lost says that the map to text breaks off or is missing.
	lost bool
	// seen caches what codes stand for.
	seen map[uint32]string
}

type widthSpan struct {
	lo, hi uint32
	w      float64
}

const maxWidths = 1 << 16

func readFont(f *object.File, d object.Dict) *font {
	t := &font{scale: 0.001, seen: map[uint32]string{}, widths: map[uint32]float64{}}
	t.name = string(f.Name(d["BaseFont"]))
	if len(t.name) > 7 && t.name[6] == '+' {
		t.name = t.name[7:]
	}
	low := strings.ToLower(t.name)
	t.face, _, _ = strings.Cut(low, "-")
	t.face, _, _ = strings.Cut(t.face, ",")
	for _, s := range []string{"mt", "ps", "bold", "italic", "oblique", "regular"} {
		t.face = strings.TrimSuffix(t.face, s)
	}
	for _, s := range []string{"symbol", "wingding", "webding", "dingbat", "fontawesome", "materialicons"} {
		t.symbols = t.symbols || strings.Contains(low, s)
	}
	for _, s := range []string{"nastal", "noori", "nafees", "nastaa"} {
		t.hanging = t.hanging || strings.Contains(low, s)
	}
	if s := f.Stream(d["ToUnicode"]); s != nil {
		data, err := f.Data(s)
		t.unicode, t.lost = readCMap(data, f.Budget()), err != nil
	} else if ref, ok := d["ToUnicode"].(object.Ref); ok {
		t.lost = f.Resolve(ref) == nil
	}
	descriptor := f.Dict(d["FontDescriptor"])
	if f.Name(d["Subtype"]) == "Type0" {
		descriptor = t.readComposite(f, d)
	} else {
		t.readSimple(f, d, descriptor)
	}
	weight, _ := f.Float(descriptor["FontWeight"])
	t.bold = weight >= 600 || f.Int(descriptor["Flags"])&(1<<18) != 0
	for _, s := range []string{"bold", "black", "heavy", "demi"} {
		t.bold = t.bold || strings.Contains(low, s)
	}
	return t
}

func (t *font) readComposite(f *object.File, d object.Dict) (descriptor object.Dict) {
	t.composite = true
	switch enc := f.Resolve(d["Encoding"]).(type) {
	case object.Name:
		t.direct = strings.Contains(string(enc), "UCS2") || strings.Contains(string(enc), "UTF16")
	case *object.Stream:
		data, _ := f.Data(enc)
		if t.encoding = readCMap(data, f.Budget()); len(t.encoding.cids) == 0 {
			t.encoding.cids = []cidRange{{0, 0xFFFF, 0}}
		}
	}
	var child object.Dict
	if kids := f.Array(d["DescendantFonts"]); len(kids) > 0 {
		child = f.Dict(kids[0])
	}
	t.width = 1000
	if w, ok := f.Float(child["DW"]); ok {
		t.width = w
	}
	list := f.Array(child["W"])
	for i := 0; i+1 < len(list) && f.Budget().Step(1) && len(t.widths) < maxWidths; {
		first, _ := f.Float(list[i])
		if each := f.Array(list[i+1]); each != nil {
			for k, w := range each[:min(len(each), maxWidths)] {
				t.widths[uint32(first)+uint32(k)], _ = f.Float(w)
			}
			i += 2
			continue
		}
		if i+2 >= len(list) {
			break
		}
		last, _ := f.Float(list[i+1])
		w, _ := f.Float(list[i+2])
		t.spans = append(t.spans, widthSpan{uint32(first), uint32(last), w})
		i += 3
	}
	return f.Dict(child["FontDescriptor"])
}

func (t *font) readSimple(f *object.File, d, descriptor object.Dict) {
	base, symbolic := "", f.Int(descriptor["Flags"])&4 != 0
	var diff object.Array
	switch enc := f.Resolve(d["Encoding"]).(type) {
	case object.Name:
		base = string(enc)
	case object.Dict:
		base, diff = string(f.Name(enc["BaseEncoding"])), f.Array(enc["Differences"])
	}
	if base == "" && f.Name(d["Subtype"]) != "TrueType" && !symbolic {
		base = "StandardEncoding"
	}
	// A symbolic font without an encoding has codes of its own; they are only
	// read as Latin when it embeds nothing that could say otherwise.
	if base != "" || !symbolic || t.unicode == nil {
		for i, c := range baseEncoding(base) {
			if c != 0 && c != utf8.RuneError {
				t.simple[i] = string(c)
			}
		}
	}
	at := 0
	for _, o := range diff {
		switch v := f.Resolve(o).(type) {
		case int64:
			at = int(v)
		case object.Name:
			if at >= 0 && at < 256 {
				t.simple[at] = glyphText(string(v))
			}
			at++
		}
	}
	if t.symbols {
		for i, s := range t.simple {
			if s != "" && s != " " {
				t.simple[i] = "•"
			}
		}
	}
	if w, ok := f.Float(descriptor["MissingWidth"]); ok {
		t.width = w
	}
	first := f.Int(d["FirstChar"])
	for i, o := range f.Array(d["Widths"]) {
		if w, ok := f.Float(o); ok && i < 256 {
			t.widths[uint32(first+i)] = w
		}
	}
	if len(t.widths) == 0 {
		t.standardWidths()
	}
	if f.Name(d["Subtype"]) == "Type3" {
		t.scale = 0.001
		if m := f.Array(d["FontMatrix"]); len(m) == 6 {
			if a, ok := f.Float(m[0]); ok && a != 0 {
				t.scale = a
			}
			v, _ := f.Float(m[3])
			if box := f.Array(d["FontBBox"]); len(box) == 4 {
				lo, _ := f.Float(box[1])
				hi, _ := f.Float(box[3])
				t.height = (hi - lo) * v
			}
			if t.height < 0 {
				t.height = -t.height
			}
		}
	}
}

// standardWidths stands in for the 14 standard fonts, whose widths a file need
// not give: those of Helvetica, or of a typewriter.
func (t *font) standardWidths() {
	if strings.Contains(t.name, "Courier") {
		t.width = 600
		return
	}
	t.width = 556
	for i, w := range helvetica {
		t.widths[uint32(' '+i)] = float64(w) * 10
	}
}

// helvetica lists the widths of ASCII from the space on, in hundredths of an em
// rounded down: good enough to tell a gap from a letter.
var helvetica = [...]uint8{
	27, 27, 35, 55, 55, 88, 66, 19, 33, 33, 38, 58, 27, 33, 27, 27, 55, 55, 55, 55, 55, 55, 55, 55, 55, 55, 27, 27, 58, 58, 58, 55,
	101, 66, 66, 72, 72, 66, 61, 77, 72, 27, 50, 66, 55, 83, 72, 77, 66, 77, 72, 66, 61, 72, 66, 94, 66, 66, 61, 27, 27, 27, 46, 55,
	33, 55, 55, 50, 55, 55, 27, 55, 55, 22, 22, 50, 22, 83, 55, 55, 55, 55, 33, 50, 27, 55, 50, 72, 50, 50, 50, 33, 25, 33, 58,
}

// next cuts the first code off a shown string.
func (t *font) next(s []byte) (c uint32, size int) {
	switch {
	case !t.composite:
		return uint32(s[0]), 1
	case t.encoding != nil:
		return t.encoding.next(s)
	case len(s) == 1:
		return uint32(s[0]), 1
	}
	return uint32(s[0])<<8 | uint32(s[1]), 2
}

// advance is the width of a code in text space, for a size of 1.
func (t *font) advance(c uint32) float64 {
	if t.encoding != nil {
		c = t.encoding.cid(c)
	}
	w, ok := t.widths[c]
	if !ok {
		w = t.width
		for i := range t.spans {
			if c >= t.spans[i].lo && c <= t.spans[i].hi {
				w = t.spans[i].w
				break
			}
		}
	}
	return w * t.scale
}

// unknown stands for a glyph whose meaning the file does not tell.
const unknown = "\uFFFD"

// text is what a code stands for.
func (t *font) text(c uint32) string {
	if s, ok := t.seen[c]; ok {
		return s
	}
	s := t.decode(c)
	if len(t.seen) < 1<<17 {
		t.seen[c] = s
	}
	return s
}

func (t *font) decode(c uint32) string {
	if t.unicode != nil {
		if s, ok := t.unicode.text(c); ok {
			if s = tidy(s, t.symbols); s != "" {
				return s
			}
		}
	}
	if !t.composite {
		if s := t.simple[c&0xFF]; s != "" {
			return s
		}
	} else if t.direct {
		if s := tidy(string(rune(c)), t.symbols); s != "" {
			return s
		}
	}
	return unknown
}

// tidy checks what a map says a glyph stands for; empty means nothing that can
// be believed.
func tidy(s string, symbols bool) string {
	for _, c := range s {
		switch {
		case c >= 0xF000 && c <= 0xF0FF: // the private codes of symbol fonts
			if c == 0xF020 {
				return " "
			}
			return "•"
		case c == utf8.RuneError, c >= 0xFFF0 && c != 0xFFFC, c < 0x20 && c != '\t' && c != '\n' && c != '\r', c >= 0x7F && c < 0xA0:
			return ""
		case symbols && unicode.IsLetter(c) && c < 0x80:
			return "•"
		}
	}
	return s
}
