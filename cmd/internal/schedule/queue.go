package schedule

import (
	"cmp"
	"slices"
	"time"
)

// queue is a heap of the entries that wait for their time, the next one first.
type queue []*entry

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].Due.Before(q[j].Due) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(*entry)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return e
}

// until calls f for the entries at i and below whose time comes by a limit.
func (q queue) until(limit time.Time, i int, f func(*entry)) {
	if i >= len(q) || q[i].Due.After(limit) {
		return // and nothing below it comes sooner
	}
	f(q[i])
	q.until(limit, 2*i+1, f)
	q.until(limit, 2*i+2, f)
}

// spread gives the overdue entries new times from now on, the longest overdue
// first. Those that are due alike, as all sites of a new list, are taken in an
// order of their own: neighbours on a list often share a server.
func spread(q queue, now time.Time) {
	var late []*entry
	for _, e := range q {
		if e.Due.Before(now) {
			late = append(late, e)
		}
	}
	slices.SortFunc(late, func(a, b *entry) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(share(a.Domain, 0), share(b.Domain, 0)), cmp.Compare(a.Domain, b.Domain))
	})
	n := len(late)
	for i, e := range late {
		span := min(time.Duration(n)*stagger, e.Rule.Interval(now)/4)
		e.Due = e.Rule.within(e.Domain, now.Add(time.Duration(float64(i)/float64(n)*float64(span))))
	}
}
