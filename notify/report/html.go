package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"policywatch/store/record"
)

//go:embed page.html.tmpl
var pageTemplate string

// layout is parsed once; the functions given here are stand-ins, each page
// brings its own.
var layout = template.Must(template.New("page").Funcs(page{}.funcs(false)).Parse(pageTemplate))

// document is what the template is given; stretch is what its part for runs is.
type document struct {
	page
	Alone bool
	Sheet template.HTML
}

type stretch struct {
	Page document
	Runs []run
}

// html writes the page as a document. Mail programs drop style sheets and know
// no folding, so a mail (alone is false) carries its styles in each element; a
// page for a browser carries one sheet.
func (p page) html(alone bool) (string, error) {
	t, err := layout.Clone()
	if err != nil {
		return "", fmt.Errorf("copy the page's template: %w", err)
	}
	var b strings.Builder
	data := document{p, alone, ""}
	if alone {
		data.Sheet = sheet(p.Dir)
	}
	if err := t.Funcs(p.funcs(alone)).Execute(&b, data); err != nil {
		return "", fmt.Errorf("write the page: %w", err)
	}
	return b.String(), nil
}

func (p page) funcs(alone bool) template.FuncMap {
	inline := looks(p.Dir)
	look := func(name string) template.HTMLAttr {
		if alone {
			return template.HTMLAttr(`class="` + name + `"`)
		}
		return template.HTMLAttr(`style="` + inline[name] + `"`)
	}
	return template.FuncMap{
		"look": look,
		"badge": func() template.HTMLAttr {
			switch p.Level {
			case record.SeverityCritical, record.SeverityMajor:
				return look("grave")
			}
			return look("mild")
		},
		"say":    func(key string) string { return p.voice.say(key) },
		"folded": func(n int) string { return p.voice.count("fold", n, p.voice.number(n)) },
		"plain":  func(s string) string { return isolates.Replace(s) },
		"bidi":   markup,
		"both":   func(d document, rs []run) stretch { return stretch{d, rs} },
	}
}

var (
	// isolates takes the isolates out of a text, for the title bar, which is not
	// known to honour them.
	isolates = strings.NewReplacer(lri, "", rli, "", fsi, "", pdi, "")
	// elements turns them into elements, which is how a page says the same.
	elements = strings.NewReplacer(lri, `<bdi dir="ltr">`, rli, `<bdi dir="rtl">`, fsi, `<bdi>`, pdi, `</bdi>`)
)

// markup escapes a text of our own phrases and turns its isolates into
// elements. They are balanced, since hostile text has lost its own in clean and
// clipIsolated closes what it cuts.
func markup(s string) template.HTML {
	return template.HTML(elements.Replace(template.HTMLEscapeString(s)))
}

// looks are the styles by name. Sides are spelled out by direction, because
// mail programs know no logical ones.
func looks(dir string) map[string]string {
	start, end := "left", "right"
	if dir == rtl {
		start, end = end, start
	}
	return map[string]string{
		"body":  "margin:0;padding:16px;background:#fff;color:#1b1b1b;font-family:system-ui,'Segoe UI',Tahoma,Vazirmatn,'Noto Naskh Arabic',sans-serif;font-size:16px;line-height:1.6",
		"sheet": "max-width:46em;margin:0 auto;text-align:" + start,
		"site":  "margin:0;color:#555",
		"h1":    "margin:0 0 12px;font-size:22px;line-height:1.4",
		"h2":    "margin:24px 0 8px;font-size:18px",
		"h3":    "margin:16px 0 4px;font-size:16px;color:#555",
		"grave": "background:#b3261e;color:#fff;border-radius:4px;padding:1px 8px;font-size:14px;white-space:nowrap",
		"mild":  "background:#e7e7e7;color:#1b1b1b;border-radius:4px;padding:1px 8px;font-size:14px;white-space:nowrap",
		"table": "border-collapse:collapse",
		"th":    "text-align:" + start + ";vertical-align:top;font-weight:normal;color:#555;padding:2px 0;padding-" + end + ":16px;white-space:nowrap",
		"td":    "text-align:" + start + ";vertical-align:top;padding:2px 0;overflow-wrap:anywhere",
		"ul":    "margin:0;padding-" + start + ":20px",
		"li":    "margin:2px 0",
		"edit":  "margin:8px 0;padding:0 12px;border-" + start + ":3px solid #c9c9c9",
		"op":    "margin:0;color:#555;font-size:14px",
		"quote": "margin:0 0 4px;overflow-wrap:anywhere",
		"del":   "background:#fde4e1;color:#8c1d18",
		"ins":   "background:#dff3e1;color:#0b5a1e;text-decoration:none",
		"fold":  "display:inline;color:#555",
		"more":  "color:#555",
		"foot":  "margin:32px 0 0;padding-top:8px;border-top:1px solid #ddd;color:#555;font-size:14px",
	}
}

// sheet is the same styles for a whole page, with what only a sheet can say.
func sheet(dir string) template.HTML {
	var b strings.Builder
	b.WriteString("<style>\n")
	styles := looks(dir)
	for _, name := range slices.Sorted(maps.Keys(styles)) {
		fmt.Fprintf(&b, ".%s{%s}\n", name, styles[name])
	}
	// A folded stretch is a button within the line until it is opened.
	b.WriteString(".fold summary{display:inline;cursor:pointer;list-style:none;padding:0 4px;border-radius:4px;background:#eee}\n" +
		".fold summary::-webkit-details-marker{display:none}\n" +
		"@media (prefers-color-scheme:dark){.body{background:#161616;color:#e8e8e8}.site,.h3,.th,.op,.more,.foot,.fold{color:#a8a8a8}" +
		".del{background:#4a1512;color:#ffb4ab}.ins{background:#0f3d1a;color:#9be7a8}.mild,.fold summary{background:#333;color:#e8e8e8}a{color:#8ab4f8}}\n" +
		"</style>")
	return template.HTML(b.String())
}
