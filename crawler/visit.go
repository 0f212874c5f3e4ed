package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"policywatch/store/record"
)

// maxOpened bounds how many candidates one visit opens.
const maxOpened = 8

// visit is the state of one Observe.
type visit struct {
	crawler *Crawler
	ctx     context.Context
	site    record.Site
	prior   record.Prior
	obs     record.Observation
	// verdict is the gate's on the page last looked at.
	verdict record.Verdict
	// fetched remembers this visit's answers: the home page that discovery read
	// is not asked for twice.
	fetched map[string]fetched
}

type fetched struct {
	snap *record.Snapshot
	err  error
}

func (v *visit) step(action, page, format string, args ...any) {
	v.obs.Trail = append(v.obs.Trail, record.Step{At: v.crawler.Clock(), Action: action, URL: page, Outcome: fmt.Sprintf(format, args...)})
}

func (v *visit) fail(f *record.Fault) {
	v.obs.Fault, v.obs.Document = f, nil
}

// end closes the visit. Whatever a cancelled context made of it is void.
func (v *visit) end() record.Observation {
	if v.ctx.Err() != nil && (v.obs.Fault != nil || v.obs.Document == nil && !v.obs.Unmodified) {
		v.fail(&record.Fault{Kind: record.FaultCancelled, Detail: "the visit was interrupted"})
	}
	return v.obs
}

// Fetch is the visit's own fetcher: the crawler's with a memory and a trail.
func (v *visit) Fetch(_ context.Context, r record.Request) (*record.Snapshot, error) {
	if got, ok := v.fetched[r.URL]; ok && !r.Fresh {
		return got.snap, got.err
	}
	snap, err := v.crawler.Fetch.Fetch(v.ctx, r)
	v.remember(r.URL, snap, err)
	return snap, err
}

// Sitemaps are the addresses that the site's robots.txt names, where the
// crawler's fetcher knows them.
func (v *visit) Sitemaps(ctx context.Context, site string) []string {
	if s, ok := v.crawler.Fetch.(interface {
		Sitemaps(context.Context, string) []string
	}); ok {
		return s.Sitemaps(ctx, site)
	}
	return nil
}

func (v *visit) remember(page string, snap *record.Snapshot, err error) {
	v.fetched[page] = fetched{snap, err}
	switch {
	case err != nil:
		v.step("fetch", page, "%v", err)
	case snap.FinalURL != page && snap.FinalURL != "":
		v.fetched[snap.FinalURL] = fetched{snap, err}
		v.step("fetch", page, "%d, %d bytes, from %s", snap.Status, len(snap.Body), snap.FinalURL)
	default:
		v.step("fetch", page, "%d, %d bytes", snap.Status, len(snap.Body))
	}
}

// look fetches, reads and judges one page, and leaves document or fault in the
// observation.
func (v *visit) look(r record.Request) {
	v.obs.Fault, v.obs.Document, v.obs.Unmodified = nil, nil, false
	v.verdict = ""
	snap, err := v.Fetch(v.ctx, r)
	v.obs.Snapshot = snap
	if err != nil {
		v.fail(v.explain(snap, asFault(err, r.URL)))
		return
	}
	v.obs.URL = settled(r.URL, snap)
	if v.unmodified(r, snap) {
		v.obs.Unmodified = true
		v.step("read", r.URL, "the same bytes as at the last visit")
		return
	}
	doc, fault := v.crawler.Read.Read(v.ctx, snap, v.site, v.prior.Identity)
	if doc != nil {
		v.verdict = doc.Quality.Verdict
	}
	if fault != nil {
		v.fail(fault)
		v.step("gate", r.URL, "%s", fault.Detail)
		return
	}
	if v.prior.Lang != "" && doc.Lang != "" && doc.Lang != v.prior.Lang {
		v.fail(&record.Fault{Kind: record.FaultWrongLanguage, URL: r.URL, Status: snap.Status,
			Detail: fmt.Sprintf("the page is in %q, the statement was in %q", doc.Lang, v.prior.Lang)})
		v.step("gate", r.URL, "%s", v.obs.Fault.Detail)
		return
	}
	v.obs.Document = doc
	v.step("gate", r.URL, "taken: %s", strings.Join(doc.Quality.Reasons, "; "))
}

// unmodified trusts the server's 304, and equal bytes only when they were read
// by the same extractor.
func (v *visit) unmodified(r record.Request, snap *record.Snapshot) bool {
	if snap.Status == http.StatusNotModified {
		return true
	}
	return !r.Fresh && v.prior.BodyDigest != "" && v.prior.URL == v.obs.URL && Digest(snap.Body) == v.prior.BodyDigest
}

// explain looks at the page that came with an error status: a bot wall says so
// in its body, whatever its number, and a planned closure answers 503.
func (v *visit) explain(snap *record.Snapshot, f *record.Fault) *record.Fault {
	if snap == nil || len(snap.Body) == 0 || f.Kind == record.FaultRobotsDenied {
		return f
	}
	_, told := v.crawler.Read.Read(v.ctx, snap, v.site, "")
	if told == nil {
		return f
	}
	closed := told.Kind == record.FaultMaintenance && snap.Status == http.StatusServiceUnavailable
	if told.Kind != record.FaultBlocked && told.Kind != record.FaultLogin && !closed {
		return f
	}
	told.Status, told.RetryAfter = snap.Status, f.RetryAfter
	v.step("gate", f.URL, "%s", told.Detail)
	return told
}

// discover searches the site and takes the best candidate that reads like a
// statement.
func (v *visit) discover() {
	v.obs.Discovered = true
	home, err := v.crawler.Door.Home(v.ctx, v.site.Domain, v.crawler.Scheme)
	if err != nil {
		page := v.crawler.Scheme + "://" + v.site.Domain + "/"
		v.step("fetch", page, "%v", err)
		v.obs.Snapshot = home
		v.fail(v.explain(home, asFault(err, page)))
		return
	}
	v.remember(home.URL, home, nil)
	v.search(v.crawler.Find.Search(v, v.site, home.FinalURL))
}

// search opens candidates, best first, until one is a statement. When none is,
// the visit could not look if a page that looked right could not be read;
// otherwise there is no statement.
func (v *visit) search(s Search) {
	var unread *record.Fault
	for opened := 0; opened < maxOpened && v.ctx.Err() == nil; {
		cands, steps, fault := s.More(v.ctx)
		v.obs.Trail = append(v.obs.Trail, steps...)
		if fault != nil && fault.Kind != record.FaultNoStatement && unread == nil {
			unread = fault
		}
		if fault != nil {
			break
		}
		for i := range cands {
			if opened++; opened > maxOpened {
				break
			}
			if v.open(&cands[i]) {
				v.obs.Candidates = append(v.obs.Candidates, cands...)
				return
			}
			if unread == nil && unlooked(cands[i], v.obs.Fault) {
				unread = v.obs.Fault
			}
		}
		v.obs.Candidates = append(v.obs.Candidates, cands...)
	}
	v.obs.URL = ""
	if unread != nil {
		v.fail(unread)
		return
	}
	v.fail(&record.Fault{Kind: record.FaultNoStatement, URL: v.site.Domain,
		Detail: fmt.Sprintf("searched the site; none of %d candidate pages is a privacy statement", len(v.obs.Candidates))})
}

// open looks at one candidate and reports whether it is the statement.
func (v *visit) open(c *record.Candidate) bool {
	v.look(record.Request{URL: c.URL, AcceptLanguage: v.prior.Lang})
	c.Verdict = v.verdict
	if v.obs.Fault != nil {
		return false
	}
	// A search ends where the site leads; the link that was followed may be a
	// redirect of the day.
	if v.obs.Snapshot.FinalURL != "" {
		v.obs.URL = v.obs.Snapshot.FinalURL
	}
	return true
}

// unlooked reports whether a candidate that seemed right could not be looked
// at. A guessed address that does not exist says nothing; a linked page behind a
// wall does.
func unlooked(c record.Candidate, f *record.Fault) bool {
	rule := f.Kind.Rule()
	return c.Score >= 1 && !rule.Rediscover && !rule.Absent
}

// rediscover searches again after the known page broke. Only a statement found
// elsewhere replaces the first fault: it says best what happened.
func (v *visit) rediscover(broken record.Fault) {
	kept := v.obs.Snapshot
	v.step("discover", "", "the known page is %s; searching the site again", broken.Kind)
	v.discover()
	if v.obs.Fault == nil || v.obs.Fault.Kind == record.FaultCancelled {
		return
	}
	if broken.Kind.Rule().Absent && v.obs.Fault.Kind == record.FaultNoStatement {
		broken.Detail += "; searched the site again and found no statement"
	}
	v.obs.Snapshot, v.obs.URL = kept, ""
	v.fail(&broken)
}

// settled is the address to remember: where permanent redirects lead, but not
// where a temporary one (a session, a language choice) happened to end.
func settled(asked string, snap *record.Snapshot) string {
	at := asked
	for _, h := range snap.Chain {
		if h.Status != http.StatusMovedPermanently && h.Status != http.StatusPermanentRedirect {
			return at
		}
		at = h.To
	}
	return at
}

// SamePage reports whether two addresses differ only in scheme, "www.", a
// trailing slash or a fragment: the statement did not move between them.
func SamePage(a, b string) bool { return plain(a) == plain(b) }

func plain(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	return strings.TrimPrefix(strings.ToLower(u.Host), "www.") + path + "?" + u.RawQuery
}

func asFault(err error, page string) *record.Fault {
	var f *record.Fault
	if errors.As(err, &f) {
		return f
	}
	return &record.Fault{Kind: record.FaultUnreachable, URL: page, Detail: err.Error()}
}
