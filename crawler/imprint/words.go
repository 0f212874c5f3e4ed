package imprint

import (
	"bytes"
	"crypto/sha256"
	"html"

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
	out := make([]byte, 0, len(region))
	out = append(append(out, manner...), 0)
	l := lexer{text: region}
	for {
		switch t := l.next(); t.kind {
		case tokenEnd:
			sum := sha256.Sum256(out)
			return string(sum[:16])
		case tokenBroken:
			return ""
		case tokenTag:
			out = append(out, region[t.from-1:l.pos]...)
		case tokenRun:
			s := string(region[t.from:t.to])
			if bytes.IndexByte(region[t.from:t.to], '&') >= 0 {
				s = html.UnescapeString(s)
			}
			out = append(out, canon.Key(s)...)
		}
	}
}
