package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"policywatch/notify/web"
	"policywatch/store/record"
)

// Whoever comes while many sites are still being counted is told so at once, in his
// language, and is shown no number that is made of them.
func TestWhileSitesAreBeingCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := office()
		a.rows = append(a.rows, many(2000).rows...)
		release := make(chan struct{})
		a.pause = func(row int) {
			if row == 1500 {
				<-release
			}
		}
		h := dashboard(t, a, func(o *web.Options) { o.Clock = time.Now })
		say := map[string]string{"en": "being counted; so far: 1500", "fa": "در حال شمارش‌اند؛ تاکنون: ۱۵۰۰", "ar": "يجري عدّ المواقع"}
		for lang, words := range say {
			for _, path := range []string{"/", "/sites", "/sites?q=x", "/conformance", "/pending", "/health", "/shared"} {
				began := time.Now()
				w := ask(h, "GET", path, "Accept-Language: "+lang)
				page := w.Body.String()
				if w.Code != http.StatusOK || !strings.Contains(page, words) || time.Since(began) > time.Second {
					t.Errorf("%s in %s: %d after %s", path, lang, w.Code, time.Since(began))
				}
				for _, claim := range []string{`class="count"`, `class="calm"`, `class="states"`, "<table", `class="pager"`} {
					if strings.Contains(page, claim) {
						t.Errorf("%s in %s claims something: %s", path, lang, claim)
					}
				}
			}
			for _, path := range []string{"/sites/" + harbour, "/sites/" + harbour + "/changes/2", "/changes", "/alerts"} {
				page := ask(h, "GET", path, "Accept-Language: "+lang).Body.String()
				if !strings.Contains(page, "اداره بندر نمونه") || strings.Contains(page, `class="count"`) {
					t.Errorf("%s in %s needs no counting", path, lang)
				}
			}
		}
		told := make(chan string)
		go func() { told <- ask(h, "GET", "/metrics").Body.String() }()
		synctest.Wait()
		select {
		case x := <-told:
			t.Errorf("a program was told before all was counted:\n%s", x)
		default:
		}
		close(release)
		if x := <-told; !strings.Contains(x, "policywatch_sites{state=\"failing\"} 201\n") || !strings.Contains(x, "policywatch_sites_pending 1\n") {
			t.Error(x)
		}
		if page := ask(h, "GET", "/", "Accept-Language: en").Body.String(); !strings.Contains(page, "2003") || strings.Contains(page, say["en"]) {
			t.Error(page)
		}
	})
}

// A list that follows what is written says what one says that is made anew.
func TestListsFollowWhatIsWritten(t *testing.T) {
	pages := []string{"/", "/sites", "/sites?sort=-changed", "/sites?sort=state", "/sites?sort=success&page=2", "/sites?sort=absent_required", "/sites?q=9", "/sites?state=failing",
		"/sites?state=pending", "/sites?label=two", "/pending", "/health", "/metrics", "/api/v1/sites?per_page=200"}
	rapid.Check(t, func(r *rapid.T) {
		a := many(60)
		for i := range a.rows { // the sites that are written take these places in turn
			a.rows[i].Past.LastVisit, a.rows[i].Past.LastSuccess = now, now.Add(-time.Duration(i)*time.Hour)
		}
		spare := a.rows[50:]
		a.rows = slices.Clone(a.rows[:50])
		clock, writes := now, int64(1)
		var touched []string
		list := []record.Site{{Domain: "zz.listed.gov", Name: "Listed"}, {Domain: spare[0].Site.Domain, Name: "Also listed"}, {Domain: "aa.listed.gov"}}
		options := func(o *web.Options) {
			o.Clock = func() time.Time { return clock }
			o.Listed = list
		}
		h := dashboard(t, a, options, func(o *web.Options) {
			o.Revision = func() int64 { return writes }
			o.Touched = func(since int64) ([]string, int64, bool) {
				out := touched
				touched = nil
				return out, writes, since == 0
			}
		})
		for range rapid.IntRange(1, 3).Draw(r, "rounds") {
			for range rapid.IntRange(0, 8).Draw(r, "writes") {
				i := rapid.IntRange(0, len(a.rows)).Draw(r, "site")
				if i == len(a.rows) {
					if len(spare) == 0 {
						continue
					}
					a.rows, spare = append(a.rows, spare[0]), spare[1:]
				}
				x := &a.rows[i]
				x.Past.State = rapid.SampledFrom([]record.SiteState{record.StateOK, record.StateDegraded, record.StateFailing}).Draw(r, "state")
				x.Past.Pending = nil
				if rapid.Bool().Draw(r, "pending") {
					x.Past.Pending = &record.Pending{Kind: "gone", First: now, Seen: 1, Reason: "x"}
				}
				x.Site.Name = fmt.Sprint("Name ", rapid.IntRange(0, 99).Draw(r, "name"))
				x.Site.Labels = []string{rapid.SampledFrom([]string{"one", "two", "three"}).Draw(r, "label")}
				x.Past.LastSuccess = now.Add(-time.Duration(rapid.IntRange(0, 99).Draw(r, "success")) * time.Hour)
				x.AbsentRequired = make([]string, rapid.IntRange(0, 3).Draw(r, "absent"))
				writes++
				touched = append(touched, x.Site.Domain)
			}
			clock = clock.Add(time.Minute)
			anew := dashboard(t, a, options)
			for range 4 {
				path := rapid.SampledFrom(pages).Draw(r, "page")
				if got, want := ask(h, "GET", path).Body.String(), ask(anew, "GET", path).Body.String(); got != want {
					r.Fatalf("%s:\n%s", path, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
				}
			}
		}
	})
}
