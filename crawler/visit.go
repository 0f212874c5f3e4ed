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
	home    *record.Snapshot // the site's home page, when this visit searched
	renders int              // pages that were opened in a browser
}

type fetched struct {
	snap *record.Snapshot
	err  error
}

func (v *visit) step(action, page, format string, args ...any) {
	v.obs.Trail = append(v.obs.Trail, record.Step{At: v.crawler.Clock(), Action: action, URL: page, Outcome: fmt.Sprintf(format, args...)})
}

// keep makes snap what the visit was judged on.
func (v *visit) keep(snap *record.Snapshot) {
	v.obs.Snapshot, v.obs.BodyDigest = snap, ""
}

// digest is the digest of the bytes that the visit is judged on.
func (v *visit) digest() string {
	if s := v.obs.Snapshot; s != nil && v.obs.BodyDigest == "" {
		v.obs.BodyDigest = Digest(s.Body)
	}
	return v.obs.BodyDigest
}

func (v *visit) fail(f *record.Fault) {
	v.obs.Fault, v.obs.Document = f, nil
}

// end closes the visit. Whatever a cancelled context made of it is void.
func (v *visit) end() record.Observation {
	if v.ctx.Err() != nil && (v.obs.Fault != nil || v.obs.Document == nil && !v.obs.Unmodified) {
		v.fail(&record.Fault{Kind: record.FaultCancelled, Detail: "the visit was interrupted"})
	}
	if v.obs.Unmodified && v.obs.Respelt.Words == "" {
		v.recycle()
	} else {
		v.digest()
	}
	if f := v.obs.Fault; f != nil && f.Kind == record.FaultShell && v.crawler.Render == nil {
		g := *f
		g.Detail += "; " + browserHint
		v.obs.Fault = &g
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

// recycle gives the body of a page that is as it was back to the fetcher, where that
// wants it.
func (v *visit) recycle() {
	if r, ok := v.crawler.Fetch.(interface{ Recycle(*record.Snapshot) }); ok && v.obs.Snapshot != nil {
		r.Recycle(v.obs.Snapshot)
	}
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
	v.obs.Fault, v.obs.Document, v.obs.Unmodified, v.obs.Respelt = nil, nil, false, record.Imprint{}
	v.verdict = ""
	snap, err := v.Fetch(v.ctx, r)
	v.keep(snap)
	if err != nil {
		v.fail(v.explain(snap, asFault(err, r.URL)))
		return
	}
	v.obs.URL = settled(r.URL, snap)
	if same := v.unmodified(r, snap); same != "" {
		v.obs.Unmodified = true
		v.step("read", r.URL, "%s", same)
		return
	}
	got := v.read(snap)
	if got.fault != nil && mayRender(got.fault.Kind) {
		got = v.rendered(r.URL, got)
	}
	if got.snap != snap {
		v.keep(got.snap)
	}
	doc, fault := got.doc, got.fault
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

// maxFrames bounds how many frames of one page are opened.
const maxFrames = 3

// mayFrame names the faults of a page whose text may stand in a frame.
func mayFrame(k record.FaultKind) bool {
	return k == record.FaultThin || k == record.FaultShell || k == record.FaultHub || k == record.FaultNotFound
}

// frames looks for the statement in the page's own frames (C10): some portals
// show every text in one.
func (v *visit) frames(page *record.Snapshot) (*record.Snapshot, *record.Document) {
	for i, src := range v.crawler.Read.Frames(page) {
		if i == maxFrames || v.ctx.Err() != nil {
			break
		}
		snap, err := v.Fetch(v.ctx, record.Request{URL: src, AcceptLanguage: v.prior.Lang})
		if err != nil {
			continue
		}
		if doc, fault := v.crawler.Read.Read(v.ctx, snap, v.site, v.prior); fault == nil {
			v.step("read", src, "the statement stands in a frame of the page")
			return snap, doc
		}
	}
	return nil, nil
}

// unmodified says by what the page is known to be unchanged: the server's word,
// its bytes, or the bytes of the statement in it. It is empty when the page must be
// read.
func (v *visit) unmodified(r record.Request, snap *record.Snapshot) string {
	switch {
	case snap.Status == http.StatusNotModified:
		return "not modified, the server says"
	case v.prior.URL != v.obs.URL:
		return ""
	}
	if v.prior.Imprint.Words != "" {
		switch now, ok := v.crawler.Read.Fits(snap, v.prior.Imprint, v.site); {
		case ok && now == v.prior.Imprint:
			return "the same bytes where the statement stands"
		case ok:
			v.obs.Respelt = now
			return "the same words in the same markup where the statement stands"
		}
	}
	if !r.Fresh && v.prior.BodyDigest != "" && v.digest() == v.prior.BodyDigest {
		return "the same bytes as at the last visit"
	}
	return ""
}

// explain looks at the page that came with an error status: a bot wall says so
// in its body, whatever its number, and a planned closure answers 503.
func (v *visit) explain(snap *record.Snapshot, f *record.Fault) *record.Fault {
	if snap == nil || len(snap.Body) == 0 || f.Kind == record.FaultRobotsDenied {
		return f
	}
	_, told := v.crawler.Read.Read(v.ctx, snap, v.site, record.Prior{})
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
