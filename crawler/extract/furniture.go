package extract

import (
	"strings"

	"policywatch/store/record"
)

// furniture recognises lines that belong to the page and not to the statement,
// by the words of every known language: pages mix languages in their frames.
type furniture struct {
	skip, actions, share, counter, today, news map[string]bool
	weekdays                                   map[string]bool
	leadIns, openings                          map[string]bool
	longest                                    int // words in the longest phrase
}

func newFurniture(lex []record.Lexicon) furniture {
	f := furniture{skip: map[string]bool{}, actions: map[string]bool{}, share: map[string]bool{}, counter: map[string]bool{}, today: map[string]bool{},
		news: map[string]bool{}, weekdays: map[string]bool{}, leadIns: map[string]bool{}, openings: map[string]bool{}}
	add := func(m map[string]bool, phrases []string) {
		for _, p := range phrases {
			if k := key(p); k != "" {
				m[k] = true
				f.longest = max(f.longest, 1+strings.Count(k, " "))
			}
		}
	}
	for _, l := range lex {
		add(f.skip, l.Furniture.Skip)
		add(f.actions, l.Furniture.Actions)
		add(f.share, l.Furniture.Share)
		add(f.counter, l.Furniture.Counter)
		add(f.today, l.Furniture.Today)
		add(f.news, l.Furniture.News)
		add(f.weekdays, l.Furniture.Weekdays)
		add(f.leadIns, l.Furniture.LeadIns)
		add(f.openings, l.Furniture.Openings)
	}
	return f
}

// maxFurniture is the length in bytes over which no line is furniture, however
// it begins: a sentence of the statement may well open with "today".
const maxFurniture = 160

// skipLine reports a line that is a skip link, a back or print link.
func (f *furniture) skipLine(s string) bool {
	if len(s) > maxFurniture {
		return false
	}
	return f.skip[key(s)]
}

// line reports a whole line that is furniture of any kind.
func (f *furniture) line(s string) bool { return f.skipLine(s) }

// opening reports a formula that opens a text and is no heading.
func (f *furniture) opening(s string) bool { return len(s) <= maxFurniture && f.openings[key(s)] }

// leadIn reports whether a line that ends in a colon introduces what follows
// ("including:", "موارد زیر:") rather than naming it.
func (f *furniture) leadIn(s string) bool {
	k := key(s)
	words := strings.Split(k, " ")
	for i := range words {
		for n := 1; n <= f.longest && i+n <= len(words); n++ {
			if f.leadIns[strings.Join(words[i:i+n], " ")] {
				return true
			}
		}
	}
	return false
}

// action reports words of buttons and links: log in, print, read more.
func (f *furniture) action(s string) bool {
	if len(s) > maxFurniture {
		return false
	}
	k := key(s)
	return f.actions[k] || f.skip[k]
}
