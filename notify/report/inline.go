package report

import (
	"regexp"
	"strings"
)

var (
	styleSheet = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	styleRule  = regexp.MustCompile(`\.([a-z][a-z0-9-]*)\s*\{([^{}]*)\}`)
	classed    = regexp.MustCompile(`(<[a-z][a-z0-9]*(?:\s[^<>]*)?\sclass="([a-z0-9 -]+)"[^<>]*)>`)
)

// inline copies the rules of a page's style sheet into the elements that name their
// class: part of the mail programs drop the sheet. What only a sheet can say, as of
// narrow and dark screens, stays there alone. Only rules of one class count; an
// element that brings a style of its own keeps that.
func inline(page string) string {
	sheet := styleSheet.FindStringSubmatch(page)
	if sheet == nil {
		return page
	}
	rules := make(map[string]string)
	for _, r := range styleRule.FindAllStringSubmatch(outsideBlocks(sheet[1]), -1) {
		if d := strings.Trim(strings.Join(strings.Fields(r[2]), " "), "; "); d != "" {
			rules[r[1]] = strings.ReplaceAll(d, `"`, "'")
		}
	}
	// Quotation marks in texts are escaped, so that no statement can bring a class.
	return classed.ReplaceAllStringFunc(page, func(tag string) string {
		m := classed.FindStringSubmatch(tag)
		if strings.Contains(m[1], " style=") {
			return tag
		}
		var styles []string
		for _, c := range strings.Fields(m[2]) {
			if r := rules[c]; r != "" {
				styles = append(styles, r)
			}
		}
		if len(styles) == 0 {
			return tag
		}
		return m[1] + ` style="` + strings.Join(styles, ";") + `">`
	})
}

// outsideBlocks leaves out what stands in @media and the like.
func outsideBlocks(css string) string {
	var b strings.Builder
	for {
		at := strings.Index(css, "@")
		if at < 0 {
			return b.String() + css
		}
		b.WriteString(css[:at])
		depth, end := 0, len(css)
		for i, r := range css[at:] {
			if r == '{' {
				depth++
			} else if r == '}' {
				if depth--; depth == 0 {
					end = at + i + 1
					break
				}
			}
		}
		css = css[end:]
	}
}
