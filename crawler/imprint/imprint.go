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
	im := record.Imprint{Before: tagsIn(text, 0, from), Within: tagsIn(text, from, to),
		Length: len(region), Region: digest(region, doc.Extractor), Words: said(region, doc.Extractor)}
	s := walk(text, im, doc.Extractor)
	// A comment beside the stretch may hide where it begins or ends from a count.
	if !s.whole || s.from != from || s.to != to {
		return record.Imprint{}
	}
	im.Around = s.around
	return im
}

// Fits reports whether the page shows the statement that im was taken from, so that
// it need not be read, and returns the imprint that knows it by: im itself, or, where
// the words are spelt another way, im with their bytes. manner is the
// Document.Extractor that reading the page would give.
func Fits(text []byte, im record.Imprint, manner string) (record.Imprint, bool) {
	if im.Words == "" {
		return record.Imprint{}, false
	}
	s := walk(text, im, manner)
	if !s.whole || s.around != im.Around {
		return record.Imprint{}, false
	}
	if !s.same {
		region := text[s.from:s.to]
		if said(region, manner) != im.Words {
			return record.Imprint{}, false
		}
		im.Length, im.Region = len(region), digest(region, manner)
	}
	return im, true
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

// seen is a page as an imprint cuts it.
type seen struct {
	from, to int    // the stretch
	same     bool   // its bytes are those of the imprint
	around   uint64 // the sum over everything outside of it
	whole    bool   // the page could be cut to its end, and holds the stretch
}

// walk cuts a page in one pass. The stretch is found by counting the tags ahead of
// it: its bytes may be others, and a search for them costs more.
func walk(text []byte, im record.Imprint, manner string) (s seen) {
	tags, long := uint64(fnvBasis), uint64(0)
	l, n := lexer{text: text}, 0
	for {
		switch t := l.next(); {
		case t.kind == tokenBroken:
			return s
		case t.kind == tokenEnd:
			s.around, s.whole = tags+3*long, s.to > 0
			return s
		case t.kind == tokenRun && n == im.Before && s.to == 0:
			s.from = t.from
			if s.to = t.from + im.Length; s.to <= len(text) && digest(text[s.from:s.to], manner) == im.Region {
				s.same = true
			} else if s.to = stretchEnd(text, t, im.Within); s.to == 0 {
				return s
			}
			tags = (tags ^ '@') * fnvPrime
			l.pos = s.to
		case t.kind == tokenTag:
			n++
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
