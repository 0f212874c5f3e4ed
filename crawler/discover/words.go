package discover

import (
	"maps"
	"slices"
	"unicode"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// kind tells what a phrase of the lexicons says about a link.
type kind uint8

const (
	statement kind = iota // it names the statement
	hub                   // it names a page that often leads there
	not                   // it speaks of something else
	language              // it names a language: a language switch
)

// entry is one phrase of one lexicon.
type entry struct {
	kind   kind
	lang   string
	phrase string
	weight float64
}

// words holds the link words of all languages, prepared for matching.
type words struct {
	entries []entry
	phrases canon.Phrases
	tongues canon.Phrases // of the phrases those that name a language
	// paths are the usual addresses by language, order the languages as given.
	paths map[string][]string
	order []string
	// codes are the languages by what tags and addresses call them, domains by
	// the last label of a host name.
	codes, domains map[string]string
	// longest is how many bytes the words of a link that names a language may have.
	longest int
}

func newWords(lex []record.Lexicon) *words {
	w := &words{paths: make(map[string][]string), codes: make(map[string]string), domains: make(map[string]string)}
	add := func(k kind, lang, phrase string, weight float64) {
		plain := canon.Text(phrase)
		w.phrases.Add(plain, int32(len(w.entries)))
		if k == language {
			w.tongues.Add(plain, int32(len(w.entries)))
		}
		w.entries = append(w.entries, entry{k, lang, phrase, weight})
	}
	for _, l := range lex {
		// In order, so that of two spellings of one phrase the same is quoted
		// every time.
		for _, p := range slices.Sorted(maps.Keys(l.Links.Statement)) {
			add(statement, l.Lang, p, l.Links.Statement[p])
		}
		for _, p := range slices.Sorted(maps.Keys(l.Links.Hubs)) {
			add(hub, l.Lang, p, l.Links.Hubs[p])
		}
		for _, p := range l.Links.Not {
			add(not, l.Lang, p, 1)
		}
		for _, n := range append([]string{l.Name}, l.Links.Names...) {
			if n != "" {
				add(language, l.Lang, n, 1)
				w.longest = max(w.longest, 2*len(n)) // joiners, spaces and marks come on top
			}
		}
		w.addCodes(l)
		w.order = append(w.order, l.Lang)
		w.paths[l.Lang] = l.Links.Paths
	}
	return w
}

// reading is what the phrases of one text say.
type reading struct {
	// value is 0 to 1: the best naming of the statement, weighed by how much
	// of the text it is. by is its entry, share the part of the letters.
	value float64
	share float64
	by    entry
	// hub is the best hub naming, weighed alike.
	hub   float64
	hubBy entry
	// not is a phrase that speaks of something else, "" when there is none.
	not string
	// switches is the language that the whole text names, "" otherwise.
	switches string
	letters  int
}

// read weighs a link's words. Where two phrases weigh the same the longer
// counts, then the one first in the lexicons, so that the map order of the
// data never shows.
func (w *words) read(s string) reading {
	var out reading
	text := canon.Text(s)
	if text == "" {
		return out
	}
	out.letters = letters(text)
	var bestFrom, bestTo, bestLen, hubLen int
	var nots [4]canon.Match
	n := 0
	w.phrases.Find(text, func(m canon.Match) bool {
		e := &w.entries[m.ID]
		long := letters(text[m.From:m.To])
		share := float64(long) / float64(out.letters)
		switch e.kind {
		case statement:
			v := e.weight * trust(share)
			if better(v, long, e, out.value, bestLen, &out.by) {
				out.value, out.share, out.by = v, share, *e
				bestFrom, bestTo, bestLen = m.From, m.To, long
			}
		case hub:
			v := e.weight * trust(share)
			if better(v, long, e, out.hub, hubLen, &out.hubBy) {
				out.hub, out.hubBy, hubLen = v, *e, long
			}
		case not:
			if n < len(nots) {
				nots[n] = m
				n++
			}
		case language:
			if names(long, out.letters) {
				out.switches = e.lang
			}
		}
		return true
	})
	for _, m := range nots[:n] {
		// "law" inside the statement's own name speaks of nothing else.
		if out.value > 0 && m.From >= bestFrom && m.To <= bestTo && m.To-m.From < bestTo-bestFrom {
			continue
		}
		out.not = w.entries[m.ID].phrase
		break
	}
	return out
}

// switches is the language that a text as a whole names, as read would tell, at a
// small part of the cost: of a page's links all are asked, and nearly none does.
func (w *words) switches(s string) (lang string) {
	text, all := canon.Text(s), 0
	w.tongues.Find(text, func(m canon.Match) bool {
		if all == 0 {
			all = letters(text)
		}
		if names(letters(text[m.From:m.To]), all) {
			lang = w.entries[m.ID].lang
		}
		return true
	})
	return lang
}

// names reports whether a language's name of long letters is what the text of all
// letters is about.
func names(long, all int) bool { return float64(long)/float64(all) > 0.8 }

func better(v float64, long int, e *entry, best float64, bestLen int, by *entry) bool {
	switch {
	case v != best:
		return v > best
	case long != bestLen:
		return long > bestLen
	case e.lang != by.lang:
		return e.lang < by.lang
	}
	return e.phrase < by.phrase
}

// trust is how much a phrase says that is only a share of its text: all from
// half of it on, little when it is one word of a headline.
func trust(share float64) float64 {
	const enough, little = 0.5, 0.12
	switch {
	case share >= enough:
		return 1
	case share <= little:
		return 0.3
	}
	return 0.3 + 0.7*(share-little)/(enough-little)
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}
