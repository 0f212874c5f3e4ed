package extract

import (
	"bytes"
	"io"
	"strings"

	"policywatch/crawler/markup"
)

// worthLean is the part of a page that scripts must take, as one of so many, for
// leaving them out to cost less than parsing them.
const worthLean = 8

// lean reads a page without what no reader of the tree looks at: scripts that hold
// no data, style sheets and comments keep their elements and lose their content.
// Scripts are most of many pages, and the parser copies each three times.
func lean(text []byte) io.Reader {
	if scripted(text) < len(text)/worthLean {
		return bytes.NewReader(text)
	}
	p := &parts{}
	l := markup.Lexer{Source: text}
	from, kind := 0, ""
	for {
		switch l.Next() {
		case markup.End:
			p.add(text[from:])
			return p
		case markup.Comment:
			if c := text[l.From:l.To]; bytes.HasPrefix(c, []byte("<!--")) && bytes.HasSuffix(c, []byte("-->")) && len(c) > len("<!---->") {
				p.add(text[from : l.From+len("<!--")])
				from = l.To - len("-->")
			}
		case markup.Open:
			switch string(l.Name()) {
			case "script":
				kind = ""
				for k, v := range l.Attributes() {
					if string(k) == "type" {
						kind = string(v)
						break
					}
				}
			case "svg", "math":
				// In there other rules say what is markup: it is left as it is.
				p.add(text[from:l.To])
				from = behindElement(text, l.To, string(l.Name()))
				p.add(text[l.To:from])
				l = markup.Lexer{Source: text, To: from}
			}
		case markup.Text:
			if l.Raw() == "style" || l.Raw() == "script" && !mayHoldState(kind, text[l.From:l.To]) {
				p.add(text[from:l.From])
				from = l.To
			}
		}
	}
}

// scripted is how many bytes of a page are scripts, at most.
func scripted(text []byte) (n int) {
	for {
		from := bytes.Index(text, []byte("<script"))
		if from < 0 {
			return n
		}
		to := bytes.Index(text[from:], []byte("</script"))
		if to < 0 {
			return n
		}
		n, text = n+to, text[from+to:]
	}
}

// behindElement is the place behind the tag that closes the element whose opening
// tag ends at at, where its own name does not nest.
func behindElement(text []byte, at int, name string) int {
	if at >= 2 && text[at-2] == '/' {
		return at
	}
	n := bytes.Index(text[at:], []byte("</"+name))
	if n < 0 {
		return len(text)
	}
	return at + n
}

// mayHoldState reports whether stateOf could find data in a script.
func mayHoldState(kind string, src []byte) bool {
	src = src[:min(len(src), stateHead)]
	name, _, set := bytes.Cut(src, []byte("="))
	return strings.Contains(strings.ToLower(kind), "json") ||
		set && (bytes.Contains(name, []byte("__")) || bytes.Contains(name, []byte("window.")))
}

// parts reads pieces of a text one after the other.
type parts struct{ left [][]byte }

func (p *parts) add(s []byte) {
	if len(s) > 0 {
		p.left = append(p.left, s)
	}
}

func (p *parts) Read(b []byte) (n int, err error) {
	for n < len(b) && len(p.left) > 0 {
		k := copy(b[n:], p.left[0])
		if n += k; k == len(p.left[0]) {
			p.left = p.left[1:]
		} else {
			p.left[0] = p.left[0][k:]
		}
	}
	if n == 0 && len(b) > 0 {
		return 0, io.EOF
	}
	return n, nil
}
