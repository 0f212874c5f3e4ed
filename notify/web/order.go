package web

import (
	"cmp"
	"slices"
	"sync"

	"policywatch/store/record"
)

// order is the rows of a board in one of the table's orders, made when it is first
// asked for: from that of the board before it, where few rows are others.
type order struct {
	once sync.Once
	less func(x, y *entry) int
	rows []entry
	at   []int32
	// before is the last order that was made, of as many rows, and moved the rows that
	// are others since.
	before []int32
	moved  []int32
	mu     sync.Mutex // guards done, before and moved against whoever carries the order on
	done   bool
}

// compare is total: rows that are equal stay in order of domain.
func (o *order) compare(x, y int32) int {
	return cmp.Or(o.less(&o.rows[x], &o.rows[y]), cmp.Compare(x, y))
}

func (o *order) get() []int32 {
	o.once.Do(func() {
		if o.before == nil {
			o.at = make([]int32, len(o.rows))
			for i := range o.at {
				o.at[i] = int32(i)
			}
			slices.SortFunc(o.at, o.compare)
		} else {
			o.at = o.merged()
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		o.done, o.before, o.moved = true, nil, nil
	})
	return o.at
}

// merged takes the moved rows out of the order before and puts them where they belong.
func (o *order) merged() []int32 {
	moved := slices.SortedFunc(slices.Values(o.moved), o.compare)
	out := make([]int32, 0, len(o.rows))
	gone := make(map[int32]bool, len(moved))
	for _, i := range moved {
		gone[i] = true
	}
	for _, i := range o.before {
		if gone[i] {
			continue
		}
		for len(moved) > 0 && o.compare(moved[0], i) < 0 {
			out, moved = append(out, moved[0]), moved[1:]
		}
		out = append(out, i)
	}
	return append(out, moved...)
}

// follow is the same order of the next board, in which the moved rows are others.
func (o *order) follow(rows []entry, moved []int32) *order {
	next := &order{less: o.less, rows: rows}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.done:
		next.before, next.moved = o.at, moved
	case o.before != nil:
		next.before, next.moved = o.before, slices.Compact(slices.Sorted(slices.Values(slices.Concat(o.moved, moved))))
	}
	if len(next.moved) > len(rows)/8 {
		next.before, next.moved = nil, nil // sorting is no dearer
	}
	return next
}

// less are the orders of the sites' table besides that of the domain.
var less = map[string]func(x, y *entry) int{
	"name": func(x, y *entry) int { return cmp.Compare(x.title, y.title) },
	"state": func(x, y *entry) int {
		return cmp.Or(cmp.Compare(gravity(x.state), gravity(y.state)), cmp.Compare(x.success, y.success))
	},
	"changed":         func(x, y *entry) int { return cmp.Compare(y.changed, x.changed) },
	"success":         func(x, y *entry) int { return cmp.Compare(x.success, y.success) },
	"absent":          func(x, y *entry) int { return cmp.Compare(y.absent, x.absent) },
	"absent_required": func(x, y *entry) int { return cmp.Compare(y.required, x.required) },
}

// ordered gives a board its orders: those of the board before, where its rows stand at
// the same places.
func (b *board) ordered(before *board, moved []int32) {
	b.orders = make(map[string]*order, len(less))
	for key, f := range less {
		if before != nil {
			b.orders[key] = before.orders[key].follow(b.rows, moved)
		} else {
			b.orders[key] = &order{less: f, rows: b.rows}
		}
	}
}

// gravity orders states by how much they need a person.
func gravity(s record.SiteState) int {
	switch s {
	case record.StateFailing:
		return 0
	case record.StateDegraded:
		return 1
	case record.StateNew:
		return 2
	case record.StateOK:
		return 3
	}
	return -1
}
