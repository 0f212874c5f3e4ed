package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"policywatch/store/record"
)

// perPage is how many sites a page of the table shows.
const perPage = 50

// filter is what the sites' table is narrowed to.
type filter struct {
	Query, State, Label, Norm string
	Sort                      string
	Reverse                   bool
	Page                      int // from 1
}

// longestQuery is in letters. Every word of a search is looked for in every site.
const longestQuery = 200

func clipped(s string, letters int) string {
	for i := range s {
		if letters--; letters < 0 {
			return s[:i]
		}
	}
	return s
}

// states that the table can be narrowed to, besides those of record.SiteState.
const (
	statePending = "pending" // a capture waits
	stateNone    = "none"    // no statement was ever read
)

func filterOf(r *http.Request, sort string) filter {
	q := r.URL.Query()
	f := filter{Query: clipped(strings.TrimSpace(q.Get("q")), longestQuery), State: q.Get("state"), Label: q.Get("label"), Norm: q.Get("profile"), Sort: q.Get("sort")}
	f.Sort, f.Reverse = strings.CutPrefix(f.Sort, "-")
	if f.Sort == "" {
		f.Sort = sort
	}
	f.Page, _ = strconv.Atoi(q.Get("page"))
	f.Page = max(1, f.Page)
	return f
}

// Narrowed reports whether anything but the order was asked for.
func (f filter) Narrowed() bool {
	return f.Query != "" || f.State != "" || f.Label != "" || f.Norm != ""
}

// selected returns the rows that the filter lets through, in its order.
func (b *board) selected(f filter) []int {
	order, ok := b.sorted[f.Sort]
	var all []int
	if ok {
		all = order()
	} else {
		all = make([]int, len(b.rows))
		for i := range all {
			all[i] = i
		}
	}
	var folds []string
	words := strings.Fields(folded(f.Query))
	if len(words) > 0 {
		folds = b.folds()
	}
	out := make([]int, 0, len(all))
	for _, i := range all {
		if b.rows[i].fits(&f) && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(folds[i], w) }) {
			out = append(out, i)
		}
	}
	if f.Reverse {
		slices.Reverse(out)
	}
	return out
}

func (r *row) fits(f *filter) bool {
	switch f.State {
	case "":
	case statePending:
		if r.Past.Pending == nil {
			return false
		}
	case stateNone:
		if r.Past.Version != 0 {
			return false
		}
	default:
		if string(r.Past.State) != f.State {
			return false
		}
	}
	return (f.Label == "" || slices.Contains(r.Site.Labels, f.Label)) && (f.Norm == "" || r.Norm == f.Norm)
}

// slice is one page of a list.
type slice struct {
	Page, Pages, Total int
	From, To           int // of the rows shown, from 1
}

func paged(total, page, per int) slice {
	pages := max(1, (total+per-1)/per)
	page = min(page, pages)
	return slice{Page: page, Pages: pages, Total: total, From: min(total, (page-1)*per+1), To: min(total, page*per)}
}

type sitesPage struct {
	frame
	Filter filter
	Slice  slice
	Rows   []row
	Labels []string
	Norms  []string
	States []string
	All    int
}

func (d *dashboard) sites(w http.ResponseWriter, r *http.Request) error {
	b, err := d.boards.get(r.Context())
	if err != nil {
		return err
	}
	p := sitesPage{frame: d.frame(w, r, "sites", b), Filter: filterOf(r, "name"), Labels: b.labels, Norms: b.norms, All: len(b.rows),
		States: []string{string(record.StateFailing), string(record.StateDegraded), string(record.StateOK), string(record.StateNew), statePending, stateNone}}
	all := b.selected(p.Filter)
	p.Slice = paged(len(all), p.Filter.Page, perPage)
	if p.Slice.Total > 0 {
		p.Rows = b.pick(all[p.Slice.From-1:], p.Slice.To-p.Slice.From+1)
	}
	return d.show(w, http.StatusOK, "sites", p)
}

// heading is a column that the table can be sorted by.
type heading struct {
	Key, Name, Href string
	Sorted          string // "ascending", "descending" or empty
}

// Heading is a column's: a second click turns the order round.
func (p sitesPage) Heading(key string) heading {
	h := heading{Key: key, Href: p.With("sort", key)}
	if p.Filter.Sort == key {
		h.Sorted = "ascending"
		if p.Filter.Reverse {
			h.Sorted = "descending"
		} else {
			h.Href = p.With("sort", "-"+key)
		}
	}
	return h
}

// PageLink is the address of another page of the list.
func (f frame) PageLink(n int) string { return f.With("page", strconv.Itoa(n)) }
