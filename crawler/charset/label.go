package charset

import (
	"bytes"
	"strings"
)

// headerLabel is the charset parameter of a Content-Type header. The header is
// read leniently: mime.ParseMediaType refuses many that servers send.
func headerLabel(contentType string) string {
	return charsetOf([]byte(contentType))
}

// metaReach is how far into a page its own label is looked for. Browsers stop
// at 1024 bytes; old templates put scripts first.
const metaReach = 8 << 10

// metaLabel is the encoding that a page claims in a meta element or in an XML
// declaration, empty when it claims none.
func metaLabel(body []byte) string {
	b := body[:min(len(body), metaReach)]
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 {
			return ""
		}
		b = b[i:]
		if bytes.HasPrefix(b, []byte("<!--")) {
			end := bytes.Index(b, []byte("-->"))
			if end < 0 {
				return ""
			}
			b = b[end:]
			continue
		}
		tag := b
		if end := bytes.IndexByte(b, '>'); end >= 0 {
			tag = b[:end]
		}
		switch {
		case len(tag) > 5 && bytes.EqualFold(tag[:5], []byte("<meta")):
			if l := charsetOf(tag); l != "" {
				return l
			}
		case len(tag) > 5 && bytes.EqualFold(tag[:5], []byte("<?xml")):
			if l := valueOf(tag, "encoding"); l != "" {
				return l
			}
		}
		b = b[1:]
	}
}

func charsetOf(s []byte) string { return valueOf(s, "charset") }

// valueOf finds key = value in s, quoted or not, whatever stands around it.
func valueOf(s []byte, key string) string {
	s = bytes.ToLower(s)
	for {
		i := bytes.Index(s, []byte(key))
		if i < 0 {
			return ""
		}
		s = bytes.TrimLeft(s[i+len(key):], " \t\r\n\f")
		if len(s) == 0 || s[0] != '=' {
			continue
		}
		s = bytes.TrimLeft(s[1:], " \t\r\n\f\"'")
		end := bytes.IndexAny(s, "\"'; \t\r\n\f/>,")
		if end < 0 {
			end = len(s)
		}
		return string(s[:min(end, 40)])
	}
}

// respell brings spellings that the standard does not list into ones that it
// does: "cp-1256", "Windows_1256", "win1256", "iso8859_6".
func respell(label string) string {
	bare := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(label))
	for _, prefix := range []string{"windows", "win", "cp", "mswin", "x", "ms"} {
		if rest, ok := strings.CutPrefix(bare, prefix); ok && strings.HasPrefix(rest, "125") {
			return "windows-" + rest
		}
	}
	if strings.HasPrefix(bare, "125") {
		return "windows-" + bare
	}
	if rest, ok := strings.CutPrefix(bare, "iso8859"); ok {
		return "iso-8859-" + rest
	}
	return bare
}
