package section

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"policywatch/store/canon"
)

// dictionary finds the words that a language's phrases are made of, with the
// affixes that the language writes onto them. It is a trie whose edges are
// runes of canonical text.
type dictionary struct {
	affixes affixes
	nodes   []node
	edges   []edge
	// root holds, plus one, the node behind every first rune, where most walks
	// end; rarer scripts are looked for among the edges.
	root [0x800]int32
	size int // words
	// number, any and mail are the ids, plus one, of the words that any number, any
	// word at all and any e-mail address stand for.
	number, any, mail int32
}

type node struct {
	first, count int32 // its edges
	// whole and open are the ids, plus one, of the word that ends here and of
	// the word that begins so and goes on with any letters.
	whole, open int32
	// teh marks a last letter ة, which is written ت before a pronoun.
	teh bool
}

type edge struct {
	r  rune
	to int32
}

// sighting is a word of the dictionary seen in a text; end is the index of the
// token after it.
type sighting struct {
	word int32
	end  int32
}

// dictionaryBuilder grows a dictionary.
type dictionaryBuilder struct {
	nodes []node
	// edges are chained per node while the trie grows; first[n] is the place in
	// edges of node n's last added one plus one, next that of the one before it.
	edges       []edge
	first, next []int32
	size        int32

	number, any, mail int32
}

func newDictionaryBuilder() *dictionaryBuilder {
	return &dictionaryBuilder{nodes: make([]node, 1), first: make([]int32, 1)}
}

// word returns the id of a word, adding it where it is new.
func (b *dictionaryBuilder) word(w pattern) int32 {
	if w.text == anyNumber {
		return b.id(&b.number)
	}
	if w.text == anyWord {
		return b.id(&b.any)
	}
	if w.text == anyMail {
		return b.id(&b.mail)
	}
	n := int32(0)
	for _, r := range w.text {
		n = b.child(n, r)
	}
	nd := &b.nodes[n]
	nd.teh = nd.teh || w.teh
	if w.open {
		return b.id(&nd.open)
	}
	return b.id(&nd.whole)
}

// child returns the node behind n by rune r, adding it where it is new.
func (b *dictionaryBuilder) child(n int32, r rune) int32 {
	for k := b.first[n]; k > 0; k = b.next[k-1] {
		if b.edges[k-1].r == r {
			return b.edges[k-1].to
		}
	}
	to := int32(len(b.nodes))
	b.nodes, b.first = append(b.nodes, node{}), append(b.first, 0)
	b.edges, b.next = append(b.edges, edge{r, to}), append(b.next, b.first[n])
	b.first[n] = int32(len(b.edges))
	return to
}

// id gives the place where an id plus one is kept a new one if it has none.
func (b *dictionaryBuilder) id(place *int32) int32 {
	if *place == 0 {
		b.size++
		*place = b.size
	}
	return *place - 1
}

func (b *dictionaryBuilder) build(a affixes) *dictionary {
	d := &dictionary{affixes: a, nodes: b.nodes, edges: make([]edge, 0, len(b.edges)), size: int(b.size), number: b.number, any: b.any, mail: b.mail}
	for i := range d.nodes {
		from := len(d.edges)
		for k := b.first[i]; k > 0; k = b.next[k-1] {
			d.edges = append(d.edges, b.edges[k-1])
		}
		slices.SortFunc(d.edges[from:], func(a, b edge) int { return cmp.Compare(a.r, b.r) })
		d.nodes[i].first, d.nodes[i].count = int32(from), int32(len(d.edges)-from)
	}
	for _, e := range d.edges[:d.nodes[0].count] {
		if int(e.r) < len(d.root) {
			d.root[e.r] = e.to + 1
		}
	}
	return d
}

func (d *dictionary) next(n int32, r rune) int32 {
	if n == 0 && int(r) < len(d.root) {
		return d.root[r] - 1
	}
	lo := d.nodes[n].first
	hi := lo + d.nodes[n].count
	for lo < hi {
		mid := (lo + hi) / 2
		switch e := d.edges[mid]; {
		case e.r == r:
			return e.to
		case e.r < r:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return -1
}

// look appends the words seen at token i of t.
func (d *dictionary) look(t *text, i int, out []sighting) []sighting {
	out = d.see(t, d.any, i, out)
	out = d.walk(t, i, 0, out)
	w := t.words[i].Text
	if w[0] >= '0' && w[0] <= '9' {
		return d.see(t, d.number, i, out)
	}
	if d.mail > 0 && strings.IndexByte(w, '@') > 0 {
		return d.see(t, d.mail, i, out)
	}
	for _, p := range d.affixes.prefixes {
		// What is left must be a word: two letters after an article, three after
		// a single letter, each of two bytes in these scripts.
		if strings.HasPrefix(w, p) && len(w)-len(p) >= max(4, 8-len(p)) {
			out = d.walk(t, i, len(p), out)
		}
	}
	return out
}

// walk follows the letters from byte off of token i, and on into the next
// tokens where spaces say little.
func (d *dictionary) walk(t *text, i, off int, out []sighting) []sighting {
	n := int32(0)
	for {
		w := t.words[i].Text
		for off < len(w) {
			r, size := utf8.DecodeRuneInString(w[off:])
			off += size
			if r == 'ت' && d.suffix(w[off:]) {
				if to := d.next(n, 'ه'); to >= 0 && d.nodes[to].teh {
					out = d.see(t, d.nodes[to].whole, i, out)
				}
			}
			if n = d.next(n, r); n < 0 {
				return out
			}
			nd := &d.nodes[n]
			if nd.whole > 0 && (off == len(w) || d.suffix(w[off:])) {
				out = d.see(t, nd.whole, i, out)
			}
			out = d.see(t, nd.open, i, out)
		}
		if i++; i >= len(t.words) || d.nodes[n].count == 0 || !d.affixes.loose && !t.joined(i) {
			return out
		}
		off = 0
	}
}

// see adds a word that ends in token i, once as it stands and once with a
// detached ending after it.
func (d *dictionary) see(t *text, id int32, i int, out []sighting) []sighting {
	if id == 0 {
		return out
	}
	s := sighting{id - 1, int32(i + 1)}
	if slices.Contains(out, s) {
		return out
	}
	out = append(out, s)
	if len(d.affixes.detached) > 0 && i+1 < len(t.words) && d.affixes.detached[t.words[i+1].Text] {
		out = append(out, sighting{id - 1, int32(i + 2)})
	}
	return out
}

// suffix reports whether rest is an ending of the language; none is longer
// than 24 bytes.
func (d *dictionary) suffix(rest string) bool {
	return rest != "" && len(rest) <= 24 && d.affixes.suffixes[rest]
}

// text is a run of words ready to be looked through.
type text struct {
	raw       string
	words     []canon.Token
	sentences []span
	// sentence holds each word's index in sentences.
	sentence []int32
}

func newText(raw string) *text {
	t := &text{raw: raw, words: canon.Tokens(raw), sentences: sentences(raw)}
	t.sentence = make([]int32, len(t.words))
	k := 0
	for i, w := range t.words {
		for k+1 < len(t.sentences) && w.From >= t.sentences[k].To {
			k++
		}
		t.sentence[i] = int32(k)
	}
	return t
}

// between returns what stands between words i-1 and i of the text. Words that
// one character stands for (½, ﷺ) have nothing between them.
func (t *text) between(i int) string {
	if i <= 0 || i >= len(t.words) || t.words[i].From < t.words[i-1].To {
		return ""
	}
	return t.raw[t.words[i-1].To:t.words[i].From]
}

// joined reports whether word i hangs on the one before it by a hyphen, as in
// e-mail and IP-Adresse.
func (t *text) joined(i int) bool {
	switch t.between(i) {
	case "-", "‐", "‑":
		return true
	}
	return false
}
