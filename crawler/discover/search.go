package discover

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	maxWeak     = 3  // candidates below Good that one round returns
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
	home string
	want string // the language to prefer, empty for the site's own

	round int
	page  *page // the home page
	hubs  []lead
	lang  string
	given map[string]bool
	// trouble is why the home page could not be read, or is not one; missed is
	// the first failure of another page that had to be looked at.
	trouble, missed *record.Fault
	looked          []string
	steps           []record.Step
}

// Search begins a search of a site from its home page. Of one statement in several
// languages the one in lang comes first; with lang empty, the one in the site's own
// (see Prefers). What the user knows of the site does not steer the search yet; a
// hint would be opened before it.
func (f *Finder) Search(_ record.Site, home, lang string) *Search {
	return &Search{f: f, home: home, want: lang, given: make(map[string]bool)}
}

// More runs the next rounds until one finds something good, and returns the
// candidates that were not returned before, best first. When nothing is left
// to look at it returns a fault: record.FaultNoStatement when every place was
// looked at, the trouble with a page that could not be when there was one, or
// record.FaultCancelled when ctx ended. A fault comes without candidates.
func (s *Search) More(ctx context.Context) ([]record.Candidate, []record.Step, *record.Fault) {
	rounds := [...]func(context.Context) []record.Candidate{s.fromHome, s.fromSitemaps, s.fromDeeper, s.fromGuesses}
	s.steps = nil
	var found []record.Candidate
	for s.round < len(rounds) {
		round := rounds[s.round]
		s.round++
		found = append(found, s.unseen(round(ctx))...)
		if ctx.Err() != nil {
			return nil, s.steps, &record.Fault{Kind: record.FaultCancelled, URL: s.home, Detail: "the search for the statement was interrupted"}
		}
		if s.hopeless() {
			return nil, s.steps, s.trouble
		}
		if slices.ContainsFunc(found, func(c record.Candidate) bool { return c.Score >= Good }) {
			break
		}
	}
	slices.SortStableFunc(found, func(a, b record.Candidate) int { return cmp.Compare(b.Score, a.Score) })
	found = s.alternates(found)
	// Weak finds cost a request each; a few of them are worth a look, a page of
	// news about privacy is not.
	for i, c := range found {
		if c.Score < Good {
			found = found[:min(len(found), i+maxWeak)]
			break
		}
	}
	if len(found) > 0 {
		return found, s.steps, nil
	}
	return nil, s.steps, s.verdict()
}

// verdict is the fault of a search that found nothing. Not having been able to
// look is never told as "no statement".
func (s *Search) verdict() *record.Fault {
	switch {
	case s.trouble != nil:
		return s.trouble
	case s.missed != nil:
		return s.missed
	case len(s.page.links) == 0 && s.page.scripts > 0:
		return &record.Fault{Kind: record.FaultShell, URL: s.page.self, Detail: "the home page has no links, only scripts"}
	case len(s.page.links) == 0:
		return &record.Fault{Kind: record.FaultThin, URL: s.page.self, Detail: "the home page has no links"}
	}
	return &record.Fault{Kind: record.FaultNoStatement, URL: s.home, Detail: "looked at " + strings.Join(s.looked, ", ")}
}

// hopeless reports whether the home page leaves nothing worth asking: it did
// not answer, or what answered is no page and links nowhere. A server that has
// nothing at its root may still have the rest.
func (s *Search) hopeless() bool {
	switch {
	case s.trouble == nil:
		return false
	case s.page != nil:
		return len(s.page.links) == 0
	}
	return s.trouble.Kind != record.FaultNotFound && s.trouble.Kind != record.FaultHTTP4xx
}

// miss remembers that a page could not be looked at, and reports whether to
// stop asking: the server wants fewer requests.
func (s *Search) miss(f *record.Fault) (stop bool) {
	r := f.Kind.Rule()
	if s.missed == nil && (r.Network || r.Retry || f.Kind == record.FaultRobotsDenied) {
		s.missed = f
	}
	return f.Kind == record.FaultRateLimited
}

// Onward returns the good links of a candidate that turned out to be a hub (an
// index of policies, a summary, a page that sends its visitors on): one more
// click, for the caller to open before it asks for More. What was returned
// before is left out.
func (s *Search) Onward(snap *record.Snapshot) []record.Candidate {
	p := readPage(s.f.decode(snap), final(snap))
	var out []record.Candidate
	if to, ok := p.forward(); ok {
		out = append(out, record.Candidate{URL: to, Score: Good, Reasons: []string{"the page sends its visitors there"}})
	}
	for _, c := range s.f.words.statements(p, s.lang) {
		if c.Score >= Good && !sameAddress(c.URL, p.self) {
			c.Reasons = append(c.Reasons, "linked from "+p.self)
			out = append(out, c)
		}
	}
	return s.unseen(out)
}

// unseen leaves out candidates that were returned before.
func (s *Search) unseen(cands []record.Candidate) []record.Candidate {
	var out []record.Candidate
	for _, c := range cands {
		if key := strings.TrimSuffix(c.URL, "/"); !s.given[key] {
			s.given[key] = true
			out = append(out, c)
		}
	}
	return out
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
	var last *record.Snapshot
	for range 1 + maxRefresh {
		snap, fault := s.open(ctx, address)
		if fault != nil {
			s.trouble = fault
			s.step("discover", address, "the home page could not be read: %s", fault.Kind)
			return nil
		}
		text = s.f.decode(snap)
		s.page = readPage(text, final(snap))
		last = snap
		next, ok := s.page.forward()
		if !ok {
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
	if s.f.Check != nil && (len(found) == 0 || found[0].Score < Good) {
		if s.trouble = s.f.Check(last, text); s.trouble != nil {
			s.step("gate", s.page.self, "the home page is %s: %s", s.trouble.Kind, s.trouble.Detail)
		}
	}
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

func summary(found []record.Candidate) string {
	if len(found) == 0 {
		return "none names a statement"
	}
	return fmt.Sprintf("%d may lead to the statement, best %.2f %s", len(found), found[0].Score, found[0].URL)
}
