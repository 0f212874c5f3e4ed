package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/store/record"
)

// title chooses the document's title: what the file calls itself where that
// reads like a title and the text agrees, else the first heading.
func (d *reading) title(blocks []record.Block) string {
	heading := ""
	for i, b := range blocks {
		if b.Kind == record.Heading {
			heading = b.Text
			break
		}
		if i > 12 {
			break
		}
	}
	if d.file == nil {
		return heading
	}
	info := d.file.Dict(d.file.Trailer["Info"])
	raw := d.file.String(info["Title"])
	own := strings.Join(strings.Fields(textString(raw)), " ")
	if old := strings.Join(strings.Fields(legacy(raw)), " "); d.set.rtl && rightToLeft(firstRune(old)) && d.agrees(old, blocks) {
		own = old
	}
	if !titleLike(own) || !d.agrees(own, blocks) {
		if heading != "" {
			return heading
		}
		if !titleLike(own) {
			return ""
		}
	}
	return own
}

// agrees reports whether most words of a title stand near the text's beginning.
func (d *reading) agrees(title string, blocks []record.Block) bool {
	var b strings.Builder
	for i := range blocks {
		if b.Len() > 4000 {
			break
		}
		b.WriteString(" " + strings.ToLower(blocks[i].Text))
	}
	head := b.String()
	found, words := 0, 0
	for _, w := range strings.Fields(strings.ToLower(title)) {
		if utf8.RuneCountInString(w) < 2 {
			continue
		}
		words++
		if strings.Contains(head, w) {
			found++
		}
	}
	return words > 0 && found*3 >= words*2
}

// titleLike tells a title from what tools leave in its place: file names,
// program names, codes.
func titleLike(s string) bool {
	low := strings.ToLower(s)
	for _, bad := range []string{"microsoft word", "untitled", "document1", ".doc", ".pdf", ".indd", ".rtf", ".odt", ".xls", ".ppt", ".htm", "powerpoint", "slide 1", "بدون عنوان", "http://", "https://", "file:"} {
		if strings.Contains(low, bad) {
			return false
		}
	}
	letters, odd := 0, 0
	for _, c := range s {
		switch {
		case unicode.IsLetter(c):
			letters++
		case unicode.IsDigit(c), c == '_', c == '-', c == utf8.RuneError, unicode.IsControl(c):
			odd++
		}
	}
	return letters >= 4 && odd*3 <= letters && utf8.RuneCountInString(s) <= 200 && (strings.Contains(s, " ") || rightToLeft(firstRune(s)))
}

func firstRune(s string) rune {
	c, _ := utf8.DecodeRuneInString(s)
	return c
}
