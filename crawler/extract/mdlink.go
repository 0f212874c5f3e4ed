package extract

import "strings"

// maxLinkLines bounds how many lines the text of one Markdown link may take.
const maxLinkLines = 12

// unfoldLinks rewrites links whose text runs over several lines, as converters
// write a card with a heading and a sentence in it, into a link on each line:
//
//   - [Heading                * [Heading](address)
//     -------           to      -------
//     Sentence.](address)       [Sentence.](address)
func unfoldLinks(lines []string) {
	for i := range lines {
		at := strings.LastIndexByte(lines[i], '[')
		if at < 0 || strings.IndexByte(lines[i][at:], ']') >= 0 || strings.TrimSpace(lines[i][at+1:]) == "" {
			continue
		}
		last, text, address := linkEnd(lines, i+1)
		if last < 0 {
			continue
		}
		lines[i] += "](" + address + ")"
		for k := i + 1; k < last; k++ {
			lines[k] = linkLine(lines[k], address)
		}
		rest := lines[last][len(text)+len("](")+len(address)+1:]
		lines[last] = linkLine(text, address) + rest
	}
}

// linkEnd finds the line on which a link that is open before line from ends, its
// text there, and the address. A bracket that opens on the way is no link's text.
func linkEnd(lines []string, from int) (line int, text, address string) {
	for k := from; k < len(lines) && k <= from+maxLinkLines; k++ {
		before, after, ok := strings.Cut(lines[k], "](")
		if strings.IndexByte(before, '[') >= 0 {
			break
		}
		if !ok {
			continue
		}
		if address, _, ok = strings.Cut(after, ")"); ok && address != "" && !strings.ContainsAny(address, " <>") {
			return k, before, address
		}
		break
	}
	return -1, "", ""
}

// linkLine makes a link of a line's words; rules and blank lines stay.
func linkLine(line, address string) string {
	body := strings.TrimLeft(line, " \t")
	if strings.Trim(body, "-=* \t") == "" {
		return line
	}
	indent := line[:len(line)-len(body)]
	marks := len(body) - len(strings.TrimLeft(body, "#> "))
	return indent + body[:marks] + "[" + strings.TrimSpace(body[marks:]) + "](" + address + ")"
}
