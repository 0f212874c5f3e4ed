package section

import (
	"math"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// Signature stands for the set of a document's runs of three words, small
// enough to keep one for every statement of an archive. It is a MinHash: the
// share of equal places in two signatures estimates how much of their runs two
// documents have in common.
type Signature [128]uint32

// Sign computes a document's signature from its canonical words, so that
// spelling and layout do not count. The zero Signature means that the document
// has fewer than three words; it is like no other.
func Sign(doc *record.Document) Signature {
	const run = 3
	var ring [run]uint64
	var sig Signature
	for i := range sig {
		sig[i] = math.MaxUint32
	}
	n := 0
	for i := range doc.Blocks {
		for _, w := range canon.Tokens(doc.Blocks[i].Text) {
			ring[n%run] = fnv(w.Text)
			if n++; n < run {
				continue
			}
			h := uint64(0)
			for k := range run {
				h = mix(h ^ ring[(n+k)%run])
			}
			for i := range sig {
				// One good hash gives all 128 by two multipliers.
				if v := uint32((h + uint64(i)*(h>>32|1)*0x9E3779B97F4A7C15) >> 29); v < sig[i] {
					sig[i] = v
				}
			}
		}
	}
	if n < run {
		return Signature{}
	}
	return sig
}

// Shared estimates, from 0 to 1, how much of their runs of words two documents
// have in common. Above 0.6 one is a copy of the other with few changes.
func Shared(a, b Signature) float64 {
	if a == (Signature{}) || b == (Signature{}) {
		return 0
	}
	equal := 0
	for i := range a {
		if a[i] == b[i] {
			equal++
		}
	}
	return float64(equal) / float64(len(a))
}

// fnv is FNV-1a, which is the same on every machine; signatures may be kept.
func fnv(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix is the finaliser of SplitMix64.
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xBF58476D1CE4E5B9
	h = (h ^ h>>27) * 0x94D049BB133111EB
	return h ^ h>>31
}
