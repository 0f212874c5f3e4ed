package crawler_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"policywatch/crawler"
	"policywatch/store/record"
)

const page = "https://water.gov/p"

// withBrowser is a crawler with a browser that shows other pages than the plain
// fetcher gets.
func withBrowser(plain, shown map[string]string) (*crawler.Crawler, *web) {
	c, _ := crawl(plain)
	b := &web{pages: shown}
	c.Render = b
	return c, b
}

func trailHas(o record.Observation, action, words string) bool {
	return slices.ContainsFunc(o.Trail, func(s record.Step) bool { return s.Action == action && strings.Contains(s.Outcome, words) })
}

// C5: what scripts bring is read where the page itself is empty, and only there.
func TestRendersShellsAndThinPagesOnly(t *testing.T) {
	for _, tc := range []struct {
		plain, shown string
		want         record.FaultKind // empty: the statement was read
		detail       string
		renders      int
	}{
		{"shell", "statement en", "", "", 1},
		{"thin", "statement en", "", "", 1},
		{"statement en", "statement en", "", "", 0},
		{"blocked", "statement en", record.FaultBlocked, "", 0},
		{"hub", "statement en", record.FaultHub, "", 0},
		{"frame https://water.gov/inner", "statement fa", "", "", 0},
		// What a person would see is what the page is.
		{"shell", "login", record.FaultLogin, "", 1},
		{"thin", "blocked", record.FaultBlocked, "", 1},
		{"shell", "thin", record.FaultThin, "", 1},
		{"shell", "shell", record.FaultThin, "opened in a browser", 1},
		{"thin", "thin", record.FaultThin, "a browser shows no more", 1},
		{"shell", "frame https://water.gov/inner", "", "", 1},
		// A browser that failed says nothing about a page that was read.
		{"shell", "fault timeout", record.FaultTimeout, "", 1},
		{"thin", "fault timeout", record.FaultThin, "ended with timeout", 1},
	} {
		c, b := withBrowser(map[string]string{home: "links", page: tc.plain, "https://water.gov/inner": "statement en"}, map[string]string{page: tc.shown})
		// Again looks at the page and nothing else.
		o := c.Again(t.Context(), site, page, &record.Document{Lang: ""})
		name := tc.plain + ", shown " + tc.shown
		switch {
		case tc.want == "" && o.Fault != nil, tc.want != "" && (o.Fault == nil || o.Fault.Kind != tc.want):
			t.Errorf("%s: %v, want %q", name, o.Fault, tc.want)
		case tc.detail != "" && !strings.Contains(o.Fault.Detail, tc.detail):
			t.Errorf("%s: %q does not say %q", name, o.Fault.Detail, tc.detail)
		case len(b.asked) != tc.renders:
			t.Errorf("%s: rendered %v", name, b.asked)
		case tc.renders > 0 && !trailHas(o, "render", ""):
			t.Errorf("%s: the trail does not tell: %v", name, o.Trail)
		case o.Fault == nil && o.BodyDigest != crawler.Digest(o.Snapshot.Body):
			t.Errorf("%s: the digest is not of what was judged", name)
		}
	}
}

// Without a browser the fault says what to install.
func TestShellWithoutBrowser(t *testing.T) {
	for name, pages := range map[string]map[string]string{
		"the page": {home: "links", page: "shell"},
		"a link":   {home: "links " + page, page: "shell"},
	} {
		c, _ := crawl(pages)
		prior := record.Prior{}
		if name == "the page" {
			prior.URL = page
		}
		o := c.Observe(t.Context(), site, prior)
		if o.Fault == nil || o.Fault.Kind != record.FaultShell || !strings.Contains(o.Fault.Detail, "install chromium, or set crawl.browser") {
			t.Errorf("%s: %v", name, o.Fault)
		}
	}
}

// A site whose home page is a shell is searched as a browser shows it.
func TestSearchesASiteThatScriptsBuild(t *testing.T) {
	plain := map[string]string{home: "shell", page: "shell"}
	c, b := withBrowser(plain, map[string]string{home: "links " + page, page: "statement fa"})
	o := c.Observe(t.Context(), site, record.Prior{})
	if o.Fault != nil || o.URL != page || o.Document.Lang != "fa" {
		t.Fatalf("%+v", o)
	}
	if want := []string{home, page}; !slices.Equal(b.asked, want) {
		t.Errorf("rendered %v, want %v", b.asked, want)
	}
	c, _ = withBrowser(plain, map[string]string{home: "fault timeout"})
	if o = c.Observe(t.Context(), site, record.Prior{}); o.Fault == nil || o.Fault.Kind != record.FaultTimeout {
		t.Errorf("a home page that could not be rendered: %v", o.Fault)
	}
}

// Scripts may lead on to a file, which no browser reads out.
func TestScriptsThatLeadToAFile(t *testing.T) {
	const file = "https://water.gov/privacy.pdf"
	c, _ := crawl(map[string]string{page: "shell", file: "statement fa"})
	c.Render = sendsTo(file)
	o := c.Again(t.Context(), site, page, &record.Document{Lang: "fa"})
	if o.Fault != nil || o.Snapshot.FinalURL != file || o.URL != page {
		t.Errorf("%+v", o)
	}
	// The page itself is the file: there is nothing to fetch that was not.
	c, w := crawl(map[string]string{page: "shell"})
	c.Render = sendsTo(page)
	if o = c.Again(t.Context(), site, page, &record.Document{Lang: "fa"}); o.Fault == nil || len(w.asked) != 1 {
		t.Errorf("%v after asking for %v", o.Fault, w.asked)
	}
}

type sendsTo string

func (s sendsTo) Fetch(context.Context, record.Request) (*record.Snapshot, error) {
	return nil, &record.Fault{Kind: record.FaultNotText, URL: string(s), Detail: "it is a file"}
}

// A site cannot keep the browser for itself.
func TestRendersAreBounded(t *testing.T) {
	plain := map[string]string{}
	links, shown := "links", map[string]string{}
	for _, p := range strings.Split("abcdefgh", "") {
		at := "https://water.gov/" + p
		links += " " + at
		plain[at], shown[at] = "shell", "hub"
	}
	plain[home] = links
	c, b := withBrowser(plain, shown)
	if c.Observe(t.Context(), site, record.Prior{}); len(b.asked) != 4 {
		t.Errorf("rendered %v", b.asked)
	}
	for at := range shown {
		shown[at] = "fault timeout"
	}
	c, b = withBrowser(plain, shown)
	if c.Observe(t.Context(), site, record.Prior{}); len(b.asked) != 1 {
		t.Errorf("rendered %v although the first took all its time", b.asked)
	}
}
