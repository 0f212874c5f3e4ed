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
func (b *board) selected(f filter) []int32 {
	words := strings.Fields(folded(f.Query))
	order := b.order(f.Sort)
	out := make([]int32, 0, len(b.rows))
	for i := range int32(len(b.rows)) {
		if order != nil {
			i = order[i]
		}
		e := &b.rows[i]
		if e.fits(&f) && !slices.ContainsFunc(words, func(w string) bool { return !e.has(w) }) {
			out = append(out, i)
		}
	}
	if f.Reverse {
		slices.Reverse(out)
	}
	return out
}

func (e *entry) fits(f *filter) bool {
	switch f.State {
	case "":
	case statePending:
		if !e.pending {
			return false
		}
	case stateNone:
		if e.version != 0 {
			return false
		}
	default:
		if string(e.state) != f.State {
			return false
		}
	}
	return (f.Label == "" || slices.Contains(e.labels.list, f.Label)) && (f.Norm == "" || e.norm == f.Norm)
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
	if b.counting {
		return d.counting(w, r, "sites", "web.nav.sites", b)
	}
	p := sitesPage{frame: d.frame(w, r, "sites", b), Filter: filterOf(r, "name"), Labels: b.labels, Norms: b.Norms(), All: len(b.rows),
		States: []string{string(record.StateFailing), string(record.StateDegraded), string(record.StateOK), string(record.StateNew), statePending, stateNone}}
	all := b.selected(p.Filter)
	p.Slice = paged(len(all), p.Filter.Page, perPage)
	if p.Slice.Total > 0 {
		if p.Rows, err = d.boards.pick(r.Context(), b, all[p.Slice.From-1:], p.Slice.To-p.Slice.From+1); err != nil {
			return err
		}
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
