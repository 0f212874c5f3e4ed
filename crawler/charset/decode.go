// Package charset turns the bytes of a page into UTF-8, whatever the server
// and the page say they are.
//
// Government pages lie about their encoding: headers announce ISO-8859-1 over
// Persian in windows-1256, templates announce windows-1256 over UTF-8. So the
// bytes decide and labels only break ties: a byte order mark, else valid (or
// nearly valid) UTF-8, else the encoding in which the text makes most sense as
// words (see score.go).
//
// The package is pure and knows nothing of markup beyond where a page may name
// its encoding.
package charset

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// Decode returns body as valid UTF-8 without byte order mark, and the name of
// the encoding that it was read in (as in the WHATWG Encoding Standard:
// "utf-8", "windows-1256", "iso-8859-6", "utf-16le" ...). contentType is the
// header's value and may be empty, malformed or wrong.
//
// It never fails: what cannot be read becomes U+FFFD. The result may share
// memory with body. The work is linear in the length of body, with a guess made
// on a sample and one decoding of the whole.
func Decode(body []byte, contentType string) (text []byte, label string) {
	if b, ok := bytes.CutPrefix(body, []byte("\xEF\xBB\xBF")); ok {
		if utf8.Valid(b) {
			return b, "utf-8"
		}
		body = b // a marked file may hold pasted legacy text: go on as without
	}
	if order, name := utf16Order(body); name != "" {
		return decode(unicode.UTF16(order, unicode.UseBOM), body), name
	}
	if utf8.Valid(body) {
		return body, "utf-8"
	}
	if mostlyUTF8(body) {
		return bytes.ToValidUTF8(body, []byte("\uFFFD")), "utf-8"
	}
	c := guess(body, contentType)
	return decode(c.enc, body), c.name
}

// decode never fails with the decoders of x/text, which write U+FFFD for what
// they cannot read; should one do so all the same, the bytes that are UTF-8
// are saved.
func decode(e encoding.Encoding, body []byte) []byte {
	out, err := e.NewDecoder().Bytes(body)
	if err != nil {
		out = body
	}
	if !utf8.Valid(out) {
		out = bytes.ToValidUTF8(out, []byte("\uFFFD"))
	}
	return out
}

// mostlyUTF8 tells a damaged UTF-8 text from a legacy one. In a legacy text a
// well-formed sequence is an accident; in a damaged one the ill-formed is. A
// text cut in the middle of a letter, a pasted quote, one widget in another
// encoding must not turn the rest of the page into nonsense.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good += n
		}
		i += n
	}
	return good > bad
}

// utf16Order recognises UTF-16, by its mark or by the zero bytes that markup
// and spaces leave in it; name is empty for anything else.
func utf16Order(b []byte) (order unicode.Endianness, name string) {
	switch {
	case bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return unicode.BigEndian, "utf-16be"
	case bytes.HasPrefix(b, []byte("\xFF\xFE")):
		return unicode.LittleEndian, "utf-16le"
	}
	if len(b) < 8 || len(b)%2 != 0 && len(b) < 64 {
		return unicode.BigEndian, ""
	}
	sample := b[:min(len(b), 1024)&^1]
	// Of a text in Latin and Arabic letters the high halves are 0 and 6.
	var high, zero [2]int
	for i, c := range sample {
		switch c {
		case 0:
			zero[i&1]++
			high[i&1]++
		case 6:
			high[i&1]++
		}
	}
	half := len(sample) / 2
	for side, name := range []string{"utf-16be", "utf-16le"} {
		if zero[side] > 0 && zero[1-side] == 0 && high[side]*10 > half*9 {
			return []unicode.Endianness{unicode.BigEndian, unicode.LittleEndian}[side], name
		}
	}
	return unicode.BigEndian, ""
}

// candidate is an encoding that the text may be in.
type candidate struct {
	name     string
	enc      encoding.Encoding
	declared bool
}

// candidates lists what the page is said to be in and what the region's legacy
// pages usually are in, without repetition.
func candidates(body []byte, contentType string) []candidate {
	out := make([]candidate, 0, 6)
	for _, label := range []string{headerLabel(contentType), metaLabel(body)} {
		if e, name := lookup(label); e != nil && !has(out, name) {
			out = append(out, candidate{name, e, true})
		}
	}
	for _, c := range []candidate{
		{name: "windows-1256", enc: charmap.Windows1256},
		{name: "iso-8859-6", enc: charmap.ISO8859_6},
		{name: "windows-1252", enc: charmap.Windows1252},
		{name: "windows-1254", enc: charmap.Windows1254},
	} {
		if !has(out, c.name) {
			out = append(out, c)
		}
	}
	return out
}

func has(cs []candidate, name string) bool {
	for _, c := range cs {
		if c.name == name {
			return true
		}
	}
	return false
}

// lookup finds the encoding that a label means, nil for none. Unicode
// encodings are not found: the bytes have shown already that it is none.
func lookup(label string) (encoding.Encoding, string) {
	if label == "" {
		return nil, ""
	}
	e, err := htmlindex.Get(label)
	if err != nil {
		if e, err = htmlindex.Get(respell(label)); err != nil {
			return nil, ""
		}
	}
	name, err := htmlindex.Name(e)
	if err != nil {
		return nil, ""
	}
	switch name {
	case "utf-8", "utf-16le", "utf-16be", "replacement", "x-user-defined":
		return nil, ""
	}
	return e, name
}
