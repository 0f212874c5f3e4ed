package pdf_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"policywatch/crawler/extract"
	"policywatch/crawler/pdf"
)

// tool writes a program that stands in for pdftotext. It leaves a file behind
// when it was asked.
func tool(t *testing.T, script string) (path string, asked func() bool) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("NOT TESTED: the stand-in is a shell script")
	}
	dir := t.TempDir()
	path = filepath.Join(dir, "pdftotext")
	mark := filepath.Join(dir, "asked")
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho yes > '"+mark+"'\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path, func() bool {
		_, err := os.Stat(mark)
		return err == nil
	}
}

// unmapped is a document whose font does not say what its signs stand for.
func unmapped() []byte {
	return mapped("", "BT /F1 10 Tf 60 700 Td <000100020003000400050006> Tj ET")
}

func readerWith(t *testing.T, path string) *pdf.Reader {
	lex := lexicons(t)
	return pdf.New(pdf.Options{Lexicons: lex, Language: extract.New(lex).Language, PDFToText: path, Limits: pdf.Limits{Time: time.Minute}})
}

func TestTheOtherReaderIsAskedWhereThisOneFails(t *testing.T) {
	path, asked := tool(t, `cat > /dev/null
printf 'بیانیه حریم خصوصی سازمان\n\nاطلاعات شما برای پاسخ به نامه‌ها به کار می‌رود و به هیچ‌کس\nفروخته نمی‌شود و تا یک سال در این سازمان می‌ماند.\n\n• نام و نشانی شما\n• شماره تلفن\n\f'`)
	r := readerWith(t, path)
	doc, err := r.PDF(t.Context(), unmapped())
	if err != nil {
		t.Fatal(err)
	}
	want := "# بیانیه حریم خصوصی سازمان\n" +
		"اطلاعات شما برای پاسخ به نامه‌ها به کار می‌رود و به هیچ‌کس فروخته نمی‌شود و تا یک سال در این سازمان می‌ماند.\n" +
		"- نام و نشانی شما\n- شماره تلفن"
	if got := show(doc.Blocks); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if doc.Extractor != pdf.Version || doc.Lang != "fa" || !asked() {
		t.Errorf("%s, %s, asked %v", doc.Extractor, doc.Lang, asked())
	}
}

// What can be read, and what is refused for its size or its damage, is no
// business of another program: two machines must not get two texts of one file,
// half a file must not be read as a whole one, and a bomb is not passed on.
func TestTheOtherReaderIsNotAsked(t *testing.T) {
	path, asked := tool(t, `cat > /dev/null; echo 'The privacy statement of the other reader, which we use for you and for all.'`)
	r := readerWith(t, path)
	if _, err := r.PDF(t.Context(), read(t, "chromium-en-sans.pdf")); err != nil {
		t.Error(err)
	}
	whole := read(t, "libreoffice-en-justified.pdf")
	for name, body := range map[string][]byte{
		"cut off":    whole[:len(whole)*3/4],
		"a bomb":     document(helvetica, strings.Repeat("q ", 1000)+strings.Repeat(typeset("word"), 300000)),
		"a password": read(t, "locked/password-aes256.pdf"),
		"no PDF":     []byte("<html>"),
		"pages":      document(helvetica, make([]string, 1600)...),
	} {
		t.Log(name, refused(t, pdf.New(pdf.Options{PDFToText: path, Lexicons: lexicons(t), Limits: pdf.Limits{Steps: 5e6}}), body))
	}
	if asked() {
		t.Error("it was asked")
	}
}

func TestTheOtherReaderMayFail(t *testing.T) {
	for name, script := range map[string]string{
		"it fails":               "exit 1",
		"it says nothing":        "cat > /dev/null",
		"it never stops talking": "while :; do echo 'and so on and on and on'; done",
		"it never answers":       "exec sleep 60",
		"it is garbled too":      "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo 'Pperaom wdadcgcnd uj dxc Buapv Wc kwc dxc enjupgadeun'; done",
	} {
		t.Run(name, func(t *testing.T) {
			path, _ := tool(t, script)
			lex := lexicons(t)
			r := pdf.New(pdf.Options{Lexicons: lex, PDFToText: path, Limits: pdf.Limits{Time: 500 * time.Millisecond}})
			refused(t, r, unmapped())
		})
	}
	refused(t, readerWith(t, filepath.Join(t.TempDir(), "missing")), unmapped())
}
