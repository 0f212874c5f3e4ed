package extract

import (
	"encoding/hex"
	"regexp"
	"strings"
	"unicode/utf8"
)

// decodeMail undoes Cloudflare's hiding of addresses: hexadecimal bytes, the
// first of which is the key that the others are combined with.
func decodeMail(s string) string {
	if len(s) < 6 || len(s) > 400 || len(s)%2 != 0 {
		return ""
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		return ""
	}
	for i := 1; i < len(b); i++ {
		b[i] ^= b[0]
	}
	mail := string(b[1:])
	if !utf8.ValidString(mail) || !strings.Contains(mail, "@") || strings.ContainsFunc(mail, func(c rune) bool { return c < ' ' || blank(c) }) {
		return ""
	}
	if k := strings.IndexByte(mail, '?'); k > 0 {
		mail = mail[:k]
	}
	return mail
}

// spelt matches an address whose signs were written out against harvesters:
// info [at] agency [dot] gov.ir. The at must stand in brackets; without them
// it may be a word.
var spelt = regexp.MustCompile(`(?i)([\p{L}\p{N}._%+-]+)\s*[\[({]\s*(?:at|@|آت|ات)\s*[\])}]\s*([\p{L}\p{N}-]+(?:\s*(?:\.|[\[({]\s*(?:dot|\.|دات)\s*[\])}])\s*[\p{L}\p{N}-]+)+)`)

var speltDot = regexp.MustCompile(`(?i)\s*(?:[\[({]\s*(?:dot|\.|دات)\s*[\])}]|\.)\s*`)

// unspell writes such addresses as addresses. A cheap look for a bracketed at
// comes first: nearly no text has one.
func unspell(s string) string {
	for i := 0; i < len(s); i++ {
		if (s[i] == '[' || s[i] == '(' || s[i] == '{') && bracketedAt(s[i+1:]) {
			return spelt.ReplaceAllStringFunc(s, func(m string) string {
				p := spelt.FindStringSubmatch(m)
				host := strings.TrimSuffix(speltDot.ReplaceAllString(p[2], "."), ".")
				return p[1] + "@" + host
			})
		}
	}
	return s
}

// bracketedAt reports whether s, which follows an opening bracket, goes on with
// an at and the closing one.
func bracketedAt(s string) bool {
	s = strings.TrimLeft(s[:min(len(s), 16)], " ")
	for _, at := range []string{"@", "at", "AT", "At", "آت", "ات"} {
		if rest, ok := strings.CutPrefix(s, at); ok {
			rest = strings.TrimLeft(rest, " ")
			return rest != "" && strings.IndexByte("])}", rest[0]) >= 0
		}
	}
	return false
}
