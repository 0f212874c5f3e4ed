package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"policywatch/store/record"
	"policywatch/store/speech"
)

//go:embed page.html.tmpl
var pageTemplate string

var layout = template.Must(template.New("page").Funcs(template.FuncMap{"plain": isolates.Replace, "bidi": markup}).Parse(pageTemplate))

// document is a page as the template sees it: for a browser, with one sheet and
// nothing beside itself.
type document struct {
	page
	Sheet template.HTML
}

// stretch is what the template's part for runs is given.
type stretch struct {
	Page document
	Runs []run
}

// Apart reports whether a space stands before the run of that index.
func (s stretch) Apart(i int) bool { return i > 0 && apart(s.Runs[i-1], s.Runs[i]) }

func (p page) html() (string, error) {
	d := document{page: p, Sheet: sheet(p.Dir)}
	var b strings.Builder
	b.Grow(8 << 10)
	if err := layout.Execute(&b, d); err != nil {
		return "", fmt.Errorf("write the page: %w", err)
	}
	return b.String(), nil
}

// Badge is the look of the severity.
func (d document) Badge() string {
	if d.Level.AtLeast(record.SeverityMajor) {
		return "grave"
	}
	return "mild"
}

// Say is a fixed phrase.
func (d document) Say(key string) string { return d.voice.Say(key) }

// Folded says how many words a folded stretch hides.
func (d document) Folded(n int) string { return d.folded(n) }

// Name is what a side is called.
func (d document) Name(new bool) string { return d.name(new) }

// Old and New are the runs that one side of an edit shows, folded ones included.
func (d document) Old(e edit) stretch { return stretch{d, without(e, record.EditInsert)} }

// New is the later side's counterpart of Old.
func (d document) New(e edit) stretch { return stretch{d, without(e, record.EditDelete)} }

func without(e edit, hide record.EditOp) []run {
	if e.Op == hide {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.Runs), func(r run) bool { return r.Op == hide })
}

// With pairs runs with their page.
func (d document) With(rs []run) stretch { return stretch{d, rs} }

var (
	// isolates takes the isolates out of a text, for the title bar, which is not
	// known to honour them.
	isolates = strings.NewReplacer(speech.LRI, "", speech.RLI, "", speech.FSI, "", speech.PDI, "")
	// elements turns them into elements, which is how a page says the same.
	elements = strings.NewReplacer(speech.LRI, `<bdi dir="ltr">`, speech.RLI, `<bdi dir="rtl">`, speech.FSI, `<bdi>`, speech.PDI, `</bdi>`)
)

// markup escapes a text of our own phrases and turns its isolates into
// elements. They are balanced, since hostile text has lost its own in clean and
// clipIsolated closes what it cuts.
func markup(s string) template.HTML {
	return template.HTML(elements.Replace(template.HTMLEscapeString(s)))
}

// Dir is the direction of a run's own element, which sets it apart: two e-mail
// addresses in a row, the old and the new, would else change places in a
// right-to-left sentence.
func (s stretch) Dir(r run) string {
	return s.Page.way([]run{r})
}

// Way is the direction of all the runs together.
func (s stretch) Way() string { return s.Page.way(s.Runs) }

// LineWay is the direction of a line of the statement.
func (d document) LineWay(line string) string { return d.way([]run{{Text: line}}) }

// looks are the styles by name.
func looks(dir string) map[string]string {
	start, end := "left", "right"
	if dir == speech.RTL {
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
		"quote": "margin:0 0 4px;overflow-wrap:anywhere",
		"del":   "background:#fde4e1;color:#8c1d18;text-decoration:line-through",
		"ins":   "background:#dff3e1;color:#0b5a1e;text-decoration:none;border-bottom:2px solid",
		"fold":  "display:inline;color:#555",
		"more":  "color:#555",
		"foot":  "margin:32px 0 0;padding-top:8px;border-top:1px solid #ddd;color:#555;font-size:14px",
	}
}

// sheet is the styles of a page.
func sheet(dir string) template.HTML {
	var b strings.Builder
	b.WriteString("<style>\n")
	styles := looks(dir)
	for _, name := range slices.Sorted(maps.Keys(styles)) {
		fmt.Fprintf(&b, ".%s{%s}\n", name, styles[name])
	}
	b.WriteString(folding)
	b.WriteString("</style>")
	return template.HTML(b.String())
}

// folding is what only a sheet can say: folded stretches, the two views, narrow
// and dark screens. Sides follow the direction of the text by themselves.
const folding = `.sheet{max-width:72em}
.fold{display:inline-block}
.fold[open],.fold[open]::details-content{display:inline}
.fold summary{display:inline;cursor:pointer;list-style:none;padding:0 4px;border-radius:4px;background:#eee}
.fold summary::-webkit-details-marker{display:none}
.views>label{display:inline-block;padding:2px 12px 2px 4px;cursor:pointer}
input:focus-visible+label,summary:focus-visible{outline:2px solid #1a5fb4;outline-offset:2px}
.names,.pair{display:grid;grid-template-columns:1fr 1fr;gap:0 16px}
.names{position:sticky;top:0;margin:8px 0;padding:4px 0;background:#fff;border-bottom:1px solid #767676;color:#444;font-size:14px}
.pair>div,.one{margin:4px 0;padding:4px 12px;border-inline-start:3px solid #c9c9c9;overflow-wrap:anywhere}
.pair>div:empty{border-inline-start-style:dotted}
#side:checked~section .one,#inline:checked~section .pair,#inline:checked~.names{display:none}
section{margin:16px 0}
section>h3{margin:0 0 4px;font-size:17px;line-height:1.5}
details.same{margin:4px 0;color:#444}
details.same>summary{padding:2px 8px;border-radius:4px;background:#f2f2f2;cursor:pointer}
details.same .name{font-weight:600;padding-inline-end:8px}
details.same .count{font-size:14px}
details.same p{margin:4px 12px}
@media (max-width:40em){.pair{grid-template-columns:1fr}.names,.pair>div:empty{display:none}}
@media print{.views>input,.views>label{display:none}.names{position:static}}
@media (prefers-color-scheme:dark){.body,.names{background:#161616;color:#e8e8e8}.site,.th,.more,.foot,.fold,.names,details.same{color:#b5b5b5}
.del{background:#4a1512;color:#ffb4ab}.ins{background:#0f3d1a;color:#9be7a8}.mild,.fold summary,details.same>summary{background:#333;color:#e8e8e8}a{color:#8ab4f8}}
`
