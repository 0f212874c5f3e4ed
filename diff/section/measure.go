package section

import (
	"strconv"
	"strings"

	"policywatch/store/record"
)

// measures finds numbers with units: durations and amounts. A person's age is
// neither.
func (f *factReader) measures() {
	f.means(ofUnit, func(h hit, p *phrase) {
		n, from, to := p.number, h.from, h.to
		exact := strconv.Itoa(n)
		if n == 0 {
			if n, exact, from = f.numberBefore(h.from); n < 0 && p.value != "percent" {
				// Currency signs and "$" stand before the number.
				if after, ok := f.numberAt(h.to); ok && !isTime(p.value) {
					n, exact, from, to = 1, after, h.from, h.to+1
				}
			}
		}
		if n < 0 || f.isTaken(f.t.words[from].From, f.t.words[to-1].To) {
			return
		}
		if d, ok := isoDuration(p.value, n); ok {
			if n > 0 && !f.isAge(from, to) {
				f.add(record.FactDuration, d, from, to)
			}
			return
		}
		f.add(record.FactAmount, exact+" "+p.value, from, to)
	})
}

func isTime(unit string) bool {
	_, ok := isoDuration(unit, 1)
	return ok
}

// numberBefore reads the number that ends before word i, in figures or in
// words; one word may stand between ("14 calendar days"). It returns -1 when
// there is none.
func (f *factReader) numberBefore(i int) (n int, exact string, from int) {
	for k := i; k >= i-1 && k > 0; k-- {
		if strings.ContainsAny(f.t.between(k), ".,،;:(\n") || f.t.sentence[k-1] != f.t.sentence[min(i, len(f.t.words)-1)] {
			break
		}
		if exact, ok := f.numberAt(k - 1); ok {
			whole, _, _ := strings.Cut(exact, ".")
			n, _ := strconv.Atoi(whole)
			return n, exact, k - 1
		}
		if n, ok := f.number[k]; ok {
			return n, strconv.Itoa(n), k - 1
		}
	}
	return -1, "", i
}

// numberAt reads word i as a number in figures, with a decimal part or without.
func (f *factReader) numberAt(i int) (string, bool) {
	if i < 0 || i >= len(f.t.words) {
		return "", false
	}
	w := f.t.words[i].Text
	whole, part, cut := strings.Cut(w, ".")
	if _, ok := digits(whole); !ok {
		return "", false
	}
	if _, ok := digits(part); cut && !ok {
		return "", false
	}
	return w, true
}

// ageWords show that years are a person's.
var ageWords = map[string]bool{"under": true, "age": true, "aged": true, "ages": true, "older": true, "younger": true, "old": true,
	"سن": true, "زیر": true, "سنین": true, "عمر": true, "دون": true, "عمره": true, "عمرهم": true, "السن": true, "اعمارهم": true, "moins": true,
	"âge": true, "âgés": true, "âgées": true, "unter": true, "alter": true, "yaş": true, "yaşın": true, "yaşından": true, "yaşındaki": true,
	"edad": true, "menores": true, "mayores": true, "عمرهای": true, "lebensjahr": true, "کم": true, "تەمەن": true, "تەمەنی": true}

func (f *factReader) isAge(from, to int) bool {
	for k := max(0, from-4); k < min(len(f.t.words), to+2); k++ {
		if ageWords[f.t.words[k].Text] {
			return true
		}
	}
	return false
}
