package align

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"policywatch/store/canon"
)

// Bounds of the search for reworded sentences. Every sentence looks at a fixed
// number of others, so that the cost stays linear on hostile input.
const (
	rareWord   = 48  // a word in more sentences than this leads to none of them
	tries      = 8   // candidates measured per sentence
	smallGap   = 900 // pairs of a gap that are all measured
	nearLeast  = 0.40
	farLeast   = 0.62
	farWords   = 5 // shorter sentences are alike by chance
	ownGap     = 0.1
	mostJoined = 10 // sentences in one match
)

// similarity measures how many words two sentences share. Long words weigh
// more: they are the ones that say what a sentence is about.
type similarity struct {
	ids    map[string]int32
	weight []int32
	bags   map[string]bag // by sentence text
}

// bag is a sentence's word ids in rising order.
type bag struct {
	words  []int32
	weight int32
}

func newSimilarity() *similarity {
	return &similarity{ids: make(map[string]int32), bags: make(map[string]bag)}
}

func (s *similarity) bag(text string) bag {
	if b, ok := s.bags[text]; ok {
		return b
	}
	var b bag
	for _, t := range canon.Tokens(text) {
		id, ok := s.ids[t.Text]
		if !ok {
			id = int32(len(s.weight))
			s.ids[t.Text] = id
			s.weight = append(s.weight, int32(min(utf8.RuneCountInString(t.Text), 8)))
		}
		b.words = append(b.words, id)
		b.weight += s.weight[id]
	}
	slices.Sort(b.words)
	s.bags[text] = b
	return b
}

// shared is the weight of the words that both bags hold.
func (s *similarity) shared(a, b bag) (n int32) {
	for i, j := 0, 0; i < len(a.words) && j < len(b.words); {
		switch {
		case a.words[i] < b.words[j]:
			i++
		case a.words[i] > b.words[j]:
			j++
		default:
			n += s.weight[a.words[i]]
			i, j = i+1, j+1
		}
	}
	return n
}

// alike is 0 to 1: the shared words' part of all words.
func (s *similarity) alike(a, b bag) float64 {
	if a.weight+b.weight == 0 {
		return 0
	}
	return 2 * float64(s.shared(a, b)) / float64(a.weight+b.weight)
}

// candidate is a pair of sentences that may be one reworded.
type candidate struct {
	old, new int
	score    float64
	apart    int // distance of their places within the gap
}

// matchSimilar pairs the remaining sentences with those they share most words
// with: freely inside a gap, elsewhere only on strong likeness.
func (w *work) matchSimilar() {
	gs := w.gaps()
	inOld, inNew := make(map[int]int), make(map[int]int) // sentence -> place in its gap
	gapOld, gapNew := make(map[int]int), make(map[int]int)
	var olds, news []int
	for k, g := range gs {
		for p, i := range g.old {
			inOld[i], gapOld[i] = p, k
		}
		for p, j := range g.new {
			inNew[j], gapNew[j] = p, k
		}
		olds, news = append(olds, g.old...), append(news, g.new...)
	}
	if len(olds) == 0 || len(news) == 0 {
		return
	}
	index := make(map[int32][]int)
	for _, j := range news {
		for n, id := range w.sims.bag(w.New[j].Text).words {
			if ws := w.sims.bag(w.New[j].Text).words; n > 0 && ws[n-1] == id {
				continue
			}
			if len(index[id]) <= rareWord {
				index[id] = append(index[id], j)
			}
		}
	}
	var all []candidate
	weigh := func(i, j int) {
		a, b := w.sims.bag(w.Old[i].Text), w.sims.bag(w.New[j].Text)
		score := w.sims.alike(a, b)
		near := gapOld[i] == gapNew[j]
		if g := gs[gapOld[i]]; near && len(g.old) == 1 && len(g.new) == 1 && w.Old[i].Kind == w.New[j].Kind {
			score = max(score, nearLeast) // one line became another
		}
		if w.Old[i].Kind != w.New[j].Kind && (len(a.words) < farWords || len(b.words) < farWords) {
			score -= 0.2 // a heading is no short item
		}
		if score < nearLeast || !near && (score < farLeast || min(len(a.words), len(b.words)) < farWords) {
			return
		}
		c := candidate{old: i, new: j, score: score, apart: inOld[i] - inNew[j]}
		if near {
			c.score += ownGap
		} else {
			c.apart = 1 << 20
		}
		if c.apart < 0 {
			c.apart = -c.apart
		}
		all = append(all, c)
	}
	hits := make(map[int]int32)
	for _, i := range olds {
		clear(hits)
		for _, id := range w.sims.bag(w.Old[i].Text).words {
			if js := index[id]; len(js) <= rareWord {
				for _, j := range js {
					hits[j] += w.sims.weight[id]
				}
			}
		}
		g := gs[gapOld[i]]
		if len(g.old)*len(g.new) <= smallGap {
			for _, j := range g.new {
				hits[j] += 1 << 16
			}
		} else { // the same place from either end of the gap
			if p := inOld[i]; p < len(g.new) {
				hits[g.new[p]] += 1 << 16
			}
			if p := len(g.new) - (len(g.old) - inOld[i]); p >= 0 {
				hits[g.new[p]] += 1 << 16
			}
		}
		js := make([]int, 0, len(hits))
		for j := range hits {
			js = append(js, j)
		}
		slices.SortFunc(js, func(x, y int) int { return cmp.Or(cmp.Compare(hits[y], hits[x]), cmp.Compare(x, y)) })
		n := 0
		for _, j := range js {
			if hits[j] < 1<<16 {
				if n++; n > tries {
					break
				}
			}
			weigh(i, j)
		}
	}
	slices.SortFunc(all, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.apart, y.apart), cmp.Compare(x.old, y.old), cmp.Compare(x.new, y.new))
	})
	for _, c := range all {
		if w.og[c.old] < 0 && w.ng[c.new] < 0 {
			w.add(Group{Old: Span{c.old, c.old + 1}, New: Span{c.new, c.new + 1}})
		}
	}
}

// matchJoined finds runs that say the same though their sentences end in other
// places: a line break taken out, a full stop that became a semicolon.
func (w *work) matchJoined() {
	for _, g := range w.gaps() {
		starts := make(map[string][]int)
		for _, j := range g.new {
			k := opening(w.New[j].Key)
			starts[k] = append(starts[k], j)
		}
		for _, i := range g.old {
			if w.og[i] >= 0 {
				continue
			}
			for n, j := range starts[opening(w.Old[i].Key)] {
				if n >= tries {
					break
				}
				if w.ng[j] < 0 && w.joinFrom(i, j) {
					break
				}
			}
		}
	}
}

// opening is the beginning of a key, by which runs find each other.
func opening(key string) string { return key[:min(len(key), 6)] }

// joinFrom matches the runs that begin at i and j if they come to the same
// words.
func (w *work) joinFrom(i, j int) bool {
	a, b := []byte(w.Old[i].Key), []byte(w.New[j].Key)
	x, y := i+1, j+1
	for {
		n := min(len(a), len(b))
		if string(a[:n]) != string(b[:n]) {
			return false
		}
		switch {
		case len(a) == len(b):
			w.add(Group{Old: Span{i, x}, New: Span{j, y}, Equal: true})
			return true
		case len(a) < len(b):
			if x == len(w.Old) || w.og[x] >= 0 || w.Old[x].Key == "" {
				return false
			}
			// The common part is done with; what is left of b is to be met.
			a, b = append(a[:0], continuation(a, w.Old[x].Key)...), b[n:]
			x++
		default:
			if y == len(w.New) || w.ng[y] >= 0 || w.New[y].Key == "" {
				return false
			}
			b, a = append(b[:0], continuation(b, w.New[y].Key)...), a[n:]
			y++
		}
	}
}

// continuation is what key adds to text that ends like a, as canon.Key would
// write it: two words outside the Arabic script need their space.
func continuation(a []byte, key string) string {
	last, _ := utf8.DecodeLastRune(a)
	first, _ := utf8.DecodeRuneInString(key)
	if !isArabic(last) && !isArabic(first) && !strings.ContainsRune("%&$", last) && !strings.ContainsRune("%&$", first) {
		return " " + key
	}
	return key
}

// grow gives an unmatched sentence to the match beside it when its words are
// the ones that the other side has and this side lacks: one sentence became
// two, or two became one.
func (w *work) grow() {
	for k := range w.found {
		g := &w.found[k]
		for !g.Equal && g.Old.Len()+g.New.Len() < mostJoined {
			a, b := w.sims.bag(text(w.Old[g.Old.From:g.Old.To])), w.sims.bag(text(w.New[g.New.From:g.New.To]))
			if i := g.Old.To; i < len(w.Old) && w.og[i] < 0 && w.belongs(w.Old[i], b, a) {
				w.og[i] = k
				g.Old.To++
			} else if i := g.Old.From - 1; i >= 0 && w.og[i] < 0 && w.belongs(w.Old[i], b, a) {
				w.og[i] = k
				g.Old.From--
			} else if j := g.New.To; j < len(w.New) && w.ng[j] < 0 && w.belongs(w.New[j], a, b) {
				w.ng[j] = k
				g.New.To++
			} else if j := g.New.From - 1; j >= 0 && w.ng[j] < 0 && w.belongs(w.New[j], a, b) {
				w.ng[j] = k
				g.New.From--
			} else {
				break
			}
		}
	}
}

// belongs reports whether most words of s stand in far but not yet in near.
func (w *work) belongs(s Sentence, far, near bag) bool {
	b := w.sims.bag(s.Text)
	if b.weight == 0 || far.weight < near.weight {
		return false
	}
	free := far
	free.words = minus(far.words, near.words)
	return float64(w.sims.shared(b, free)) >= 0.7*float64(b.weight)
}

// minus returns the words of a that are left after those of b are taken out.
func minus(a, b []int32) []int32 {
	out := make([]int32, 0, len(a))
	j := 0
	for _, x := range a {
		for j < len(b) && b[j] < x {
			j++
		}
		if j < len(b) && b[j] == x {
			j++
			continue
		}
		out = append(out, x)
	}
	return out
}
