package web_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"policywatch/store/record"
)

// gallery is every page, with the archive that it is shown from.
func gallery() map[*archive][]string {
	pages := slices.Sorted(maps.Keys(everyPage))
	empty := &archive{vs: map[string][]record.Version{}}
	counting, never := office(), make(chan struct{})
	counting.rows = append(counting.rows, many(2000).rows...)
	counting.pause = func(row int) {
		if row == 1500 {
			<-never
		}
	}
	return map[*archive][]string{office(): append(pages, "/nothing-here", "/sites?q=nothing+like+that", "/alerts?state=waiting"),
		ministries(): {"/shared", "/shared/water.example.gov.ir", "/sites/farm.example.gov.ir", "/pending"},
		counting:     {"/", "/sites", "/alerts"},
		empty:        {"/", "/sites", "/changes", "/conformance", "/pending", "/alerts", "/shared", "/health"}}
}

func inLanguage(target, lang string) string {
	sep := "?"
	if strings.Contains(target, "?") {
		sep = "&"
	}
	return target + sep + "lang=" + lang
}

// The accessibility rules of axe-core find nothing to object to on any page, in
// light and dark, from left to right and from right to left, on a wide screen and on
// a telephone. What a page folds away is looked at unfolded.
func TestPagesAreAccessible(t *testing.T) {
	path := os.Getenv("POLICYWATCH_AXE")
	if path == "" {
		t.Skip("NOT TESTED: accessibility; POLICYWATCH_AXE names no axe.min.js (npm package axe-core, see .ci/run)")
	}
	axe, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err) // it was promised
	}
	// Between light and dark nothing differs but colours.
	options := map[string]string{"light": `{resultTypes: ['violations']}`,
		"dark": `{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}`}
	const run = `axe.run(document, %s).then(r => JSON.stringify({
		rules: r.passes.length, bad: r.violations.map(v => v.id + ' (' + v.impact + '): ' + v.nodes.map(n => n.html.slice(0, 120) + ' ' + n.failureSummary).join(' | ').slice(0, 600))}))`
	looked, rules := 0, 0
	for a, targets := range gallery() {
		v := browse(t, a)
		for _, target := range targets {
			for _, lang := range []string{"en", "fa"} {
				v.open(inLanguage(target, lang))
				v.eval(`document.querySelectorAll('details').forEach(d => d.open = true); ''`)
				if err := chromedp.Do(v.ctx, chromedp.Evaluate[chromedp.Void](string(axe))); err != nil {
					t.Fatal(err)
				}
				for _, width := range []int{1280, 390} {
					for _, scheme := range []string{"light", "dark"} {
						v.screen(width, scheme)
						said, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](fmt.Sprintf(run, options[scheme]), chromedp.EvalAwaitPromise))
						if err != nil {
							t.Fatal(err)
						}
						var found struct {
							Rules int
							Bad   []string
						}
						if err := json.Unmarshal([]byte(said), &found); err != nil {
							t.Fatal(err)
						}
						looked, rules = looked+1, rules+found.Rules
						for _, bad := range found.Bad {
							t.Errorf("%s in %s, %s, %d px: %s", target, lang, scheme, width, bad)
						}
						if w := v.eval(`'' + document.documentElement.scrollWidth`); w != fmt.Sprint(width) {
							t.Errorf("%s in %s is %s wide on a screen of %d", target, lang, w, width)
						}
					}
				}
			}
		}
	}
	if looked < 200 || rules < 8*looked {
		t.Errorf("%d looks, %d rules passed: the rules did not run", looked, rules)
	}
}

// No page is wider than the screen that it is read on; what must be wide scrolls
// within its own box.
func TestPagesFitASmallScreen(t *testing.T) {
	a := office()
	a.rows[0].Site.Name = strings.Repeat("بسیار‌طولانی", 12)
	a.rows[1].Past.Prior.URL = "https://" + harbour + "/" + strings.Repeat("long-", 60)
	v := browse(t, a)
	v.screen(390, "light")
	for target := range everyPage {
		for _, lang := range []string{"en", "fa"} {
			v.open(inLanguage(target, lang))
			if w := v.eval(`'' + document.documentElement.scrollWidth`); w != "390" {
				t.Errorf("%s in %s is %s wide", target, lang, w)
			}
		}
	}
}
