// Package imprint knows a statement again in the bytes of a page without reading
// it: most of what a page sends is menus, scripts and counters, and nearly every
// visit meets the same statement among other counters. An imprint fits when
//
//   - from the first to the last word of the statement the bytes are the same, or at
//     least the tags are, and the words between them but for their spelling,
//   - the tags around them are the same in the same order, so that nothing was put
//     before, behind or beside the statement, and
//   - so are the longer texts around them, in any order.
//
// Short texts around may differ: dates, counters, tokens, the banner's caption.
package imprint

import (
	"bytes"
	"crypto/sha256"
	"html"
	"unicode"
	"unicode/utf8"

	"policywatch/store/record"
)

const (
	anchorBytes = 96   // of the region's beginning, to find it with one search
	longBytes   = 160  // from here on a text around the statement must be the same
	leadBytes   = 2048 // in which a short block ahead of the first long one is looked for
	sureLetters = 60   // bytes of a block that can hardly stand on a page by chance
)

// Of is the imprint of the statement doc in the page that it was read from. It is
// zero where the statement's place in the bytes is not certain: text that stands in
// a script, twice, or in another order than it was read.
func Of(text []byte, doc *record.Document) record.Imprint {
	from, to, ok := place(text, doc.Blocks)
	if !ok {
		return record.Imprint{}
	}
	region := text[from:to]
	around, ok := surroundings(text, from, to)
	if !ok {
		return record.Imprint{}
	}
	im := record.Imprint{Anchor: string(region[:min(len(region), anchorBytes)]), Length: len(region),
		Region: digest(region, doc.Extractor), Around: around,
		Before: tagsIn(text, 0, from), Within: tagsIn(text, from, to)}
	// A comment beside the stretch may hide where it begins or ends from a count.
	if a, b, ok := counted(text, im); ok && a == from && b == to {
		im.Words = said(region, doc.Extractor)
	}
	return im
}

// Fits says by what the page is known to show the statement that im was taken from;
// it is empty when the page must be read. manner is the Document.Extractor that
// reading it would give.
func Fits(text []byte, im record.Imprint, manner string) string {
	if im.Length < len(im.Anchor) || im.Anchor == "" {
		return ""
	}
	how := "the same bytes where the statement stands"
	from := find(text, []byte(im.Anchor))
	to := from + im.Length
	if from < 0 || to > len(text) || digest(text[from:to], manner) != im.Region {
		var ok bool
		from, to, ok = counted(text, im)
		if !ok || im.Words == "" || said(text[from:to], manner) != im.Words {
			return ""
		}
		how = "the same words in the same markup where the statement stands"
	}
	if around, ok := surroundings(text, from, to); !ok || around != im.Around {
		return ""
	}
	return how
}

func digest(region []byte, manner string) string {
	h := sha256.New()
	h.Write([]byte(manner + "\x00"))
	h.Write(region)
	return string(h.Sum(nil)[:16])
}

// FNV-1a, 64 bits.
const (
	fnvBasis = 14695981039346656037
	fnvPrime = 1099511628211
)

func fnv(h uint64, b []byte) uint64 {
	for _, c := range b {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return h
}

// surroundings is the sum over everything outside text[from:to]. It fails where
// the region does not begin and end between tags.
func surroundings(text []byte, from, to int) (uint64, bool) {
	tags, long := uint64(fnvBasis), uint64(0)
	l := lexer{text: text}
	for {
		t := l.next()
		switch {
		case t.kind == tokenEnd:
			return tags + 3*long, true
		case t.kind == tokenBroken, t.from < from && t.to > from:
			return 0, false
		case t.from == from:
			tags = (tags ^ '@') * fnvPrime
			l.pos = to
		case t.kind == tokenTag:
			tags = fnv((tags^'<')*fnvPrime, text[t.from:t.to])
		case t.to-t.from < longBytes:
			tags = (tags ^ '#') * fnvPrime
		default:
			long += fnv(fnvBasis, text[t.from:t.to])
		}
	}
}

// place finds the bytes from the first to the last word of the blocks.
func place(text []byte, blocks []record.Block) (from, to int, ok bool) {
	flat, runs := outline(text)
	words, size := make([][]byte, 0, len(blocks)), 0
	for i := range blocks {
		size += len(blocks[i].Text)
	}
	all, raw := make([]byte, 0, size), []byte(nil)
	for i := range blocks {
		n := len(all)
		raw = append(raw[:0], blocks[i].Text...)
		if all = appendWords(all, raw); len(all) > n {
			words = append(words, all[n:len(all):len(all)])
		}
	}
	at := make([]int, len(words))
	first, last := -1, -1 // of the blocks that can hardly stand there by chance
	for i, from := 0, 0; i < len(words); i++ {
		n := index(flat[from:], words[i])
		if n < 0 {
			return 0, 0, false
		}
		at[i] = from + n
		from = at[i] + len(words[i])
		if len(words[i]) >= sureLetters {
			if last = i; first < 0 {
				first = i
			}
		}
	}
	// A statement that stands twice has no certain place.
	if first < 0 || index(flat[at[first]+1:], words[first]) >= 0 || index(flat[at[last]+1:], words[last]) >= 0 {
		return 0, 0, false
	}
	// The short blocks ahead of the first sure one, as a heading that is a menu's
	// entry too, stand where they are met last, as those behind do where met first.
	for i := first - 1; i >= 0; i-- {
		end := at[i+1]
		floor := max(0, end-leadBytes)
		n := bytes.LastIndex(flat[floor:end], words[i])
		if n < 0 {
			return 0, 0, false
		}
		at[i] = floor + n
	}
	begin, end := at[0], at[len(at)-1]+len(words[len(at)-1])
	for _, r := range runs {
		if r.flat <= begin {
			from = r.from
		}
		if r.flat < end {
			to = r.to
		}
	}
	return from, to, from < to
}

// index is bytes.Index by the first bytes of w: a search for few is many times
// faster than one for a paragraph, and mostly w stands right there.
func index(s, w []byte) int {
	const few = 32
	for at := 0; ; at++ {
		n := bytes.Index(s[at:], w[:min(len(w), few)])
		if n < 0 {
			return -1
		}
		if at += n; bytes.HasPrefix(s[at:], w) {
			return at
		}
	}
}

// find is bytes.Index by a part of w that is rare on a page: not the line break and
// spaces that a text begins with, but where its letters do.
func find(s, w []byte) int {
	lead := bytes.IndexFunc(w, func(r rune) bool { return r > ' ' })
	if lead <= 0 {
		return index(s, w)
	}
	for at := lead; at < len(s); at++ {
		n := index(s[at:], w[lead:])
		if n < 0 {
			return -1
		}
		if at += n; bytes.Equal(s[at-lead:at], w[:lead]) {
			return at - lead
		}
	}
	return -1
}

// stretch is a text between two tags: its bytes, and where its letters begin.
type stretch struct{ from, to, flat int }

// outline gives the letters of all text outside scripts, one after the other.
func outline(text []byte) ([]byte, []stretch) {
	flat := make([]byte, 0, len(text)/2)
	var runs []stretch
	l := lexer{text: text}
	for {
		t := l.next()
		switch t.kind {
		case tokenEnd, tokenBroken:
			return flat, runs
		case tokenRun:
			raw := text[t.from:t.to]
			if bytes.IndexByte(raw, '&') >= 0 {
				raw = []byte(html.UnescapeString(string(raw)))
			}
			n := len(flat)
			if flat = appendWords(flat, raw); len(flat) > n {
				runs = append(runs, stretch{t.from, t.to, n})
			}
		}
	}
}

// appendWords appends what of s is letter, digit or mark: bullets, separators and
// spaces are where page and block may differ.
func appendWords(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' {
				dst = append(dst, c)
			}
			i++
			continue
		}
		// Arabic letters are two bytes, of which the first is one of four.
		if c >= 0xd8 && c <= 0xdb && i+1 < len(s) {
			if r := rune(c&0x1f)<<6 | rune(s[i+1]&0x3f); s[i+1]&0xc0 == 0x80 && (r >= 0x620 && r <= 0x669 || r >= 0x66e && r <= 0x6d3) {
				dst = append(dst, c, s[i+1])
				i += 2
				continue
			}
		}
		r, n := utf8.DecodeRune(s[i:])
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			dst = append(dst, s[i:i+n]...)
		}
		i += n
	}
	return dst
}
