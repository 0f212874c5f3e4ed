package align

import (
	"policywatch/store/record"
)

// Alignment says where each sentence of two documents went.
type Alignment struct {
	// Old and New are the sentences of both sides in reading order.
	Old, New []Sentence
	// Groups covers every sentence of both sides exactly once, in the order of
	// the new document; what was dropped stands where it used to stand.
	Groups []Group
	// OldGroup and NewGroup give each sentence's place in Groups.
	OldGroup, NewGroup []int
}

// Group is a run of old sentences and the run of new ones that took its place.
type Group struct {
	// Old and New are indices into Alignment.Old and Alignment.New. One of them
	// is empty where a passage was dropped or added.
	Old, New Span
	// Equal: both runs say the same, word for word in canonical form.
	Equal bool
	// Moved: the passage stands in another order than what surrounds it.
	Moved bool
}

// Align matches the sentences of two documents.
func Align(old, new *record.Document) *Alignment {
	head, tail := Common(old.Blocks, new.Blocks)
	w := &work{
		Alignment: Alignment{Old: cut(old, head, tail), New: cut(new, head, tail)},
		sims:      newSimilarity(),
	}
	w.og, w.ng = unmatched(len(w.Old)), unmatched(len(w.New))
	w.matchEqual()
	w.order()
	w.matchJoined()
	w.matchSimilar()
	w.grow()
	w.order()
	w.list()
	return &w.Alignment
}

// work is an alignment in the making.
type work struct {
	Alignment
	found  []Group // matches, in no order
	og, ng []int   // the match each sentence belongs to, or -1
	sims   *similarity
}

func unmatched(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = -1
	}
	return s
}

func (w *work) add(g Group) {
	k := len(w.found)
	w.found = append(w.found, g)
	for i := g.Old.From; i < g.Old.To; i++ {
		w.og[i] = k
	}
	for j := g.New.From; j < g.New.To; j++ {
		w.ng[j] = k
	}
}

// matchEqual matches sentences with equal keys wherever they stand.
func (w *work) matchEqual() {
	ids := make(map[string]int32)
	number := func(ss []Sentence) []int32 {
		out := make([]int32, len(ss))
		for i, s := range ss {
			k := s.Key
			if k == "" {
				k = "\x00" + s.Text // a whole block, equal to its partner letter by letter
			}
			id, ok := ids[k]
			if !ok {
				id = int32(len(ids))
				ids[k] = id
			}
			out[i] = id
		}
		return out
	}
	for i, j := range exact(number(w.Old), number(w.New)) {
		if j >= 0 {
			w.add(Group{Old: Span{i, i + 1}, New: Span{j, j + 1}, Equal: true})
		}
	}
}

// order marks as moved every match outside the heaviest ordered run.
func (w *work) order() {
	at := make([]int, len(w.Old))
	for i := range at {
		at[i] = -1
	}
	for k, g := range w.found {
		at[g.Old.From] = k
		w.found[k].Moved = true
	}
	var ls []link
	for i, k := range at {
		if k >= 0 {
			n := 0
			for _, s := range w.Old[i:w.found[k].Old.To] {
				n += len(s.Text)
			}
			ls = append(ls, link{i, w.found[k].New.From, n})
		}
	}
	for _, l := range heaviest(ls) {
		w.found[at[l.a]].Moved = false
	}
}

// gap is what lies between two neighbours of the ordered run: the sentences
// of both sides that have no match yet.
type gap struct{ old, new []int }

func (w *work) gaps() []gap {
	var out []gap
	var g gap
	i, j := 0, 0
	flush := func(toOld, toNew int) {
		for ; i < toOld; i++ {
			if w.og[i] < 0 {
				g.old = append(g.old, i)
			}
		}
		for ; j < toNew; j++ {
			if w.ng[j] < 0 {
				g.new = append(g.new, j)
			}
		}
		if len(g.old)+len(g.new) > 0 {
			out = append(out, g)
			g = gap{}
		}
	}
	for k := 0; k < len(w.Old); k++ {
		if m := w.og[k]; m >= 0 && !w.found[m].Moved && w.found[m].Old.From == k {
			f := w.found[m]
			flush(f.Old.From, f.New.From)
			i, j = f.Old.To, f.New.To
		}
	}
	flush(len(w.Old), len(w.New))
	return out
}

// list puts the matches and what has none into the order of the new document.
func (w *work) list() {
	w.OldGroup, w.NewGroup = make([]int, len(w.Old)), make([]int, len(w.New))
	put := func(g Group) {
		for i := g.Old.From; i < g.Old.To; i++ {
			w.OldGroup[i] = len(w.Groups)
		}
		for j := g.New.From; j < g.New.To; j++ {
			w.NewGroup[j] = len(w.Groups)
		}
		w.Groups = append(w.Groups, g)
	}
	// dropped lists runs of old sentences without a match, new text likewise: a
	// run ends where the section does.
	dropped := func(from, to int) {
		for i := from; i < to; {
			if w.og[i] >= 0 {
				i++
				continue
			}
			k := i + 1
			for k < to && w.og[k] < 0 && w.Old[k].Section == w.Old[i].Section {
				k++
			}
			put(Group{Old: Span{i, k}})
			i = k
		}
	}
	added := func(from, to int) {
		for j := from; j < to; {
			if m := w.ng[j]; m >= 0 {
				if w.found[m].New.From == j {
					put(w.found[m])
				}
				j++
				continue
			}
			k := j + 1
			for k < to && w.ng[k] < 0 && w.New[k].Section == w.New[j].Section {
				k++
			}
			put(Group{New: Span{j, k}})
			j = k
		}
	}
	i, j := 0, 0
	for k := 0; k < len(w.Old); k++ {
		m := w.og[k]
		if m < 0 || w.found[m].Moved || w.found[m].Old.From != k {
			continue
		}
		f := w.found[m]
		dropped(i, f.Old.From)
		added(j, f.New.From)
		put(f)
		i, j = f.Old.To, f.New.To
	}
	dropped(i, len(w.Old))
	added(j, len(w.New))
}

// OldText and NewText return a group's words as they stand, sentences parted by
// a space.
func (a *Alignment) OldText(g Group) string { return text(a.Old[g.Old.From:g.Old.To]) }

// NewText is the new side's counterpart of OldText.
func (a *Alignment) NewText(g Group) string { return text(a.New[g.New.From:g.New.To]) }

func text(ss []Sentence) string {
	if len(ss) == 1 {
		return ss[0].Text
	}
	var b []byte
	for i, s := range ss {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, s.Text...)
	}
	return string(b)
}
