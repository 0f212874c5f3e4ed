package pdf

import (
	"sort"
	"unicode/utf16"

	"policywatch/crawler/pdf/object"
)

// cmap maps the codes of a font's strings to text (ToUnicode) or to glyph
// numbers (the encoding of a composite font).
type cmap struct {
	spaces []codeSpace
	chars  map[uint32]string
	ranges []textRange // by lo
	cids   []cidRange  // by lo
}

type codeSpace struct {
	size   int
	lo, hi uint32
}

type textRange struct {
	lo, hi uint32
	// to is the text of lo, as UTF-16; its last unit counts up.
	to []uint16
	// list has a text for every code where the range names them one by one.
	list []string
}

type cidRange struct{ lo, hi, cid uint32 }

// maxMappings bounds what one CMap may list.
const maxMappings = 1 << 17

func readCMap(data []byte, b *object.Budget) *cmap {
	m := &cmap{chars: map[uint32]string{}}
	l := object.NewLexer(data)
	var args []object.Token
	var lists [][]string
	for n := 0; n < maxMappings && b.Step(1); {
		t := l.Next()
		switch t.Kind {
		case object.EOF:
			m.sort()
			return m
		case object.ArrayOpen:
			var list []string
			for b.Step(1) {
				e := l.Next()
				if e.Kind == object.ArrayClose || e.Kind == object.EOF {
					break
				}
				list = append(list, utf16Text(e.Text))
			}
			// The array's place among the operands is kept by a marker.
			args = append(args, object.Token{Kind: object.ArrayOpen, Num: float64(len(lists))})
			lists = append(lists, list)
			n += len(list)
		case object.Keyword:
			n += m.section(string(t.Text), args, lists)
			args, lists = args[:0], lists[:0]
		default:
			args = append(args, t)
			n++
		}
	}
	m.sort()
	return m
}

// section enters the operands of one section and returns how many they were.
func (m *cmap) section(op string, args []object.Token, lists [][]string) int {
	switch op {
	case "endcodespacerange":
		for i := 0; i+1 < len(args); i += 2 {
			if n := len(args[i].Text); n >= 1 && n <= 4 {
				m.spaces = append(m.spaces, codeSpace{n, code(args[i].Text), code(args[i+1].Text)})
			}
		}
	case "endbfchar":
		for i := 0; i+1 < len(args); i += 2 {
			m.chars[code(args[i].Text)] = utf16Text(args[i+1].Text)
		}
	case "endbfrange":
		for i := 0; i+2 < len(args); i += 3 {
			r := textRange{lo: code(args[i].Text), hi: code(args[i+1].Text)}
			if a := args[i+2]; a.Kind == object.ArrayOpen {
				r.list = lists[int(a.Num)]
			} else {
				r.to = utf16Units(a.Text)
			}
			m.ranges = append(m.ranges, r)
		}
	case "endcidchar":
		for i := 0; i+1 < len(args); i += 2 {
			c := code(args[i].Text)
			m.cids = append(m.cids, cidRange{c, c, uint32(args[i+1].Num)})
		}
	case "endcidrange":
		for i := 0; i+2 < len(args); i += 3 {
			m.cids = append(m.cids, cidRange{code(args[i].Text), code(args[i+1].Text), uint32(args[i+2].Num)})
		}
	}
	return len(args)
}

func (m *cmap) sort() {
	sort.SliceStable(m.ranges, func(i, j int) bool { return m.ranges[i].lo < m.ranges[j].lo })
	sort.SliceStable(m.cids, func(i, j int) bool { return m.cids[i].lo < m.cids[j].lo })
}

// text is what a code stands for.
func (m *cmap) text(c uint32) (string, bool) {
	if s, ok := m.chars[c]; ok {
		return s, true
	}
	// The last range that begins at or before the code.
	i := sort.Search(len(m.ranges), func(i int) bool { return m.ranges[i].lo > c }) - 1
	if i < 0 || c > m.ranges[i].hi {
		return "", false
	}
	r := &m.ranges[i]
	if r.list != nil {
		if k := int(c - r.lo); k < len(r.list) {
			return r.list[k], true
		}
		return "", false
	}
	if len(r.to) == 0 {
		return "", false
	}
	u := append([]uint16(nil), r.to...)
	u[len(u)-1] += uint16(c - r.lo)
	return string(utf16.Decode(u)), true
}

// cid is the glyph number of a code.
func (m *cmap) cid(c uint32) uint32 {
	i := sort.Search(len(m.cids), func(i int) bool { return m.cids[i].lo > c }) - 1
	if i < 0 || c > m.cids[i].hi {
		return 0
	}
	return m.cids[i].cid + c - m.cids[i].lo
}

// next cuts the first code off a string.
func (m *cmap) next(s []byte) (c uint32, size int) {
	for n := 1; n <= 4 && n <= len(s); n++ {
		c = c<<8 | uint32(s[n-1])
		for _, sp := range m.spaces {
			if sp.size == n && c >= sp.lo && c <= sp.hi {
				return c, n
			}
		}
	}
	n := 2
	if len(m.spaces) > 0 {
		n = m.spaces[0].size
	}
	n = min(n, len(s))
	return code(s[:n]), n
}

func code(b []byte) (c uint32) {
	for _, x := range b[:min(len(b), 4)] {
		c = c<<8 | uint32(x)
	}
	return c
}

func utf16Units(b []byte) []uint16 {
	if len(b) == 1 { // some producers leave out the high byte
		return []uint16{uint16(b[0])}
	}
	u := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b) && i < 512; i += 2 {
		u = append(u, uint16(b[i])<<8|uint16(b[i+1]))
	}
	return u
}

func utf16Text(b []byte) string { return string(utf16.Decode(utf16Units(b))) }
