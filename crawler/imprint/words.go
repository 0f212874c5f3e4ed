package imprint

import (
	"crypto/sha256"
	"html"
	"strings"

	"policywatch/store/canon"
)

// stretchEnd is where the stretch ends that begins with the text t and holds so many
// tags, 0 where no text stands behind the last of them.
func stretchEnd(text []byte, t token, within int) (end int) {
	l := lexer{text: text, pos: t.from}
	for tags := 0; tags <= within; {
		switch t := l.next(); t.kind {
		case tokenEnd, tokenBroken:
			return end
		case tokenTag:
			tags++
		default:
			if tags == within {
				end = t.to
			}
		}
	}
	return end
}

// tagsIn counts the tags of text[from:to], which begins and ends between tags.
func tagsIn(text []byte, from, to int) (n int) {
	l := lexer{text: text[:to], pos: from}
	for {
		switch l.next().kind {
		case tokenEnd, tokenBroken:
			return n
		case tokenTag:
			n++
		}
	}
}

// said is the digest of a stretch's tags, byte by byte, and of its texts as
// canon.Key has them. A word that moves into another tag makes another digest: it
// may have become a heading, or hidden.
func said(region []byte, manner string) string {
	out := make([]byte, 0, len(region)+len(region)/4)
	out = append(append(out, manner...), 0)
	l := lexer{text: region}
	for {
		end := l.pos
		t := l.next()
		switch t.kind {
		case tokenEnd:
			sum := sha256.Sum256(out)
			return string(sum[:16])
		case tokenBroken:
			return ""
		}
		// The space between two tags may be all that parts two words.
		if gap := t.from - end; gap > 1 || gap == 1 && t.kind == tokenRun {
			out = append(out, ' ')
		}
		if t.kind == tokenTag {
			out = append(out, region[t.from-1:l.pos]...)
			continue
		}
		s := string(region[t.from:t.to])
		if strings.IndexByte(s, '&') >= 0 {
			s = html.UnescapeString(s)
		}
		// A letter on either side shows whether a space parts the text from the next.
		out = append(out, canon.Key("a"+s+"a")...)
	}
}
