package discover

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"policywatch/store/record"
)

// How far a search goes. Each page costs the host's pace, a second as a rule.
const (
	maxDeeper   = 6  // pages one click away
	maxGuesses  = 12 // usual addresses
	maxRefresh  = 2  // meta refreshes in a row
	maxReasons  = 8
	deeperTrust = 0.95
	// switchWeight places a language switch among the hubs: after the terms
	// of use, before "about".
	switchWeight = 0.72
)

// Search is the search of one site in rounds, each costing more than the one
// before: the links of the home page; sitemaps; pages one click away; usual
// addresses. It is for one goroutine.
type Search struct {
	f    *Finder
	site record.Site
	home string

	round int
	page  *page // the home page
	hubs  []lead
	lang  string
	given map[string]bool
	// trouble is why the home page could not be read.
	trouble *record.Fault
	looked  []string
	steps   []record.Step
}

// Search begins a search of site from its home page.
func (f *Finder) Search(site record.Site, home string) *Search {
	return &Search{f: f, site: site, home: home, given: make(map[string]bool)}
}

// More runs the next rounds until one finds something good, and returns the
// candidates that were not returned before, best first. When nothing is left
// to look at it returns a fault: record.FaultNoStatement when every place was
// looked at, the trouble with the home page when that could not be read, or
// record.FaultCancelled when ctx ended. A fault comes without candidates.
func (s *Search) More(ctx context.Context) ([]record.Candidate, []record.Step, *record.Fault) {
	rounds := [...]func(context.Context) []record.Candidate{s.fromHome, s.fromSitemaps, s.fromDeeper, s.fromGuesses}
	s.steps = nil
	var found []record.Candidate
	for s.round < len(rounds) {
		round := rounds[s.round]
		s.round++
		for _, c := range round(ctx) {
			if key := strings.TrimSuffix(c.URL, "/"); !s.given[key] {
				s.given[key] = true
				found = append(found, c)
			}
		}
		if ctx.Err() != nil {
			return nil, s.steps, &record.Fault{Kind: record.FaultCancelled, URL: s.home, Detail: "the search for the statement was interrupted"}
		}
		if s.trouble != nil && !absent(s.trouble) {
			return nil, s.steps, s.trouble
		}
		if slices.ContainsFunc(found, func(c record.Candidate) bool { return c.Score >= Good }) {
			break
		}
	}
	slices.SortStableFunc(found, func(a, b record.Candidate) int { return cmp.Compare(b.Score, a.Score) })
	if len(found) > 0 {
		return found, s.steps, nil
	}
	if s.trouble != nil {
		return nil, s.steps, s.trouble
	}
	if s.page != nil && len(s.page.links) == 0 && s.page.scripts > 0 {
		return nil, s.steps, &record.Fault{Kind: record.FaultShell, URL: s.page.self, Detail: "the home page has no links, only scripts"}
	}
	return nil, s.steps, &record.Fault{Kind: record.FaultNoStatement, URL: s.home, Detail: "looked at " + strings.Join(s.looked, ", ")}
}

// absent reports whether a trouble with the home page leaves the rest of the
// site worth asking: the server answered, but has nothing at its root.
func absent(f *record.Fault) bool {
	return f.Kind == record.FaultNotFound || f.Kind == record.FaultHTTP4xx || f.Kind == record.FaultGoneToRoot
}

func (s *Search) step(action, address, format string, args ...any) {
	now := s.f.Now
	if now == nil {
		now = time.Now
	}
	s.steps = append(s.steps, record.Step{At: now(), Action: action, URL: address, Outcome: fmt.Sprintf(format, args...)})
}

// open fetches one page for its links. What failed is the fetcher's to tell.
func (s *Search) open(ctx context.Context, address string) (*record.Snapshot, *record.Fault) {
	snap, err := s.f.fetch.Fetch(ctx, record.Request{URL: address})
	if err != nil {
		var f *record.Fault
		if !errors.As(err, &f) {
			f = &record.Fault{Kind: record.FaultUnreachable, URL: address, Detail: err.Error()}
		}
		return nil, f
	}
	if snap.Status >= 400 {
		return nil, &record.Fault{Kind: record.FaultHTTP4xx, URL: address, Status: snap.Status}
	}
	return snap, nil
}

func final(snap *record.Snapshot) string { return first(snap.FinalURL, snap.URL) }

func (s *Search) fromHome(ctx context.Context) []record.Candidate {
	address := s.home
	var text []byte
	for range 1 + maxRefresh {
		snap, fault := s.open(ctx, address)
		if fault != nil {
			s.trouble = fault
			s.step("discover", address, "the home page could not be read: %s", fault.Kind)
			return nil
		}
		text = s.f.decode(snap)
		s.page = readPage(text, final(snap))
		next, ok := s.page.forward()
		if !ok {
			if s.f.Check != nil {
				if s.trouble = s.f.Check(snap, text); s.trouble != nil {
					s.step("gate", s.page.self, "%s: %s", s.trouble.Kind, s.trouble.Detail)
					return nil
				}
			}
			break
		}
		s.step("discover", address, "the page sends on to %s", next)
		address = next
	}
	s.lang = s.f.words.speaks(s.page)
	found, hubs := s.f.words.leads(s.page, s.lang)
	s.hubs = hubs
	s.looked = append(s.looked, fmt.Sprintf("the home page (%d links)", len(s.page.links)+s.page.more))
	s.step("discover", s.page.self, "home page: %d links, %s", len(s.page.links)+s.page.more, summary(found))
	return found
}

// forward returns where a page sends its visitors by meta refresh. A page with
// links of its own is read instead.
func (p *page) forward() (string, bool) {
	if p.refresh == "" || len(p.links) > 5 {
		return "", false
	}
	u, ok := resolve(p.url, p.refresh)
	if !ok || sameAddress(u.String(), p.self) {
		return "", false
	}
	return u.String(), true
}

// root returns the address of path on the site's host as the home page showed it.
func (s *Search) root(path string) string {
	base := s.home
	if s.page != nil {
		base = s.page.self
	}
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	v, err := u.Parse(path)
	if err != nil {
		return base
	}
	return v.String()
}

func (s *Search) fromSitemaps(ctx context.Context) []record.Candidate {
	queue := []string{s.root("/sitemap.xml")}
	if m, ok := s.f.fetch.(Sitemapper); ok {
		for _, u := range m.Sitemaps(ctx, s.root("/")) {
			if len(queue) < maxSitemaps && !slices.Contains(queue, u) {
				queue = append(queue, u)
			}
		}
	}
	p := &page{self: s.root("/"), url: &url.URL{}}
	if u, err := url.Parse(p.self); err == nil {
		p.url = u
	}
	asked := make(map[string]bool)
	for n := 0; n < len(queue) && n < maxSitemaps && len(p.links) < maxSitemapURLs && ctx.Err() == nil; n++ {
		address := queue[n]
		if asked[address] {
			continue
		}
		asked[address] = true
		snap, fault := s.open(ctx, address)
		if fault != nil {
			continue
		}
		if raw := gunzip(snap.Body); len(raw) != len(snap.Body) {
			c := *snap
			c.Body = raw
			snap = &c
		}
		m, err := readSitemap(s.f.decode(snap))
		if err != nil {
			s.step("discover", address, "%v", err)
			continue
		}
		slices.SortStableFunc(m.children, func(a, b string) int { return childRank(a) - childRank(b) })
		queue = append(queue, m.children[:min(len(m.children), maxSitemaps)]...)
		for _, u := range m.pages {
			if len(p.links) < maxSitemapURLs {
				p.links = append(p.links, link{href: u.loc, lang: u.lang})
			}
		}
		s.step("discover", address, "sitemap: %d pages, %d further sitemaps", len(m.pages), len(m.children))
	}
	s.looked = append(s.looked, fmt.Sprintf("%d sitemap entries", len(p.links)))
	found := s.f.words.statements(p, s.lang)
	for i := range found {
		found[i].Reasons = append(found[i].Reasons, "listed in a sitemap")
	}
	return found
}

// fromDeeper opens the pages that often lead to the statement: terms, about,
// site maps, frames, the same site in another language.
func (s *Search) fromDeeper(ctx context.Context) []record.Candidate {
	if s.page == nil {
		return nil
	}
	var hubs []lead
	for _, f := range s.page.frames {
		if u, ok := resolve(s.page.url, f); ok && hostRank(s.page.url, u) >= 0.9 {
			hubs = append(hubs, lead{Candidate: record.Candidate{URL: u.String()}, hubBy: "frame"})
		}
	}
	hubs = append(hubs, s.hubs...)
	var found []record.Candidate
	opened := 0
	seen := map[string]bool{strings.TrimSuffix(s.page.self, "/"): true}
	for _, h := range hubs {
		if key := strings.TrimSuffix(h.URL, "/"); seen[key] || isPDF(mustParse(h.URL)) {
			continue
		} else {
			seen[key] = true
		}
		if opened >= maxDeeper || ctx.Err() != nil {
			break
		}
		opened++
		snap, fault := s.open(ctx, h.URL)
		if fault != nil {
			continue
		}
		p := readPage(s.f.decode(snap), final(snap))
		lang := first(h.Lang, s.lang)
		more := s.f.words.statements(p, lang)
		for _, c := range more {
			c.Score = rounded(c.Score * deeperTrust)
			c.Reasons = append(c.Reasons, fmt.Sprintf("linked from “%s” (%s)", clip(h.hubBy), h.URL))
			found = append(found, c)
		}
		if head, v := s.f.words.heading(p); v > 0 && !sameAddress(p.self, s.page.self) {
			found = append(found, record.Candidate{URL: p.self, Text: h.hubBy, Lang: h.Lang, Score: rounded(0.6 * v),
				Reasons: []string{fmt.Sprintf("“%s” has the heading “%s”", clip(h.hubBy), clip(head))}})
		}
		s.step("discover", h.URL, "one click deeper, “%s”: %s", clip(h.hubBy), summary(more))
		if slices.ContainsFunc(more, func(c record.Candidate) bool { return c.Score*deeperTrust >= Good }) {
			break
		}
	}
	s.looked = append(s.looked, fmt.Sprintf("%d pages one click away", opened))
	return found
}

func mustParse(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil {
		return &url.URL{}
	}
	return u
}

// fromGuesses asks for the usual addresses. One counts when a page opens there
// that calls itself a statement; a server that answers everything alike, or
// sends everything to its root, has said nothing.
func (s *Search) fromGuesses(ctx context.Context) []record.Candidate {
	asked := 0
	for _, path := range s.f.words.guesses(s.lang) {
		if asked >= maxGuesses || ctx.Err() != nil {
			break
		}
		address := s.root(path)
		asked++
		snap, fault := s.open(ctx, address)
		if fault != nil {
			continue
		}
		at := final(snap)
		if u, err := url.Parse(at); err != nil || u.Path == "" || u.Path == "/" {
			s.step("discover", address, "usual address: sent to the home page")
			continue
		}
		if strings.HasPrefix(strings.ToLower(snap.ContentType()), "application/pdf") {
			return []record.Candidate{{URL: at, Score: Good, Reasons: []string{"a PDF document at the usual address " + path}}}
		}
		head, v := s.f.words.heading(readPage(s.f.decode(snap), at))
		if v == 0 {
			s.step("discover", address, "usual address: opens, but no heading names a statement")
			continue
		}
		s.step("discover", address, "usual address: opens with the heading “%s”", clip(head))
		return []record.Candidate{{URL: at, Text: head, Lang: s.lang, Score: rounded(Good + 0.1*v),
			Reasons: []string{"the usual address " + path + " opens", fmt.Sprintf("its heading is “%s”", clip(head))}}}
	}
	s.looked = append(s.looked, fmt.Sprintf("%d usual addresses", asked))
	s.step("discover", s.root("/"), "%d usual addresses asked, none opens as a statement", asked)
	return nil
}

// heading returns the page's title or heading that best names a statement, and
// how well it does.
func (w *words) heading(p *page) (string, float64) {
	var best string
	var value float64
	for _, h := range p.heads {
		if r := w.read(h); r.value > value && r.not == "" && r.by.weight >= 0.6 {
			best, value = h, r.value
		}
	}
	return best, value
}

// speaks returns the language of a page: what its links say in most often, else
// what it declares. Declarations are left over from templates too often.
func (w *words) speaks(p *page) string {
	votes := make(map[string]int)
	for i := range p.links {
		r := w.read(p.links[i].text)
		for _, e := range []entry{r.by, r.hubBy} {
			if e.lang != "" {
				votes[e.lang]++
			}
		}
	}
	best := ""
	for _, l := range w.order {
		if votes[l] > votes[best] {
			best = l
		}
	}
	if votes[best] >= 3 || p.lang == "" {
		return best
	}
	return p.lang
}

// guesses returns the usual addresses, those of lang first.
func (w *words) guesses(lang string) []string {
	var out []string
	for _, l := range append([]string{lang, "en"}, w.order...) {
		for _, path := range w.paths[l] {
			if !slices.Contains(out, path) {
				out = append(out, path)
			}
		}
	}
	return out
}

func summary(found []record.Candidate) string {
	if len(found) == 0 {
		return "none names a statement"
	}
	return fmt.Sprintf("%d may lead to the statement, best %.2f %s", len(found), found[0].Score, found[0].URL)
}
