package extract

import (
	"strings"

	"policywatch/store/record"
)

// Words of the page's frame, from the lexicons. A phrase drops a line only when
// it is the whole line, or when the rest of the line is numbers and other words
// of the frame: "visitors: 1234" goes, "the number of visitors is recorded" is
// what the statement says about logs.

// furniture recognises lines that belong to the page and not to the statement,
// by the words of every known language: pages mix languages in their frames.
type furniture struct {
	skip, actions, share, news phraseSet
	counter, today             phraseSet
	rights                     phraseSet       // all rights reserved
	months, weekdays           map[string]bool // single folded words
	leadIns                    phraseSet
	openings                   phraseSet
	small                      map[string]bool // words that pages speak of themselves with
	dated                      phraseSet       // words before the statement's own dates
	statement, others, about   phraseSet       // names of legal texts
}

func newFurniture(lex []record.Lexicon) furniture {
	f := furniture{months: map[string]bool{}, weekdays: map[string]bool{}, small: map[string]bool{}}
	vocabulary := func(lists ...[]string) {
		for _, list := range lists {
			for _, phrase := range list {
				for _, k := range strings.Fields(key(phrase)) {
					f.small[k] = true
				}
			}
		}
	}
	for _, l := range lex {
		w := &l.Furniture
		f.skip.add(w.Skip)
		f.actions.add(w.Actions)
		f.actions.add(l.Pages.Consent)
		f.share.add(w.Share)
		f.news.add(w.News)
		f.counter.add(w.Counter)
		f.today.add(w.Today)
		f.leadIns.add(w.LeadIns)
		f.openings.add(w.Openings)
		f.rights.add(w.Rights)
		f.dated.add(l.Facts.Updated)
		f.dated.add(l.Facts.Effective)
		for name, weight := range l.Links.Statement {
			if weight >= 0.75 {
				f.statement.add([]string{name})
			}
		}
		vocabulary(w.Skip, w.Share, w.Counter, w.Today, l.FunctionWords)
		f.others.add(w.OtherTexts)
		f.about.add(l.Pages.Privacy)
		for _, d := range w.Weekdays {
			for _, k := range strings.Fields(key(d)) {
				f.weekdays[k] = true
			}
		}
		for _, names := range l.Facts.Months {
			for _, n := range names {
				for s := range strings.SplitSeq(n, "|") {
					for _, k := range strings.Fields(key(s)) {
						f.months[k] = true
					}
				}
			}
		}
	}
	return f
}

// phraseSet finds phrases by their folded words.
type phraseSet struct {
	exact map[string]bool // joined: Arabic-script spacing carries no meaning
	first map[string]int  // words of a phrase -> how many
	heads map[string]int  // first word -> words of the longest phrase
}

func (p *phraseSet) add(phrases []string) {
	if p.exact == nil {
		p.exact, p.first, p.heads = map[string]bool{}, map[string]int{}, map[string]int{}
	}
	for _, s := range phrases {
		k := key(s)
		if k == "" {
			continue
		}
		p.exact[join(k)] = true
		n := 1 + strings.Count(k, " ")
		p.first[k] = n
		head, _, _ := strings.Cut(k, " ")
		p.heads[head] = max(p.heads[head], n)
	}
}

// is reports whether s is one of the phrases and nothing more. Whatever is
// longer than any line of furniture is none.
func (p *phraseSet) is(s string) bool {
	if len(s) > maxFurniture {
		return false
	}
	var b [maxFurniture]byte
	return p.exact[string(joinBytes(appendPhrase(b[:0], s)))]
}

// opens returns how many of words a phrase at their beginning takes, 0 for
// none.
func (p *phraseSet) opens(words []string) int {
	if len(words) == 0 {
		return 0
	}
	for n := min(p.heads[words[0]], len(words)); n > 0; n-- {
		if p.first[strings.Join(words[:n], " ")] > 0 {
			return n
		}
	}
	return 0
}

// holds reports whether a phrase stands anywhere in words.
func (p *phraseSet) holds(words []string) bool {
	for i := range words {
		if p.opens(words[i:]) > 0 {
			return true
		}
	}
	return false
}

// collect adds to found the phrases that stand in words.
func (p *phraseSet) collect(words []string, found map[string]bool) {
	for i := range words {
		if n := p.opens(words[i:]); n > 0 {
			found[strings.Join(words[i:i+n], " ")] = true
		}
	}
}

// maxFurniture is the length in bytes over which no line is furniture, however
// it begins: a sentence of the statement may well open with "today".
const maxFurniture = 240

// line reports a whole line that is furniture whatever stands around it.
func (f *furniture) line(s string) bool {
	if len(s) > maxFurniture {
		return false
	}
	var b [maxFurniture]byte
	folded := appendPhrase(b[:0], s)
	words := strings.Fields(string(folded))
	joined := joinBytes(folded)
	if f.skip.exact[string(joined)] || len(words) > 2 && f.share.exact[string(joined)] {
		return true
	}
	if n := f.skip.opens(words); n > 3 && n < len(words) && len(words)-n <= 4 && f.answers(words[n:]) {
		return true // "Was this page helpful? Yes No"
	}
	return f.volatile(s, words)
}

// answers reports words of buttons only.
func (f *furniture) answers(words []string) bool {
	for _, w := range words {
		if f.actions.first[w] == 0 {
			return false
		}
	}
	return true
}

// volatile reports a line that every request writes anew: counters, the date
// and clock of the day, tokens. The statement's own date is none of them.
func (f *furniture) volatile(s string, words []string) bool {
	if len(words) == 0 || len(words) > 24 {
		return false
	}
	if token(s) {
		return true
	}
	numbers := 0
	for _, w := range words {
		if number(w) {
			numbers++
		}
	}
	if numbers == 0 || f.dated.holds(words) {
		return false
	}
	// "Visits: 1234", "1234 views", "217 people found this page helpful · Visits: 9934"
	if n := f.counter.opens(words); n > 0 && n < len(words) && f.counts(words[n:]) {
		return true
	}
	if f.counter.holds(words) && f.plain(words) {
		return true
	}
	for i := 1; i < len(words) && len(words)-i <= 6; i++ {
		if n := f.counter.opens(words[i:]); n > 0 && i+n == len(words)-1 && number(words[len(words)-1]) && !terminal(lastMark(s)) {
			return true
		}
	}
	return f.clock(s, words, numbers)
}

// plain reports whether nearly all words are numbers or such as pages use to
// speak of themselves; what a statement says has words of its own.
func (f *furniture) plain(words []string) bool {
	strange := 0
	for _, w := range words {
		if c := w[0]; !(c >= '0' && c <= '9' || f.small[w] || f.weekdays[w] || f.months[w] || len(w) == 1) {
			strange++
		}
	}
	return strange == 0 || strange*100 <= 15*len(words)
}

// counts reports whether what follows a counter's name is its number: a few
// words, numbers, and perhaps the day.
func (f *furniture) counts(rest []string) bool {
	strange := 0
	seen := false
	for i, w := range rest {
		switch {
		case number(w):
			seen = seen || i < 4
		case f.weekdays[w], f.months[w], f.today.first[w] > 0, f.counter.first[w] > 0:
		default:
			strange++
		}
	}
	return seen && strange <= 3
}

// clock reports the date of the day, with or without a clock.
func (f *furniture) clock(s string, words []string, numbers int) bool {
	day, strange := 0, 0
	if n := f.today.opens(words); n > 0 {
		day++
		words = words[n:]
	}
	for _, w := range words {
		switch {
		case number(w), f.months[w]:
		case f.weekdays[w]:
			day++
		case f.today.first[w] > 0, w == "am", w == "pm", w == "gmt", w == "utc":
		default:
			strange++
		}
	}
	hours := clockFace(s)
	switch {
	case strange > 1, terminal(lastMark(s)):
		return false
	case day > 0:
		return numbers >= 2 || hours
	}
	return hours && strange == 0 && numbers >= 5 // a date and a time, no word
}

// clockFace reports hh:mm anywhere in s.
func clockFace(s string) bool {
	digits := 0
	for i, c := range s {
		switch {
		case isDigit(c):
			digits++
		case c == ':' && digits > 0 && digits <= 2 && nextIsDigit(s[i+1:]):
			return true
		default:
			digits = 0
		}
	}
	return false
}

// number reports a folded word of digits only.
func number(w string) bool {
	for i := range len(w) {
		if w[i] < '0' || w[i] > '9' {
			return false
		}
	}
	return w != ""
}

// token reports one long word of mixed letters and digits: a session, a nonce.
func token(s string) bool {
	if len(s) < 20 || strings.ContainsAny(s, " \t\n:/@") {
		return false
	}
	digits, lower, upper, dots := 0, 0, 0, 0
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		case c == '.':
			dots++
		case c == '-' || c == '_' || c == '=' || c == '+':
		default:
			return false
		}
	}
	return digits*6 >= len(s) && lower+upper > 0 && dots == 0
}

// skipLine reports a line that is a skip link, a back or print link.
func (f *furniture) skipLine(s string) bool { return f.skip.is(s) }

// imprint reports a copyright line.
func (f *furniture) imprint(s string) bool {
	if len(s) > 2*maxFurniture {
		return false
	}
	return strings.Contains(s, "©") || f.rights.holds(strings.Fields(key(s)))
}

// frame reports titles of share bars, news and lists of links.
func (f *furniture) frame(s string) bool { return f.share.is(s) || f.news.is(s) }

// action reports words of buttons and links: log in, print, read more.
func (f *furniture) action(s string) bool { return f.actions.is(s) || f.skip.is(s) }

// opening reports a formula that opens a text and is no heading.
func (f *furniture) opening(s string) bool { return f.openings.is(s) }

// leadIn reports whether a line that ends in a colon introduces what follows
// ("including:", "موارد زیر:") rather than naming it.
func (f *furniture) leadIn(s string) bool {
	k := key(s)
	if f.leadIns.holds(strings.Fields(k)) {
		return true
	}
	// The last words may be one written apart: می رساند.
	j := join(k)
	for p := range f.leadIns.exact {
		if len(p) > 8 && strings.HasSuffix(j, p) {
			return true
		}
	}
	return false
}
