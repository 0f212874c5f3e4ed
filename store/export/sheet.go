package export

import (
	"bytes"
	_ "embed"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"policywatch/store/record"
)

//go:embed sheet.html
var sheetText string

// sheetPage escapes everything by the place that it stands in.
var sheetPage = template.Must(template.New("sheet").Funcs(template.FuncMap{
	"utc":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
	"words": func(in []string) string { return strings.Join(in, ", ") },
}).Parse(sheetText))

type sheetHeader struct{ Name, Value string }

// sheet is the page that a person reads: it stands alone and runs nothing.
func (x *Exporter) sheet(v evidence, chain []record.ChainRow) ([]byte, error) {
	var header []sheetHeader
	if s := v.Answer; s != nil {
		for _, name := range slices.Sorted(maps.Keys(s.Header)) {
			for _, value := range s.Header[name] {
				header = append(header, sheetHeader{name, value})
			}
		}
	}
	var b bytes.Buffer
	err := sheetPage.Execute(&b, struct {
		evidence
		Doc     *record.Document
		Topics  []string
		Header  []sheetHeader
		Chain   []record.ChainRow
		Last    record.ChainRow
		Program string
		Now     time.Time
	}{v, doc(v.Version), covered(v.Version), header, chain, chain[len(chain)-1], x.Program, x.Now})
	return b.Bytes(), err
}
