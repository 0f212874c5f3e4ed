package imprint

import (
	"bytes"
	"crypto/sha256"
	"html"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// counted is where the stretch of an imprint begins and ends in a page whose tags are
// those of the page that it was taken from: it is found by counting them, since its
// bytes may be others.
func counted(text []byte, im record.Imprint) (from, to int, ok bool) {
	l := lexer{text: text}
	for tags := 0; ; {
		switch t := l.next(); {
		case t.kind == tokenEnd || t.kind == tokenBroken:
			return from, to, to > 0
		case t.kind == tokenTag:
			if tags++; tags > im.Before+im.Within {
				return from, to, to > 0
			}
		default:
			if tags == im.Before && from == 0 {
				from = t.from
			}
			if tags == im.Before+im.Within {
				to = t.to
			}
		}
	}
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
