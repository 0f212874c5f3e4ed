package align

import (
	"cmp"
	"slices"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// Fate says what became of one section of the old document, or, seen from the
// other side, where a section of the new one came from. Weights are bytes of
// body text; the heading does not count.
type Fate struct {
	// Weight is the body's size, Kept the part that the other side still has,
	// as it was or reworded, and Moved the part of Kept that changed its place.
	Weight, Kept, Moved int
	// Shares lists the sections of the other side that hold the kept part, the
	// largest first.
	Shares []Share
	// Partner is the section that continues this one on the other side: it has
	// the same heading or most of the text. It is -1 where there is none.
	Partner int
	// Renamed: the partner has another heading.
	Renamed bool
}

// Share is a part of a section's text that stands in one section of the other
// side.
type Share struct{ Section, Weight int }

// Gone reports whether nothing of the section is left: no section continues it
// and its text stands nowhere else. An empty section is gone when its heading
// is.
func (f Fate) Gone() bool { return f.Partner < 0 && f.Kept*5 <= f.Weight }

// Merged reports whether most of the section's text stands in a section that
// continues another one.
func (f Fate) Merged() bool { return f.Partner < 0 && !f.Gone() }

// Split reports whether two or more sections share the text.
func (f Fate) Split() bool { return len(f.Shares) > 1 && f.Shares[1].Weight*4 >= f.Weight }

// Sections pairs the sections of both documents and returns the fate of each:
// of the old ones, and the same question asked backwards of the new ones.
func (a *Alignment) Sections(old, new *record.Document) (olds, news []Fate) {
	olds, news = fates(old), fates(new)
	type pair struct{ o, n int }
	flow := make(map[pair]int)
	for _, g := range a.Groups {
		for i := g.Old.From; i < g.Old.To; i++ {
			s := a.Old[i]
			if s.Section < 0 || heads(old, s) {
				continue
			}
			f := &olds[s.Section]
			f.Weight += len(s.Text)
			if g.New.Len() == 0 {
				continue
			}
			f.Kept += len(s.Text)
			if g.Moved {
				f.Moved += len(s.Text)
			}
			if n := a.New[g.New.From].Section; n >= 0 {
				flow[pair{s.Section, n}] += len(s.Text)
			}
		}
		for j := g.New.From; j < g.New.To; j++ {
			s := a.New[j]
			if s.Section < 0 || heads(new, s) {
				continue
			}
			f := &news[s.Section]
			f.Weight += len(s.Text)
			if g.Old.Len() > 0 {
				f.Kept += len(s.Text)
				if g.Moved {
					f.Moved += len(s.Text)
				}
			}
		}
	}
	for p, w := range flow {
		olds[p.o].Shares = append(olds[p.o].Shares, Share{p.n, w})
		news[p.n].Shares = append(news[p.n].Shares, Share{p.o, w})
	}
	for _, fs := range [][]Fate{olds, news} {
		for k := range fs {
			slices.SortFunc(fs[k].Shares, func(x, y Share) int {
				return cmp.Or(cmp.Compare(y.Weight, x.Weight), cmp.Compare(x.Section, y.Section))
			})
		}
	}
	pairByText(olds, news)
	pairByHeading(old, new, olds, news)
	for k := range olds {
		if p := olds[k].Partner; p >= 0 && canon.Key(old.Sections[k].Heading) != canon.Key(new.Sections[p].Heading) {
			olds[k].Renamed, news[p].Renamed = true, true
		}
	}
	return olds, news
}

func fates(d *record.Document) []Fate {
	out := make([]Fate, len(d.Sections))
	for k := range out {
		out[k].Partner = -1
	}
	return out
}

// heads reports whether the sentence is its section's heading.
func heads(d *record.Document, s Sentence) bool {
	sec := &d.Sections[s.Section]
	return !sec.Implicit && s.Block == sec.From && d.Blocks[s.Block].Kind == record.Heading
}

// pairByText joins two sections that hold most of each other's text.
func pairByText(olds, news []Fate) {
	for k := range olds {
		f := &olds[k]
		if len(f.Shares) == 0 {
			continue
		}
		n := f.Shares[0].Section
		if g := &news[n]; g.Partner < 0 && g.Shares[0].Section == k && f.Shares[0].Weight*2 >= f.Weight {
			f.Partner, g.Partner = n, k
		}
	}
}

// pairByHeading joins what is left by equal headings, the first to the first.
// A heading without a partner's text still says that the section goes on.
func pairByHeading(old, new *record.Document, olds, news []Fate) {
	free := make(map[string][]int)
	for n := range news {
		if h := canon.Key(new.Sections[n].Heading); h != "" && news[n].Partner < 0 {
			free[h] = append(free[h], n)
		}
	}
	for k := range olds {
		h := canon.Key(old.Sections[k].Heading)
		if ns := free[h]; olds[k].Partner < 0 && h != "" && len(ns) > 0 {
			olds[k].Partner, news[ns[0]].Partner = ns[0], k
			free[h] = ns[1:]
		}
	}
}
