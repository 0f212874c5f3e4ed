package object

import (
	"bytes"
	"maps"
	"slices"
)

// readXref follows the chain of cross-reference sections from the end of the
// file, newest first. It reports whether the chain could be read.
func (f *File) readXref() bool {
	tail := max(0, len(f.body)-2048)
	i := bytes.LastIndex(f.body[tail:], []byte("startxref"))
	if i < 0 {
		return false
	}
	l := &Lexer{data: f.body, pos: tail + i + len("startxref")}
	t := l.Next()
	if t.Kind != Number || t.Num < 0 || t.Num > float64(len(f.body)) {
		return false
	}
	seen := map[int]bool{}
	next := []int{int(t.Num)}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		trailer := f.readSection(at)
		if trailer == nil && f.base > 0 {
			trailer = f.readSection(at + f.base)
		}
		if trailer == nil {
			return false
		}
		for k, v := range trailer {
			if _, ok := f.Trailer[k]; !ok {
				f.Trailer[k] = v
			}
		}
		// A hybrid file lists its packed objects in a stream beside the table.
		for _, key := range []Name{"XRefStm", "Prev"} {
			if n, ok := trailer[key].(int64); ok && n > 0 && n < int64(len(f.body)) {
				next = append(next, int(n))
			}
		}
	}
	return true
}

// readSection reads one table or stream and returns its dictionary.
func (f *File) readSection(at int) Dict {
	if at < 0 || at >= len(f.body) {
		return nil
	}
	l := &Lexer{data: f.body, pos: at, refs: true}
	t := l.Next()
	if t.Kind == Keyword && string(t.Text) == "xref" {
		return f.readTable(l)
	}
	if t.Kind != Number {
		return nil
	}
	obj, _ := f.objectAt(at, anyNumber)
	s, _ := obj.(*Stream)
	if s == nil || s.Dict["Type"] != Name("XRef") {
		return nil
	}
	return f.readXrefStream(s)
}

// readTable reads a classic table and the trailer behind it.
func (f *File) readTable(l *Lexer) Dict {
	for {
		t := l.Next()
		if t.Kind == Keyword && string(t.Text) == "trailer" {
			obj, _ := l.Object()
			d, _ := obj.(Dict)
			return d
		}
		count := l.Next()
		if t.Kind != Number || count.Kind != Number || t.Num < 0 || t.Num > anyNumber {
			return nil
		}
		num := uint32(t.Num)
		for i := 0.0; i < count.Num; i++ {
			off, gen, use := l.Next(), l.Next(), l.Next()
			if off.Kind != Number || gen.Kind != Number || use.Kind != Keyword || !f.budget.Step(4) {
				return nil
			}
			// Some producers count the free head of the list as object 1.
			if i == 0 && num == 1 && use.Text[0] == 'f' && gen.Num == 65535 {
				num = 0
			}
			if use.Text[0] == 'n' {
				if off.Num < 0 || off.Num > float64(len(f.body)) || gen.Num > 65535 {
					return nil
				}
				f.list(num, entry{offset: int(off.Num), gen: uint16(gen.Num)})
			}
			num++
		}
	}
}

// list enters an object unless a newer section has done so.
func (f *File) list(num uint32, e entry) {
	if _, ok := f.xref[num]; !ok && f.budget.Step(1) {
		f.xref[num] = e
	}
}

// readXrefStream reads the table that a stream holds as fields of fixed width.
func (f *File) readXrefStream(s *Stream) Dict {
	var w [3]int
	for i, v := range f.Array(s.Dict["W"]) {
		if n, ok := v.(int64); ok && i < 3 && n >= 0 && n <= 8 {
			w[i] = int(n)
		}
	}
	width := w[0] + w[1] + w[2]
	data, err := f.Data(s)
	if width == 0 || len(data) == 0 && err != nil {
		return nil
	}
	index := f.Array(s.Dict["Index"])
	if index == nil {
		index = Array{int64(0), s.Dict["Size"]}
	}
	for i := 0; i+1 < len(index); i += 2 {
		from, n := f.Int(index[i]), f.Int(index[i+1])
		for num := from; num < from+n && num >= 0 && len(data) >= width; num++ {
			kind := 1
			if w[0] > 0 {
				kind = bigEndian(data[:w[0]])
			}
			a, b := bigEndian(data[w[0]:w[0]+w[1]]), bigEndian(data[w[0]+w[1]:width])
			data = data[width:]
			switch {
			case !f.budget.Step(4):
				return nil
			case kind == 1 && a >= 0:
				f.list(uint32(num), entry{offset: a, gen: uint16(b)})
			case kind == 2 && a >= 0 && a < anyNumber:
				f.list(uint32(num), entry{pack: uint32(a), packed: true})
			}
		}
	}
	return s.Dict
}

func bigEndian(b []byte) (n int) {
	for _, c := range b {
		n = n<<8 | int(c)
	}
	return n
}

// rebuild lists every object that can be found in the file, the last of a
// number first: that is what an update leaves valid.
func (f *File) rebuild() {
	if f.rebuilt {
		return
	}
	f.rebuilt = true
	f.xref, f.cache, f.packs = map[uint32]entry{}, map[uint32]any{}, map[uint32]*pack{}
	var packs, heads []uint32
	offsets := map[uint32]int{}
	for at := 0; f.budget.Step(16); {
		i := bytes.Index(f.body[at:], []byte("obj"))
		if i < 0 {
			break
		}
		f.budget.Step(i >> 8)
		at += i + len("obj")
		num, start, ok := f.header(at - len("obj"))
		if !ok {
			continue
		}
		f.xref[num], offsets[num] = entry{offset: start}, start
		head := f.body[at:min(len(f.body), at+400)]
		if end := bytes.Index(head, []byte("stream")); end >= 0 {
			head = head[:end]
		}
		switch {
		case bytes.Contains(head, []byte("/ObjStm")):
			packs = append(packs, num)
		case bytes.Contains(head, []byte("/XRef")), bytes.Contains(head, []byte("/Catalog")):
			heads = append(heads, num)
		}
	}
	f.mergeTrailers()
	for _, num := range heads {
		obj, _ := f.objectAt(offsets[num], num)
		switch o := obj.(type) {
		case *Stream:
			for _, k := range []Name{"Root", "Info", "Encrypt", "ID"} {
				if v, ok := o.Dict[k]; ok {
					f.Trailer[k] = v
				}
			}
		case Dict:
			if _, ok := f.Trailer["Root"]; !ok && o["Type"] == Name("Catalog") {
				f.Trailer["Root"] = Ref{Num: num}
			}
		}
	}
	// The key must be known before packed objects can be read.
	if f.crypt == nil && f.initCrypt() != nil {
		return
	}
	for _, num := range packs {
		p := f.openPack(num)
		if p == nil {
			continue
		}
		for id := range p.at {
			if _, ok := offsets[id]; !ok && f.budget.Step(2) {
				f.xref[id] = entry{pack: num, packed: true}
			}
		}
	}
	f.findCatalog()
}

// header reads "num gen " backwards from the keyword "obj" at position at.
func (f *File) header(at int) (num uint32, start int, ok bool) {
	i := at
	back := func(want byte) (n, digits int) {
		for i > 0 && class[f.body[i-1]] == white && want == ' ' {
			i--
			digits++
		}
		scale := 1
		for want == '0' && i > 0 && f.body[i-1] >= '0' && f.body[i-1] <= '9' && digits < 10 {
			i--
			n += int(f.body[i]-'0') * scale
			scale *= 10
			digits++
		}
		return n, digits
	}
	back(' ')
	_, g := back('0')
	_, gap := back(' ')
	n, d := back('0')
	if g == 0 || gap == 0 || d == 0 || n >= anyNumber {
		return 0, 0, false
	}
	return uint32(n), i, true
}

// mergeTrailers reads every trailer dictionary, the last one winning.
func (f *File) mergeTrailers() {
	for at := 0; f.budget.Step(16); {
		i := bytes.Index(f.body[at:], []byte("trailer"))
		if i < 0 {
			return
		}
		at += i + len("trailer")
		l := &Lexer{data: f.body, pos: at, refs: true}
		obj, _ := l.Object()
		d, _ := obj.(Dict)
		for _, k := range []Name{"Root", "Info", "Encrypt", "ID"} {
			if v, ok := d[k]; ok {
				f.Trailer[k] = v
			}
		}
	}
}

// findCatalog looks through all objects when no trailer names the root.
func (f *File) findCatalog() {
	if f.catalog() != nil {
		return
	}
	for _, num := range slices.Sorted(maps.Keys(f.xref)) {
		if !f.xref[num].packed {
			continue
		}
		if d := f.Dict(Ref{Num: num}); d["Type"] == Name("Catalog") && f.Dict(d["Pages"]) != nil {
			f.Trailer["Root"] = Ref{Num: num}
			return
		}
	}
}
