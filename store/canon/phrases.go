package canon

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Phrases finds known phrases in canonical text: all of them in one pass, with
// the freedom that people take in writing them. Neither spaces nor punctuation
// between words count, nor do Latin accents. A phrase begins where a word
// begins, in the Arabic script also behind و, ب, ل, ف, ک and the article ال; it
// ends where a word ends or is followed by an inflection only.
//
// Fill it with Add, then use it from any number of goroutines.
type Phrases struct {
	// nodes is a tree of runes; nodes[0] is its root.
	nodes []phraseNode
	// root leads from the first rune, where nearly every walk ends; rarer
	// scripts are looked for among the root's children.
	root [0x800]int32
	ids  []phraseID
}

// phraseNode is one rune of a phrase, its first child and its next sibling,
// and the phrases that end with it; 0 is none.
type phraseNode struct {
	r                  rune
	child, sibling, id int32
}

// phraseID is one id of a phrase and the place of the next, 0 for none.
type phraseID struct{ id, next int32 }

// Match is a phrase found: what Add was told of it, and the bytes of the
// canonical text that it covers.
type Match struct {
	ID       int32
	From, To int
}

// Add takes in a phrase in canonical form (Text). One phrase may be added with
// several ids; a phrase without letters or digits is ignored.
func (p *Phrases) Add(phrase string, id int32) {
	if p.nodes == nil {
		p.nodes, p.ids = make([]phraseNode, 1, 64), make([]phraseID, 1, 8)
	}
	at := int32(0)
	for _, r := range phrase {
		if r = plain(r); r == 0 {
			continue
		}
		to := p.step(at, r)
		if to < 0 {
			to = int32(len(p.nodes))
			p.nodes = append(p.nodes, phraseNode{r: r, sibling: p.nodes[at].child})
			p.nodes[at].child = to
			if at == 0 && int(r) < len(p.root) {
				p.root[r] = to
			}
		}
		at = to
	}
	if at == 0 {
		return
	}
	// Behind those that stand there, so that ids come in the order of adding.
	last := &p.nodes[at].id
	for *last != 0 {
		last = &p.ids[*last].next
	}
	*last = int32(len(p.ids))
	p.ids = append(p.ids, phraseID{id: id})
}

// step returns the node behind rune r, -1 where no phrase goes on with it.
func (p *Phrases) step(at int32, r rune) int32 {
	if at == 0 && int(r) < len(p.root) {
		if to := p.root[r]; to != 0 {
			return to
		}
		return -1
	}
	for to := p.nodes[at].child; to != 0; to = p.nodes[to].sibling {
		if p.nodes[to].r == r {
			return to
		}
	}
	return -1
}

// Find calls yield for every phrase in text, which must be canonical, in the
// order of their beginnings and, for one beginning, the shorter first. It stops
// when yield returns false. It allocates nothing.
func (p *Phrases) Find(text string, yield func(Match) bool) {
	if p.nodes == nil {
		return
	}
	inWord := false
	for i, r := range text {
		if plain(r) == 0 {
			inWord = false
			continue
		}
		if inWord {
			continue
		}
		inWord = true
		if !p.walk(text, i, i, 0, yield) {
			return
		}
		if r < 0x0600 || r > 0x06ff {
			continue
		}
		bare, article, swallowed := clitics(text[i:])
		if bare > 0 && !p.walk(text, i, i+bare, 0, yield) ||
			article > 0 && !p.walk(text, i, i+article, 0, yield) ||
			swallowed && !p.walk(text, i, i+article, p.article(), yield) {
			return
		}
	}
}

// article is the node behind ال, -1 where no phrase begins with it.
func (p *Phrases) article() int32 {
	if at := p.step(0, 'ا'); at >= 0 {
		return p.step(at, 'ل')
	}
	return -1
}

// walk follows the phrases that go on from node at with text[start:] and
// reports whether to go on. Matches are told from the word's own beginning.
func (p *Phrases) walk(text string, from, start int, at int32, yield func(Match) bool) bool {
	if at < 0 {
		return true
	}
	letters := 0
	if at > 0 {
		letters = 2
	}
	for i, r := range text[start:] {
		c := plain(r)
		if c == 0 {
			continue
		}
		if at = p.step(at, c); at < 0 {
			return true
		}
		letters++
		if p.nodes[at].id == 0 {
			continue
		}
		end := start + i + utf8.RuneLen(r)
		if !ends(text[end:], c, letters) {
			continue
		}
		for k := p.nodes[at].id; k != 0; k = p.ids[k].next {
			if !yield(Match{ID: p.ids[k].id, From: from, To: end}) {
				return false
			}
		}
	}
	return true
}

// ends reports whether a phrase of so many letters, the last being c, may end
// before rest. Short phrases are whole words; longer ones bear the endings of
// plural, case and possession, which the Arabic script makes longer.
func ends(rest string, c rune, letters int) bool {
	most := 0
	switch {
	case unicode.IsDigit(c):
	case c >= 0x0600 && c <= 0x06ff && letters >= 4:
		most = 6
	case letters >= 5:
		most = 3
	}
	n := 0
	for _, r := range rest {
		if plain(r) == 0 {
			return true
		}
		if n++; n > most {
			return false
		}
	}
	return true
}

// clitics returns the lengths in bytes of what an Arabic-script word may carry
// in front: bare is one of و ب ل ف ک, article that and the article behind it, or
// the article alone; 0 for none. swallowed says that the article lost its alef,
// as in لل.
func clitics(word string) (bare, article int, swallowed bool) {
	r, n := utf8.DecodeRuneInString(word)
	switch r {
	case 'ا':
		n = 0
	case 'و', 'ب', 'ل', 'ف', 'ک':
		bare = n
	default:
		return 0, 0, false
	}
	a, an := utf8.DecodeRuneInString(word[n:])
	b, bn := utf8.DecodeRuneInString(word[n+an:])
	switch {
	case r == 'ل' && a == 'ل':
		return bare, n + an, true
	case a == 'ل' && b == 'ل':
		return bare, n + an + bn, true
	case a == 'ا' && b == 'ل':
		return bare, n + an + bn, false
	}
	return bare, 0, false
}

// plain maps a rune of canonical text to the one that phrases are compared in:
// letters without Latin accents, digits; 0 for what only parts words.
func plain(r rune) rune {
	switch {
	case r < 0x80:
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return 0
	case r >= accentsFrom && r < accentsFrom+rune(len(accents)):
		return accents[r-accentsFrom]
	case r >= arabicFrom && r < arabicFrom+rune(len(arabicLetters)):
		return arabicLetters[r-arabicFrom]
	case unicode.IsLetter(r), unicode.IsDigit(r):
		return r
	}
	return 0
}

// arabicLetters holds plain for the Arabic block, which the general tables
// answer slowly. آ counts as ا here: people leave the madda out.
const arabicFrom = 0x0600

var arabicLetters = func() (t [0x100]rune) {
	for i := range t {
		if r := arabicFrom + rune(i); unicode.IsLetter(r) || unicode.IsDigit(r) {
			t[i] = r
		}
	}
	t['آ'-arabicFrom] = 'ا'
	return t
}()

// accents holds the base letters of Latin-1 and Latin Extended-A.
const accentsFrom = 0xc0

var accents = func() (t [0x180 - accentsFrom]rune) {
	for i := range t {
		r := accentsFrom + rune(i)
		if b, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r))); unicode.IsLetter(b) {
			t[i] = b
		}
	}
	return t
}()
