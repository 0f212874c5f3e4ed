package section

import (
	"hash/maphash"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// copiedRun is how many words in a row make a passage: shorter runs are the
// common speech of all statements.
const copiedRun = 5

// Runs is a document's runs of words, to look for shared passages in.
type Runs struct {
	seed maphash.Seed
	all  map[uint64]bool
	list []uint64
}

// NewRuns reads a document's runs of canonical words. Only runs of one seed can
// be held against each other.
func NewRuns(seed maphash.Seed, doc *record.Document) Runs {
	r := Runs{seed: seed, all: map[uint64]bool{}}
	var h maphash.Hash
	h.SetSeed(seed)
	for _, b := range doc.Blocks {
		words := canon.Tokens(b.Text)
		for i := 0; i+copiedRun <= len(words); i++ {
			h.Reset()
			for _, w := range words[i : i+copiedRun] {
				h.WriteString(w.Text)
				h.WriteByte(0)
			}
			r.list = append(r.list, h.Sum64())
			r.all[r.list[len(r.list)-1]] = true
		}
	}
	return r
}

// Copied is the share, from 0 to 1, of r's runs that stand word for word in
// other. It is not symmetric: a short statement may be wholly copied into a long
// one.
func (r Runs) Copied(other Runs) float64 {
	if len(r.list) == 0 {
		return 0
	}
	n := 0
	for _, x := range r.list {
		if other.all[x] {
			n++
		}
	}
	return float64(n) / float64(len(r.list))
}
