package web_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"policywatch/notify/web"
	"policywatch/store/record"
)

// K4: a site that waits for its first visit is there, and nothing is said of what
// its statement lacks.
func TestSitesThatWereNeverVisited(t *testing.T) {
	h := dashboard(t, office(), func(o *web.Options) {
		o.Listed = []record.Site{{Domain: harbour, Name: "another name"}, {Domain: "fresh.example.gov", Name: "Office of New Things", Profile: "ir-gov"}}
	})
	for target, want := range map[string]string{"/": "4 sites are watched", "/sites?state=new": "Office of New Things", "/sites/fresh.example.gov": "not visited yet",
		"/conformance": "Office of New Thingsnot visited yetunknown", "/sites?q=new+things": "not visited yet"} {
		w := ask(h, "GET", target, "Accept-Language: en")
		if text := visible(w.Body.String()); w.Code != http.StatusOK || !strings.Contains(text, want) || strings.Contains(text, "another name") {
			t.Errorf("%s: %d, without %q: %s", target, w.Code, want, text)
		}
	}
	if text := visible(ask(h, "GET", "/sites/fresh.example.gov").Body.String()); strings.Contains(text, "absent") {
		t.Errorf("it is said to lack something: %s", text)
	}
	if w := ask(h, "GET", "/api/v1/sites?state=new"); !strings.Contains(w.Body.String(), `"site":"fresh.example.gov"`) || !strings.Contains(w.Body.String(), `"absent":[]`) {
		t.Errorf("the API: %s", w.Body)
	}
	got := scrape(t, ask(h, "GET", "/metrics").Body.String())
	if got[`policywatch_sites{state="new"}`] != 1 || got["policywatch_sites_late"] != 1 {
		t.Errorf("%v new, %v late", got[`policywatch_sites{state="new"}`], got["policywatch_sites_late"])
	}
}

// Changes go on page by page, without one shown twice or left out.
func TestChangesArePaged(t *testing.T) {
	a := office()
	for n := 3; n <= 130; n++ {
		v := a.vs[harbour][1]
		change := *v.Change
		if n%2 == 0 {
			change.Severity = record.SeverityMinor
		}
		v.Number, v.At, v.Change = n, now.Add(time.Duration(n-200)*time.Minute), &change
		a.vs[harbour] = append(a.vs[harbour], v)
	}
	h := dashboard(t, a)
	link := regexp.MustCompile(`/changes/(\d+)"`)
	older := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	for _, c := range []struct {
		target      string
		pages, rows int
	}{{"/changes?lang=en", 3, 129}, {"/changes?severity=major", 2, 65}} {
		seen, pages, last := map[string]bool{}, 0, 0
		for target := c.target; target != ""; pages++ {
			page := ask(h, "GET", target).Body.String()
			for _, m := range link.FindAllStringSubmatch(page, -1) {
				n, _ := strconv.Atoi(m[1])
				if seen[m[1]] || last != 0 && n > last {
					t.Errorf("%s: change %d after %d", target, n, last)
				}
				seen[m[1]], last = true, n
			}
			if strings.Contains(page, "The newest changes") != (pages > 0) && c.target == "/changes?lang=en" {
				t.Errorf("%s: the way back to the newest", target)
			}
			target = ""
			if m := older.FindStringSubmatch(page); m != nil {
				target = html.UnescapeString(m[1])
			}
		}
		if pages != c.pages || len(seen) != c.rows {
			t.Errorf("%s: %d changes on %d pages, want %d on %d", c.target, len(seen), pages, c.rows, c.pages)
		}
	}
	if w := ask(h, "GET", "/changes?before=nonsense"); w.Code != http.StatusNotFound {
		t.Errorf("a place that is none: %d", w.Code)
	}
}

// Why something is so is said in the reader's language; what a server said, and what
// an old archive keeps in English alone, is marked as English.
func TestReasonsAreSaidInTheReadersLanguage(t *testing.T) {
	a := office()
	h := dashboard(t, a)
	for target, want := range map[string][2]string{
		"/sites/" + harbour:       {"در هیچ جای بیانیه چنین چیزی نیامده است.", "nothing in the statement"},
		"/sites/" + harbour + "?": {"بیانیه به متن یکی از نسخه‌های پیشین خود بازگشت.", "a section is gone"},
		"/alerts?state=given_up":  {"گیرنده آن را نپذیرفت: «550 no such user».", "refused"},
		"/pending":                {"۲۰", "The text shrank"},
	} {
		text := visible(ask(h, "GET", target, "Accept-Language: fa").Body.String())
		if !strings.Contains(text, want[0]) || strings.Contains(text, want[1]) {
			t.Errorf("%s lacks %q or holds %q: %s", target, want[0], want[1], text)
		}
	}
	a.told[1].Told = nil
	if page := ask(h, "GET", "/alerts?state=given_up", "Accept-Language: fa").Body.String(); !strings.Contains(page, `<span class="english" lang="en" dir="ltr">refused: 550 no such user</span>`) {
		t.Error("a reason of an old archive")
	}
}
