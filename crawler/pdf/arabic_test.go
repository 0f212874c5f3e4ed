package pdf_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// shapes lists the isolated, final, initial and medial shapes of letters.
var shapes = map[rune]string{
	'ا': "\uFE8D\uFE8E", 'آ': "\uFE81\uFE82", 'ب': "\uFE8F\uFE90\uFE91\uFE92", 'پ': "\uFB56\uFB57\uFB58\uFB59", 'ت': "\uFE95\uFE96\uFE97\uFE98",
	'ج': "\uFE9D\uFE9E\uFE9F\uFEA0", 'چ': "\uFB7A\uFB7B\uFB7C\uFB7D", 'ح': "\uFEA1\uFEA2\uFEA3\uFEA4", 'خ': "\uFEA5\uFEA6\uFEA7\uFEA8",
	'د': "\uFEA9\uFEAA", 'ر': "\uFEAD\uFEAE", 'ز': "\uFEAF\uFEB0", 'س': "\uFEB1\uFEB2\uFEB3\uFEB4", 'ش': "\uFEB5\uFEB6\uFEB7\uFEB8",
	'ص': "\uFEB9\uFEBA\uFEBB\uFEBC", 'ط': "\uFEC1\uFEC2\uFEC3\uFEC4", 'ع': "\uFEC9\uFECA\uFECB\uFECC", 'ف': "\uFED1\uFED2\uFED3\uFED4",
	'ق': "\uFED5\uFED6\uFED7\uFED8", 'ک': "\uFB8E\uFB8F\uFB90\uFB91", 'گ': "\uFB92\uFB93\uFB94\uFB95", 'ل': "\uFEDD\uFEDE\uFEDF\uFEE0",
	'م': "\uFEE1\uFEE2\uFEE3\uFEE4", 'ن': "\uFEE5\uFEE6\uFEE7\uFEE8", 'و': "\uFEED\uFEEE", 'ه': "\uFEE9\uFEEA\uFEEB\uFEEC", 'ی': "\uFBFC\uFBFD\uFBFE\uFBFF",
}

// shape gives the signs that a font would draw for a line, in reading order. A
// joiner is not drawn: only the shapes around it tell that it was there.
func shape(line string) (out []string) {
	rs := []rune(line)
	joins := func(i int, on bool) bool { // does letter i reach for its neighbour?
		if i < 0 || i >= len(rs) {
			return false
		}
		s, ok := shapes[rs[i]]
		return ok && (!on || len([]rune(s)) == 4)
	}
	for i := 0; i < len(rs); i++ {
		c := rs[i]
		s, ok := shapes[c]
		if !ok {
			if c != 0x200C {
				out = append(out, string(c))
			}
			continue
		}
		back := joins(i-1, true)
		if c == 'ل' && i+1 < len(rs) && rs[i+1] == 'ا' {
			lig := "\uFEFB"
			if back {
				lig = "\uFEFC"
			}
			out = append(out, lig)
			i++
			continue
		}
		n := 0
		if back {
			n++
		}
		if joins(i, true) && joins(i+1, false) {
			n += 2
		}
		out = append(out, string([]rune(s)[n]))
	}
	return out
}

var persian = []string{
	"بیانیه حریم خصوصی سازمان",
	"اطلاعات شما برای پاسخ به نامه ها به کار می\u200cرود و به هیچ\u200cکس فروخته نمی\u200cشود و تا یک سال",
	"پس از آخرین نامه در این سازمان می\u200cماند. شما می\u200cتوانید نسخه\u200cای از آن را بخواهید.",
	"کوکی\u200cها تنها برای زبان به کار می\u200cروند و هر یک از آن\u200cها را می\u200cتوان پاک کرد.",
}

const wantPersian = "بیانیه حریم خصوصی سازمان" +
	" اطلاعات شما برای پاسخ به نامه ها به کار می\u200cرود و به هیچ\u200cکس فروخته نمی\u200cشود و تا یک سال" +
	" پس از آخرین نامه در این سازمان می\u200cماند. شما می\u200cتوانید نسخه\u200cای از آن را بخواهید." +
	" کوکی\u200cها تنها برای زبان به کار می\u200cروند و هر یک از آن\u200cها را می\u200cتوان پاک کرد."

// readSigns reads a document that a test drew by hand.
func readSigns(t *testing.T, s *signs, content string) string {
	t.Helper()
	doc, err := newReader(t).PDF(t.Context(), composite(s.texts, content))
	if err != nil {
		t.Fatal(err)
	}
	if doc.Lang != "fa" || doc.Dir != "rtl" {
		t.Errorf("taken for %s, %s", doc.Lang, doc.Dir)
	}
	return strings.Join(doc.Texts(), " ")
}

// Old producers draw shaped letters from the left, as they are seen: X1, X3.
func TestShapedLettersInVisualOrder(t *testing.T) {
	var s signs
	var b strings.Builder
	for i, line := range persian {
		signs := shape(line)
		slices.Reverse(signs)
		fmt.Fprintf(&b, "BT /F1 10 Tf 1 0 0 1 %d %d Tm <", 540-5*len(signs), 780-16*i)
		for _, x := range signs {
			b.WriteString(s.hex(x))
		}
		b.WriteString("> Tj ET\n")
	}
	if got := readSigns(t, &s, b.String()); got != wantPersian {
		t.Errorf("got  %q\nwant %q", got, wantPersian)
	}
}

// Others place every letter by itself, in reading order, from the right.
func TestLettersPlacedFromTheRight(t *testing.T) {
	var s signs
	var b strings.Builder
	for i, line := range persian {
		for k, c := range []rune(line) {
			fmt.Fprintf(&b, "BT /F1 10 Tf 1 0 0 1 %d %d Tm <%s> Tj ET\n", 535-5*k, 780-16*i, s.hex(string(c)))
		}
	}
	if got := readSigns(t, &s, b.String()); got != wantPersian {
		t.Errorf("got  %q\nwant %q", got, wantPersian)
	}
}

// And some write the words in reading order but from the left: what a viewer
// shows is back to front, what is stored is right. The words tell.
func TestTextStoredInReadingOrder(t *testing.T) {
	var s signs
	var b strings.Builder
	for i, line := range persian {
		fmt.Fprintf(&b, "BT /F1 10 Tf 1 0 0 1 60 %d Tm <", 780-16*i)
		for _, c := range line {
			b.WriteString(s.hex(string(c)))
		}
		b.WriteString("> Tj ET\n")
	}
	if got := readSigns(t, &s, b.String()); got != wantPersian {
		t.Errorf("got  %q\nwant %q", got, wantPersian)
	}
}

// A font may map its one sign for lam and alef to the two letters as they are
// seen, brackets to what they look like, and the stroke that stretches words to
// nothing. Harakat are drawn before the letter that they sit on.
func TestSignsThatMeanSomethingElse(t *testing.T) {
	var s signs
	var b strings.Builder
	line := func(y int, word []string) {
		fmt.Fprintf(&b, "BT /F1 10 Tf 1 0 0 1 60 %d Tm <", y)
		for _, x := range word {
			if x == "kashida" {
				b.WriteString("FFF0")
				continue
			}
			b.WriteString(s.hex(x))
		}
		b.WriteString("> Tj ET\n")
	}
	split := func(s string) (out []string) {
		for _, c := range s {
			out = append(out, string(c))
		}
		slices.Reverse(out)
		return out
	}
	for i := range 6 {
		// اطلاعات (نام) لطفاً, as it is seen from the left
		word := []string{"\u064B", "ا"}
		word = append(word, split("لطف")...)
		word = append(word, " ", "(")
		word = append(word, split("نام")...)
		word = append(word, ")", " ", "ت", "kashida", "kashida", "ا", "ع", "ال", "ط", "ا")
		line(780-40*i, append(word, split(" شما در این سازمان و برای ")...))
	}
	// The words drawn last stand to the right: they are read first.
	want := strings.Repeat("شما در این سازمان و برای اطلاعات (نام) لطفاً ", 6)
	if got := readSigns(t, &s, b.String()); got != strings.TrimSpace(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// No letter of a text is lost or added, whatever the order it was drawn in.
func TestEveryLetterComesOut(t *testing.T) {
	count := func(s string) map[rune]int {
		m := map[rune]int{}
		for _, c := range s {
			if unicode.IsLetter(c) {
				m[c]++
			}
		}
		return m
	}
	r := newReader(t)
	for _, name := range fixtures(t) {
		doc, err := r.PDF(t.Context(), read(t, strings.TrimPrefix(name, "testdata/")))
		if err != nil {
			t.Fatal(err)
		}
		var src []string
		for _, b := range source(t, langOf(name)) {
			src = append(src, b.Text)
		}
		got, want := count(doc.Text()), count(strings.Join(src, " "))
		for c, n := range want {
			if got[c] != n {
				t.Errorf("%s: %q %d times instead of %d", name, c, got[c], n)
			}
		}
	}
}
