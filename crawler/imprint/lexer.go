package imprint

import "bytes"

// A lexer cuts a page into tags and the texts between them, without a tree and
// without allocations. It follows the HTML standard as far as it takes to tell
// the two apart (https://html.spec.whatwg.org/multipage/parsing.html): quoted
// attribute values, comments, and elements whose content is no markup.
type lexer struct {
	text []byte
	pos  int
}

type tokenKind uint8

const (
	tokenEnd    tokenKind = iota
	tokenTag              // from and to hold its name, with the slash of a closing tag
	tokenRun              // a text that is not all white space
	tokenBroken           // markup that does not end; nothing can be said of the rest
)

type token struct {
	kind     tokenKind
	from, to int
}

// rawElements hold text that no reader sees as part of the page.
var rawElements = [][]byte{[]byte("script"), []byte("style"), []byte("title"), []byte("textarea")}

func (l *lexer) next() token {
	for l.pos < len(l.text) {
		rest := l.text[l.pos:]
		if !opensMarkup(rest) {
			end := len(l.text)
			// A "<" that opens nothing is text.
			for at := l.pos + 1; ; at++ {
				n := bytes.IndexByte(l.text[at:], '<')
				if n < 0 {
					break
				}
				if at += n; opensMarkup(l.text[at:]) {
					end = at
					break
				}
			}
			t := token{tokenRun, l.pos, end}
			l.pos = end
			if blank(l.text[t.from:t.to]) {
				continue
			}
			return t
		}
		switch rest[1] {
		case '!', '?':
			end := []byte(">")
			if bytes.HasPrefix(rest, []byte("<!--")) {
				end = []byte("-->")
			}
			n := bytes.Index(rest, end)
			if n < 0 {
				return token{kind: tokenBroken}
			}
			l.pos += n + len(end)
			continue
		}
		return l.tag()
	}
	return token{kind: tokenEnd}
}

func blank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && (c < '\t' || c > '\r') {
			return false
		}
	}
	return true
}

// opensMarkup reports whether b begins with a tag, comment or declaration.
func opensMarkup(b []byte) bool {
	if len(b) < 2 || b[0] != '<' {
		return false
	}
	c := b[1] | 0x20
	return c >= 'a' && c <= 'z' || b[1] == '/' || b[1] == '!' || b[1] == '?'
}

func (l *lexer) tag() token {
	from := l.pos + 1
	to := from + 1
	for to < len(l.text) && !endsName(l.text[to]) {
		to++
	}
	end := tagEnd(l.text, to)
	if end < 0 {
		return token{kind: tokenBroken}
	}
	l.pos = end
	name := l.text[from:to]
	for _, raw := range rawElements {
		if len(name) == len(raw) && bytes.EqualFold(name, raw) {
			return l.raw(token{tokenTag, from, to}, raw)
		}
	}
	return token{tokenTag, from, to}
}

func endsName(c byte) bool {
	return c == '>' || c == '/' || c == ' ' || c >= '\t' && c <= '\r'
}

// raw moves behind the content of an element that holds no markup.
func (l *lexer) raw(t token, name []byte) token {
	for at := l.pos; ; at += 2 {
		n := bytes.Index(l.text[at:], []byte("</"))
		if n < 0 {
			return token{kind: tokenBroken}
		}
		at += n
		if rest := l.text[at+2:]; len(rest) >= len(name) && bytes.EqualFold(rest[:len(name)], name) {
			l.pos = at
			return t
		}
	}
}

// tagEnd is the position behind the tag's ">", which does not count inside a
// quoted attribute value.
func tagEnd(text []byte, at int) int {
	for at < len(text) {
		switch c := text[at]; {
		case c == '>':
			return at + 1
		case (c == '"' || c == '\'') && valueOpens(text, at):
			n := bytes.IndexByte(text[at+1:], c)
			if n < 0 {
				return -1
			}
			at += n + 2
		default:
			at++
		}
	}
	return -1
}

// valueOpens reports whether the quote at text[at] begins an attribute value: it
// follows "=", with or without spaces.
func valueOpens(text []byte, at int) bool {
	for at--; at >= 0 && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r'); at-- {
	}
	return at >= 0 && text[at] == '='
}
