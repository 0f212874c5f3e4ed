package extract

import (
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// Markdown's inline marks. This is no full CommonMark: input is whatever people
// and converters call Markdown, and what is stored must be the words, so a mark
// that does not clearly mark anything stays text.

// plainInline takes the inline marks of Markdown and stray tags out of s and
// returns the text with the links that stood in it. Text that only looks like
// a mark (2 * 3, snake_case) is left alone.
func plainInline(s string, resolve func(string) string) (string, []record.Link) {
	if !strings.ContainsAny(s, "*_`[<\\&") {
		return squeeze(s), nil
	}
	var b strings.Builder
	b.Grow(len(s))
	var links []record.Link
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s) && strings.IndexByte(`\`+"`*_{}[]()#+-.!|<>~", s[i+1]) >= 0:
			b.WriteByte(s[i+1])
			i += 2
		case c == '!' && i+1 < len(s) && s[i+1] == '[':
			// An image is not text; its alternative text is often a file name.
			if _, _, n := bracketed(s[i+1:]); n > 0 {
				i += 1 + n
				continue
			}
			b.WriteByte(c)
			i++
		case c == '[':
			text, target, n := bracketed(s[i:])
			if n == 0 {
				b.WriteByte(c)
				i++
				continue
			}
			t, inner := plainInline(text, resolve)
			b.WriteString(t)
			if u := resolve(target); u != "" {
				links = append(links, record.Link{Text: t, URL: u})
			}
			links = append(links, inner...)
			i += n
		case c == '<':
			tag, n := rawTag(s[i:])
			if n == 0 {
				b.WriteByte(c)
				i++
				continue
			}
			if strings.HasPrefix(tag, "http") || strings.HasPrefix(tag, "mailto:") || strings.Contains(tag, "@") {
				b.WriteString(strings.TrimPrefix(tag, "mailto:"))
				if u := resolve(tag); u != "" {
					links = append(links, record.Link{Text: tag, URL: u})
				}
			} else if breaks(tag) {
				b.WriteByte(' ')
			}
			i += n
		case c == '&':
			t, n := entity(s[i:])
			b.WriteString(t)
			i += n
		case c == '*' || c == '_' || c == '`':
			j := i
			for j < len(s) && s[j] == c {
				j++
			}
			if c == '`' || emphasis(s, i, j) {
				i = j
				continue
			}
			b.WriteString(s[i:j])
			i = j
		default:
			j := i + 1
			for j < len(s) && strings.IndexByte("*_`[<\\&!", s[j]) < 0 {
				j++
			}
			b.WriteString(s[i:j])
			i = j
		}
	}
	return squeeze(b.String()), links
}

// emphasis reports whether the run of marks s[i:j] opens or closes emphasis: it
// touches text on exactly one side, or, for stars, stands inside a word.
func emphasis(s string, i, j int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[j:])
	left := i > 0 && !blank(before)
	right := j < len(s) && !blank(after)
	if s[i] == '_' {
		return (left != right || left && right && (!wordRune(before) || !wordRune(after))) && (left || right)
	}
	return left || right
}

// bracketed reads [text](target) at the start of s; n is 0 when it is none.
// A reference [text][id] or a bare [text] is none: brackets are text.
func bracketed(s string) (text, target string, n int) {
	const longest = 2000
	depth, end := 0, -1
	for i := 0; i < len(s) && i < longest; i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				end = i
			}
		}
		if end >= 0 {
			break
		}
	}
	if end < 0 || end+1 >= len(s) || s[end+1] != '(' {
		return "", "", 0
	}
	depth = 0
	for i := end + 1; i < len(s) && i < end+longest; i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				target = strings.TrimSpace(s[end+2 : i])
				if k := strings.IndexAny(target, " \t"); k >= 0 {
					target = target[:k] // a title follows
				}
				return s[1:end], strings.Trim(target, "<>"), i + 1
			}
		case '\n':
			return "", "", 0
		}
	}
	return "", "", 0
}

// rawTag reads <tag ...> or <http://...> at the start of s and returns what
// stands between the angles.
func rawTag(s string) (tag string, n int) {
	if len(s) < 3 || !(s[1] == '/' || s[1] == '!' || s[1]|0x20 >= 'a' && s[1]|0x20 <= 'z') {
		return "", 0
	}
	end := strings.IndexByte(s[:min(len(s), 2000)], '>')
	if end < 0 || strings.IndexByte(s[1:end], '<') >= 0 {
		return "", 0
	}
	return s[1:end], end + 1
}

// breaks reports whether a tag separates words.
func breaks(tag string) bool {
	name := strings.ToLower(strings.Trim(tag, "/ "))
	if k := strings.IndexAny(name, " \t\n/"); k >= 0 {
		name = name[:k]
	}
	switch name {
	case "b", "i", "em", "strong", "u", "span", "a", "font", "small", "sup", "sub", "code", "mark", "abbr", "bdi", "bdo":
		return false
	}
	return true
}
