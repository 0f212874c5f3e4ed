package pdf_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"unicode/utf16"
)

// file writes PDF files piece by piece, sound ones and others.
type file struct {
	bytes.Buffer
	offsets []int
}

func newFile() *file {
	f := &file{}
	f.WriteString("%PDF-1.7\n")
	return f
}

// object appends the next object and returns its number.
func (f *file) object(format string, args ...any) int {
	f.offsets = append(f.offsets, f.Len())
	n := len(f.offsets)
	fmt.Fprintf(f, "%d 0 obj\n", n)
	fmt.Fprintf(f, format, args...)
	f.WriteString("\nendobj\n")
	return n
}

// stream appends a stream object; dict is what stands beside its length.
func (f *file) stream(dict string, data []byte) int {
	return f.object("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(data), data)
}

// end closes the file with its table. root is the catalog's number.
func (f *file) end(root int) []byte {
	at := f.Len()
	fmt.Fprintf(f, "xref\n0 %d\n0000000000 65535 f \n", len(f.offsets)+1)
	for _, o := range f.offsets {
		fmt.Fprintf(f, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(f, "trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(f.offsets)+1, root, at)
	return f.Bytes()
}

func deflate(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

// document makes a file of pages with one font. contents are drawing operators,
// one string a page; font is the font's dictionary.
func document(font string, contents ...string) []byte {
	f := newFile()
	return f.pages(f.object("%s", font), contents)
}

const helvetica = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"

// typeset writes lines of ASCII from the top of a page.
func typeset(lines ...string) string {
	var b strings.Builder
	b.WriteString("BT /F1 11 Tf 14 TL 72 770 Td\n")
	for _, l := range lines {
		fmt.Fprintf(&b, "(%s) Tj T*\n", strings.NewReplacer("(", `\(`, ")", `\)`, `\`, `\\`).Replace(l))
	}
	b.WriteString("ET\n")
	return b.String()
}

// statement is a page of plain English.
var statement = []string{
	"Privacy statement of the Board",
	"",
	"We use the information that you give us to answer your letters and for no other",
	"purpose. It is not sold to others, and we keep it for one year after the last letter.",
	"",
	"You may ask for a copy of what we hold about you, and have errors corrected.",
	"We reply within thirty days and make no charge for it.",
}

// composite makes a document whose font maps two-byte codes, from 1 on, to the
// given texts. Every sign is 500 wide. The content may use codes by hand.
func composite(texts []string, content string) []byte {
	var m strings.Builder
	m.WriteString("/CIDInit /ProcSet findresource begin begincmap\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n")
	for i := 0; i < len(texts); i += 100 {
		part := texts[i:min(len(texts), i+100)]
		fmt.Fprintf(&m, "%d beginbfchar\n", len(part))
		for j, t := range part {
			fmt.Fprintf(&m, "<%04X> <", i+j+1)
			for _, u := range utf16.Encode([]rune(t)) {
				fmt.Fprintf(&m, "%04X", u)
			}
			m.WriteString(">\n")
		}
		m.WriteString("endbfchar\n")
	}
	m.WriteString("endcmap end\n")
	return mapped(m.String(), content)
}

// mapped makes a document whose font has two-byte codes and the given map.
func mapped(cmap string, contents ...string) []byte {
	f := newFile()
	uni := f.stream("", []byte(cmap))
	child := f.object("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Made /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 >>")
	font := f.object("<< /Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>", child, uni)
	return f.pages(font, contents)
}

// pages closes a file with pages that use one font.
func (f *file) pages(font int, contents []string) []byte {
	root := len(f.offsets) + 2*len(contents) + 1
	var kids []string
	for _, c := range contents {
		s := f.stream("", []byte(c))
		p := f.object("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 %d 0 R >> >> >>", root, s, font)
		kids = append(kids, fmt.Sprintf("%d 0 R", p))
	}
	f.object("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(kids))
	return f.end(f.object("<< /Type /Catalog /Pages %d 0 R >>", root))
}

// signs collects texts and gives each a code.
type signs struct {
	texts []string
	codes map[string]int
}

func (s *signs) hex(text string) string {
	if s.codes == nil {
		s.codes = map[string]int{}
	}
	c, ok := s.codes[text]
	if !ok {
		s.texts = append(s.texts, text)
		c = len(s.texts)
		s.codes[text] = c
	}
	return fmt.Sprintf("%04X", c)
}
