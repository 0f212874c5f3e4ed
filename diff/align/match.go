package align

import "sort"

// exact matches equal ids of a and b wherever they stand and returns for each
// element of a the index of its partner in b, or -1. Ids that stand once on
// both sides are matched first and their longest ordered run is kept as the
// frame in which repeated ids find their partners. The cost is O(n log n)
// whatever the input.
func exact(a, b []int32) []int {
	to := make([]int, len(a))
	taken := make([]bool, len(b))
	for i := range to {
		to[i] = -1
	}
	match := func(i, j int) { to[i], taken[j] = j, true }
	lo, hiA, hiB := 0, len(a), len(b)
	for lo < hiA && lo < hiB && a[lo] == b[lo] {
		match(lo, lo)
		lo++
	}
	for hiA > lo && hiB > lo && a[hiA-1] == b[hiB-1] {
		hiA, hiB = hiA-1, hiB-1
		match(hiA, hiB)
	}
	type places struct{ a, b []int }
	at := make(map[int32]*places)
	for i := lo; i < hiA; i++ {
		p := at[a[i]]
		if p == nil {
			p = new(places)
			at[a[i]] = p
		}
		p.a = append(p.a, i)
	}
	for j := lo; j < hiB; j++ {
		if p := at[b[j]]; p != nil {
			p.b = append(p.b, j)
		}
	}
	var once []link
	for i := lo; i < hiA; i++ {
		if p := at[a[i]]; len(p.a) == 1 && len(p.b) == 1 {
			once = append(once, link{i, p.b[0], 1})
		}
	}
	frame := heaviest(once)
	for _, l := range frame {
		match(l.a, l.b)
	}
	for _, l := range frame { // neighbours of the frame, both ways
		for i, j := l.a+1, l.b+1; i < hiA && j < hiB && a[i] == b[j] && to[i] < 0 && !taken[j]; i, j = i+1, j+1 {
			match(i, j)
		}
		for i, j := l.a-1, l.b-1; i >= lo && j >= lo && a[i] == b[j] && to[i] < 0 && !taken[j]; i, j = i-1, j-1 {
			match(i, j)
		}
	}
	// What is left: first within the same gap of the frame, then anywhere, the
	// first free occurrence to the first.
	gapA, gapB := gaps(lo, hiA, frame, func(l link) int { return l.a }), gaps(lo, hiB, frame, func(l link) int { return l.b })
	type place struct {
		id  int32
		gap int
	}
	free := make(map[place][]int)
	for j := lo; j < hiB; j++ {
		if !taken[j] && at[b[j]] != nil {
			p := place{b[j], gapB[j-lo]}
			free[p] = append(free[p], j)
		}
	}
	for i := lo; i < hiA; i++ {
		p := place{a[i], gapA[i-lo]}
		if f := free[p]; to[i] < 0 && len(f) > 0 {
			match(i, f[0])
			free[p] = f[1:]
		}
	}
	rest := make(map[int32][]int)
	for j := lo; j < hiB; j++ {
		if !taken[j] {
			rest[b[j]] = append(rest[b[j]], j)
		}
	}
	for i := lo; i < hiA; i++ {
		if f := rest[a[i]]; to[i] < 0 && len(f) > 0 {
			match(i, f[0])
			rest[a[i]] = f[1:]
		}
	}
	return to
}

// gaps numbers the positions lo..hi by how many links of the frame lie before.
func gaps(lo, hi int, frame []link, side func(link) int) []int {
	out := make([]int, hi-lo)
	k := 0
	for i := range out {
		for k < len(frame) && side(frame[k]) <= i+lo {
			k++
		}
		out[i] = k
	}
	return out
}

// link joins position a of the old side to position b of the new one.
type link struct{ a, b, weight int }

// heaviest returns the heaviest subset of links, given in the order of a, whose
// b rise too: what kept its order. Among equals the one that ends first wins,
// so that the result is the same on every run.
func heaviest(ls []link) []link {
	if len(ls) == 0 {
		return nil
	}
	bs := make([]int, len(ls))
	for i, l := range ls {
		bs[i] = l.b
	}
	sort.Ints(bs)
	// tree[k] holds the best chain that ends at one of the k-th range of bs.
	tree := make([]int, len(bs)+1) // index into ls plus 1, 0 for none
	best := make([]int, len(ls))
	prev := make([]int, len(ls))
	top := 0
	for i, l := range ls {
		rank := sort.SearchInts(bs, l.b)
		p := 0
		for k := rank; k > 0; k -= k & -k {
			if t := tree[k]; t > 0 && (p == 0 || best[t-1] > best[p-1]) {
				p = t
			}
		}
		prev[i] = p - 1
		best[i] = max(l.weight, 1)
		if p > 0 {
			best[i] += best[p-1]
		}
		for k := rank + 1; k <= len(bs); k += k & -k {
			if t := tree[k]; t == 0 || best[i] > best[t-1] {
				tree[k] = i + 1
			}
		}
		if best[i] > best[top] {
			top = i
		}
	}
	var out []link
	for i := top; i >= 0; i = prev[i] {
		out = append(out, ls[i])
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}
