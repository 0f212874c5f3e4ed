package pdf_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"policywatch/crawler/pdf"
	"policywatch/store/record"
)

// refused reads a file that cannot be read and returns the words of the fault.
func refused(t *testing.T, r *pdf.Reader, body []byte) string {
	t.Helper()
	doc, err := r.PDF(t.Context(), body)
	if err == nil {
		t.Fatalf("read %d blocks: %.200q", len(doc.Blocks), doc.Text())
	}
	var f *record.Fault
	if !errors.As(err, &f) || f.Kind != record.FaultUnreadable || f.Detail == "" {
		t.Fatalf("not an unreadable fault with words: %#v", err)
	}
	return f.Detail
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// C11, F8: a file that has no text gives a fault that says why, never a short
// document that would look like a statement with all sections dropped.
func TestUnreadableFilesSayWhy(t *testing.T) {
	r := newReader(t)
	garbled := func() []byte {
		// The letters of a statement, mapped to others.
		swap := func(c rune) rune {
			if c >= 'a' && c <= 'z' {
				return 'a' + (c-'a')*7%26
			}
			return c
		}
		var lines []string
		for range 6 {
			for _, l := range statement {
				lines = append(lines, strings.Map(swap, l))
			}
		}
		return document(helvetica, typeset(lines...))
	}
	picture := func() []byte {
		f := newFile()
		img := f.stream("/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8", []byte{0})
		s := f.stream("", []byte("q 595 0 0 842 0 0 cm /I Do Q"))
		page := f.object("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /XObject << /I %d 0 R >> >> >>", len(f.offsets)+2, s, img)
		pages := f.object("<< /Type /Pages /Kids [%d 0 R] /Count 1 >>", page)
		return f.end(f.object("<< /Type /Catalog /Pages %d 0 R >>", pages))
	}
	none := func() []byte {
		f := newFile()
		pages := f.object("<< /Type /Pages /Kids [] /Count 0 >>")
		return f.end(f.object("<< /Type /Catalog /Pages %d 0 R >>", pages))
	}
	for _, c := range []struct {
		name  string
		body  []byte
		words string
	}{
		{"nothing", nil, "not a PDF"},
		{"a web page", []byte("<!DOCTYPE html><title>404</title>"), "not a PDF"},
		{"a header alone", []byte("%PDF-1.7\n"), "damaged"},
		{"no pages", none(), "no pages"},
		{"an empty page", document(helvetica, ""), "no text"},
		{"pictures of text", picture(), "OCR"},
		{"garbled letters", garbled(), "letters cannot be told"},
		{"a password", read(t, "locked/password-aes256.pdf"), "password"},
	} {
		if got := refused(t, r, c.body); !strings.Contains(got, c.words) {
			t.Errorf("%s: %q does not say %q", c.name, got, c.words)
		}
	}
}

// Files that only ask not to be printed or copied open without a password.
func TestFilesLockedForPrintingAreRead(t *testing.T) {
	r := newReader(t)
	for _, name := range []string{"rc4-40", "rc4-128", "aes128", "aes256"} {
		doc, err := r.PDF(t.Context(), read(t, "locked/"+name+".pdf"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if doc.Blocks[0].Text != statement[0] || len(doc.Blocks) != 3 {
			t.Errorf("%s: %q", name, doc.Texts())
		}
	}
}

// damage calls try with files that were cut off or had bits turned.
func damage(t *testing.T, try func(name string, body []byte)) {
	t.Helper()
	for _, name := range []string{"chromium-fa-naskh-justified.pdf", "libreoffice-ar-dejavu.pdf", "locked/aes256.pdf"} {
		body := read(t, name)
		rnd := rand.New(rand.NewPCG(7, uint64(len(body))))
		for i := range 60 {
			try(fmt.Sprintf("%s cut %d", name, i), body[:len(body)*(i+1)/61])
			flipped := append([]byte(nil), body...)
			for range 1 + i/4 {
				flipped[rnd.IntN(len(flipped))] ^= 1 << rnd.IntN(8)
			}
			try(fmt.Sprintf("%s flipped %d", name, i), flipped)
		}
	}
}

// F13: whatever became of a file on the way, it is refused in time, or read
// whole: half a statement would look like one whose sections were dropped.
func TestDamagedFilesAreReadWholeOrRefused(t *testing.T) {
	r := newReader(t)
	whole := map[string][]string{}
	n, sound := 0, 0
	damage(t, func(name string, body []byte) {
		n++
		base, _, _ := strings.Cut(name, " ")
		if whole[base] == nil {
			doc, err := r.PDF(t.Context(), read(t, base))
			if err != nil {
				t.Fatal(err)
			}
			whole[base] = words(doc.Blocks)
		}
		doc, err := r.PDF(t.Context(), body)
		var f *record.Fault
		switch {
		case err == nil:
			sound++
			if got := inOrder(whole[base], words(doc.Blocks)); got*100 < len(whole[base])*95 {
				t.Errorf("%s: %d of %d words", name, got, len(whole[base]))
			}
		case errors.As(err, &f) && f.Kind == record.FaultUnreadable && !strings.Contains(f.Detail, "runtime error"):
		default:
			t.Errorf("%s: %v", name, err)
		}
	})
	t.Logf("%d of %d damaged files could be read", sound, n)
}

// F13, S7: files made to grow or to go round in circles.
func TestBombs(t *testing.T) {
	lex := lexicons(t)
	r := pdf.New(pdf.Options{Lexicons: lex, PDFToText: "off", Limits: pdf.Limits{Unpacked: 32 << 20, Time: 5 * time.Second, Steps: 20e6}})
	zeros := strings.Repeat("0", 40<<20)
	wrap := func(build func(f *file) (contents, resources string)) []byte {
		f := newFile()
		contents, resources := build(f)
		page := f.object("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %s /Resources << %s >> >>", len(f.offsets)+2, contents, resources)
		pages := f.object("<< /Type /Pages /Kids [%d 0 R] /Count 1 >>", page)
		return f.end(f.object("<< /Type /Catalog /Pages %d 0 R >>", pages))
	}
	var many []string
	for range 5000 {
		many = append(many, typeset("page after page of text that says nothing"))
	}
	cases := map[string][]byte{
		"5000 pages": document(helvetica, many...),
		"a stream that unpacks to 40 MB": wrap(func(f *file) (string, string) {
			return fmt.Sprintf("%d 0 R", f.stream("/Filter /FlateDecode", deflate([]byte(zeros)))), ""
		}),
		"a stream packed twice": wrap(func(f *file) (string, string) {
			return fmt.Sprintf("%d 0 R", f.stream("/Filter [/FlateDecode /FlateDecode]", deflate(deflate([]byte(zeros))))), ""
		}),
		"forms that draw forms": wrap(func(f *file) (string, string) {
			inner := f.stream("/Type /XObject /Subtype /Form", []byte("BT /F 1 Tf (x) Tj ET"))
			for range 11 {
				inner = f.stream(fmt.Sprintf("/Type /XObject /Subtype /Form /Resources << /XObject << /X %d 0 R >> >>", inner), []byte(strings.Repeat("/X Do ", 40)))
			}
			return fmt.Sprintf("%d 0 R", f.stream("", []byte("/X Do"))), fmt.Sprintf("/XObject << /X %d 0 R >>", inner)
		}),
		"a form that draws itself": wrap(func(f *file) (string, string) {
			me := len(f.offsets) + 1
			f.stream(fmt.Sprintf("/Type /XObject /Subtype /Form /Resources << /XObject << /X %d 0 R >> >>", me), []byte("/X Do /X Do"))
			return fmt.Sprintf("%d 0 R", f.stream("", []byte("/X Do"))), fmt.Sprintf("/XObject << /X %d 0 R >>", me)
		}),
		"pages that hold themselves": func() []byte {
			f := newFile()
			f.object("<< /Type /Pages /Kids [1 0 R 1 0 R] /Count 2 >>")
			return f.end(f.object("<< /Type /Catalog /Pages 1 0 R >>"))
		}(),
		"a chain of tables that bites its tail": []byte("%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 1 0 R>> endobj\nxref\n0 1\n0000000000 65535 f \ntrailer <</Root 1 0 R/Prev 58/Size 1>>\nstartxref\n58\n%%EOF"),
		"a table of 2^31 entries":               []byte("%PDF-1.5\n1 0 obj <</Type/XRef/Size 2147483647/W[1 8 8]/Root 1 0 R/Index[0 2147483647]/Length 0>> stream\n\nendstream endobj\nstartxref\n9\n%%EOF"),
		"a pack that leans on itself":           []byte("%PDF-1.5\n1 0 obj <</Type/ObjStm/N 5/First 4/Extends 1 0 R/Length 1 0 R>> stream\n1 0 2 0 <<>>\nendstream endobj\ntrailer <</Root 2 0 R>>\n%%EOF"),
		"a million brackets":                    []byte("%PDF-1.4\n1 0 obj " + strings.Repeat("[", 1<<20) + " endobj trailer <</Root 1 0 R>>"),
		"a million dictionaries":                []byte("%PDF-1.4\n1 0 obj " + strings.Repeat("<</A", 1<<20) + " endobj trailer <</Root 1 0 R>>"),
		"strings that never end": wrap(func(f *file) (string, string) {
			return fmt.Sprintf("%d 0 R", f.stream("", []byte(strings.Repeat("(<", 1<<20)))), ""
		}),
		"a font of endless widths": wrap(func(f *file) (string, string) {
			child := f.object("<< /Type /Font /Subtype /CIDFontType0 /W [%s] >>", strings.Repeat("0 65535 1 ", 300000))
			return fmt.Sprintf("%d 0 R", f.stream("", []byte("BT /F1 9 Tf "+strings.Repeat("<FFFF> Tj ", 100000)+"ET"))),
				fmt.Sprintf("/Font << /F1 << /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [%d 0 R] >> >>", child)
		}),
		"a table drawn of half a million lines": wrap(func(f *file) (string, string) {
			return fmt.Sprintf("%d 0 R", f.stream("", []byte(strings.Repeat("10 10 m 400 10 l S 10 10 m 10 400 l S ", 250000)))), ""
		}),
	}
	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			t.Log(refused(t, r, body))
			runtime.ReadMemStats(&after)
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 600 {
				t.Errorf("allocated %d MiB for a file of %d KiB", used, len(body)>>10)
			}
		})
	}
}

// Cancelled work is a fault of its own that is never stored.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := newReader(t).PDF(ctx, read(t, "chromium-en-sans.pdf"))
	var f *record.Fault
	if !errors.As(err, &f) || f.Kind != record.FaultCancelled {
		t.Fatal(err)
	}
}
