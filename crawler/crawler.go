// Package crawler visits one site: it finds the page that holds the privacy
// statement, fetches it, reads it and judges whether it is one, and returns all
// of that as one record.Observation with the trail of what was done.
//
// It knows no store and keeps nothing between visits: what an earlier visit
// learned comes in as record.Prior. The trades live in the sub-packages and are
// reached through the small interfaces below.
package crawler

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"time"

	"policywatch/crawler/discover"
	"policywatch/crawler/fetch"
	"policywatch/store/record"
)

// Fetcher brings one page. An error is a *record.Fault; where the server did
// answer, the snapshot comes beside it, so that the page can be looked at.
type Fetcher interface {
	Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error)
}

// Doorkeeper finds a site's home page when only its domain is known: it tries
// both schemes, and the name with and without "www.".
type Doorkeeper interface {
	Home(ctx context.Context, domain, scheme string) (*record.Snapshot, error)
}

// Finder begins a search of a site for its statement, from its home page,
// through the fetcher of the visit. Of one statement in several languages the one in
// lang comes first, or the one in the site's own where lang is empty: Prefers.
//
// Offers lists the languages that a page is to be had in, and Linked the good links
// to statements on it; whole is false for a page without any links.
type Finder interface {
	Search(f Fetcher, site record.Site, home, lang string) Search
	Prefers(home *record.Snapshot) string
	Offers(page *record.Snapshot) []discover.Offer
	Linked(page *record.Snapshot) (links []record.Candidate, whole bool)
}

// Search runs in rounds, each costing more requests than the one before. More
// returns candidates not returned before, best first; when nothing is left to
// look at it returns a fault, record.FaultNoStatement when every place was
// looked at. Onward returns the good links of a page that is no statement itself.
type Search interface {
	More(ctx context.Context) ([]record.Candidate, []record.Step, *record.Fault)
	Onward(page *record.Snapshot) []record.Candidate
}

// Reader turns a snapshot into a labelled and judged document; the fault says
// why it is no statement (see Desk). prior tells the text that was judged before.
type Reader interface {
	Read(ctx context.Context, snap *record.Snapshot, site record.Site, prior record.Prior) (*record.Document, *record.Fault)
	Fits(snap *record.Snapshot, i record.Imprint, site record.Site) (record.Imprint, bool)
	Frames(snap *record.Snapshot) []string
}

// Crawler visits sites. It is safe for concurrent use.
type Crawler struct {
	Fetch Fetcher
	// Render brings the pages that Fetch finds empty as their scripts build them;
	// nil means that there is no browser.
	Render Fetcher
	Door   Doorkeeper
	Find   Finder
	Read   Reader
	Scheme string // tried first for a bare domain
	Clock  func() time.Time
	Log    *slog.Logger
}

// Digest is the identity of a body: the hex SHA-256 of its bytes.
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// Observe makes one visit. It never fails: what went wrong is the observation's
// fault. A cancelled context gives record.FaultCancelled, which must not be
// stored.
func (c *Crawler) Observe(ctx context.Context, site record.Site, prior record.Prior) record.Observation {
	if prior.Selectors != site.Selectors() {
		prior.ETag, prior.LastModified, prior.BodyDigest, prior.Imprint = "", "", "", record.Imprint{}
	}
	v := c.start(ctx, site, prior)
	if !prior.Imprint.Holds(v.obs.At) {
		v.prior.Imprint = record.Imprint{}
	}
	page := prior.URL
	if page == "" || site.URL != "" && site.URL != prior.Hint {
		page = site.URL
	}
	if page == "" {
		v.discover()
		v.languages()
		v.settle()
		return v.end()
	}
	v.look(record.Request{URL: page, ETag: prior.ETag, LastModified: prior.LastModified, AcceptLanguage: prior.Lang})
	if f := v.obs.Fault; f != nil && f.Kind.Rule().Rediscover {
		v.rediscover(*f)
	}
	v.languages()
	v.settle()
	return v.end()
}

// Again looks at one page once more, past every cache, without searching: the
// second look that a suspicious capture gets. first is what was read a moment ago;
// the same text once more comes back as Unmodified.
func (c *Crawler) Again(ctx context.Context, site record.Site, page string, first *record.Document) record.Observation {
	prior := record.Prior{URL: page, Lang: first.Lang, Imprint: first.Imprint}
	prior.Imprint.Read = c.Clock()
	v := c.start(ctx, site, prior)
	v.look(record.Request{URL: page, AcceptLanguage: first.Lang, Fresh: true})
	return v.end()
}

func (c *Crawler) start(ctx context.Context, site record.Site, prior record.Prior) *visit {
	v := &visit{crawler: c, site: site, prior: prior, fetched: map[string]fetched{},
		obs: record.Observation{Site: site.Domain, At: c.Clock()}}
	v.ctx = fetch.WithVisit(ctx, func(s record.Step) { v.obs.Trail = append(v.obs.Trail, s) })
	return v
}
