package pdf_test

import (
	"fmt"
	"strings"
	"testing"

	"policywatch/store/record"
)

// at writes a line of ASCII at a place in a size.
func at(x, y, size int, text string) string {
	return fmt.Sprintf("BT /F1 %d Tf 1 0 0 1 %d %d Tm (%s) Tj ET\n", size, x, y, strings.NewReplacer("(", `\(`, ")", `\)`, `\`, `\\`).Replace(text))
}

// column writes lines below one another.
func column(x, y, size int, lines ...string) string {
	var b strings.Builder
	for i, l := range lines {
		b.WriteString(at(x, y-i*(size*14/10), size, l))
	}
	return b.String()
}

// show renders blocks as a reader would note them down.
func show(blocks []record.Block) string {
	var out []string
	for _, b := range blocks {
		mark := ""
		switch b.Kind {
		case record.Heading:
			mark = strings.Repeat("#", b.Level) + " "
		case record.Item:
			mark = strings.Repeat("  ", b.Level-1) + "- "
		case record.Row:
			mark = "| "
		}
		out = append(out, mark+b.Text)
	}
	return strings.Join(out, "\n")
}

func readAs(t *testing.T, body []byte, want string) {
	t.Helper()
	doc, err := newReader(t).PDF(t.Context(), body)
	if err != nil {
		t.Fatal(err)
	}
	if got := show(doc.Blocks); got != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", got, strings.TrimSpace(want))
	}
}

func TestParagraphsAreRejoined(t *testing.T) {
	readAs(t, document(helvetica,
		at(72, 800, 8, "Board - Privacy statement")+at(280, 30, 8, "Page 1 of 3")+
			at(72, 760, 18, "Privacy statement")+
			column(72, 720, 11,
				"We use the information that you give us to answer your letters and for no other pur-",
				"pose. We keep it for one year after the last letter, and then destroy it.",
				"A second paragraph begins without any white above it, because the line be-",
				"fore it is short; it mentions third-party cookies once, and it ends here.")+
			at(72, 640, 14, "Cookies and other")+at(72, 622, 14, "small files")+
			column(72, 600, 11, "We use no third-", "party cookies.")+
			column(72, 550, 11, "This page ends in the middle of a sentence that goes on over the end of the page"),
		at(72, 800, 8, "Board - Privacy statement")+at(280, 30, 8, "Page 2 of 3")+
			column(72, 760, 11, "and is joined again with what was left behind, although a running head stands between.")+
			column(72, 700, 11, "You may ask for a copy of what we hold about you."),
		at(72, 800, 8, "Board - Privacy statement")+at(280, 30, 8, "Page 3 of 3")+
			column(72, 760, 11, "Write to the officer for data protection at the address of the Board.")),
		`
# Privacy statement
We use the information that you give us to answer your letters and for no other purpose. We keep it for one year after the last letter, and then destroy it.
A second paragraph begins without any white above it, because the line before it is short; it mentions third-party cookies once, and it ends here.
## Cookies and other small files
We use no third-party cookies.
This page ends in the middle of a sentence that goes on over the end of the page and is joined again with what was left behind, although a running head stands between.
You may ask for a copy of what we hold about you.
Write to the officer for data protection at the address of the Board.`)
}

func TestListsAndNumberedHeadings(t *testing.T) {
	readAs(t, document(helvetica, at(72, 780, 11, "Privacy statement of the Board")+
		at(72, 750, 11, "1. What we collect")+
		column(72, 725, 11, "When you write to us we ask for these items, and we do not ask for any other ones:")+
		at(80, 705, 11, "-")+at(92, 705, 11, "your name and the address to which we shall send the answer that you have")+
		at(92, 690, 11, "asked for;")+
		at(80, 675, 11, "-")+at(92, 675, 11, "your telephone number:")+
		at(100, 660, 11, "*")+at(112, 660, 11, "at home;")+
		at(100, 645, 11, "*")+at(112, 645, 11, "at work.")+
		at(72, 610, 11, "2. How long we keep it")+
		column(72, 585, 11, "We keep your letters for one year after the last one and we destroy them then.")),
		`
# Privacy statement of the Board
## 1. What we collect
When you write to us we ask for these items, and we do not ask for any other ones:
- your name and the address to which we shall send the answer that you have asked for;
- your telephone number:
  - at home;
  - at work.
## 2. How long we keep it
We keep your letters for one year after the last one and we destroy them then.`)
}

func TestColumnsAndTables(t *testing.T) {
	left := []string{"We use the information that you give", "us to answer your letters and for no", "other purpose. It is not sold to others", "and we keep it for one year after the", "last letter that we have had from you.", "You may ask for a copy of what we do"}
	right := []string{"hold about you, and have the errors in", "it corrected. We reply within a month", "and make no charge for it. If you are", "not satisfied with the answer you may", "complain to the ombudsman of the", "county, whose address is below here."}
	readAs(t, document(helvetica, at(72, 790, 16, "Privacy statement of the Board of the county")+
		column(72, 750, 10, left...)+column(300, 745, 10, right...)+
		at(72, 620, 10, "Cookie")+at(200, 620, 10, "Purpose")+at(400, 620, 10, "Kept for")+
		at(72, 600, 10, "session")+at(200, 600, 10, "keeps you signed in")+at(400, 600, 10, "an hour")+
		at(72, 580, 10, "language")+at(200, 580, 10, "remembers your language")+at(400, 580, 10, "a year")+
		at(72, 540, 10, "Nothing else is stored on your computer when you visit the website of the Board.")),
		`
# Privacy statement of the Board of the county
`+strings.Join(left, " ")+" "+strings.Join(right, " ")+`
| Cookie | Purpose | Kept for
| session | keeps you signed in | an hour
| language | remembers your language | a year
Nothing else is stored on your computer when you visit the website of the Board.`)
}

func TestWordsAreTakenForWhatIsSeen(t *testing.T) {
	// Letters spread over a title, a heading drawn twice for weight, a page that
	// is turned, text beside the page, text that runs up the margin.
	page := "BT /F1 16 Tf 6 Tc 1 0 0 1 72 780 Tm (PRIVACY NOTICE) Tj 0 Tc ET\n" +
		"BT /F1 13 Tf 1 0 0 1 72 750 Tm (Cookies) Tj 1 0 0 1 72.4 750 Tm (Cookies) Tj ET\n" +
		column(72, 725, 11, "We use no cookies on this site, and we do not let others use any on it.") +
		at(900, 725, 11, "crop marks") + at(72, 990, 11, "above the page") +
		"BT /F1 9 Tf 0 1 -1 0 20 300 Tm (up the margin) Tj ET\n" +
		"BT /F1 11 Tf 1 0 0 1 72 690 Tm [(no) -300 (spaces) -300 (are) -300 (written) -300 (in) -300 (this) -300 (line)] TJ ET\n"
	readAs(t, document(helvetica, page), `
# PRIVACY NOTICE
## Cookies
We use no cookies on this site, and we do not let others use any on it.
no spaces are written in this line`)
}

func TestLinksAreKept(t *testing.T) {
	f := newFile()
	font := f.object(helvetica)
	s := f.stream("", []byte(column(72, 760, 11, "See the law for what we must do, or write to us about it.")))
	page := f.object(`<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 %d 0 R >> >> /Annots [
<< /Subtype /Link /Rect [92 755 132 775] /A << /S /URI /URI (https://example.org/law) >> >>
<< /Subtype /Link /Rect [200 755 300 775] /A << /S /URI /URI (javascript:alert(1)) >> >> ] >>`, len(f.offsets)+2, s, font)
	pages := f.object("<< /Type /Pages /Kids [%d 0 R] /Count 1 >>", page)
	doc, err := newReader(t).PDF(t.Context(), f.end(f.object("<< /Type /Catalog /Pages %d 0 R >>", pages)))
	if err != nil {
		t.Fatal(err)
	}
	if got := doc.Blocks[0].Links; len(got) != 1 || got[0].URL != "https://example.org/law" || got[0].Text != "the law" {
		t.Errorf("%+v", got)
	}
}

// A title that a tool left behind is none.
func TestTitles(t *testing.T) {
	for title, want := range map[string]string{
		"Microsoft Word - privacy-v3.docx": "What the Board does",
		"B2C-VDEF-PP-APR-25-FR":            "What the Board does",
		"What the Board does":              "What the Board does",
		"An altogether different text":     "What the Board does",
	} {
		f := newFile()
		font := f.object(helvetica)
		s := f.stream("", []byte(at(72, 790, 18, "What the Board does")+column(72, 760, 11, statement...)))
		page := f.object("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 %d 0 R >> >> >>", len(f.offsets)+2, s, font)
		pages := f.object("<< /Type /Pages /Kids [%d 0 R] /Count 1 >>", page)
		root := f.object("<< /Type /Catalog /Pages %d 0 R >>", pages)
		body := strings.Replace(string(f.end(root)), "/Root", "/Info << /Title ("+title+") >> /Root", 1)
		doc, err := newReader(t).PDF(t.Context(), []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if doc.Title != want {
			t.Errorf("%q became %q", title, doc.Title)
		}
	}
}
