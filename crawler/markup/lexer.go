// Package markup cuts a page into tags and the texts between them. It yields the
// tokens of golang.org/x/net/html, whose parser builds the trees of this program,
// and differs from its Tokenizer in cost alone: it looks at the page where it lies,
// skips from mark to mark, and takes a tag's attributes apart only for who asks.
//
// It knows nothing of what elements mean beyond whose content is no markup.
package markup

import "bytes"

// Kind says what a token is.
type Kind uint8

// The kinds of tokens. Declarations and processing instructions are comments.
const (
	End Kind = iota // of the page, or of what of it can be cut
	Text
	Open
	Close
	Comment
)

// Lexer cuts Source, which it never changes, into tokens. The zero value with a
// Source is ready; it is not safe for concurrent use.
type Lexer struct {
	Source []byte
	// From and To are the place of the current token in Source.
	From, To int

	kind Kind
	// name holds the tag's name in lower case; attrs is where its attributes begin.
	name  []byte
	attrs int
	// within is the element whose raw content comes next, raw that the current
	// token is that content.
	within, raw string
}

// Next moves on to the next token and returns its kind.
func (l *Lexer) Next() Kind {
	l.From, l.raw = l.To, ""
	if name := l.within; name != "" {
		l.within = ""
		if l.To = l.rawEnd(name); l.To > l.From {
			l.raw, l.kind = name, Text
			return Text
		}
	}
	l.kind = l.next()
	return l.kind
}

func (l *Lexer) next() Kind {
	for at := l.From; ; at++ {
		n := bytes.IndexByte(l.Source[at:], '<')
		if n < 0 || at+n+1 == len(l.Source) {
			break
		}
		at += n
		c := l.Source[at+1]
		if !letter(c) && c != '/' && c != '!' && c != '?' {
			continue // a "<" that opens nothing is text
		}
		if at > l.From {
			l.To = at
			return Text
		}
		switch {
		case letter(c):
			return l.tag(at+1, Open)
		case c == '/' && at+2 == len(l.Source):
			l.To = at + 2
			return Text
		case c == '/' && letter(l.Source[at+2]):
			return l.tag(at+2, Close)
		case c == '!':
			l.To = l.declarationEnd(at + 2)
		default:
			l.To = behind(l.Source, at+1, ">")
		}
		return Comment
	}
	if l.To = len(l.Source); l.To > l.From {
		return Text
	}
	return End
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' }

// behind is the place behind the first mark from at on, else the end.
func behind(s []byte, at int, mark string) int {
	if n := bytes.Index(s[at:], []byte(mark)); n >= 0 {
		return at + n + len(mark)
	}
	return len(s)
}

// declarationEnd is the end of what begins with "<!".
func (l *Lexer) declarationEnd(at int) int {
	s := l.Source
	if len(s)-at < 2 {
		return len(s)
	}
	if s[at] != '-' || s[at+1] != '-' {
		return behind(s, at, ">")
	}
	at += 2
	for _, short := range []string{">", "->"} {
		if bytes.HasPrefix(s[at:], []byte(short)) {
			return at + len(short)
		}
	}
	for {
		n := bytes.Index(s[at:], []byte("--"))
		if n < 0 {
			return len(s)
		}
		at += n
		for _, mark := range []string{"-->", "--!>"} {
			if bytes.HasPrefix(s[at:], []byte(mark)) {
				return at + len(mark)
			}
		}
		at++
	}
}
