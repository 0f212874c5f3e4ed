package demo_test

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"policywatch/store/record"
)

type anchor struct{ href, text, title, label string }

func anchors(t *testing.T, a answer) []anchor {
	t.Helper()
	body := a.Body
	if enc := decoders[declared(a)]; enc != nil {
		body, _ = enc.NewDecoder().Bytes(body)
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var out []anchor
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "a" {
			continue
		}
		var l anchor
		for _, at := range n.Attr {
			switch at.Key {
			case "href":
				l.href = at.Val
			case "title":
				l.title = at.Val
			case "aria-label":
				l.label = at.Val
			}
		}
		for c := range n.Descendants() {
			if c.Type == html.TextNode {
				l.text += c.Data
			}
		}
		l.text = strings.TrimSpace(l.text)
		out = append(out, l)
	}
	return out
}

// resolve makes a link absolute; it is empty for links to nowhere and for
// other hosts.
func resolve(t *testing.T, base, href string) string {
	t.Helper()
	b, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u, err := b.Parse(href)
	if err != nil {
		t.Fatalf("%s links %q: %v", base, href, err)
	}
	if u.Host != b.Host || u.Scheme != "http" || u.Fragment != "" || href == "" {
		return ""
	}
	u.RawPath = "" // one spelling of percent-encoding
	return u.String()
}

// A visitor finds the statement among the links of the home page, one click
// deeper at the Estavian Office; wherever it stands at that epoch.
func TestStatementIsLinked(t *testing.T) {
	w := open(t)
	for epoch := range w.Epochs() {
		w.Advance(epoch)
		for _, a := range w.Agencies() {
			if w.Turn(a.Slug, epoch).Expect.Fault == record.FaultMaintenance && a.Slug == "nilrud" {
				continue // the whole site is down
			}
			_, want := w.Statement(a.Slug, epoch)
			want = resolve(t, a.URL(), want)
			finds := func(page string) (links int, found bool) {
				for _, l := range anchors(t, get(t, page)) {
					u := resolve(t, page, l.href)
					if u != "" {
						links++
					}
					found = found || u == want
				}
				return links, found
			}
			links, found := finds(a.URL())
			if links < 15 {
				t.Errorf("%s: the home page has %d links", a.Slug, links)
			}
			if a.Slug == "estavia" {
				if found {
					t.Errorf("estavia: the home page links the statement")
				}
				_, found = finds(a.URL() + "en/about")
			}
			if !found {
				t.Errorf("%s at epoch %d: no link to %s", a.Slug, epoch, want)
			}
		}
	}
}

// The icon in Baran's footer has no words of its own.
func TestIconLink(t *testing.T) {
	w := open(t)
	for _, a := range w.Agencies() {
		if a.Slug != "baran" {
			continue
		}
		for _, l := range anchors(t, get(t, a.URL())) {
			if l.href == "/node/41" && (l.text != "" || l.label == "" || l.title == "") {
				t.Errorf("the link reads %q, title %q, label %q", l.text, l.title, l.label)
			}
		}
	}
}

// Every link within a site leads somewhere.
func TestNoDeadLinks(t *testing.T) {
	w := open(t)
	closed := regexp.MustCompile(`/(Login\.aspx|user/login)`)
	for _, a := range w.Agencies() {
		_, statement := w.Statement(a.Slug, 0)
		pages := []string{a.URL(), statement}
		for i := 0; i < len(pages) && i < 4; i++ {
			for _, l := range anchors(t, get(t, pages[i])) {
				u := resolve(t, pages[i], l.href)
				if u == "" || closed.MatchString(u) || slices.Contains(pages, u) {
					continue
				}
				if res := get(t, u); res.StatusCode != http.StatusOK {
					t.Errorf("%s links %s: status %d", pages[i], u, res.StatusCode)
				}
				pages = append(pages, u)
			}
		}
		if res := get(t, a.URL()+"no/such/page"); res.StatusCode != http.StatusNotFound || len(res.Body) < 1000 {
			t.Errorf("%s: a missing page has status %d and %d bytes", a.Slug, res.StatusCode, len(res.Body))
		}
	}
	if got := w.Trespasses(); len(got) > 0 {
		t.Errorf("following links led to closed pages: %v", got)
	}
}

// Fetching what robots.txt closes is seen.
func TestTrespass(t *testing.T) {
	w := open(t)
	for _, a := range w.Agencies() {
		if a.Slug == "abgineh" {
			get(t, a.URL()+"wp-admin/")
		}
	}
	if got := w.Trespasses(); !slices.Equal(got, []string{"abgineh/wp-admin/"}) {
		t.Errorf("trespasses %q", got)
	}
	if n := w.Requests()["abgineh/wp-admin/"]; n != 1 {
		t.Errorf("counted %d requests, want 1", n)
	}
}

func TestRobotsAndSitemaps(t *testing.T) {
	w := open(t)
	for _, a := range w.Agencies() {
		robots := get(t, a.URL()+"robots.txt")
		if a.Slug == "kuhsayeh" {
			if robots.StatusCode != http.StatusNotFound {
				t.Errorf("kuhsayeh: robots.txt has status %d", robots.StatusCode)
			}
			continue
		}
		if robots.StatusCode != http.StatusOK || !bytes.Contains(robots.Body, []byte("User-agent: *")) {
			t.Errorf("%s: robots.txt: %d %q", a.Slug, robots.StatusCode, robots.Body)
		}
		for line := range strings.Lines(string(robots.Body)) {
			u, ok := strings.CutPrefix(strings.TrimSpace(line), "Sitemap: ")
			if !ok {
				continue
			}
			if res := get(t, u); res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Content-Type"), "xml") {
				t.Errorf("%s: %s: %d %s", a.Slug, u, res.StatusCode, res.Header.Get("Content-Type"))
			}
		}
	}
}
