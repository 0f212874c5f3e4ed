package section

import (
	"cmp"
	"slices"
	"sort"

	"policywatch/store/record"
)

// matcher finds one language's topic phrases.
type matcher struct {
	lang    string
	rtl     bool
	dict    *dictionary
	auto    *automaton
	phrases []phrase
}

// newMatcher compiles a lexicon. A phrase that cannot be read is left out and
// reported; the rest works.
func newMatcher(lex record.Lexicon) (*matcher, error) {
	b := newPhraseBuilder(affixesOf(lex.Lang))
	for _, t := range record.Topics() { // in a fixed order, so that ids are too
		for _, heading := range []bool{true, false} {
			phrases := lex.Topics[t].Body
			if heading {
				phrases = lex.Topics[t].Heading
			}
			for _, text := range sortedKeys(phrases) {
				b.add(phrase{topic: t, text: text, weight: phrases[text], heading: heading})
			}
		}
	}
	b.addFactWords(lex.Facts)
	m := &matcher{lang: lex.Lang, rtl: lex.Dir == "rtl"}
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
	n := len(t.words)
	sightings := make([]sighting, 0, n*2)
	at := make([]int32, n+1)
	for i := range n {
		at[i] = int32(len(sightings))
		// look must not see the words of other tokens when it drops doubles.
		sightings = append(sightings, m.dict.look(t, i, sightings[len(sightings):])...)
	}
	at[n] = int32(len(sightings))

	f := finder{m: m, t: t, sightings: sightings, at: at}
	for i := range n {
		for _, s := range sightings[at[i]:at[i+1]] {
			for _, q := range m.auto.begin[s.word] {
				f.reach(q, i, int(s.end))
			}
		}
	}
	return f.out
}

// finder is one run of the automaton over a text.
type finder struct {
	m         *matcher
	t         *text
	sightings []sighting
	at        []int32 // where each token's sightings begin
	out       []hit
	half      map[int32]progress
}

// progress says, for a phrase of parts, how many were seen, where the first
// began and where the last ended.
type progress struct{ parts, first, end int }

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
		k := sort.Search(len(steps), func(i int) bool { return steps[i].word >= s.word })
		for ; k < len(steps) && steps[k].word == s.word; k++ {
			f.reach(steps[k].place, from, int(s.end))
		}
	}
}

// complete takes a finished part.
func (f *finder) complete(id int32, from, to int) {
	p := f.m.auto.parts[id]
	ph := &f.m.phrases[p.phrase]
	if ph.parts == 1 {
		f.out = append(f.out, hit{p.phrase, from, to})
		return
	}
	if p.index == 0 {
		if f.half == nil {
			f.half = make(map[int32]progress)
		}
		f.half[p.phrase] = progress{1, from, to}
		return
	}
	h, ok := f.half[p.phrase]
	if !ok || h.parts < int(p.index) || from < h.end || from-h.end > gap || f.t.sentence[from] != f.t.sentence[h.end-1] {
		return
	}
	if int(p.index)+1 == ph.parts {
		f.out = append(f.out, hit{p.phrase, h.first, to})
		return
	}
	f.half[p.phrase] = progress{h.parts + 1, h.first, to}
}

// hit is one occurrence of a phrase: the words [from,to) of a text.
type hit struct {
	phrase   int32
	from, to int
}

// scores is what one run of words says for each topic.
type scores map[record.Topic]float64

// automatic reports whether a heading's words about collecting are part of words
// about collecting automatically, as in "Information we collect automatically".
func (m *matcher) automatic(h hit, all []hit) bool {
	for _, o := range all {
		if m.phrases[o.phrase].topic == record.CollectionAutomatic && o.from < h.to && h.from < o.to {
			return true
		}
	}
	return false
}

// evidence adds up hits by topic. Of hits that overlap only the weightiest
// counts, a phrase counts once, and hits inside a phrase that the lexicon files
// under "other" are taken for what that phrase says instead.
func (m *matcher) evidence(hits []hit, keep func(hit) float64) (scores, []hit) {
	var strong, masks []hit
	for _, h := range hits {
		p := &m.phrases[h.phrase]
		if p.means != ofTopic {
			continue
		}
		if p.topic == record.Other && !p.heading {
			masks = append(masks, h)
		} else if keep(h) > 0 {
			strong = append(strong, h)
		}
	}
	slices.SortStableFunc(strong, func(a, b hit) int {
		return cmp.Or(cmp.Compare(keep(b), keep(a)), cmp.Compare(b.to-b.from, a.to-a.from), cmp.Compare(a.from, b.from))
	})
	out := scores{}
	var used []hit
next:
	for _, h := range strong {
		p := &m.phrases[h.phrase]
		if p.topic == record.Other || p.heading && p.topic == record.CollectionProvided && m.automatic(h, strong) {
			continue
		}
		for _, k := range masks {
			if k.from <= h.from && h.to <= k.to {
				continue next
			}
		}
		for _, u := range used {
			q := &m.phrases[u.phrase]
			if q.topic == p.topic && (q.text == p.text || u.from < h.to && h.from < u.to) {
				continue next
			}
		}
		out[p.topic] += keep(h)
		used = append(used, h)
	}
	return out, used
}
