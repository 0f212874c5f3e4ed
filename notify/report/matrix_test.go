package report_test

import (
	"bytes"
	"strings"
	"testing"

	"policywatch/notify/report"
	"policywatch/store/record"
)

func testMatrix() report.Matrix {
	p := record.Profile{ID: "p", Title: map[string]string{"en": "A law", "fa": "یک قانون"}, Elements: []record.Element{
		{ID: "a", Title: map[string]string{"en": "Purpose", "fa": "هدف"}, Citation: "art. 1"},
		{ID: "b", Title: map[string]string{"en": "Retention"}, Citation: "art. 2"},
	}}
	return report.Matrix{Profile: p, Rows: []report.MatrixRow{
		report.NewMatrixRow(record.Site{Domain: "x.gov", Name: "=HYPERLINK(\"evil\")<b>"}, []record.Finding{
			{ID: "a", Status: record.StatusPresent}, {ID: "b", Status: record.StatusAbsent}}, ""),
		report.NewMatrixRow(record.Site{Domain: "y.gov", Name: "وزارت"}, nil, "dns"),
	}}
}

// K4: a site that could not be looked at is unknown, never absent.
func TestMatrixTellsUnknownFromAbsent(t *testing.T) {
	m := testMatrix()
	if p, a, u := m.Share("b"); p != 0 || a != 1 || u != 1 {
		t.Errorf("share %d %d %d", p, a, u)
	}
	var b bytes.Buffer
	if err := m.Text(&b, "fa"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"  +  -  x.gov", "  ?  ?  y.gov", "(dns)", "هدف", "1 present, 0 absent, 1 unknown"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, b.String())
		}
	}
}

func TestMatrixIsSafeInSpreadsheetsAndBrowsers(t *testing.T) {
	var b bytes.Buffer
	if err := testMatrix().CSV(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"'=HYPERLINK(""evil"")<b>"`) || !strings.Contains(b.String(), "y.gov,وزارت,p,dns,unknown,unknown") {
		t.Errorf("CSV:\n%s", b.String())
	}
	b.Reset()
	if err := report.WriteMatrixHTML(&b, []report.Matrix{testMatrix()}, "fa"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<html lang="fa" dir="rtl">`, "&lt;b&gt;", "یک قانون", `class="absent"`, `scope="row"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(b.String(), "<script") || strings.Contains(b.String(), "<b>") {
		t.Error("the page holds markup out of a name")
	}
}
