package extract

import "strings"

// looksHTML reports whether a text is markup rather than text with some tags
// in it, which Markdown may have.
func looksHTML(s string) bool {
	head := strings.ToLower(s[:min(len(s), 2048)])
	head = strings.TrimSpace(head)
	if strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html") || strings.HasPrefix(head, "<?xml") || strings.Contains(head, "<body") {
		return true
	}
	sample := strings.ToLower(s[:min(len(s), 256<<10)])
	tags := 0
	for _, t := range []string{"<p>", "<p ", "<div", "<h1", "<h2", "<h3", "<h4", "<li", "<ul", "<ol", "<table", "<section"} {
		tags += strings.Count(sample, t)
	}
	if tags < 3 {
		return false
	}
	marks := strings.Count(sample, "\n#") + strings.Count(sample, "\n**") + strings.Count(sample, "\n- ")
	return tags > 2*marks
}

// looksMarkdown reports whether a text uses Markdown's marks: headings, links,
// bold lines, tables.
func looksMarkdown(s string) bool {
	marks, lines := 0, 0
	prev := ""
	for l := range strings.Lines(s) {
		if lines++; lines > 4000 {
			break
		}
		t := strings.TrimSpace(l)
		if n, _ := atx(t); n > 0 {
			marks += 2
		} else if _, ok := boldLine(t); ok {
			marks++
		} else if underline(t) && len(t) > 3 && prev != "" {
			marks += 2
		} else if strings.Contains(t, "](") {
			marks++
		}
		prev = t
	}
	return marks >= 2
}
