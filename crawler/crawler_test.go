package crawler_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"policywatch/crawler"
	"policywatch/crawler/discover"
	"policywatch/store/record"
)

const home = "https://water.gov/"

// web is a website in memory: body by address. A body "302 URL" redirects for
// now and "301 URL" for good; a body that names a fault is that fault.
type web struct {
	pages map[string]string
	asked []string
}

func (w *web) Fetch(ctx context.Context, r record.Request) (*record.Snapshot, error) {
	if ctx.Err() != nil {
		return nil, &record.Fault{Kind: record.FaultCancelled}
	}
	w.asked = append(w.asked, r.URL)
	body, ok := w.pages[r.URL]
	switch {
	case !ok:
		return &record.Snapshot{URL: r.URL, FinalURL: r.URL, Status: 404}, &record.Fault{Kind: record.FaultNotFound, URL: r.URL}
	case strings.HasPrefix(body, "fault "):
		return nil, &record.Fault{Kind: record.FaultKind(body[6:]), URL: r.URL}
	case r.ETag != "" && r.ETag == body:
		return &record.Snapshot{URL: r.URL, FinalURL: r.URL, Status: http.StatusNotModified}, nil
	}
	snap := &record.Snapshot{URL: r.URL, FinalURL: r.URL, Status: 200, Body: []byte(body)}
	if to, ok := strings.CutPrefix(body, "301 "); ok {
		snap.Chain, snap.FinalURL = []record.Hop{{Status: 301, From: r.URL, To: to}}, to
	} else if to, ok = strings.CutPrefix(body, "302 "); ok {
		snap.Chain, snap.FinalURL = []record.Hop{{Status: 302, From: r.URL, To: to}}, to
	} else {
		return snap, nil
	}
	snap.Body = []byte(w.pages[snap.FinalURL])
	return snap, nil
}

// Recycle spoils the bytes, as the next body in their place does.
func (w *web) Recycle(snap *record.Snapshot) {
	clear(snap.Body)
	snap.Body = nil
}

func (w *web) Home(ctx context.Context, domain, scheme string) (*record.Snapshot, error) {
	return w.Fetch(ctx, record.Request{URL: scheme + "://" + domain + "/"})
}

// reader takes a body "statement LANG ..." for a statement, "frame URL" for a
// thin page around a frame, and any other body for the verdict that it names.
type reader struct{}

func (reader) Read(_ context.Context, snap *record.Snapshot, _ record.Site, _ record.Prior) (*record.Document, *record.Fault) {
	words := strings.Fields(string(snap.Body) + " thin")
	switch words[0] {
	case "statement":
		return &record.Document{Lang: words[1], Quality: record.Quality{Verdict: record.VerdictStatement}}, nil
	case "frame":
		words[0] = "thin"
	}
	return &record.Document{Quality: record.Quality{Verdict: record.Verdict(words[0])}},
		&record.Fault{Kind: record.FaultKind(words[0]), URL: snap.FinalURL, Detail: "as the page says"}
}

// Fits takes the words for the whole of an imprint, and capitals for a spelling.
func (reader) Fits(snap *record.Snapshot, i record.Imprint, _ record.Site) (record.Imprint, bool) {
	if strings.HasPrefix(string(snap.Body), strings.ToUpper(i.Words)) {
		i.Region = "capitals"
		return i, true
	}
	return i, strings.HasPrefix(string(snap.Body), i.Words)
}

func (reader) Frames(snap *record.Snapshot) []string {
	if src, ok := strings.CutPrefix(string(snap.Body), "frame "); ok {
		return []string{src}
	}
	return nil
}

// finder proposes the addresses that the home page lists, after reading it
// through the visit's fetcher as a real finder does.
type finder struct{}

func (finder) Search(f crawler.Fetcher, _ record.Site, home, _ string) crawler.Search {
	return &search{f: f, home: home}
}

func (finder) Prefers(*record.Snapshot) string                    { return "" }
func (finder) Offers(*record.Snapshot) []discover.Offer           { return nil }
func (finder) Linked(*record.Snapshot) ([]record.Candidate, bool) { return nil, false }

type search struct {
	f    crawler.Fetcher
	home string
	done bool
}

func (s *search) More(ctx context.Context) ([]record.Candidate, []record.Step, *record.Fault) {
	if s.done {
		return nil, nil, &record.Fault{Kind: record.FaultNoStatement}
	}
	s.done = true
	snap, err := s.f.Fetch(ctx, record.Request{URL: s.home})
	if err != nil {
		return nil, nil, err.(*record.Fault)
	}
	if string(snap.Body) == "shell" {
		return nil, nil, &record.Fault{Kind: record.FaultShell, URL: s.home}
	}
	var out []record.Candidate
	for _, u := range strings.Fields(strings.TrimPrefix(string(snap.Body), "links")) {
		out = append(out, record.Candidate{URL: u, Score: 0.9})
	}
	return out, nil, nil
}

func crawl(pages map[string]string) (*crawler.Crawler, *web) {
	w := &web{pages: pages}
	return &crawler.Crawler{Fetch: w, Door: w, Find: finder{}, Read: reader{}, Scheme: "https",
		Clock: func() time.Time { return time.Unix(1e9, 0) }, Log: slog.New(slog.DiscardHandler)}, w
}

func (s *search) Onward(page *record.Snapshot) []record.Candidate {
	if to, ok := strings.CutPrefix(string(page.Body), "hub "); ok {
		return []record.Candidate{{URL: to, Score: 0.8}}
	}
	return nil
}

var site = record.Site{Domain: "water.gov"}

func TestFindsTheStatementWhenNoPageIsKnown(t *testing.T) {
	c, w := crawl(map[string]string{home: "links https://water.gov/a https://water.gov/b", "https://water.gov/a": "hub", "https://water.gov/b": "statement en"})
	o := c.Observe(t.Context(), site, record.Prior{})
	if o.Fault != nil || o.URL != "https://water.gov/b" || !o.Discovered {
		t.Fatalf("%+v", o)
	}
	if o.Candidates[0].Verdict != record.VerdictHub || o.Candidates[1].Verdict != record.VerdictStatement {
		t.Errorf("candidates %+v", o.Candidates)
	}
	if len(w.asked) != 3 {
		t.Errorf("the home page was asked for twice: %v", w.asked)
	}
}

// C6: a hub is followed to where it leads.
func TestFollowsAHub(t *testing.T) {
	c, _ := crawl(map[string]string{home: "links https://water.gov/a https://water.gov/c", "https://water.gov/a": "hub https://water.gov/b",
		"https://water.gov/b": "statement en", "https://water.gov/c": "thin"})
	if o := c.Observe(t.Context(), site, record.Prior{}); o.Fault != nil || o.URL != "https://water.gov/b" || len(o.Candidates) != 3 {
		t.Errorf("%+v", o)
	}
}

// "Absent" is never "could not look".
func TestAbsentIsNeverCouldNotLook(t *testing.T) {
	for name, tc := range map[string]struct {
		pages map[string]string
		want  record.FaultKind
	}{
		"nothing linked":        {map[string]string{home: "links"}, record.FaultNoStatement},
		"linked page is a hub":  {map[string]string{home: "links https://water.gov/a", "https://water.gov/a": "hub"}, record.FaultNoStatement},
		"linked page is walled": {map[string]string{home: "links https://water.gov/a", "https://water.gov/a": "blocked"}, record.FaultBlocked},
		"linked page times out": {map[string]string{home: "links https://water.gov/a", "https://water.gov/a": "fault timeout"}, record.FaultTimeout},
		"home is down":          {map[string]string{home: "fault dns"}, record.FaultDNS},
	} {
		c, _ := crawl(tc.pages)
		if o := c.Observe(t.Context(), site, record.Prior{}); o.Fault == nil || o.Fault.Kind != tc.want {
			t.Errorf("%s: %v, want %s", name, o.Fault, tc.want)
		}
	}
}

// A known page that broke is looked for again; the first fault stands when
// nothing is found.
func TestSearchesAgainWhenTheKnownPageBroke(t *testing.T) {
	prior := record.Prior{URL: "https://water.gov/old", Lang: "en"}
	c, _ := crawl(map[string]string{home: "links https://water.gov/new", "https://water.gov/new": "statement en"})
	if o := c.Observe(t.Context(), site, prior); o.Fault != nil || o.URL != "https://water.gov/new" {
		t.Errorf("%+v", o)
	}
	c, _ = crawl(map[string]string{home: "links"})
	if o := c.Observe(t.Context(), site, prior); o.Fault == nil || o.Fault.Kind != record.FaultNotFound || !strings.Contains(o.Fault.Detail, "found no statement") {
		t.Errorf("%+v", o.Fault)
	}
	c, w := crawl(map[string]string{home: "links", prior.URL: "fault http_5xx"})
	if o := c.Observe(t.Context(), site, prior); o.Fault.Kind != record.FaultHTTP5xx || len(w.asked) != 1 {
		t.Errorf("a server that fails made the site be searched: %v %v", o.Fault, w.asked)
	}
}

// A page whose bytes the statement's imprint fits is not read, unless a week went
// by since the last reading or the page is read in another way now.
func TestAKnownStatementIsNotReadAgain(t *testing.T) {
	const page = "https://water.gov/p"
	now := time.Unix(1e9, 0)
	prior := record.Prior{URL: page, Lang: "en", Imprint: record.Imprint{Words: "statement en", Read: now.Add(-6 * 24 * time.Hour)}}
	c, _ := crawl(map[string]string{page: "statement en 12 visits"})
	if o := c.Observe(t.Context(), site, prior); !o.Unmodified || o.Document != nil || o.Fault != nil || o.Snapshot.Body != nil {
		t.Errorf("read again, or its body not given back: %+v", o)
	}
	narrowed := site
	narrowed.Select = "main"
	if o := c.Observe(t.Context(), narrowed, prior); o.Unmodified || o.Document == nil || !strings.HasPrefix(string(o.Snapshot.Body), "statement") {
		t.Errorf("not read although the selectors are new: %+v", o)
	}
	c, _ = crawl(map[string]string{page: "STATEMENT EN 12 visits"})
	if o := c.Observe(t.Context(), site, prior); !o.Unmodified || o.Respelt.Region != "capitals" || o.Snapshot.Body == nil || o.BodyDigest == "" {
		t.Errorf("another spelling, which is to be kept: %+v", o)
	}
	c, _ = crawl(map[string]string{page: "statement en 12 visits"})
	prior.Imprint.Read = now.Add(-8 * 24 * time.Hour)
	if o := c.Observe(t.Context(), site, prior); o.Unmodified || o.Document == nil {
		t.Errorf("not read for more than a week: %+v", o)
	}
}

func TestTheUsersPageWinsWhenItChanges(t *testing.T) {
	pages := map[string]string{"https://water.gov/old": "statement en", "https://water.gov/hint": "statement en"}
	c, _ := crawl(pages)
	hinted := record.Site{Domain: "water.gov", URL: "https://water.gov/hint"}
	if o := c.Observe(t.Context(), hinted, record.Prior{URL: "https://water.gov/old"}); o.URL != hinted.URL {
		t.Errorf("read %s", o.URL)
	}
	if o := c.Observe(t.Context(), hinted, record.Prior{URL: "https://water.gov/old", Hint: hinted.URL}); o.URL != "https://water.gov/old" {
		t.Errorf("read %s", o.URL)
	}
}

// C8: a page in another language is a fault, and another candidate in the old
// language is taken.
func TestOtherLanguageIsAFault(t *testing.T) {
	prior := record.Prior{URL: "https://water.gov/p", Lang: "fa"}
	c, _ := crawl(map[string]string{home: "links", prior.URL: "statement en"})
	if o := c.Observe(t.Context(), site, prior); o.Fault == nil || o.Fault.Kind != record.FaultWrongLanguage {
		t.Errorf("%+v", o.Fault)
	}
	c, _ = crawl(map[string]string{home: "links https://water.gov/en https://water.gov/fa", prior.URL: "statement en",
		"https://water.gov/en": "statement en", "https://water.gov/fa": "statement fa"})
	if o := c.Observe(t.Context(), site, prior); o.Fault != nil || o.URL != "https://water.gov/fa" {
		t.Errorf("%+v", o)
	}
}

// C10: the text moved into a frame.
func TestStatementInAFrame(t *testing.T) {
	c, _ := crawl(map[string]string{"https://water.gov/p": "frame https://water.gov/inner", "https://water.gov/inner": "statement en"})
	o := c.Observe(t.Context(), site, record.Prior{URL: "https://water.gov/p"})
	if o.Fault != nil || o.URL != "https://water.gov/p" || o.Snapshot.URL != "https://water.gov/inner" {
		t.Errorf("%+v", o)
	}
}

func TestRedirectsMoveTheAddressOnlyWhenTheyAreForGood(t *testing.T) {
	for code, want := range map[string]string{"301": "https://water.gov/b", "302": "https://water.gov/a"} {
		c, _ := crawl(map[string]string{"https://water.gov/a": code + " https://water.gov/b", "https://water.gov/b": "statement en"})
		if o := c.Observe(t.Context(), site, record.Prior{URL: "https://water.gov/a"}); o.URL != want {
			t.Errorf("%s: remembered %s, want %s", code, o.URL, want)
		}
	}
}

func TestUnmodified(t *testing.T) {
	const page = "https://water.gov/p"
	pages := map[string]string{page: "statement en"}
	c, _ := crawl(pages)
	if o := c.Observe(t.Context(), site, record.Prior{URL: page, ETag: "statement en"}); !o.Unmodified || o.Document != nil {
		t.Errorf("304: %+v", o)
	}
	same := record.Prior{URL: page, BodyDigest: crawler.Digest([]byte("statement en"))}
	if o := c.Observe(t.Context(), site, same); !o.Unmodified {
		t.Errorf("same bytes: %+v", o)
	}
	if o := c.Again(t.Context(), site, page, &record.Document{Lang: "en"}); o.Unmodified || o.Document == nil {
		t.Errorf("a second look must read: %+v", o)
	}
	known := &record.Document{Lang: "en", Imprint: record.Imprint{Words: "statement en"}}
	if o := c.Again(t.Context(), site, page, known); !o.Unmodified {
		t.Errorf("the same text at the second look: %+v", o)
	}
}

// Whatever a cancelled visit saw is void.
func TestCancelledVisitIsVoid(t *testing.T) {
	c, _ := crawl(map[string]string{home: "links"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, prior := range []record.Prior{{}, {URL: "https://water.gov/p"}} {
		if o := c.Observe(ctx, site, prior); o.Fault == nil || o.Fault.Kind != record.FaultCancelled {
			t.Errorf("%+v", o.Fault)
		}
	}
}

func TestSamePage(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		same bool
	}{
		{"http://x.gov/p", "https://www.x.gov/p/#top", true},
		{"https://x.gov/p?id=1", "https://x.gov/p?id=2", false},
		{"https://x.gov/p", "https://x.gov/q", false},
	} {
		if crawler.SamePage(tc.a, tc.b) != tc.same {
			t.Errorf("SamePage(%s, %s)", tc.a, tc.b)
		}
	}
}
