package markup

import (
	"bytes"
	"iter"

	"golang.org/x/net/html"
)

// tag reads a tag whose name begins at from. One that never ends ends the page.
func (l *Lexer) tag(from int, kind Kind) Kind {
	s, at := l.Source, from
	for at < len(s) && !endsName(s[at]) {
		at++
	}
	l.name, l.attrs = lower(s[from:at]), at
	for {
		a := attributeAt(s, at)
		if at = a.next; a.none {
			break
		}
	}
	if at > len(s) {
		l.From, l.To = len(s), len(s)
		return End
	}
	l.To = at
	if kind == Open {
		switch string(l.name) {
		case "iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp":
			l.within = string(l.name)
		}
	}
	return kind
}

// Name is the name of a tag in lower case.
func (l *Lexer) Name() []byte { return l.name }

// Attributes yields keys, in lower case, and values of an opening tag as they
// stand, also those that an earlier one of the same key makes void.
func (l *Lexer) Attributes() iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		for a := attributeAt(l.Source, l.attrs); !a.none; a = attributeAt(l.Source, a.next) {
			if len(a.key) > 0 && !yield(lower(a.key), unescapeValue(newlines(without0(a.value)))) {
				return
			}
		}
	}
}

// attribute is one attribute in the source. There is none where the tag ends: next
// is then the place behind it, or behind the whole source where it does not end.
type attribute struct {
	key, value []byte
	next       int
	none       bool
}

// attributeAt reads the attribute at or behind at. Its key is empty for a lone "/".
func attributeAt(s []byte, at int) (a attribute) {
	if at = skipSpace(s, at); at == len(s) || s[at] == '>' {
		return attribute{next: at + 1, none: true}
	}
	from := at
	for at < len(s) && !endsName(s[at]) && (s[at] != '=' || at == from) {
		at++
	}
	a.key = s[from:at]
	if at = skipSpace(s, at); at < len(s) && s[at] == '/' {
		at++
	} else if at < len(s) && s[at] == '=' {
		a.value, at = valueAt(s, skipSpace(s, at+1))
	}
	a.next = at
	return a
}

func valueAt(s []byte, at int) (value []byte, next int) {
	if at == len(s) || s[at] == '>' {
		return nil, at
	}
	if q := s[at]; q == '"' || q == '\'' {
		n := bytes.IndexByte(s[at+1:], q)
		if n < 0 {
			return nil, len(s)
		}
		return s[at+1 : at+1+n], at + n + 2
	}
	from := at
	for at < len(s) && !space(s[at]) && s[at] != '>' {
		at++
	}
	return s[from:at], at
}

func skipSpace(s []byte, at int) int {
	for at < len(s) && space(s[at]) {
		at++
	}
	return at
}

func endsName(c byte) bool { return space(c) || c == '/' || c == '>' }

// lower is s in lower case, itself where it is that already.
func lower(s []byte) []byte {
	for _, c := range s {
		if c >= 'A' && c <= 'Z' || c == 0 {
			s = bytes.Clone(without0(s))
			for i, c := range s {
				if c >= 'A' && c <= 'Z' {
					s[i] = c + 'a' - 'A'
				}
			}
			break
		}
	}
	return s
}

// without0 writes U+FFFD for NUL bytes.
func without0(s []byte) []byte {
	if bytes.IndexByte(s, 0) < 0 {
		return s
	}
	return bytes.ReplaceAll(s, []byte{0}, []byte("\uFFFD"))
}

// newlines writes a line feed for every other line break.
func newlines(s []byte) []byte {
	if bytes.IndexByte(s, '\r') < 0 {
		return s
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(s, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
}

// unescapeValue resolves the references in an attribute's value. What looks like
// one without its semicolon is none before "=": "?a=1&copy=2" is an address.
func unescapeValue(s []byte) []byte {
	if bytes.IndexByte(s, '&') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for len(s) > 0 {
		n := bytes.IndexByte(s, '&')
		if n < 0 {
			return append(out, s...)
		}
		out, s = append(out, s[:n]...), s[n:]
		ref := reference(s)
		plain := html.UnescapeString(string(s[:ref]))
		last := s[ref-1]
		named := ref > 1 && s[1] != '#'
		switch {
		case named && last != ';' && ref < len(s) && s[ref] == '=',
			// Only the beginning of the name is a reference.
			named && string(s[:ref]) != "&semi;" && plain[len(plain)-1] == last && !bytes.Equal(s[:ref], []byte("&fjlig;")):
			plain = string(s[:ref])
		}
		out, s = append(out, plain...), s[ref:]
	}
	return out
}

// reference is the length of what may be a character reference at s[0], an "&".
func reference(s []byte) int {
	i := 1
	if i < len(s) && s[i] == '#' {
		i++
	}
	for i < len(s) && (letter(s[i]) || s[i] >= '0' && s[i] <= '9') {
		i++
	}
	if i < len(s) && s[i] == ';' {
		i++
	}
	return i
}
