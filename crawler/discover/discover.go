// Package discover finds the page that holds a site's privacy statement: in
// the links of the home page, in sitemaps, one click deeper, and at the usual
// addresses. Every candidate carries a score and the reasons for it in words.
//
// It works on what pages say about each other. It must not judge whether an
// opened page is a statement (package gate does), and it fetches through the
// small Fetcher interface only, so that pace, robots and address guard apply.
package discover

import (
	"context"
	"time"

	"policywatch/store/record"
)

// Fetcher opens one page. Its errors are *record.Fault; any other error counts
// as an unreachable server.
type Fetcher interface {
	Fetch(context.Context, record.Request) (*record.Snapshot, error)
}

// Sitemapper is what a Fetcher may also offer: the addresses on the Sitemap
// lines of a site's robots.txt.
type Sitemapper interface {
	Sitemaps(ctx context.Context, site string) []string
}

// Finder searches sites. It keeps nothing of a search and may be used by
// several goroutines at a time.
type Finder struct {
	// Check, where set, is asked whether the home page is a real page when it
	// shows no good link: a fault says that it is a bot wall, a login or a
	// script shell, so that "no link" is not taken for "no statement". text is
	// the decoded body.
	Check func(snap *record.Snapshot, text []byte) *record.Fault
	// Now is the clock of the steps; nil means time.Now.
	Now func() time.Time

	words  *words
	fetch  Fetcher
	decode func(*record.Snapshot) []byte
}

// New returns a Finder for the languages of lex. decode turns a snapshot's body
// into UTF-8; it is given every page before its links are read.
func New(lex []record.Lexicon, f Fetcher, decode func(*record.Snapshot) []byte) *Finder {
	return &Finder{words: newWords(lex), fetch: f, decode: decode}
}

// With returns a Finder that fetches through another fetcher, such as the one of
// a single visit. It shares everything else.
func (f *Finder) With(fetch Fetcher) *Finder {
	g := *f
	g.fetch = fetch
	return &g
}

// Candidates searches until something good is found and returns what there is,
// best first, with a step for every page opened. The fault is set only when
// there is no candidate at all: record.FaultNoStatement when every place was
// looked at, another kind when looking was not possible.
//
// home is the site's home page. A caller that finds none of the candidates to
// be a statement goes on with a Search instead, which looks in further places.
func (f *Finder) Candidates(ctx context.Context, site record.Site, home string) ([]record.Candidate, []record.Step, *record.Fault) {
	return f.Search(site, home, "").More(ctx)
}

// Links returns the links of one page that may lead to a statement, best
// first. It is pure. html is UTF-8; base is the page's own address.
func (f *Finder) Links(html []byte, base string) []record.Candidate {
	p := readPage(html, base)
	return f.words.statements(p, p.lang)
}

// Onward returns the link of a page that most likely leads on to the statement
// itself: one more click for a page that turned out to be a hub, an index of
// policies or a summary. It is false when no link is better than a guess.
func (f *Finder) Onward(html []byte, base string) (record.Candidate, bool) {
	for _, c := range f.Links(html, base) {
		if c.Score >= Good && !sameAddress(c.URL, base) {
			c.Reasons = append(c.Reasons, "linked from "+base)
			return c, true
		}
	}
	return record.Candidate{}, false
}
