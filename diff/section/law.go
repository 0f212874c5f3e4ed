package section

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/store/record"
)

// laws finds legal texts by number or by name, and the articles of them that
// are cited.
func (f *factReader) laws() {
	f.means(ofInstrument, func(h hit, p *phrase) {
		if value, from, to, ok := f.lawNumber(h); ok {
			f.add(record.FactInstrument, value, from, to)
		} else if p.value != "" {
			f.add(record.FactInstrument, p.value, h.from, h.to)
		}
	})
	article := func(h hit) {
		if value, from, to, ok := f.article(h); ok {
			f.add(record.FactArticle, value, from, to)
		}
	}
	for i, w := range f.t.words {
		if isMemorandum(w.Text) {
			f.add(record.FactInstrument, strings.ToUpper(w.Text), i, i+1)
		}
		if strings.HasSuffix(strings.TrimRight(f.t.raw[:w.From], " \u00a0\u202f"), "§") {
			article(hit{from: i, to: i}) // the sign is no word
		}
	}
	f.means(ofArticle, func(h hit, p *phrase) { article(h) })
}

// numberMarks may stand between a legal text's name and its number; skipped
// words name who made it.
var numberMarks = map[string]bool{"شماره": true, "به": true, "رقم": true, "no": true, "n": true, "n°": true, "nr": true, "number": true,
	"numéro": true, "número": true, "núm": true, "ملکی": true, "ue": true, "eu": true, "eg": true, "ce": true, "of": true, "ژماره": true,
	"ژمارهی": true, "نمبر": true, "اتحادی": true, "سامی": true, "وزاری": true, "مجلس": true, "الوزراء": true, "ی": true}

// lawNumber reads the number after a legal text's name, or before it as
// Turkish does (6698 sayılı Kanun).
func (f *factReader) lawNumber(h hit) (value string, from, to int, ok bool) {
	ws := f.t.words
	if k := h.from - 1; k > 0 && ws[k].Text == "sayili" && startsWithDigit(ws[k-1].Text) {
		return ws[k-1].Text, k - 1, h.to, true
	}
	if f.m.lang == "tr" {
		return "", 0, 0, false
	}
	i := h.to
	for i < len(ws) && i < h.to+4 && numberMarks[ws[i].Text] {
		i++
	}
	if i < len(ws) && f.t.sentence[i] == f.t.sentence[h.from] {
		w := ws[i].Text
		// م/19: a letter and a number.
		if utf8.RuneCountInString(w) == 1 && i+1 < len(ws) && f.t.between(i+1) == "/" && startsWithDigit(ws[i+1].Text) {
			return w + "/" + ws[i+1].Text, h.from, i + 2, true
		}
		if startsWithDigit(w) && len(w) > 1 && len(w) <= 16 && !f.isTaken(ws[i].From, ws[i].To) {
			_, year := yearOnly(w)
			if i > h.to || !year {
				return strings.ToUpper(w), h.from, i + 1, true
			}
		}
	}
	return "", 0, 0, false
}

func yearOnly(w string) (int, bool) {
	n, ok := digits(w)
	return n, ok && len(w) == 4 && n >= 1900 && n <= 2100
}

func startsWithDigit(w string) bool { return w != "" && w[0] >= '0' && w[0] <= '9' }

// isMemorandum recognises the numbers of the US Office of Management and
// Budget: M-03-22.
func isMemorandum(w string) bool {
	rest, ok := strings.CutPrefix(w, "m-")
	if !ok || len(rest) != 5 || rest[2] != '-' {
		return false
	}
	_, a := digits(rest[:2])
	_, b := digits(rest[3:])
	return a && b
}

// subMarks introduce the parts of an article.
var subMarks = map[string]bool{"abs": true, "absatz": true, "lit": true, "littera": true, "para": true, "paragraph": true, "بند": true, "حرف": true,
	"الفقره": true, "فقره": true, "الحرف": true, "alinéa": true, "paragraphe": true, "point": true, "fikra": true, "bent": true, "apartado": true,
	"letra": true, "buchst": true, "buchstabe": true, "satz": true, "تبصره": true, "nr": true}

// article reads the number of a cited article with its parts: 7, 13.1.a.
func (f *factReader) article(h hit) (value string, from, to int, ok bool) {
	ws := f.t.words
	i := h.to
	if i < len(ws) && numberMarks[ws[i].Text] {
		i++
	}
	if i >= len(ws) || f.m.lang == "tr" || f.t.sentence[i] != f.t.sentence[h.from] && !strings.HasPrefix(f.t.between(i), ".") {
		return f.articleBefore(h)
	}
	value, ok = articleNumber(ws[i].Text)
	if !ok {
		// In words: المادة السابعة, ماده هفتم.
		for k := min(len(ws), i+3); k > i; k-- {
			if n, named := f.number[k]; named && n > 0 {
				return strconv.Itoa(n), h.from, k, true
			}
		}
		return f.articleBefore(h)
	}
	to = i + 1
	for to < len(ws) {
		if strings.Contains(f.t.between(to), "\n") {
			break
		}
		gap := strings.TrimSpace(f.t.between(to))
		k := to
		bracketed := gap == "(" || gap == ")("
		if subMarks[ws[k].Text] && k+1 < len(ws) {
			k++
		} else if !bracketed {
			break
		}
		w := ws[k].Text
		if utf8.RuneCountInString(w) > 2 {
			break
		}
		if _, isNumber := digits(w); !isNumber && utf8.RuneCountInString(w) != 1 {
			break
		}
		value += "." + w
		to = k + 1
	}
	return value, h.from, to, true
}

// articleBefore reads "11. maddesi", which only Turkish writes.
func (f *factReader) articleBefore(h hit) (string, int, int, bool) {
	if f.m.lang == "tr" && h.from > 0 {
		if v, ok := articleNumber(f.t.words[h.from-1].Text); ok {
			return v, h.from - 1, h.to, true
		}
	}
	return "", 0, 0, false
}

// articleNumber reads 7, 6.1e, 13bis as 7, 6.1.e, 13.bis; larger numbers are
// years or numbers of something else.
func articleNumber(w string) (string, bool) {
	if !startsWithDigit(w) || len(w) > 8 {
		return "", false
	}
	var b strings.Builder
	figures := 0
	for i, r := range w {
		switch {
		case r >= '0' && r <= '9':
			figures++
		case r == '.':
		case unicode.IsLetter(r):
			if i > 0 && w[i-1] >= '0' && w[i-1] <= '9' {
				b.WriteByte('.')
			}
		default:
			return "", false
		}
		b.WriteRune(r)
	}
	whole, _, _ := strings.Cut(w, ".")
	if len(whole) > 3 && startsWithDigit(whole) && figures > 3 {
		return "", false
	}
	return strings.TrimRight(b.String(), "."), true
}
