package object

import (
	"bytes"
	"errors"
)

// ErrEncrypted says that a password is needed to read a file.
var ErrEncrypted = errors.New("it is encrypted and asks for a password")

// ErrDamaged says that nothing leads to the pages of a file.
var ErrDamaged = errors.New("it is damaged: the list of its pages cannot be found")

// ErrNotPDF says that the bytes are no PDF file at all.
var ErrNotPDF = errors.New("the bytes are not a PDF file")

// File is an open file. It is not safe for concurrent use.
type File struct {
	body    []byte
	base    int // where the header stands: junk before it shifts all offsets
	budget  *Budget
	xref    map[uint32]entry
	Trailer Dict
	crypt   *crypt
	rebuilt bool
	broken  bool // a pack could not be read whole
	cache   map[uint32]any
	packs   map[uint32]*pack
	depth   int // of references that are being followed
}

// entry is where an object stands: at an offset, or in a pack (an object
// stream) of others.
type entry struct {
	offset int
	pack   uint32
	gen    uint16
	packed bool
}

// Open reads the cross-references of a file. Damage is repaired where that is
// possible; the error is ErrNotPDF, ErrEncrypted or why nothing can be read.
func Open(body []byte, budget *Budget) (*File, error) {
	base := bytes.Index(body[:min(len(body), 1024)], []byte("%PDF-"))
	if base < 0 {
		return nil, ErrNotPDF
	}
	f := &File{body: body, base: base, budget: budget, xref: map[uint32]entry{}, Trailer: Dict{}, cache: map[uint32]any{}, packs: map[uint32]*pack{}}
	if !f.readXref() || f.catalog() == nil {
		f.rebuild()
	}
	if err := f.initCrypt(); err != nil {
		return nil, err
	}
	if f.catalog() == nil {
		f.rebuild()
		if f.catalog() == nil {
			if err := budget.Err(); err != nil {
				return nil, err
			}
			return nil, ErrDamaged
		}
	}
	return f, nil
}

// catalog is the root of the document when it leads to pages.
func (f *File) catalog() Dict {
	root := f.Dict(f.Trailer["Root"])
	if root == nil || f.Dict(root["Pages"]) == nil {
		return nil
	}
	return root
}

// Root is the document's catalog.
func (f *File) Root() Dict { return f.Dict(f.Trailer["Root"]) }

// Whole reports whether the file has its end. One that was cut off on the way
// has not, and what is missing of it does not show.
func (f *File) Whole() bool {
	return bytes.Contains(f.body[max(0, len(f.body)-2048):], []byte("%%EOF"))
}

// Broken reports whether objects were lost with the pack that holds them, as far
// as packs have been opened.
func (f *File) Broken() bool { return f.broken }

// Budget is what Open was given.
func (f *File) Budget() *Budget { return f.budget }

// Resolve follows references; what leads nowhere is nil.
func (f *File) Resolve(o any) any {
	for range 16 {
		ref, ok := o.(Ref)
		if !ok {
			return o
		}
		o = f.load(ref)
	}
	return nil
}

// Dict returns a dictionary, or that of a stream, nil for anything else.
func (f *File) Dict(o any) Dict {
	switch o := f.Resolve(o).(type) {
	case Dict:
		return o
	case *Stream:
		return o.Dict
	}
	return nil
}

// Array returns an array, nil for anything else.
func (f *File) Array(o any) Array {
	a, _ := f.Resolve(o).(Array)
	return a
}

// Stream returns a stream, nil for anything else.
func (f *File) Stream(o any) *Stream {
	s, _ := f.Resolve(o).(*Stream)
	return s
}

// Name returns a name, empty for anything else.
func (f *File) Name(o any) Name {
	n, _ := f.Resolve(o).(Name)
	return n
}

// String returns the bytes of a string, empty for anything else.
func (f *File) String(o any) string {
	s, _ := f.Resolve(o).(string)
	return s
}

// Float returns a number; ok is false for anything else.
func (f *File) Float(o any) (n float64, ok bool) {
	switch o := f.Resolve(o).(type) {
	case int64:
		return float64(o), true
	case float64:
		return o, true
	}
	return 0, false
}

// Int returns a number without its fraction, 0 for anything else or out of range.
func (f *File) Int(o any) int {
	n, ok := f.Float(o)
	if !ok || n > 1<<31 || n < -1<<31 {
		return 0
	}
	return int(n)
}

// maxFollow bounds how deep objects may lean on one another while one is read:
// a stream's length in another object, that object in a pack.
const maxFollow = 12

func (f *File) load(ref Ref) any {
	if o, ok := f.cache[ref.Num]; ok {
		return o
	}
	e, ok := f.xref[ref.Num]
	if !ok || f.depth >= maxFollow || !f.budget.object() {
		return nil
	}
	f.depth++
	defer func() { f.depth-- }()
	var o any
	if e.packed {
		o = f.unpack(e.pack, ref.Num)
	} else {
		o, ok = f.objectAt(e.offset, ref.Num)
		if !ok && !f.rebuilt && f.base > 0 {
			o, ok = f.objectAt(e.offset+f.base, ref.Num)
		}
		if !ok && !f.rebuilt {
			f.rebuild()
			f.depth--
			o = f.load(ref)
			f.depth++
		}
	}
	if f.budget.Err() == nil {
		f.cache[ref.Num] = o
	}
	return o
}

// objectAt reads the object "num gen obj" at an offset. ok is false when there
// is none of that number.
func (f *File) objectAt(offset int, num uint32) (obj any, ok bool) {
	if offset < 0 || offset >= len(f.body) {
		return nil, false
	}
	l := &Lexer{data: f.body, pos: offset, refs: true}
	n, g, kw := l.Next(), l.Next(), l.Next()
	if n.Kind != Number || !n.Int || g.Kind != Number || string(kw.Text) != "obj" || num != anyNumber && n.Num != float64(num) {
		return nil, false
	}
	ref := Ref{uint32(n.Num), uint16(g.Num)}
	obj, ok = l.Object()
	if !ok {
		return nil, true // an empty object is a null
	}
	if d, isDict := obj.(Dict); isDict {
		back := l.pos
		if t := l.Next(); t.Kind == Keyword && bytes.HasPrefix(t.Text, []byte("stream")) {
			// The keyword may run into the data of a damaged file.
			l.pos -= len(t.Text) - len("stream")
			f.decryptStrings(obj, ref)
			return &Stream{Dict: d, raw: f.streamBytes(d, l.pos), ref: ref}, true
		}
		l.pos = back
	}
	return f.decryptStrings(obj, ref), true
}

// anyNumber accepts whatever object stands at an offset.
const anyNumber = 1<<32 - 1

// streamBytes finds the packed bytes of a stream whose keyword ends at pos. The
// length that the dictionary gives is believed only when "endstream" follows.
func (f *File) streamBytes(d Dict, pos int) []byte {
	if pos < len(f.body) && f.body[pos] == '\r' {
		pos++
	}
	if pos < len(f.body) && f.body[pos] == '\n' {
		pos++
	}
	rest := f.body[pos:]
	if n, ok := f.Float(d["Length"]); ok && n >= 0 && n <= float64(len(rest)) {
		l := Lexer{data: rest[:min(len(rest), int(n)+32)], pos: int(n)}
		if t := l.Next(); t.Kind == Keyword && bytes.HasPrefix(t.Text, []byte("endstream")) {
			return rest[:int(n)]
		}
	}
	end := bytes.Index(rest, []byte("endstream"))
	if end < 0 {
		if end = bytes.Index(rest, []byte("endobj")); end < 0 {
			end = len(rest)
		}
	}
	f.budget.Step(end >> 8)
	return bytes.TrimRight(rest[:end], "\r\n")
}

// pack is an unpacked object stream.
type pack struct {
	data []byte
	at   map[uint32]int
}

func (f *File) unpack(num, want uint32) any {
	p := f.openPack(num)
	if p == nil {
		return nil
	}
	off, ok := p.at[want]
	if !ok || off >= len(p.data) {
		return nil
	}
	l := &Lexer{data: p.data, pos: off, refs: true}
	obj, _ := l.Object()
	return obj
}

func (f *File) openPack(num uint32) *pack {
	if p, ok := f.packs[num]; ok {
		return p
	}
	f.packs[num] = nil // one that leans on itself holds nothing
	// A pack must not stand in a pack: the way down would have no end.
	if f.xref[num].packed {
		return nil
	}
	s := f.Stream(Ref{Num: num})
	if s == nil {
		return nil
	}
	data, err := f.Data(s)
	f.broken = f.broken || err != nil
	p := &pack{data: data, at: map[uint32]int{}}
	first := f.Int(s.Dict["First"])
	l := &Lexer{data: data}
	for i, n := 0, f.Int(s.Dict["N"]); i < n && f.budget.Step(1); i++ {
		id, off := l.Next(), l.Next()
		if id.Kind != Number || off.Kind != Number {
			break
		}
		if id.Num >= 0 && id.Num < anyNumber && off.Num >= 0 && off.Num < float64(len(data)) {
			p.at[uint32(id.Num)] = first + int(off.Num)
		}
	}
	f.packs[num] = p
	return p
}
