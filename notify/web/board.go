package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"policywatch/store/record"
	"policywatch/store/speech"
)

// newestAlerts bounds how far back the outbox is counted: given-up alerts have no
// index of their own, and a page must cost the same in the tenth year.
const newestAlerts = 10_000

// row is one site as a page shows it.
type row struct {
	*record.SiteRow
	// Norm is the id of the legal profile that it is judged by.
	Norm string
}

// Title is the site's name for people, without what could reorder a line.
func (r row) Title() string { return speech.Clean(r.Site.Title()) }

// Named reports whether the domain says more than the title does.
func (r row) Named() bool { return r.Site.Name != "" }

// entry is one site as lists, counts and searches know it. There may be some hundred
// thousand of them in memory, so it holds nothing that a page can read for the few
// sites that it shows; with the letters it takes some 250 bytes.
type entry struct {
	domain string
	title  string // as row.Title; the domain's own bytes where there is no name
	// fold is what a search is matched against besides domain and labels, in canonical
	// form, so that Arabic and Persian keyboards find the same.
	fold             string
	labels           *labels
	norm             string
	state            record.SiteState
	version          int32
	absent, required uint16
	pending          bool
	// In nanoseconds since 1970; 0 for never.
	visited, success, changed int64
}

// labels are those of one or many sites.
type labels struct {
	list []string
	fold string
}

// board is what lists and counts are made of: all sites at one moment. It is
// never changed, so that many requests may read it.
type board struct {
	rows    []entry // in order of domain
	states  map[record.SiteState]int
	norms   map[string]int // sites by the id of their profile
	labels  []string
	pending []int32 // rows with a capture that waits
	failing []int32 // those failing, the longest first
	unread  int     // rows whose statement was never read
	// versions counts those of all sites.
	versions int
	// visited is when a site was last visited, newest and oldest the latest and the
	// earliest of the times when a site was last read.
	visited, newest, oldest int64
	outbox                  record.OutboxCount
	built                   time.Time
	revision, note          int64
	orders                  map[string]*order
	// counting says that the sites are still being counted: everything above is empty,
	// and seen is how many there are so far.
	counting bool
	seen     int
}

// Failing counts the sites in that state.
func (b *board) Failing() int { return len(b.failing) }

// find returns the place of a domain.
func (b *board) find(domain string) (int, bool) {
	return slices.BinarySearchFunc(b.rows, domain, func(e entry, d string) int { return cmp.Compare(e.domain, d) })
}

// Labels and Norms are what the sites can be narrowed to.
func (b *board) Labels() []string { return b.labels }

// Norms are ids of profiles.
func (b *board) Norms() []string {
	var out []string
	for id := range b.norms {
		if id != "" {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// mostUsed is the profile that most sites are judged by.
func (b *board) mostUsed() string {
	best := ""
	for id, n := range b.norms {
		if m := b.norms[best]; n > m || n == m && id < best {
			best = id
		}
	}
	return best
}

// order is the rows in one of the table's orders; by any other key they stand in order
// of domain, for which it returns nil.
func (b *board) order(key string) []int32 {
	if o := b.orders[key]; o != nil {
		return o.get()
	}
	return nil
}

// count fills in what follows from the rows.
func (b *board) count() {
	b.states, b.norms = map[record.SiteState]int{}, map[string]int{}
	sets := map[*labels]bool{}
	for i := range b.rows {
		e := &b.rows[i]
		b.states[e.state]++
		b.norms[e.norm]++
		sets[e.labels] = true
		b.versions += int(e.version)
		if e.version == 0 {
			b.unread++
		}
		if e.pending {
			b.pending = append(b.pending, int32(i))
		}
		if e.state == record.StateFailing {
			b.failing = append(b.failing, int32(i))
		}
		b.visited = max(b.visited, e.visited)
		b.newest = max(b.newest, e.success)
		if e.success != 0 && (b.oldest == 0 || e.success < b.oldest) {
			b.oldest = e.success
		}
	}
	slices.SortStableFunc(b.failing, func(x, y int32) int { return cmp.Compare(b.rows[x].success, b.rows[y].success) })
	all := map[string]bool{}
	for s := range sets {
		for _, l := range s.list {
			if l != "" {
				all[l] = true
			}
		}
	}
	b.labels = keys(all)
}

func keys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// words is what entries are made with: what many of them have in common is kept once.
type words struct {
	norm   func(*record.Site) string
	labels map[string]*labels
	folds  map[string]string // of titles of pages
	site   record.Site       // that of the entry being made
}

func newWords(norm func(*record.Site) string) *words {
	return &words{norm: norm, labels: map[string]*labels{}, folds: map[string]string{}}
}

// mostTitles bounds how many titles of pages are remembered in canonical form: most
// statements are called the same.
const mostTitles = 10_000

// entry makes a site's. It keeps nothing of s but strings.
func (w *words) entry(s *record.SiteBrief) entry {
	w.site = record.Site{Domain: s.Domain, Name: s.Name, Profile: s.Profile}
	e := entry{domain: s.Domain, title: speech.Clean(w.site.Title()), norm: w.norm(&w.site), state: s.State, version: int32(s.Version), pending: s.Pending,
		absent: few(s.Absent), required: few(s.AbsentRequired), visited: nanos(s.LastVisit), success: nanos(s.LastSuccess), changed: nanos(s.Changed)}
	set := strings.Join(s.Labels, "\n")
	if e.labels = w.labels[set]; e.labels == nil {
		e.labels = &labels{slices.Clone(s.Labels), folded(set)}
		w.labels[set] = e.labels
	}
	title, ok := w.folds[s.Title]
	if !ok {
		title = folded(s.Title)
		if len(w.folds) < mostTitles {
			w.folds[s.Title] = title
		}
	}
	e.fold = title
	if s.Name != "" {
		e.fold = folded(s.Name) + "\n" + title
	}
	if d := folded(s.Domain); d != s.Domain {
		e.fold += "\n" + d
	}
	return e
}

func few(n int) uint16 { return uint16(min(n, 1<<16-1)) }

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// moment is the time of nanos.
func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// has reports whether a word of a search stands in what the site is called.
func (e *entry) has(word string) bool {
	return strings.Contains(e.domain, word) || strings.Contains(e.fold, word) || strings.Contains(e.labels.fold, word)
}

// late reports whether a site is visited and yet was not read for so long. One that
// waits for its first visit is not.
func (e *entry) late(now time.Time) bool {
	return e.visited != 0 && now.UnixNano()-e.success >= int64(late)
}

// rowsOf reads the rows of sites that a page shows, in the given order. One that was
// never visited is as it is listed, and of one that is not listed either there is the
// name alone.
func (k *boards) rowsOf(ctx context.Context, domains ...string) ([]row, error) {
	rows, _, err := k.known(ctx, domains...)
	return rows, err
}

// known also reports, for each, whether the site is one of ours.
func (k *boards) known(ctx context.Context, domains ...string) ([]row, []bool, error) {
	if len(domains) == 0 {
		return nil, nil, nil
	}
	unique := slices.Compact(slices.Sorted(slices.Values(domains)))
	visited, err := k.o.Reader.SiteRows(ctx, unique)
	if err != nil {
		return nil, nil, err
	}
	at := make(map[string]*record.SiteRow, len(visited))
	for i := range visited {
		at[visited[i].Site.Domain] = &visited[i]
	}
	rows, ours := make([]row, len(domains)), make([]bool, len(domains))
	for i, d := range domains {
		s := at[d]
		ours[i] = s != nil
		if s == nil {
			s = &record.SiteRow{Site: record.Site{Domain: d}}
			if site, ok := k.listedAs(d); ok {
				ours[i] = true
				s = &record.SiteRow{Site: site, Past: record.Past{Site: d, State: record.StateNew}}
			}
			at[d] = s
		}
		rows[i] = row{s, k.norm(&s.Site)}
	}
	return rows, ours, nil
}

// pick reads the rows at some of the board's places, at most n.
func (k *boards) pick(ctx context.Context, b *board, at []int32, n int) ([]row, error) {
	var domains []string
	for _, i := range at[:min(n, len(at))] {
		domains = append(domains, b.rows[i].domain)
	}
	return k.rowsOf(ctx, domains...)
}

// waiting is pick for sites with a capture that waits, without those that somebody
// has decided on since the board was made.
func (k *boards) waiting(ctx context.Context, b *board, at []int32) ([]row, error) {
	rows, err := k.pick(ctx, b, at, len(at))
	return slices.DeleteFunc(rows, func(r row) bool { return r.Past.Pending == nil }), err
}

// listedAs finds a site in the list of those that are to be visited.
func (k *boards) listedAs(domain string) (record.Site, bool) {
	k.listed.Do(func() {
		k.order = make([]int32, len(k.o.Listed))
		for i := range k.order {
			k.order[i] = int32(i)
		}
		slices.SortStableFunc(k.order, func(x, y int32) int { return cmp.Compare(k.o.Listed[x].Domain, k.o.Listed[y].Domain) })
	})
	i, ok := slices.BinarySearchFunc(k.order, domain, func(i int32, d string) int { return cmp.Compare(k.o.Listed[i].Domain, d) })
	if !ok {
		return record.Site{}, false
	}
	return k.o.Listed[k.order[i]], true
}

func (k *boards) norm(s *record.Site) string {
	if s.Profile != "" || k.o.Profile == nil {
		return s.Profile
	}
	return k.o.Profile(*s).ID
}
