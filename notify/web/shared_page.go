package web

import (
	"net/http"

	"policywatch/store/record"
)

const (
	groupsShown = 10 // groups on a page, each of which costs reading a version
	namesShown  = 8  // statements that are named with a group
	linesShown  = 60 // sentences of a group
	lackShown   = 3  // statements that are named for lacking a sentence
)

// sharedPage lists the groups of statements that share text.
type sharedPage struct {
	frame
	Sharing *sharing
	Slice   slice
	Groups  []groupCard
	In      int // statements in any group
}

// groupCard is a group in the list.
type groupCard struct {
	group
	Rows  []row
	More  int
	Key   string // the domain that names it in an address
	Quote string
	Lang  string
	Dir   string
}

func (d *dashboard) shared(w http.ResponseWriter, r *http.Request) error {
	b, err := d.boards.get(r.Context())
	if err != nil {
		return err
	}
	if b.counting {
		return d.counting(w, r, "overview", "web.shared", b)
	}
	found, err := d.shares.get(r.Context(), b)
	if err != nil {
		return err
	}
	p := sharedPage{frame: d.frame(w, r, "overview", b), Sharing: found, In: len(found.of)}
	p.Title = p.say("web.shared")
	p.Slice = paged(len(found.groups), filterOf(r, "").Page, groupsShown)
	if p.Slice.Total == 0 {
		return d.show(w, http.StatusOK, "shared", p)
	}
	for _, g := range found.groups[p.Slice.From-1 : p.Slice.To] {
		c := groupCard{group: g, Key: g.Members[0].Domain, More: max(0, len(g.Members)-namesShown)}
		if c.Rows, err = d.boards.rowsOf(r.Context(), domainsOf(g.Members[:min(namesShown, len(g.Members))])...); err != nil {
			return err
		}
		v, err := d.Reader.Version(r.Context(), c.Key, 0)
		if err != nil {
			if d.Missing(err) {
				continue
			}
			return err
		}
		if v.Document != nil {
			c.Lang, c.Dir, c.Quote = v.Document.Lang, v.Document.Dir, d.shares.longest(v.Document, g)
		}
		p.Groups = append(p.Groups, c)
	}
	return d.show(w, http.StatusOK, "shared", p)
}

func domainsOf(members []member) []string {
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = m.Domain
	}
	return out
}

// longest is the longest sentence of those that most of the group have.
func (s *shares) longest(doc *record.Document, g group) string {
	quote, words, most := "", 0, 0
	for text := range sentences(doc) {
		x := s.sentence(text)
		n := g.count[x]
		if n > most || n == most && x.words() > words {
			quote, words, most = text, x.words(), n
		}
	}
	return quote
}

// groupPage shows one group: who is in it, what they share and who lacks what.
type groupPage struct {
	frame
	Group group
	Key   string
	Rows  []memberRow
	Slice slice
	// Lines are the sentences of the most complete statement that others have, too.
	Lines []line
	More  int
	// Speaks and Runs are the statement's language and direction.
	Speaks, Runs string
}

type memberRow struct {
	member
	Row row
}

type line struct {
	Text string
	In   int   // in how many statements it stands
	Lack []row // those that lack it, where they are few
}

func (d *dashboard) sharedGroup(w http.ResponseWriter, r *http.Request) error {
	ctx, domain := r.Context(), r.PathValue("domain")
	b, err := d.boards.get(ctx)
	if err != nil {
		return err
	}
	if b.counting {
		return d.counting(w, r, "overview", "web.shared", b)
	}
	found, err := d.shares.get(ctx, b)
	if err != nil {
		return err
	}
	at, ok := found.of[domain]
	if !ok {
		return notFound
	}
	g := found.groups[at]
	p := groupPage{frame: d.frame(w, r, "overview", b), Group: g, Key: domain}
	p.Title = p.count("web.shared.group", len(g.Members))
	p.Slice = paged(len(g.Members), filterOf(r, "").Page, perPage)
	shown := g.Members[p.Slice.From-1 : p.Slice.To]
	rows, err := d.boards.rowsOf(ctx, domainsOf(shown)...)
	if err != nil {
		return err
	}
	for i, m := range shown {
		p.Rows = append(p.Rows, memberRow{m, rows[i]})
	}
	leader := g.Members[0].Domain
	v, err := d.Reader.Version(ctx, leader, 0)
	if err != nil {
		return err
	}
	if v.Document == nil {
		return d.show(w, http.StatusOK, "group", p)
	}
	p.Speaks, p.Runs = v.Document.Lang, v.Document.Dir
	lacking := d.shares.lacking(g)
	seen := map[sentence]bool{}
	for text := range sentences(v.Document) {
		x := d.shares.sentence(text)
		n := g.count[x]
		if n < 2 || seen[x] {
			continue
		}
		seen[x] = true
		if len(p.Lines) == linesShown {
			p.More++
			continue
		}
		l := line{Text: text, In: n}
		if l.Lack, err = d.boards.rowsOf(ctx, lacking[x]...); err != nil {
			return err
		}
		p.Lines = append(p.Lines, l)
	}
	return d.show(w, http.StatusOK, "group", p)
}

// lacking names, for each sentence that nearly all of a group have, those that do
// not.
func (s *shares) lacking(g group) map[sentence][]string {
	nearly := map[sentence]bool{}
	for sum, n := range g.count {
		if without := len(g.Members) - n; without > 0 && without <= lackShown {
			nearly[sum] = true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[sentence][]string{}
	for _, m := range g.Members {
		k := s.known[m.Domain]
		if k == nil {
			continue
		}
		has := map[sentence]bool{}
		for _, x := range k.sentences {
			if nearly[x] {
				has[x] = true
			}
		}
		for sum := range nearly {
			if !has[sum] {
				out[sum] = append(out[sum], m.Domain)
			}
		}
	}
	return out
}
