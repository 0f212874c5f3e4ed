package section

import (
	"fmt"
	"strings"

	"policywatch/store/record"
)

// dates finds dates in figures and with the names of months, and says whether
// one is the statement's own.
func (f *factReader) dates() {
	type dated struct {
		value    string
		from, to int
	}
	var found []dated
	overlaps := func(from, to int) bool {
		for _, d := range found {
			if from < d.to && d.from < to {
				return true
			}
		}
		return false
	}
	f.means(ofMonth, func(h hit, p *phrase) {
		if value, from, to, ok := f.namedMonth(h, p); ok && !overlaps(from, to) {
			found = append(found, dated{value, from, to})
		}
	})
	for i := 0; i < len(f.t.words); i++ {
		if value, to, ok := f.figures(i); ok && !overlaps(i, to) {
			found = append(found, dated{value, i, to})
			i = to - 1
		}
	}
	for _, d := range found {
		f.add(f.role(d.from, d.to), d.value, d.from, d.to)
		f.take(f.t.words[d.from].From, f.t.words[d.to-1].To)
	}
	f.means(ofUpdated, func(h hit, p *phrase) { f.bareYear(h) })
}

// role tells a statement's own date from others by the words around it. No
// other date may stand between them.
func (f *factReader) role(from, to int) record.FactKind {
	const before, after = 8, 6
	kind, nearest := record.FactDate, before+1
	look := func(want meaning, k record.FactKind) {
		f.means(want, func(h hit, p *phrase) {
			distance := from - h.to
			if distance < 0 {
				distance = h.from - to + before - after
			}
			if h.to > from && h.from < to || distance >= nearest || f.t.sentence[h.from] != f.t.sentence[from] {
				return
			}
			kind, nearest = k, distance
		})
	}
	look(ofUpdated, record.FactUpdated)
	look(ofEffective, record.FactEffective)
	return kind
}

// bareYear reads "last updated in 2017", where no fuller date stands.
func (f *factReader) bareYear(h hit) {
	for i := h.to; i < len(f.t.words) && i < h.to+4 && f.t.sentence[i] == f.t.sentence[h.from]; i++ {
		w := f.t.words[i]
		if y, ok := digits(w.Text); ok && len(w.Text) == 4 && y >= 1990 && y <= 2100 && !f.isTaken(w.From, w.To) {
			f.add(record.FactUpdated, w.Text, i, i+1)
			f.take(w.From, w.To)
			return
		}
	}
}

// figures reads a date in figures at word i: 1395/11/28, 28.11.2016,
// 01 - 03 - 2024. Years of two digits are refused: nobody can tell what
// 01/02/03 is.
func (f *factReader) figures(i int) (value string, to int, ok bool) {
	parts, to := f.datePieces(i)
	if len(parts) != 3 {
		return "", 0, false
	}
	var n [3]int
	for k, p := range parts {
		v, isNumber := digits(p)
		if !isNumber || len(p) > 4 || len(p) == 3 {
			return "", 0, false
		}
		n[k] = v
	}
	lens := [3]int{len(parts[0]), len(parts[1]), len(parts[2])}
	switch {
	case lens[0] == 4 && lens[1] <= 2 && lens[2] <= 2:
		value, ok = iso(f.calendarOf(n[0], to), n[0], n[1], n[2])
	case lens[2] == 4 && lens[0] <= 2 && lens[1] <= 2:
		c := f.calendarOf(n[2], to)
		d, m := n[0], n[1]
		if f.m.lang == "en" && c == gregorian && d <= 12 {
			d, m = m, d // month first, as in the United States
		}
		if value, ok = iso(c, n[2], m, d); !ok {
			value, ok = iso(c, n[2], d, m)
		}
	}
	return value, to, ok
}

// datePieces returns the three numbers at word i, in one word or in three with
// marks between.
func (f *factReader) datePieces(i int) (parts []string, to int) {
	w := f.t.words[i].Text
	if w[0] < '0' || w[0] > '9' {
		return nil, 0
	}
	if strings.ContainsAny(w, "/.-") {
		parts = strings.FieldsFunc(w, func(r rune) bool { return r == '/' || r == '.' || r == '-' })
		return parts, i + 1
	}
	if i+2 >= len(f.t.words) {
		return nil, 0
	}
	for k := i; k < i+3; k++ {
		if k > i {
			mark := strings.TrimSpace(f.t.between(k))
			if mark != "/" && mark != "-" && mark != "." {
				return nil, 0
			}
		}
		parts = append(parts, f.t.words[k].Text)
	}
	return parts, i + 3
}

// calendarOf guesses the calendar of a year from its size, the mark after it
// (هـ, م, ق) and the language.
func (f *factReader) calendarOf(year, next int) calendar {
	if year >= 1800 {
		return gregorian
	}
	if next < len(f.t.words) {
		switch f.t.words[next].Text {
		case "ه", "هجری", "ق", "قمری":
			if f.t.words[next].Text == "هجری" && next+1 < len(f.t.words) && f.t.words[next+1].Text == "شمسی" {
				return jalali
			}
			if f.t.words[next].Text != "ه" || f.m.lang != "fa" {
				return hijri
			}
		case "ش", "شمسی":
			return jalali
		}
	}
	if f.m.lang == "fa" || f.m.lang == "ckb" {
		return jalali
	}
	return hijri
}

// fillers may stand between the parts of a written date.
var fillers = map[string]bool{"of": true, "de": true, "del": true, "the": true, "ماه": true, "سال": true, "عام": true, "سنه": true, "من": true,
	"لعام": true, "le": true, "den": true, "el": true, "ی": true, "ه": true, "ساڵی": true}

// namedMonth reads the date around a month's name: 28 بهمن 1395, March 26,
// 2026, 1er juillet 2020, مارس/آذار 2021, July 2020.
func (f *factReader) namedMonth(h hit, p *phrase) (value string, from, to int, ok bool) {
	ws := f.t.words
	c, named := calendars[p.value]
	if !named {
		return "", 0, 0, false
	}
	from, to = h.from, h.to
	day := 0
	k := h.from - 1
	for k >= 0 && fillers[ws[k].Text] && h.from-k <= 2 {
		k--
	}
	if k >= 0 {
		if d := leadingNumber(ws[k].Text); d >= 1 && d <= 31 && !strings.ContainsAny(f.t.between(k+1), ";\n") {
			day, from = d, k
		}
	}
	i := h.to
	year := 0
	for range 5 {
		if i >= len(ws) || f.t.sentence[i] != f.t.sentence[h.from] && !strings.HasPrefix(strings.TrimSpace(f.t.between(i)), ".") {
			break
		}
		w := ws[i].Text
		if n, isNumber := digits(w); isNumber && len(w) == 4 {
			year, to = n, i+1
			break
		}
		if d := leadingNumber(w); d >= 1 && d <= 31 && day == 0 && len(w) <= 4 {
			day, to = d, i+1
			i++
			continue
		}
		if end := f.monthAt(i, c); end > i {
			i = end
			continue
		}
		if !fillers[w] {
			break
		}
		i++
	}
	if year == 0 {
		return "", 0, 0, false
	}
	if day == 0 {
		value, ok = iso(c, year, p.number, 1)
		if ok {
			value = value[:7]
		}
		return value, from, to, ok
	}
	value, ok = iso(c, year, p.number, day)
	return value, from, to, ok
}

// monthAt returns the end of a month's name of the same calendar at word i, or
// i: the Levant and Mesopotamia write two names (نوفمبر/تشرين الثاني).
func (f *factReader) monthAt(i int, c calendar) int {
	for _, h := range f.hits {
		if p := &f.m.phrases[h.phrase]; h.from == i && p.means == ofMonth && calendars[p.value] == c {
			return h.to
		}
	}
	return i
}

// leadingNumber reads "26th", "1er", "15"; 0 when w does not begin so.
func leadingNumber(w string) int {
	n, i := 0, 0
	for i < len(w) && i < 3 && w[i] >= '0' && w[i] <= '9' {
		n = n*10 + int(w[i]-'0')
		i++
	}
	switch w[i:] {
	case "", "st", "nd", "rd", "th", "er", "º", "o", "ام", "م":
		return n
	}
	return 0
}

// isoDuration writes a count of a unit as an ISO 8601 duration.
func isoDuration(unit string, n int) (string, bool) {
	switch unit {
	case "day", "week", "month", "year":
		return fmt.Sprintf("P%d%s", n, strings.ToUpper(unit[:1])), true
	case "hour", "minute", "second":
		return fmt.Sprintf("PT%d%s", n, strings.ToUpper(unit[:1])), true
	}
	return "", false
}
