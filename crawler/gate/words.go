package gate

import (
	"maps"
	"slices"
	"unicode"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// list is one of the lexicons' lists of phrases.
type list uint8

const (
	privacy     list = iota // what any statement says
	name                    // what statements are called
	blocked                 // bot walls, captchas, geographic walls
	login                   // login forms
	consent                 // buttons and first lines of cookie dialogs
	notFound                // "page not found"
	failed                  // "something went wrong"
	maintenance             // "back soon"
	loading                 // placeholders of script-built pages
	needsScript             // "please enable JavaScript"
	about                   // words of news and laws, which speak about privacy
	lists
)

// phrase is one phrase of a list; languages that share it share the entry.
type phrase struct {
	list   list
	text   string
	weight float64
	// words counts the words; one word alone says less than a term of two.
	words int
}

// lexicon holds the phrases of all languages, prepared for one pass.
type lexicon struct {
	phrases []phrase
	find    canon.Phrases
	langs   map[string]bool
}

func newLexicon(lex []record.Lexicon) *lexicon {
	x := &lexicon{langs: make(map[string]bool)}
	known := make(map[string]int)
	add := func(l list, text string, weight float64) {
		c := canon.Text(text)
		key := string(rune('a'+l)) + c
		if i, ok := known[key]; ok {
			x.phrases[i].weight = max(x.phrases[i].weight, weight)
			return
		}
		known[key] = len(x.phrases)
		x.find.Add(c, int32(len(x.phrases)))
		x.phrases = append(x.phrases, phrase{l, text, weight, countWords(c)})
	}
	for _, l := range lex {
		x.langs[l.Lang] = len(l.Pages.Privacy) > 0
		// In order, so that of two spellings of one phrase the same is quoted
		// every time.
		for _, p := range slices.Sorted(maps.Keys(l.Links.Statement)) {
			add(name, p, l.Links.Statement[p])
		}
		for i, phrases := range [lists][]string{privacy: l.Pages.Privacy, blocked: l.Pages.Blocked, login: l.Pages.Login, consent: l.Pages.Consent,
			notFound: l.Pages.NotFound, failed: l.Pages.Error, maintenance: l.Pages.Maintenance, loading: l.Pages.Loading, needsScript: l.Pages.NeedsScript, about: l.Links.Not} {
			for _, p := range phrases {
				add(list(i), p, 1)
			}
		}
	}
	return x
}

// tally counts the phrases of one text.
type tally struct {
	distinct, total [lists]int
	first           [lists]string
	// share is the part of the text that the longest phrase of a list makes up.
	share [lists]float64
	// terms weighs the distinct privacy phrases: 1 for a single word, 2 for a
	// term of several.
	terms int
	// named is how surely the text names a statement, 0 to 1, by the phrase
	// namedBy: its weight and the share of the text that it makes up.
	named   float64
	namedBy string
}

// count goes over canonical text once.
func (x *lexicon) count(text string) tally {
	var t tally
	if text == "" {
		return t
	}
	seen := make([]uint64, len(x.phrases)/64+1)
	size := len(text)
	x.find.Find(text, func(m canon.Match) bool {
		p := &x.phrases[m.ID]
		t.total[p.list]++
		t.share[p.list] = max(t.share[p.list], float64(m.To-m.From)/float64(size))
		if p.list == name {
			v := p.weight * naming(p.weight, float64(m.To-m.From)/float64(size))
			if v > t.named || v == t.named && p.text < t.namedBy {
				t.named, t.namedBy = v, p.text
			}
		}
		word, bit := &seen[m.ID/64], uint64(1)<<(m.ID%64)
		if *word&bit != 0 {
			return true
		}
		*word |= bit
		t.distinct[p.list]++
		if t.first[p.list] == "" {
			t.first[p.list] = p.text
		}
		if p.list == privacy {
			t.terms += min(p.words, 2)
		}
		return true
	})
	return t
}

// naming is how much a name says that is only a share of its line. A full name
// ("privacy policy") may stand among the words of its owner; a lone word
// ("privacy") that is a small part of a headline is merely talked about.
func naming(weight, share float64) float64 {
	if weight >= 0.95 {
		return min(1, 0.5+share)
	}
	return min(1, max(0, (share-0.05)/0.45))
}

// countWords counts runs of letters and digits. Combining marks, joiners and
// apostrophes do not end a word.
func countWords(s string) int {
	n, in := 0, false
	for _, r := range s {
		var w bool
		switch {
		case r < 0x80:
			w = r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '\''
		case r >= 0x0600 && r <= 0x06ff:
			// Arabic punctuation is all that parts words in its block.
			w = r != '،' && r != '؛' && r != '؟' && r != '۔' && r != '٪'
		default:
			w = r == '\u200c' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		}
		if w && !in {
			n++
		}
		in = w
	}
	return n
}
