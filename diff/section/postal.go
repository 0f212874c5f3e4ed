package section

import (
	"strings"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// streetWords occur in postal addresses and rarely with a number elsewhere, in
// canonical form. A name written together with its street (Marktstraße) is told
// by its ending.
var streetWords = canonicalSet("خیابان بلوار میدان پلاک کوچه بزرگراه اتوبان شارع حي مبنى street st avenue ave road rd boulevard blvd lane drive suite floor " +
	"box rue boulevard quai cedex impasse allée straße str platz allee weg mahallesi caddesi cad sokak sok bulvarı calle avenida plaza paseo شەقامی سڑک روڈ")

// addressLabels announce an address; it begins after them.
var addressLabels = canonicalSet("نشانی آدرس العنوان عنوان address adresse anschrift adres adresi dirección domicilio ناونیشان پتہ")

// canonicalSet makes a set of the canonical words of a list.
func canonicalSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, t := range canon.Tokens(list) {
		m[t.Text] = true
	}
	return m
}

// postal finds postal addresses: a line with a street and a number close to it.
func (f *factReader) postal() {
	const near, longest = 4, 240
	last := int32(-1)
	for i, w := range f.t.words {
		k := f.t.sentence[i]
		if k == last || !streetWords[w.Text] && !strings.HasSuffix(w.Text, "strasse") && !strings.HasSuffix(w.Text, "str") {
			continue
		}
		line := f.t.sentences[k]
		if line.To-line.From > longest || !f.numberNear(i, near) {
			continue
		}
		from := line.From
		for n := i - 1; n >= 0 && f.t.sentence[n] == k; n-- {
			if addressLabels[f.t.words[n].Text] {
				from = f.t.words[n+1].From
				break
			}
		}
		if text := f.t.raw[from:line.To]; !f.isTaken(from, from+1) {
			f.addBytes(record.FactAddress, canon.Text(text), from, line.To)
			last = k
		}
	}
}

// numberNear reports whether a plain number stands within a few words of word i
// in its sentence.
func (f *factReader) numberNear(i, near int) bool {
	for k := max(0, i-near); k < min(len(f.t.words), i+near+1); k++ {
		if _, ok := digits(f.t.words[k].Text); ok && f.t.sentence[k] == f.t.sentence[i] {
			return true
		}
	}
	return false
}
