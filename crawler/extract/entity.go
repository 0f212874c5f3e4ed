package extract

import (
	"strings"

	"golang.org/x/net/html"
)

// entity reads a character reference at the start of s ("&nbsp;") and returns
// what it stands for; an ampersand that starts none stands for itself.
func entity(s string) (text string, n int) {
	end := strings.IndexByte(s[:min(len(s), 12)], ';')
	if end < 2 {
		return "&", 1
	}
	t := html.UnescapeString(s[:end+1])
	if t == s[:end+1] {
		return "&", 1
	}
	return t, end + 1
}
