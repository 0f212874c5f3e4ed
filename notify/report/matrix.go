package report

import (
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"policywatch/store/record"
)

// Matrix is many sites against one profile: a row a site, a column an element.
type Matrix struct {
	Profile record.Profile
	Rows    []MatrixRow
}

// MatrixRow is one site's verdicts.
type MatrixRow struct {
	Site string
	Name string
	// Status holds the verdict by element id; an element that is missing here is
	// shown as unknown: nobody looked.
	Status map[string]record.Status
	// Note says why there are no verdicts, as for a site without a version.
	Note string
}

// NewMatrixRow makes a row of findings.
func NewMatrixRow(site record.Site, findings []record.Finding, note string) MatrixRow {
	r := MatrixRow{Site: site.Domain, Name: site.Name, Status: map[string]record.Status{}, Note: note}
	for _, f := range findings {
		r.Status[f.ID] = f.Status
	}
	return r
}

func (r MatrixRow) status(id string) record.Status {
	if s, ok := r.Status[id]; ok {
		return s
	}
	return record.StatusUnknown
}

// Share returns how many rows have the element present, absent and unknown.
func (m Matrix) Share(id string) (present, absent, unknown int) {
	for _, r := range m.Rows {
		switch r.status(id) {
		case record.StatusPresent:
			present++
		case record.StatusAbsent:
			absent++
		default:
			unknown++
		}
	}
	return present, absent, unknown
}

// marks tell the verdicts apart without colour.
var marks = map[record.Status]string{record.StatusPresent: "+", record.StatusAbsent: "-", record.StatusUnknown: "?"}

// Text writes the matrix for a terminal: numbered columns with a legend below.
func (m Matrix) Text(w io.Writer, lang string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n\n", m.title(lang), m.Profile.ID)
	for i := range m.Profile.Elements {
		fmt.Fprintf(&b, "%3d", i+1)
	}
	b.WriteByte('\n')
	for _, r := range m.Rows {
		for _, e := range m.Profile.Elements {
			fmt.Fprintf(&b, "%3s", marks[r.status(e.ID)])
		}
		fmt.Fprintf(&b, "  %s", r.Site)
		if r.Name != "" {
			fmt.Fprintf(&b, "  \u2068%s\u2069", r.Name)
		}
		if r.Note != "" {
			fmt.Fprintf(&b, "  (%s)", r.Note)
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	for i, e := range m.Profile.Elements {
		present, absent, unknown := m.Share(e.ID)
		fmt.Fprintf(&b, "%3d  %s  \u2068%s\u2069 (%s): %d present, %d absent, %d unknown\n", i+1, e.ID, local(e.Title, lang), e.Citation, present, absent, unknown)
	}
	b.WriteString("\n+ present   - absent   ? unknown: could not be looked at\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// CSV writes a line a site; the columns are the element ids.
func (m Matrix) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	head := []string{"site", "name", "profile", "note"}
	for _, e := range m.Profile.Elements {
		head = append(head, e.ID)
	}
	c.Write(head)
	for _, r := range m.Rows {
		line := []string{cell(r.Site), cell(r.Name), m.Profile.ID, cell(r.Note)}
		for _, e := range m.Profile.Elements {
			line = append(line, string(r.status(e.ID)))
		}
		c.Write(line)
	}
	c.Flush()
	return c.Error()
}

// cell keeps a spreadsheet from taking a hostile name for a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func (m Matrix) title(lang string) string { return local(m.Profile.Title, lang) }

func local(titles map[string]string, lang string) string {
	if t := titles[lang]; t != "" {
		return t
	}
	return titles["en"]
}

// WriteMatrixHTML writes matrices as one page that needs nothing else: a heat
// map whose cells carry a sign besides their colour, with row and column headers for
// screen readers, in either direction.
func WriteMatrixHTML(w io.Writer, list []Matrix, lang string) error {
	type column struct {
		ID, Title, Citation string
		Share               int
	}
	type line struct {
		Site, Name, Note string
		Cells            []record.Status
	}
	type sheet struct {
		ID, Title string
		Columns   []column
		Lines     []line
	}
	page := struct {
		Lang, Dir string
		Sheets    []sheet
	}{Lang: lang, Dir: "ltr"}
	if slices.Contains([]string{"fa", "ar", "ur", "ckb"}, lang) {
		page.Dir = "rtl"
	}
	for _, m := range list {
		s := sheet{ID: m.Profile.ID, Title: m.title(lang)}
		for _, e := range m.Profile.Elements {
			present, _, _ := m.Share(e.ID)
			s.Columns = append(s.Columns, column{e.ID, local(e.Title, lang), e.Citation, 100 * present / max(1, len(m.Rows))})
		}
		for _, r := range m.Rows {
			l := line{Site: r.Site, Name: r.Name, Note: r.Note}
			for _, e := range m.Profile.Elements {
				l.Cells = append(l.Cells, r.status(e.ID))
			}
			s.Lines = append(s.Lines, l)
		}
		page.Sheets = append(page.Sheets, s)
	}
	return matrixPage.Execute(w, page)
}

var matrixPage = template.Must(template.New("matrix").Funcs(template.FuncMap{
	"sign": func(s record.Status) string {
		return map[record.Status]string{record.StatusPresent: "✓", record.StatusAbsent: "✗"}[s]
	},
}).Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}" dir="{{.Dir}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>policywatch: sites by elements</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 1.5rem; color: #1a1a1a; background: #fff; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin-block: 1rem 2.5rem; }
caption { text-align: start; font-weight: 600; font-size: 1.15rem; padding-block: .5rem; }
th, td { border: 1px solid #b9b9b9; padding: .3rem .5rem; text-align: center; }
thead th { vertical-align: bottom; max-width: 9rem; font-size: .85rem; font-weight: 600; background: #f2f2f2; }
thead small { display: block; font-weight: 400; color: #444; }
tbody th { text-align: start; font-weight: 400; white-space: nowrap; }
.present { background: #cfe8d5; color: #0b3d1a; }
.absent { background: #f6c9c4; color: #6b0f0a; font-weight: 700; }
.unknown { background: #e8e8e8; color: #444; }
.none { text-align: start; color: #444; }
</style>
</head>
<body>
{{range .Sheets}}
<div class="wide" tabindex="0" role="region" aria-label="{{.Title}}">
<table>
<caption>{{.Title}} ({{.ID}})</caption>
<thead><tr><th scope="col"></th>{{range .Columns}}<th scope="col"><span dir="auto">{{.Title}}</span><small dir="auto">{{.Citation}}</small><small>{{.Share}} %</small></th>{{end}}</tr></thead>
<tbody>
{{range .Lines}}<tr><th scope="row"><bdi>{{if .Name}}{{.Name}}{{else}}{{.Site}}{{end}}</bdi>{{if .Note}} <small>({{.Note}})</small>{{end}}</th>{{range .Cells}}<td class="{{.}}" title="{{.}}">{{with sign .}}{{.}}{{else}}?{{end}}</td>{{end}}</tr>
{{end}}</tbody>
</table>
</div>
{{end}}
<p><span class="present">✓ present</span> <span class="absent">✗ absent</span> <span class="unknown">? unknown: could not be looked at</span></p>
</body>
</html>
`))
