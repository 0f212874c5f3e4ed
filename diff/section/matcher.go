package section

import (
	"cmp"
	"slices"
	"sync"

	"policywatch/store/record"
)

// matcher finds one language's topic phrases.
type matcher struct {
	lang    string
	rtl     bool
	dict    *dictionary
	auto    *automaton
	phrases []phrase
	clauses clauses
}

// newMatcher compiles a lexicon. A phrase that cannot be read is left out and
// reported; the rest works.
func newMatcher(lex record.Lexicon) (*matcher, error) {
	b := newPhraseBuilder(affixesOf(lex.Lang), lex.Words)
	for _, t := range record.Topics() { // in a fixed order, so that ids are too
		for _, heading := range []bool{true, false} {
			phrases := lex.Topics[t].Body
			if heading {
				phrases = lex.Topics[t].Heading
			}
			for _, text := range sortedKeys(phrases) {
				b.add(phrase{topic: t, slot: slices.Index(topics, t), text: text, weight: phrases[text], heading: heading})
			}
		}
	}
	b.addFactWords(lex.Facts)
	m := &matcher{lang: lex.Lang, rtl: lex.Dir == "rtl", clauses: newClauses(lex.Clauses)}
	m.dict, m.auto, m.phrases = b.build()
	return m, b.err
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// hits finds the phrases of t, in the order of their first words. Phrases of
// several parts count when the parts follow each other within a sentence.
func (m *matcher) hits(t *text) []hit {
	f := finders.Get().(*finder)
	defer finders.Put(f)
	f.m, f.t = m, t
	f.sightings, f.at, f.out = f.sightings[:0], f.at[:0], f.out[:0]
	f.run++
	if n := len(m.auto.parts); len(f.half) < n {
		f.half = make([]progress, n)
	}
	for i := range t.words {
		n := len(f.sightings)
		f.at = append(f.at, int32(n))
		// look drops doubles among what it is given: only this token's.
		f.sightings = append(f.sightings[:n], m.dict.look(t, i, f.sightings[n:])...)
	}
	f.at = append(f.at, int32(len(f.sightings)))
	for i := range t.words {
		for _, s := range f.sightings[f.at[i]:f.at[i+1]] {
			for _, q := range m.auto.begin[s.word] {
				f.reach(q, i, int(s.end))
			}
		}
	}
	return slices.Clone(f.out)
}

// finder is one run of the automaton over a text.
type finder struct {
	m         *matcher
	t         *text
	sightings []sighting
	at        []int32 // where each token's sightings begin
	out       []hit
	half      []progress // by part; those of other runs are stale
	run       uint64
}

// finders keeps the buffers of runs for the next ones.
var finders = sync.Pool{New: func() any { return new(finder) }}

// progress says, for a part that was seen last with all parts before it, where
// the first of them began and where it ended itself.
type progress struct {
	run        uint64
	first, end int
}

// reach enters place q, having read the words [from,to).
func (f *finder) reach(q int32, from, to int) {
	p := &f.m.auto.places[q]
	if p.last {
		f.complete(p.part, from, to)
	}
	if p.from == p.to || to >= len(f.t.words) {
		return
	}
	steps := f.m.auto.next[p.from:p.to]
	for _, s := range f.sightings[f.at[to]:f.at[to+1]] {
		for k := firstStep(steps, s.word); k < len(steps) && steps[k].word == s.word; k++ {
			f.reach(steps[k].place, from, int(s.end))
		}
	}
}

// firstStep returns the place in steps, which are sorted, of the first one for
// word or one behind it. Most places have one step or two.
func firstStep(steps []step, word int32) int {
	lo, hi := 0, len(steps)
	for lo < hi {
		if mid := (lo + hi) / 2; steps[mid].word < word {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// complete takes a finished part.
func (f *finder) complete(id int32, from, to int) {
	p := f.m.auto.parts[id]
	ph := &f.m.phrases[p.phrase]
	if ph.parts == 1 {
		f.out = append(f.out, hit{p.phrase, from, to})
		return
	}
	first := from
	if p.index > 0 {
		h := f.half[id-1]
		if h.run != f.run || from < h.end || from-h.end > gap || f.t.sentence[from] != f.t.sentence[h.end-1] {
			return
		}
		first = h.first
	}
	if int(p.index)+1 == ph.parts {
		f.out = append(f.out, hit{p.phrase, first, to})
		return
	}
	f.half[id] = progress{f.run, first, to}
}

// hit is one occurrence of a phrase: the words [from,to) of a text.
type hit struct {
	phrase   int32
	from, to int
}

// topics lists every topic but "other", which no words can show.
var topics = slices.DeleteFunc(record.Topics(), func(t record.Topic) bool { return t == record.Other })

// scores is what one run of words says for each of topics.
type scores [17]float64

// empty reports whether nothing was said.
func (s *scores) empty() bool { return *s == scores{} }

// evidence adds up hits by topic. Of hits that overlap only the weightiest
// counts, a phrase counts once, and hits inside a phrase that the lexicon files
// under "other" are taken for what that phrase says instead. keep says what a
// phrase weighs here; 0 leaves it out.
func (m *matcher) evidence(hits []hit, keep func(hit, *phrase) float64) (out scores, used []hit) {
	var room [24]weighed // enough for nearly every passage
	strong := room[:0]
	var masks []hit
	for _, h := range hits {
		p := &m.phrases[h.phrase]
		switch {
		case p.means != ofTopic:
		case p.slot < 0:
			if !p.heading {
				masks = append(masks, h)
			}
		default:
			if w := keep(h, p); w > 0 {
				strong = append(strong, weighed{h, w})
			}
		}
	}
	slices.SortStableFunc(strong, func(a, b weighed) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(b.to-b.from, a.to-a.from), cmp.Compare(a.from, b.from))
	})
next:
	for _, h := range strong {
		p := &m.phrases[h.phrase]
		if p.heading && p.topic == record.CollectionProvided && m.automatic(h.hit, strong) {
			continue
		}
		for _, k := range masks {
			if k.from <= h.from && h.to <= k.to {
				continue next
			}
		}
		for _, u := range used {
			q := &m.phrases[u.phrase]
			if q.slot == p.slot && (q.text == p.text || u.from < h.to && h.from < u.to) {
				continue next
			}
		}
		out[p.slot] += h.weight
		used = append(used, h.hit)
	}
	return out, used
}

type weighed struct {
	hit
	weight float64
}

// automatic reports whether a heading's words about collecting are part of words
// about collecting automatically, as in "Information we collect automatically".
func (m *matcher) automatic(h hit, all []weighed) bool {
	for _, o := range all {
		if m.phrases[o.phrase].topic == record.CollectionAutomatic && o.from < h.to && h.from < o.to {
			return true
		}
	}
	return false
}
