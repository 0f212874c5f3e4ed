package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"policywatch/store/record"
	"policywatch/store/speech"
)

// newestAlerts bounds how far back the outbox is counted: given-up alerts have no
// index of their own, and a page must cost the same in the tenth year.
const newestAlerts = 10_000

// row is one site in lists.
type row struct {
	*record.SiteRow
	// Norm is the id of the legal profile that it is judged by.
	Norm string
}

// Title is the site's name for people, without what could reorder a line.
func (r row) Title() string { return speech.Clean(r.Site.Title()) }

// Named reports whether the domain says more than the title does.
func (r row) Named() bool { return r.Site.Name != "" }

// board is what lists and counts are made of: all sites at one moment. It is
// never changed, so that many requests may read it.
type board struct {
	rows     []row // in order of domain
	at       map[string]int
	states   map[record.SiteState]int
	pending  []int // rows with a capture that waits
	failing  []int // those failing, the longest first
	labels   []string
	norms    []string // ids of the profiles in use
	outbox   record.OutboxCount
	built    time.Time
	revision int64
	sorted   map[string]func() []int
	// folds is what a search is matched against, row by row: name, domain, title and
	// labels in canonical form, so that Arabic and Persian keyboards find the same.
	folds func() []string
}

// Rows are all sites; Failing counts those that cannot be read.
func (b *board) Rows() []row { return b.rows }

// Failing counts the sites in that state.
func (b *board) Failing() int { return len(b.failing) }

// site returns the row of a domain; of one that is not there it has the name alone.
func (b *board) site(domain string) (row, bool) {
	i, ok := b.at[domain]
	if !ok {
		return row{SiteRow: &record.SiteRow{Site: record.Site{Domain: domain}}}, false
	}
	return b.rows[i], true
}

// How old a board may be. Within fresh it serves as it is; within stale it still
// serves, while another one is made.
const fresh, stale = 2 * time.Second, time.Minute

// boards keeps the newest board, so that a page does not read every site anew.
type boards struct {
	o    Options
	mu   sync.Mutex // held while a board is made
	last struct {
		sync.Mutex
		board  *board
		made   int // how many boards were made
		making bool
		// dirty says that a person changed something: what he sees next must show it.
		dirty bool
	}
	// folds remembers what was folded: names hardly ever change, and bringing ten
	// thousand of them into canonical form takes as long as a page may.
	folds struct {
		sync.Mutex
		of map[string]string
	}
}

func newBoards(o Options) *boards {
	k := &boards{o: o}
	k.folds.of = map[string]string{}
	return k
}

// get returns a board for a page, whose reader had rather see it at once than see
// the last minute.
func (k *boards) get(ctx context.Context) (*board, error) { return k.within(ctx, stale) }

// recent returns one for a program, which may have just been told of something
// newer and has the time to wait.
func (k *boards) recent(ctx context.Context) (*board, error) { return k.within(ctx, fresh) }

func (k *boards) within(ctx context.Context, limit time.Duration) (*board, error) {
	now := k.o.Clock()
	k.last.Lock()
	b := k.last.board
	if b != nil && !k.last.dirty {
		switch age := now.Sub(b.built); {
		case age < fresh || k.o.Revision != nil && k.o.Revision() == b.revision:
			k.last.Unlock()
			return b, nil
		case age < limit:
			if !k.last.making {
				k.last.making = true
				go k.renew(context.WithoutCancel(ctx), k.last.made)
			}
			k.last.Unlock()
			return b, nil
		}
	}
	made := k.last.made
	k.last.Unlock()
	return k.make(ctx, made)
}

// renew makes a board that nobody waits for. Trouble shows when the old one is
// too old to serve.
func (k *boards) renew(ctx context.Context, made int) {
	if _, err := k.make(ctx, made); err != nil {
		k.o.Log.Debug("the list of sites could not be renewed", "error", err)
	}
	k.last.Lock()
	k.last.making = false
	k.last.Unlock()
}

// touch makes the next board be read anew.
func (k *boards) touch() {
	k.last.Lock()
	k.last.dirty = true
	k.last.Unlock()
}

// make reads a board for somebody who knows of so many made before. Whoever had to
// wait is served by the one that was made meanwhile.
func (k *boards) make(ctx context.Context, made int) (*board, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last.Lock()
	if b := k.last.board; b != nil && !k.last.dirty && k.last.made != made {
		k.last.Unlock()
		return b, nil
	}
	k.last.dirty = false
	k.last.Unlock()
	b, err := k.read(ctx)
	k.last.Lock()
	defer k.last.Unlock()
	if err != nil {
		k.last.dirty = true
		return nil, err
	}
	k.last.board = b
	k.last.made++
	return b, nil
}

func (k *boards) read(ctx context.Context) (*board, error) {
	b := &board{built: k.o.Clock(), states: map[record.SiteState]int{}}
	if k.o.Revision != nil {
		b.revision = k.o.Revision() // before reading: a later write makes the board old
	}
	var list []record.SiteRow
	var err, uncounted error
	var both sync.WaitGroup
	both.Go(func() { b.outbox, uncounted = k.o.Reader.Outbox(ctx, newestAlerts) })
	list, err = k.o.Reader.Sites(ctx)
	both.Wait()
	if err = cmp.Or(err, uncounted); err != nil {
		return nil, err
	}
	list = k.withUnvisited(list)
	b.rows, b.at = make([]row, len(list)), make(map[string]int, len(list))
	labels, norms := map[string]bool{}, map[string]bool{}
	for i := range list {
		s := &list[i]
		r := row{SiteRow: s, Norm: k.norm(&s.Site)}
		b.rows[i], b.at[s.Site.Domain] = r, i
		b.states[s.Past.State]++
		norms[r.Norm] = true
		for _, l := range s.Site.Labels {
			labels[l] = true
		}
		if s.Past.Pending != nil {
			b.pending = append(b.pending, i)
		}
		if s.Past.State == record.StateFailing {
			b.failing = append(b.failing, i)
		}
	}
	slices.SortStableFunc(b.failing, func(x, y int) int {
		return b.rows[x].Past.LastSuccess.Compare(b.rows[y].Past.LastSuccess)
	})
	b.labels, b.norms = keys(labels), keys(norms)
	b.sorted, b.folds = orders(b), sync.OnceValue(func() []string { return k.fold(b.rows) })
	return b, nil
}

func keys(m map[string]bool) []string {
	var out []string
	for k := range m {
		if k != "" {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// withUnvisited adds the sites that are listed and were never visited.
func (k *boards) withUnvisited(list []record.SiteRow) []record.SiteRow {
	visited := make(map[string]bool, len(list))
	for i := range list {
		visited[list[i].Site.Domain] = true
	}
	n := len(list)
	for _, s := range k.o.Listed {
		if !visited[s.Domain] {
			list = append(list, record.SiteRow{Site: s, Past: record.Past{Site: s.Domain, State: record.StateNew}})
		}
	}
	if len(list) > n {
		slices.SortFunc(list, func(x, y record.SiteRow) int { return cmp.Compare(x.Site.Domain, y.Site.Domain) })
	}
	return list
}

func (k *boards) norm(s *record.Site) string {
	if s.Profile != "" || k.o.Profile == nil {
		return s.Profile
	}
	return k.o.Profile(*s).ID
}

func (k *boards) fold(rows []row) []string {
	k.folds.Lock()
	defer k.folds.Unlock()
	if len(k.folds.of) > 3*len(rows)+1000 {
		clear(k.folds.of) // titles of pages that are long gone
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		text := strings.Join(append([]string{r.Site.Domain, r.Site.Name, r.SiteRow.Title}, r.Site.Labels...), "\n")
		f, ok := k.folds.of[text]
		if !ok {
			f = folded(text)
			k.folds.of[text] = f
		}
		out[i] = f
	}
	return out
}

// orders are the orders of the sites' table, each made when it is first asked for.
func orders(b *board) map[string]func() []int {
	ordered := func(less func(x, y int) int) []int {
		out := make([]int, len(b.rows))
		for i := range out {
			out[i] = i
		}
		slices.SortStableFunc(out, less)
		return out
	}
	by := func(less func(x, y row) int) func() []int {
		return sync.OnceValue(func() []int {
			return ordered(func(x, y int) int { return less(b.rows[x], b.rows[y]) })
		})
	}
	return map[string]func() []int{
		"name": sync.OnceValue(func() []int {
			titles := make([]string, len(b.rows)) // cleaned once, and not at every comparison
			for i, r := range b.rows {
				titles[i] = r.Title()
			}
			return ordered(func(x, y int) int { return cmp.Compare(titles[x], titles[y]) })
		}),
		"state": by(func(x, y row) int {
			return cmp.Or(cmp.Compare(gravity(x.Past.State), gravity(y.Past.State)), x.Past.LastSuccess.Compare(y.Past.LastSuccess))
		}),
		"changed":         by(func(x, y row) int { return y.Changed.Compare(x.Changed) }),
		"success":         by(func(x, y row) int { return x.Past.LastSuccess.Compare(y.Past.LastSuccess) }),
		"absent":          by(func(x, y row) int { return cmp.Compare(len(y.Past.Absent), len(x.Past.Absent)) }),
		"absent_required": by(func(x, y row) int { return cmp.Compare(len(y.AbsentRequired), len(x.AbsentRequired)) }),
	}
}

// gravity orders states by how much they need a person.
func gravity(s record.SiteState) int {
	return slices.Index([]record.SiteState{record.StateFailing, record.StateDegraded, record.StateNew, record.StateOK}, s)
}
