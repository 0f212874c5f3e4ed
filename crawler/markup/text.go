package markup

import (
	"bytes"
	"io"
	"strings"

	"golang.org/x/net/html"
)

// Text is the words of a text: its references are resolved, but for those in an
// element whose content is taken as it stands.
func (l *Lexer) Text() []byte {
	s := newlines(l.Source[l.From:l.To])
	if l.raw != "" {
		s = without0(s)
	}
	if l.raw != "" && l.raw != "title" && l.raw != "textarea" || bytes.IndexByte(s, '&') < 0 {
		return s
	}
	return []byte(html.UnescapeString(string(s)))
}

// Raw is the element whose raw content the current text is, "" for any other.
func (l *Lexer) Raw() string { return l.raw }

// rawEnd is where the raw content ends that begins at To: at the tag that closes
// the element of that name, else with the source.
func (l *Lexer) rawEnd(name string) int {
	s := l.Source
	if name == "plaintext" {
		return len(s)
	}
	for at := l.To; ; at += 2 {
		n := bytes.Index(s[at:], []byte("</"))
		if n < 0 {
			at = len(s)
		} else if at += n; !closes(s[at+2:], name) {
			continue
		}
		if name == "script" && bytes.Contains(s[l.To:at], []byte("<!--")) {
			return l.To + l.hidden()
		}
		return at
	}
}

// closes reports whether s goes on behind "</" as the tag that closes name.
func closes(s []byte, name string) bool {
	return len(s) > len(name) && endsName(s[len(name)]) && bytes.EqualFold(s[:len(name)], []byte(name))
}

// hidden is the length of a script that hides a part of itself in a comment, by
// the rules of https://html.spec.whatwg.org/multipage/parsing.html#script-data-state,
// which nobody wants to write down twice.
func (l *Lexer) hidden() int {
	// The rest of the page is read as far as the script goes and not copied: a page may
	// hold a hundred thousand of them.
	z := html.NewTokenizer(io.MultiReader(strings.NewReader("<script>"), bytes.NewReader(l.Source[l.To:])))
	z.Next()
	if z.Next() == html.TextToken {
		return len(z.Raw())
	}
	return 0
}
