package web_test

import (
	"context"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// reader is somebody at a real browser.
type reader struct {
	t   *testing.T
	ctx context.Context
	at  string
}

func browse(t *testing.T, a *archive) *reader {
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skipf("NOT TESTED: walking the pages needs Chromium: %v", err)
	}
	srv := httptest.NewServer(dashboard(t, a, acting(a)))
	t.Cleanup(srv.Close)
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.UserDataDir(t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, end := chromedp.NewContext(alloc)
	t.Cleanup(func() { end(); stop() })
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as this context
		t.Fatal(err)
	}
	// What breaks the policy is said on the browser's console.
	if err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *log.EventEntryAdded:
			if ev.Entry.Level == log.EntryLevelError && !strings.Contains(ev.Entry.Text, "status of 4") {
				t.Errorf("the browser complains: %s %s", ev.Entry.Text, ev.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			t.Errorf("a script ran: %v", ev)
		}
	}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return &reader{t, ctx, srv.URL}
}

// open shows a page by its address, press what the selector finds.
func (r *reader) open(path string) {
	r.t.Helper()
	if err := chromedp.Do(r.ctx, chromedp.Navigate(r.at+path)); err != nil {
		r.t.Fatalf("open %s: %v", path, err)
	}
}

func (r *reader) press(selector string) {
	r.t.Helper()
	if _, err := chromedp.RunResponse(r.ctx, chromedp.Click(selector)); err != nil {
		r.t.Fatalf("press %s: %v", selector, err)
	}
}

func (r *reader) eval(expression string) string {
	r.t.Helper()
	s, err := chromedp.Run(r.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		r.t.Fatalf("%s: %v", expression, err)
	}
	return s
}

// sees checks that words are on the page.
func (r *reader) sees(words ...string) {
	r.t.Helper()
	text := r.eval(`document.body.innerText`)
	for _, w := range words {
		if !strings.Contains(text, w) {
			r.t.Errorf("%s does not show %q", r.eval(`location.href`), w)
		}
	}
}

// A reader searches, opens a change, takes a capture, sends an alert again and
// changes the language, with nothing but links, fields and buttons.
func TestWalkingThePagesInABrowser(t *testing.T) {
	a := office()
	r := browse(t, a)
	r.open("/?lang=en")
	r.sees("Needs attention", "One capture waits for your word")
	r.press(`nav.main a[href="/sites"]`)
	if err := chromedp.Do(r.ctx, chromedp.SendKeys(`input[name=q]`, "بندر")); err != nil {
		t.Fatal(err)
	}
	r.press(`form[role=search] button`)
	r.sees("1 of 3 sites", "اداره بندر نمونه")
	r.press(`table.sites tbody th a`)
	r.press(`ol.versions a[href$="/changes/2"]`)
	r.sees("No longer met", "Sentences that now say the opposite")
	r.press(`a[href*="view=inline"]`)
	if n := r.eval(`'' + document.querySelectorAll('.sides').length`); n != "0" {
		t.Errorf("%s pairs of sides in one text", n)
	}
	r.press(`.langs a[lang=fa]`)
	if dir := r.eval(`document.documentElement.dir + getComputedStyle(document.querySelector('.quote')).direction`); dir != "rtlrtl" {
		t.Errorf("direction %s", dir)
	}
	r.press(`nav.main a[href="/pending"]`) // the choice is remembered
	r.press(`form[action$="/release"] button`)
	r.sees("برداشت اکنون نسخهٔ تازه است.", "هیچ برداشتی در انتظار نیست.")
	r.open("/alerts?state=given_up&lang=en")
	r.press(`form[action="/alerts/resend"] button`)
	r.sees("The alert will be sent again.")
	if want := []string{"release " + bridges, "resend alert-001"}; !slices.Equal(a.did, want) {
		t.Errorf("%q", a.did)
	}
}

// No page is wider than the screen that it is read on; what must be wide scrolls
// within its own box.
func TestPagesFitASmallScreen(t *testing.T) {
	a := office()
	a.rows[0].Site.Name = strings.Repeat("بسیار‌طولانی", 12)
	a.rows[1].Past.Prior.URL = "https://" + harbour + "/" + strings.Repeat("long-", 60)
	r := browse(t, a)
	if _, err := chromedp.Call(r.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 800, DeviceScaleFactor: 1, Mobile: true}); err != nil {
		t.Fatal(err)
	}
	for target := range everyPage {
		for _, lang := range []string{"en", "fa"} {
			sep := "?"
			if strings.Contains(target, "?") {
				sep = "&"
			}
			r.open(target + sep + "lang=" + lang)
			if w := r.eval(`'' + document.documentElement.scrollWidth`); w != "390" {
				t.Errorf("%s in %s is %s wide", target, lang, w)
			}
		}
	}
}
