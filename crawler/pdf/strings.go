package pdf

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// textString decodes a text string (ISO 32000-1, 7.9.2.2): UTF-16 or UTF-8 by
// its mark, else PDFDocEncoding, which is Latin-1 but for some punctuation.
func textString(s string) string {
	switch {
	case strings.HasPrefix(s, "\xfe\xff"), strings.HasPrefix(s, "\xff\xfe"):
		little := s[0] == 0xFF
		u := make([]uint16, 0, len(s)/2)
		for i := 2; i+1 < len(s); i += 2 {
			hi, lo := s[i], s[i+1]
			if little {
				hi, lo = lo, hi
			}
			u = append(u, uint16(hi)<<8|uint16(lo))
		}
		return dropLanguage(string(utf16.Decode(u)))
	case strings.HasPrefix(s, "\xef\xbb\xbf"):
		return strings.ToValidUTF8(s[3:], unknown)
	}
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c < 0x80 || c >= 0xA1:
			b.WriteRune(rune(c))
		case c == 0xA0:
			b.WriteRune('€')
		case c == 0xAD:
			b.WriteRune(0xAD)
		default:
			b.WriteRune(pdfDoc[c-0x80])
		}
	}
	return b.String()
}

// pdfDoc is PDFDocEncoding from 0x80 to 0x9F.
var pdfDoc = []rune("•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\uFFFD")

// dropLanguage takes out the language marks that may stand inside a string:
// an escape, letters, an escape.
func dropLanguage(s string) string {
	for {
		i := strings.IndexByte(s, 0x1B)
		if i < 0 {
			return s
		}
		j := strings.IndexByte(s[i+1:], 0x1B)
		if j < 0 || j > 8 {
			return strings.ReplaceAll(s, "\x1B", "")
		}
		s = s[:i] + s[i+1+j+1:]
	}
}

// legacy reads a string as windows-1256, which old Persian and Arabic tools
// write where the format asks for PDFDocEncoding.
func legacy(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(charmap.Windows1256.DecodeByte(s[i]))
	}
	return b.String()
}

// webAddress reports an address that a link of a document may have.
func webAddress(url string) bool {
	low := strings.ToLower(url)
	return (strings.HasPrefix(low, "http://") || strings.HasPrefix(low, "https://") || strings.HasPrefix(low, "mailto:")) &&
		len(url) < 2048 && utf8.ValidString(url) && !strings.ContainsAny(url, " \n\r\t")
}
