package volatile

import (
	"slices"
	"strings"
	"unicode/utf8"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// Set holds the shapes of the places that are taken for volatile.
type Set map[string]bool

// NewSet makes a set of lists of shapes.
func NewSet(lists ...[]string) Set {
	s := Set{}
	for _, list := range lists {
		for _, shape := range list {
			s[shape] = true
		}
	}
	return s
}

// Place is a run of words that could be volatile: numbers, names of days and
// months, tokens. A value that the statement states, such as a date or a period,
// is a place of its own even where a counter stands beside it.
type Place struct {
	// Shape is the canonical text around the place, with "#" in its stead and 0
	// for other such places: by it the place is known in another capture.
	Shape string
	// Words are the place's canonical words.
	Words string
	// Fact is what the place states, nil where it states nothing that is known.
	Fact *record.Fact
	// From and To delimit its bytes in the text of Document.Blocks[Block].
	Block, From, To int
}

// Text is a document, or the part of one in which it differs from another, cut into
// places and what stands between them.
type Text struct {
	Document *record.Document
	Places   []Place
	// The part is Document.Blocks[from:to].
	from, to int
	// frame is the identity of what stands between the places.
	frame string
}

// stated are the facts that a place may be. Each kind has values that an author
// sets, so none may hide in one place with a counter.
var stated = map[record.FactKind]bool{record.FactDate: true, record.FactUpdated: true, record.FactEffective: true, record.FactDuration: true,
	record.FactPhone: true, record.FactInstrument: true, record.FactArticle: true, record.FactAmount: true}

// Text cuts up a labelled document. The cost is linear in its size.
func (r *Reader) Text(doc *record.Document) *Text { return r.part(doc, 0, len(doc.Blocks)) }

// Texts cuts up two labelled documents, but for the blocks that both begin and end
// with: where the two are equal no place can differ.
func (r *Reader) Texts(old, new *record.Document) (was, now *Text) {
	a, b := old.Blocks, new.Blocks
	head, tail := 0, 0
	for head < min(len(a), len(b)) && a[head].Text == b[head].Text {
		head++
	}
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail].Text == b[len(b)-1-tail].Text {
		tail++
	}
	return r.part(old, head, len(a)-tail), r.part(new, head, len(b)-tail)
}

func (r *Reader) part(doc *record.Document, from, to int) *Text {
	t := &Text{Document: doc, from: from, to: to}
	facts := make(map[int][]*record.Fact)
	for i := range doc.Facts {
		if f := &doc.Facts[i]; stated[f.Kind] && f.Text != "" {
			facts[f.Block] = append(facts[f.Block], f)
		}
	}
	// The blocks next to the part are context of the places in it.
	near := Text{Document: doc, from: max(from-1, 0), to: min(to+1, len(doc.Blocks))}
	for i := near.from; i < near.to; i++ {
		near.Places = append(near.Places, r.places(i, doc.Blocks[i].Text, facts[i])...)
	}
	if len(near.Places) > mostPlaces {
		near.Places = nil
	}
	without := near.replaced(func(*Place) bool { return true })
	near.shapes(without)
	t.frame = canon.Identity(without[from-near.from : to-near.from])
	for _, p := range near.Places {
		if from <= p.Block && p.Block < to {
			t.Places = append(t.Places, p)
		}
	}
	return t
}

// places finds the places of one block.
func (r *Reader) places(block int, text string, facts []*record.Fact) []Place {
	ws := canon.Tokens(text)
	fleeting := r.fleeting(text, ws)
	of := owners(text, ws, facts)
	// A weekday, of one word or two, belongs to the date that it stands beside.
	join := func(i, k int) {
		if fleeting[i] && of[i] == nil && !numbered(ws[i].Text) && fleeting[k] && of[k] != nil && dated(of[k]) {
			of[i] = of[k]
		}
	}
	for i := len(ws) - 2; i >= 0; i-- {
		join(i, i+1)
	}
	for i := 1; i < len(ws); i++ {
		join(i, i-1)
	}
	var out []Place
	for i := 0; i < len(ws); i++ {
		if !fleeting[i] {
			continue
		}
		p := Place{Block: block, From: ws[i].From, Words: ws[i].Text, Fact: of[i]}
		for i+1 < len(ws) && fleeting[i+1] && of[i+1] == of[i] {
			i++
			p.Words += " " + ws[i].Text
		}
		p.To = ws[i].To
		out = append(out, p)
	}
	return out
}

func dated(f *record.Fact) bool { return f.Kind == record.FactDate || f.Kind == record.FactUpdated }

// mostPlaces bounds how many places a text may have; one with more is a table of
// figures, and its places are not looked for.
const mostPlaces = 4000

// mostFacts bounds how many facts of one block are looked for in it.
const mostFacts = 200

// owners says which fact each word is part of.
func owners(text string, ws []canon.Token, facts []*record.Fact) []*record.Fact {
	of := make([]*record.Fact, len(ws))
	for _, f := range facts[:min(len(facts), mostFacts)] {
		for at := 0; ; {
			n := strings.Index(text[at:], f.Text)
			if n < 0 {
				break
			}
			from := at + n
			at = from + len(f.Text)
			k, _ := slices.BinarySearchFunc(ws, from, func(t canon.Token, from int) int { return t.From - from })
			for ; k < len(ws) && ws[k].To <= at; k++ { // "7" is no part of "17"
				// The statement's own date may be listed as a mere date too.
				if of[k] == nil || of[k].Kind == record.FactDate {
					of[k] = f
				}
			}
		}
	}
	return of
}

// replaced returns the texts of the part's blocks with the chosen places left out.
func (t *Text) replaced(choose func(*Place) bool) []string {
	out := make([]string, 0, t.to-t.from)
	for i := t.from; i < t.to; i++ {
		out = append(out, t.Document.Blocks[i].Text)
	}
	t.eachBlock(func(block int, places []Place) {
		text := out[block-t.from]
		var b strings.Builder
		at := 0
		for i := range places {
			if p := &places[i]; choose(p) {
				b.WriteString(text[at:p.From])
				b.WriteString(hole)
				at = p.To
			}
		}
		b.WriteString(text[at:])
		out[block-t.from] = b.String()
	})
	return out
}

// hole stands for a place. It is a word of its own that no punctuation rule drops.
const hole = " 0 "

// eachBlock hands out the places block by block.
func (t *Text) eachBlock(f func(block int, places []Place)) {
	for i := 0; i < len(t.Places); {
		k := i + 1
		for k < len(t.Places) && t.Places[k].Block == t.Places[i].Block {
			k++
		}
		f(t.Places[i].Block, t.Places[i:k])
		i = k
	}
}

const (
	around = 32  // characters of context on either side that make a shape
	reach  = 160 // bytes that these are looked for in
	// A line of little more than the place itself is known by its neighbours.
	enough = 8
)

// shapes fills in the places' shapes; without are the part's blocks with all places
// left out. A shape needs no more of the paragraph than the words next to the place, so
// that an edit elsewhere in it does not hide the place.
func (t *Text) shapes(without []string) {
	t.eachBlock(func(block int, places []Place) {
		at, cut := block-t.from, 0
		text := without[at]
		for i := range places {
			p := &places[i]
			// Where the hole begins: every one before changed the length.
			from := p.From + cut
			to := from + len(hole)
			cut += len(hole) - (p.To - p.From)
			before, after := ends(text[:from], text[to:])
			if letters(before)+letters(after) < enough {
				if at > 0 {
					before, _ = ends(without[at-1]+" "+text[:from], "")
				}
				if at+1 < len(without) {
					_, after = ends("", text[to:]+" "+without[at+1])
				}
			}
			p.Shape = before + "#" + after
		}
	})
}

// ends returns the canonical ends of two texts that face each other.
func ends(before, after string) (string, string) {
	if n := len(before) - reach; n > 0 {
		for !utf8.RuneStart(before[n]) {
			n++
		}
		before = before[n:]
	}
	if n := reach; len(after) > n {
		for !utf8.RuneStart(after[n]) {
			n--
		}
		after = after[:n]
	}
	b, a := []rune(canon.Key(before)), []rune(canon.Key(after))
	return string(b[max(0, len(b)-around):]), string(a[:min(len(a), around)])
}

func letters(s string) (n int) {
	for _, r := range s {
		if r != '0' && r != ' ' {
			n++
		}
	}
	return n
}

// Holds reports whether any of the text's places is in the set.
func (t *Text) Holds(set Set) bool {
	return len(set) > 0 && slices.ContainsFunc(t.Places, func(p Place) bool { return set[p.Shape] })
}

// Steady is the identity of the text without the places of the set: equal for two
// captures that differ in these only. A whole document without any has its own.
func (t *Text) Steady(set Set) string {
	if t.to-t.from == len(t.Document.Blocks) && !t.Holds(set) && t.Document.Identity != "" {
		return t.Document.Identity
	}
	return canon.Identity(t.replaced(func(p *Place) bool { return set[p.Shape] }))
}
