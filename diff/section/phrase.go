package section

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// phrase is one entry of a lexicon.
//
// A lexicon writes phrases as people write them, with nine signs of its own:
// "#" is any number, "@" any e-mail address and "_" any word; "word*" lets the word go on with any letters; "(a|b c|)" is a choice, of which
// an empty one may be left out; "a … b" wants b within a few words after a in
// the same sentence and "a ~ b" the two in either order; "<class>" is a choice
// among the words of a class; "= heading" wants the whole heading. In Persian, Kurdish,
// Urdu and Arabic a compound written with a joiner matches every spacing.
type phrase struct {
	topic  record.Topic
	slot   int // of topic in topics, -1 for "other"
	text   string
	weight float64
	// heading phrases are looked for in headings, the others in bodies.
	heading bool
	whole   bool
	parts   int // pieces between "…" signs
	// means, value and number are set on phrases that help to read facts; such
	// a phrase has no topic.
	means  meaning
	value  string
	number int
}

// gap is how many words may stand between two parts of a phrase.
const gap = 9

// part is one piece of a phrase.
type part struct{ phrase, index int32 }

// The signs for a word that begins with a digit, for any word and for an e-mail
// address.
const (
	anyNumber = "#"
	anyWord   = "_"
	anyMail   = "@"
)

// pattern is a word as a phrase wants it.
type pattern struct {
	text string
	open bool // any letters may follow
	teh  bool // the last letter is ة
}

// place is one word of one part: a state of the automaton that is reached by
// reading that word. What may follow it are edges [from,to) of next.
type place struct {
	part     int32
	last     bool // the part may end here
	from, to int32
}

// step leads to a place by reading a word.
type step struct{ word, place int32 }

// automaton finds phrases in a sequence of sighted words. It is built by
// Glushkov's construction: a state for every word of the source, so that its
// size is the lexicon's, however many wordings the choices allow.
type automaton struct {
	places []place
	next   []step // sorted by word within each place's range
	// begin[w] are the places that reading word w may begin with.
	begin [][]int32
	parts []part
}

// phraseBuilder collects phrases.
type phraseBuilder struct {
	affixes affixes
	dict    *dictionaryBuilder
	phrases []phrase
	auto    automaton
	words   []int32   // of each place
	follow  [][]int32 // of each place
	first   []int32   // places that parts begin with
	// read keeps the dictionary's ids of words as written, -1 for what is no
	// word: a lexicon writes the same few thousand over and over.
	read map[string]int32
	// classes are the words that "<class>" stands for.
	classes map[string][]string
	err     error
}

func newPhraseBuilder(a affixes, classes map[string][]string) *phraseBuilder {
	return &phraseBuilder{affixes: a, dict: newDictionaryBuilder(), read: map[string]int32{}, classes: classes}
}

// add puts in one phrase of a lexicon. One that cannot be read is left out, and
// the first such is kept as b.err.
func (b *phraseBuilder) add(p phrase) {
	source := strings.TrimSpace(p.text)
	if rest, ok := strings.CutPrefix(source, "="); ok {
		p.whole, source = true, strings.TrimSpace(rest)
	}
	p.text = source
	b.addSource(p, b.expand(source, maxDepth))
}

// maxDepth is how deep classes may name each other.
const maxDepth = 4

// expand puts a choice of its words in the place of each "<class>".
func (b *phraseBuilder) expand(s string, depth int) string {
	before, rest, ok := strings.Cut(s, "<")
	if !ok {
		return s
	}
	name, after, ok := strings.Cut(rest, ">")
	words := b.classes[name]
	if !ok || len(words) == 0 || depth == 0 {
		b.err = cmp.Or(b.err, fmt.Errorf("%q names no class of words", s))
		return before + b.expand(after, depth)
	}
	return before + "(" + b.expand(strings.Join(words, "|"), depth-1) + ")" + b.expand(after, depth)
}

func (b *phraseBuilder) addSource(p phrase, source string) {
	if before, after, ok := strings.Cut(source, "~"); ok {
		b.addSource(p, before+"…"+after)
		b.addSource(p, after+"…"+before)
		return
	}
	// A gap that may be left out makes two phrases of one.
	if before, after, ok := strings.Cut(source, "(… |)"); ok {
		b.addSource(p, before+"… "+after)
		b.addSource(p, before+after)
		return
	}
	id := int32(len(b.phrases))
	for _, piece := range strings.Split(source, "…") {
		r := &pieceReader{b: b, tokens: pieceTokens(piece), part: int32(len(b.auto.parts))}
		f := r.choice()
		if len(r.tokens) > 0 || f.nullable || len(f.first) == 0 {
			b.err = cmp.Or(b.err, fmt.Errorf("%s: cannot read the phrase %q", p.topic, p.text))
			p.parts = -1 // never complete
			break
		}
		for _, q := range f.last {
			b.auto.places[q].last = true
		}
		b.first = append(b.first, f.first...)
		b.auto.parts = append(b.auto.parts, part{phrase: id, index: int32(p.parts)})
		p.parts++
	}
	b.phrases = append(b.phrases, p)
}

// build freezes what was added.
func (b *phraseBuilder) build() (*dictionary, *automaton, []phrase) {
	a := &b.auto
	for q := range a.places {
		a.places[q].from = int32(len(a.next))
		for _, f := range b.follow[q] {
			a.next = append(a.next, step{b.words[f], f})
		}
		steps := a.next[a.places[q].from:]
		slices.SortFunc(steps, func(x, y step) int { return cmp.Or(cmp.Compare(x.word, y.word), cmp.Compare(x.place, y.place)) })
		a.places[q].to = int32(len(a.next))
	}
	a.begin = make([][]int32, b.dict.size)
	// The later parts of a phrase come first: one word may be both the second of a
	// pair and the first of the next, and must not overwrite what it follows.
	slices.SortStableFunc(b.first, func(x, y int32) int {
		return cmp.Compare(a.parts[a.places[y].part].index, a.parts[a.places[x].part].index)
	})
	for _, q := range b.first {
		a.begin[b.words[q]] = append(a.begin[b.words[q]], q)
	}
	return b.dict.build(b.affixes), a, b.phrases
}

// fragment is a part of an automaton under construction.
type fragment struct {
	first, last []int32
	nullable    bool
}

// pieceReader reads a piece by recursive descent.
type pieceReader struct {
	b      *phraseBuilder
	tokens []string
	part   int32
}

// pieceTokens cuts a piece into brackets, bars and words.
func pieceTokens(s string) []string {
	for _, sign := range []string{"(", "|", ")"} {
		s = strings.ReplaceAll(s, sign, " "+sign+" ")
	}
	return strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) && r != '\u200c' })
}

func (r *pieceReader) choice() fragment {
	f := r.sequence()
	for len(r.tokens) > 0 && r.tokens[0] == "|" {
		r.tokens = r.tokens[1:]
		g := r.sequence()
		f = fragment{append(f.first, g.first...), append(f.last, g.last...), f.nullable || g.nullable}
	}
	return f
}

func (r *pieceReader) sequence() fragment {
	f := fragment{nullable: true}
	for len(r.tokens) > 0 && r.tokens[0] != "|" && r.tokens[0] != ")" {
		var g fragment
		if r.tokens[0] == "(" {
			r.tokens = r.tokens[1:]
			g = r.choice()
			if len(r.tokens) == 0 {
				r.tokens = []string{"("} // unclosed: left over, and so an error
				return f
			}
			r.tokens = r.tokens[1:]
		} else {
			g = r.word(r.tokens[0])
			r.tokens = r.tokens[1:]
		}
		f = r.concat(f, g)
	}
	return f
}

func (r *pieceReader) concat(f, g fragment) fragment {
	for _, q := range f.last {
		r.b.follow[q] = append(r.b.follow[q], g.first...)
	}
	out := fragment{first: slices.Clone(f.first), last: slices.Clone(g.last), nullable: f.nullable && g.nullable}
	if f.nullable {
		out.first = append(out.first, g.first...)
	}
	if g.nullable {
		out.last = append(out.last, f.last...)
	}
	return out
}

// word makes a place for one written word.
func (r *pieceReader) word(raw string) fragment {
	id, ok := r.b.read[raw]
	if !ok {
		id = r.b.word(raw)
		r.b.read[raw] = id
	}
	if id < 0 {
		return fragment{nullable: true}
	}
	q := int32(len(r.b.auto.places))
	r.b.auto.places = append(r.b.auto.places, place{part: r.part})
	r.b.words = append(r.b.words, id)
	r.b.follow = append(r.b.follow, nil)
	return fragment{first: []int32{q}, last: []int32{q}}
}

// word takes a written word into the dictionary, without the article and the
// plural ending that a text may or may not have, and returns its id, or -1.
func (b *phraseBuilder) word(raw string) int32 {
	a := b.affixes
	bare, open := strings.CutSuffix(raw, "*")
	p := pattern{open: open}
	for _, t := range canon.Tokens(bare) {
		p.text += t.Text
	}
	if bare == anyNumber || bare == anyWord || bare == anyMail {
		p.text = bare
	}
	// A joiner before an ending: داده‌های is داده.
	if stem, ending, ok := lastJoiner(bare); ok && a.detached[canon.Text(ending)] {
		p.text = ""
		for _, t := range canon.Tokens(stem) {
			p.text += t.Text
		}
		bare = stem
	}
	if p.text == "" {
		return -1
	}
	if strings.HasSuffix(bare, "ة") {
		p.teh = true
	}
	if art := a.article; art != "" && strings.HasPrefix(bare, art) && len(p.text) >= len(art)+4 && !hasPrefixOf(p.text, a.roots) {
		p.text = strings.TrimPrefix(p.text, art)
	}
	return b.dict.word(p)
}

func lastJoiner(s string) (before, after string, ok bool) {
	i := strings.LastIndex(s, "\u200c")
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+utf8.RuneLen('\u200c'):], true
}

func hasPrefixOf(s string, list []string) bool {
	for _, p := range list {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
