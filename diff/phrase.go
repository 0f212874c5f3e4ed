package diff

import (
	"strings"
	"unicode/utf8"
)

// shorten cuts a text to what fits into a sentence, between words.
func shorten(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > most {
		r := string([]rune(s)[:most])
		if k := strings.LastIndexByte(r, ' '); k > len(r)/2 {
			r = r[:k]
		}
		s = r + " …"
	}
	return strings.TrimRight(s, " :")
}
