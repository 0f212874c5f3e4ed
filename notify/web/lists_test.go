package web_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"policywatch/notify/web"
	"policywatch/store/record"
)

// many is an archive of n sites, without versions.
func many(n int) *archive {
	a := &archive{vs: map[string][]record.Version{}}
	for i := range n {
		state := record.StateOK
		if i%10 == 3 {
			state = record.StateFailing
		}
		a.rows = append(a.rows, record.SiteRow{
			Site: record.Site{Domain: fmt.Sprintf("s%04d.example.gov", i), Name: fmt.Sprintf("Office %04d", i), Labels: []string{fmt.Sprintf("group%d", i%3)}},
			Past: record.Past{State: state, LastSuccess: now.Add(-time.Duration(i) * time.Hour)}, AbsentRequired: make([]string, i%5)})
	}
	return a
}

var siteLink = regexp.MustCompile(`<th scope="row"><a href="/sites/([^"]+)"`)

// listed returns the domains in the table, in its order.
func listed(page string) (out []string) {
	for _, m := range siteLink.FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestSitesArePaged(t *testing.T) {
	h := dashboard(t, many(120))
	seen := map[string]bool{}
	for page, want := range map[int]int{1: 50, 2: 50, 3: 20} {
		w := ask(h, "GET", fmt.Sprintf("/sites?page=%d", page))
		got := listed(w.Body.String())
		if len(got) != want {
			t.Errorf("page %d shows %d sites", page, len(got))
		}
		for _, d := range got {
			seen[d] = true
		}
		if prev, next := strings.Contains(w.Body.String(), `rel="prev"`), strings.Contains(w.Body.String(), `rel="next"`); prev != (page > 1) || next != (page < 3) {
			t.Errorf("page %d: links back %v, on %v", page, prev, next)
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d sites on all pages", len(seen))
	}
	for _, odd := range []string{"0", "-1", "x", "99999", "9223372036854775808"} {
		if w := ask(h, "GET", "/sites?page="+odd); w.Code != http.StatusOK || len(listed(w.Body.String())) == 0 {
			t.Errorf("page %s: %d", odd, w.Code)
		}
	}
}

func TestSitesAreNarrowedAndSorted(t *testing.T) {
	h := dashboard(t, many(40))
	first := func(query string) (string, int) {
		got := listed(ask(h, "GET", "/sites?"+query).Body.String())
		if len(got) == 0 {
			return "", 0
		}
		return got[0], len(got)
	}
	for query, want := range map[string]string{
		"":                      "s0000 40",
		"sort=-name":            "s0039 40",
		"sort=state":            "s0033 40", // failing, the longest not read first
		"sort=success":          "s0039 40",
		"sort=absent_required":  "s0004 40",
		"sort=nonsense":         "s0000 40",
		"state=failing":         "s0003 4",
		"label=group1":          "s0001 13",
		"q=office+0007":         "s0007 1",
		"q=S0011.example":       "s0011 1",
		"q=group2&state=ok":     "s0002 12",
		"q=nothing+like+that":   " 0",
		"state=none&sort=-name": "s0039 40",
	} {
		d, n := first(query)
		if got := fmt.Sprint(strings.TrimSuffix(d, ".example.gov"), " ", n); got != want {
			t.Errorf("?%s: %s, want %s", query, got, want)
		}
	}
	page := ask(h, "GET", "/sites?sort=name").Body.String()
	if !strings.Contains(page, `aria-sort="ascending"><a href="/sites?sort=-name"`) {
		t.Error("the sorted column does not say so, or cannot be turned round")
	}
}

// X2: an Arabic keyboard and a Persian one write the same name in other letters.
func TestSearchKnowsBothKeyboards(t *testing.T) {
	a := many(3)
	a.rows[1].Site.Name = "شهرداری کوهسایه"
	h := dashboard(t, a)
	for _, q := range []string{"شهرداری کوهسایه", "شهرداري كوهسايه", "كوهساي"} {
		if got := listed(ask(h, "GET", "/sites?q="+url.QueryEscape(q)).Body.String()); len(got) != 1 {
			t.Errorf("%s finds %v", q, got)
		}
	}
}

func TestAlertsArePaged(t *testing.T) {
	h := dashboard(t, office())
	older := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	target, pages := "/alerts", 0
	for target != "" {
		w := ask(h, "GET", target)
		if pages++; w.Code != http.StatusOK || pages > 3 {
			t.Fatalf("%s: %d, page %d", target, w.Code, pages)
		}
		m := older.FindStringSubmatch(w.Body.String())
		if target = ""; m != nil {
			target = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if pages != 3 {
		t.Errorf("120 alerts on %d pages", pages)
	}
}

func TestTheLanguageIsTheReaders(t *testing.T) {
	h := dashboard(t, office(), func(o *web.Options) { o.Lang = "ar" })
	for _, c := range []struct{ target, header, want string }{
		{"/", "X: y", "ar"}, {"/", "Accept-Language: fa-IR,fa;q=0.9,en;q=0.8", "fa"}, {"/", "Accept-Language: de,en;q=0.3,fa;q=0.2", "en"},
		{"/", "Accept-Language: de", "ar"}, {"/", "Accept-Language: en;q=0,fa;q=junk", "ar"}, {"/?lang=en", "Accept-Language: fa", "en"},
		{"/", "Cookie: policywatch_lang=fa", "fa"}, {"/?lang=xx", "Cookie: policywatch_lang=<script>", "ar"},
	} {
		if w := ask(h, "GET", c.target, c.header); !strings.Contains(w.Body.String(), `<html lang="`+c.want+`"`) {
			t.Errorf("%s with %s: not %s", c.target, c.header, c.want)
		}
	}
	w := ask(h, "GET", "/sites?q=a&lang=fa&page=2")
	cookie := w.Header().Get("Set-Cookie")
	if !strings.Contains(cookie, "policywatch_lang=fa") || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("the choice is not remembered well: %q", cookie)
	}
	if !strings.Contains(w.Body.String(), `href="/sites?lang=en&amp;page=2&amp;q=a"`) {
		t.Error("another language loses the reader's place")
	}
	// A browser reads //host as another server.
	if strings.Contains(ask(h, "GET", "//evil.example/%2e").Body.String(), `href="//`) {
		t.Error("a link leads to another server")
	}
	// Numbers in the language's figures, dates by its calendars.
	if page := visible(ask(h, "GET", "/sites/"+harbour+"?lang=fa").Body.String()); !strings.Contains(page, "۱۴۰۴/۱۲/۲۷ (2026-03-18)") || !strings.Contains(page, "نسخهٔ ۲") {
		t.Errorf("Persian: %.900s", page)
	}
	if page := visible(ask(h, "GET", "/sites/"+harbour+"?lang=ar").Body.String()); !strings.Contains(page, "2026-03-18 (1447/09/29هـ)") {
		t.Errorf("Arabic: %.900s", page)
	}
}

func TestFeed(t *testing.T) {
	a := office()
	h := dashboard(t, a)
	type feed struct {
		ID, Updated string
		Links       []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Summary string `xml:"summary"`
			Link    struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	read := func(target string, header ...string) (f feed) {
		w := ask(h, "GET", target, header...)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/atom+xml") {
			t.Fatalf("%s: %d %s", target, w.Code, w.Header().Get("Content-Type"))
		}
		if err := xml.Unmarshal(w.Body.Bytes(), &f); err != nil {
			t.Fatalf("%s: %v", target, err)
		}
		return f
	}
	en, fa := read("/feed.atom?lang=en"), read("/feed.atom?lang=fa", "Host: 127.0.0.1:9")
	if len(en.Entries) != 1 || en.Entries[0].Title == fa.Entries[0].Title || en.Entries[0].ID != fa.Entries[0].ID || en.ID != fa.ID {
		t.Errorf("%+v\n%+v", en, fa)
	}
	if got := en.Entries[0].Link.Href; got != "http://example.com/sites/"+harbour+"/changes/2" {
		t.Errorf("link %s", got)
	}
	if n := len(read("/feed.atom?site=" + harbour + "&severity=critical").Entries); n != 1 {
		t.Errorf("%d entries of the site", n)
	}
	if n := len(read("/feed.atom?site=lost.example.gov").Entries); n != 0 {
		t.Errorf("%d entries of a site without versions", n)
	}
	// What XML cannot hold must not break the feed for everybody.
	a.vs[harbour][1].Change.Reason = "control \x01\x0b and \ud7ff ]]> & <b>"
	if f := read("/feed.atom"); !strings.Contains(f.Entries[0].Summary, "<b>") {
		t.Errorf("%+v", f)
	}
	since := "If-Modified-Since: " + now.AddDate(0, 0, -3).Format(http.TimeFormat)
	if w := ask(h, "GET", "/feed.atom", since); w.Code != http.StatusNotModified {
		t.Errorf("nothing new: %d", w.Code)
	}
}

// The list of sites is read once for many readers, and again when it changed.
func TestListsAreReadOnce(t *testing.T) {
	a := many(5)
	clock, revision := now, int64(1)
	var mu sync.Mutex
	h := dashboard(t, a, func(o *web.Options) {
		o.Clock = func() time.Time { mu.Lock(); defer mu.Unlock(); return clock }
		o.Revision = func() int64 { mu.Lock(); defer mu.Unlock(); return revision }
	})
	set := func(d time.Duration, r int64) {
		mu.Lock()
		defer mu.Unlock()
		clock, revision = clock.Add(d), r
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { ask(h, "GET", "/sites") })
	}
	wg.Wait()
	set(time.Hour, 1)
	ask(h, "GET", "/")
	if a.reads != 1 {
		t.Errorf("read %d times although nothing changed", a.reads)
	}
	before := a.reads
	a.rows[0].Site.Name = "Renamed"
	set(time.Hour, 2)
	if page := ask(h, "GET", "/sites").Body.String(); a.reads != before+1 || !strings.Contains(page, "Renamed") {
		t.Errorf("a change an hour ago is not shown: read %d times more", a.reads-before)
	}
}

// A reader who asks for the archive of a daemon that is busy writing still waits
// for no list that he can do without.
func TestAnOldListServesWhileANewOneIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := many(5)
		clock := now
		h := dashboard(t, a, func(o *web.Options) { o.Clock = func() time.Time { return clock } })
		ask(h, "GET", "/sites")
		slow := make(chan struct{})
		a.pause = func(int) { <-slow }
		clock = clock.Add(10 * time.Second)
		w := ask(h, "GET", "/sites")
		if w.Code != http.StatusOK || len(listed(w.Body.String())) != 5 {
			t.Errorf("%d", w.Code)
		}
		close(slow)
	})
}

func TestWaitingForAListEndsWithTheRequest(t *testing.T) {
	h := dashboard(t, &archive{err: context.Canceled})
	if w := ask(h, "GET", "/sites"); w.Code != http.StatusInternalServerError {
		t.Errorf("%d", w.Code)
	}
}

func TestPlacesOnTheTimelineRunWithThePage(t *testing.T) {
	h := dashboard(t, office())
	at := regexp.MustCompile(`translate\((\d+) 28\)`)
	places := func(lang string) (out []string) {
		for _, m := range at.FindAllStringSubmatch(ask(h, "GET", "/sites/"+harbour+"?lang="+lang).Body.String(), -1) {
			out = append(out, m[1])
		}
		return out
	}
	if en, fa := places("en"), places("fa"); !slices.Equal(en, []string{"20", "965"}) || !slices.Equal(fa, []string{"980", "35"}) {
		t.Errorf("%v and %v", en, fa)
	}
}
