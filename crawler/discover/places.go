package discover

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"policywatch/store/record"
)

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
			if s.miss(fault) {
				break
			}
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
			// robots.txt may keep us from what only might be there.
			if fault.Kind != record.FaultRobotsDenied && s.miss(fault) {
				break
			}
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
		r := p.read(w, p.links[i].text)
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
