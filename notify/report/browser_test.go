package report_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"policywatch/notify"
	"policywatch/store/record"
)

// faint lists the words of a page whose contrast to what is behind them is less than
// readers need (WCAG 2.2, 1.4.3), with the figure.
const faint = `(() => {
  const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 }); return .2126 * r + .7152 * g + .0722 * b };
  const out = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim();
    let e = walk.currentNode.parentElement;
    const s = getComputedStyle(e);
    if (!text || text === ' ' || parseFloat(s.fontSize) === 0) continue;
    let back = [255, 255, 255];
    for (; e; e = e.parentElement) { const b = parse(getComputedStyle(e).backgroundColor); if (b.length === 3 || b[3] > 0) { back = b; break } }
    const [a, b] = [light(parse(s.color)), light(back)].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) out.push(text.slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return [document.documentElement.scrollWidth, document.documentElement.dir, document.querySelectorAll('[src],link,script').length, ...out].join('|');
})()`

// Every mail in a real browser, on a wide and on a narrow screen, light and dark, and
// without its style sheet, as it is where a mail program drops that: nothing is wider
// than the screen, all words stand out, nothing is loaded.
func TestMailsInABrowser(t *testing.T) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skipf("NOT TESTED: how mails look needs Chromium: %v", err)
	}
	w := writer(t)
	w.Links = func(ev record.Event) map[string]string {
		return map[string]string{"dashboard": "https://watch.example/sites/" + ev.Site + "/changes/4", "version": "https://watch.example/sites/" + ev.Site + "/versions/4"}
	}
	pages := map[string]string{}
	var list []record.Alert
	all := notify.Samples(when)
	for _, ev := range events() {
		ev.URL += strings.Repeat("/a-very-long-address", 6) // which must break
		all = append(all, ev)
	}
	for i, ev := range all {
		a := record.Alert{ID: fmt.Sprintf("pw_%032d", i), Event: ev, Why: []record.Cause{{Route: "ministries", Floor: "major"}}}
		list = append(list, a)
		for _, lang := range []string{"en", "fa", "ar"} {
			m, err := w.Write(a, lang)
			if err != nil {
				t.Fatal(err)
			}
			pages[fmt.Sprintf("/%d-%s.%s", i, ev.Type, lang)] = m.HTML
		}
	}
	for _, lang := range []string{"en", "fa", "ar"} {
		m, err := w.Digest("pw_digest", list, lang)
		if err != nil {
			t.Fatal(err)
		}
		pages["/digest."+lang] = m.HTML
	}
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		page, known := pages[r.URL.Path]
		if !known {
			if r.URL.Path != "/favicon.ico" {
				t.Errorf("a mail asks for %s", r.URL.Path)
			}
			http.NotFound(rw, r)
			return
		}
		if head, rest, ok := strings.Cut(page, "<style>"); ok && r.URL.RawQuery == "bare" {
			_, rest, _ = strings.Cut(rest, "</style>")
			page = head + rest
		}
		fmt.Fprint(rw, page)
	}))
	t.Cleanup(srv.Close)
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.UserDataDir(t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	browser, end := chromedp.NewContext(alloc)
	t.Cleanup(func() { end(); stop() })
	if err := chromedp.Do(browser); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(browser, 2*time.Minute)
	t.Cleanup(cancel)
	for _, view := range []struct {
		width  int64
		scheme string
		query  string
	}{{600, "light", ""}, {360, "light", ""}, {360, "dark", ""}, {600, "light", "bare"}} {
		if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: view.width, Height: 800, DeviceScaleFactor: 1, Mobile: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: view.scheme}}}); err != nil {
			t.Fatal(err)
		}
		for name := range pages {
			// The richest hold every look; the others are seen on the narrow screen.
			if rich := strings.Contains(name, "digest") || strings.Contains(name, "dropped"); !rich && (view.width > 360 || view.scheme == "dark") {
				continue
			}
			if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+name+"?"+view.query)); err != nil {
				t.Fatal(err)
			}
			seen, err := chromedp.Run(ctx, chromedp.Evaluate[string](faint))
			if err != nil {
				t.Fatal(err)
			}
			dir := "rtl"
			if strings.HasSuffix(name, ".en") {
				dir = "ltr"
			}
			if want := fmt.Sprintf("%d|%s|0", view.width, dir); seen != want {
				t.Errorf("%s, %d wide, %s %s: width, direction, things to load, faint words: %s; want %s", name, view.width, view.scheme, view.query, seen, want)
			}
		}
	}
}
