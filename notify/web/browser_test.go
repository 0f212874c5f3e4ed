package web_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"policywatch/configs"
	"policywatch/store/record"
)

// chromium is one browser for all tests; each opens windows of its own in it.
var chromium struct {
	sync.Once
	ctx  context.Context
	err  error
	stop func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.stop != nil {
		chromium.stop()
	}
	os.Exit(code)
}

func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skipf("NOT TESTED: the pages in a browser need Chromium: %v", err)
	}
	chromium.Do(func() {
		profile, err := os.MkdirTemp("", "policywatch-chromium-*")
		if err != nil {
			chromium.err = err
			return
		}
		opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-sync", true), chromedp.UserDataDir(profile))
		alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
		ctx, end := chromedp.NewContext(alloc)
		chromium.ctx, chromium.err = ctx, chromedp.Do(ctx) // it lives as long as this context
		chromium.stop = func() { end(); stop(); os.RemoveAll(profile) }
	})
	if chromium.err != nil {
		t.Fatal(chromium.err)
	}
	return chromium.ctx
}

// visitor is somebody at a real browser.
type visitor struct {
	t   *testing.T
	ctx context.Context
	at  string
}

// browse opens a window on the archive, with cookies of its own.
func browse(t *testing.T, a *archive) *visitor {
	parent := browser(t)
	srv := httptest.NewServer(dashboard(t, a, acting(a)))
	t.Cleanup(srv.Close)
	ctx, end := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil { // the window lives as long as this context
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
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	return &visitor{t, ctx, srv.URL}
}

// open shows a page by its address, press what the selector finds.
func (v *visitor) open(path string) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, chromedp.Navigate(v.at+path)); err != nil {
		v.t.Fatalf("open %s: %v", path, err)
	}
}

func (v *visitor) press(selector string) {
	v.t.Helper()
	if _, err := chromedp.RunResponse(v.ctx, chromedp.Click(selector)); err != nil {
		v.t.Fatalf("press %s: %v", selector, err)
	}
}

func (v *visitor) types(selector, words string) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, chromedp.SendKeys(selector, words)); err != nil {
		v.t.Fatalf("type into %s: %v", selector, err)
	}
}

// picks chooses an entry of a list.
func (v *visitor) picks(selector, value string) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, chromedp.SetValue(selector, value)); err != nil {
		v.t.Fatalf("choose %s in %s: %v", value, selector, err)
	}
}

func (v *visitor) eval(expression string) string {
	v.t.Helper()
	s, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		v.t.Fatalf("%s: %v", expression, err)
	}
	return s
}

// sees checks that words are on the page.
func (v *visitor) sees(words ...string) {
	v.t.Helper()
	text := v.eval(`document.body.innerText`)
	for _, w := range words {
		if !strings.Contains(text, w) {
			v.t.Errorf("%s does not show %q", v.eval(`location.href`), w)
		}
	}
}

func (v *visitor) screen(width int, scheme string) {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(width), Height: 900, DeviceScaleFactor: 1, Mobile: width < 600}); err != nil {
		v.t.Fatal(err)
	}
	if _, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil {
		v.t.Fatal(err)
	}
}

// walked is the archive that a walk goes through: the office, enough sites for three
// pages, and changes for two.
func walked() *archive {
	a := office()
	a.rows = append(a.rows, many(120).rows...)
	for n := 3; n <= 80; n++ {
		v := a.vs[harbour][1]
		v.Number, v.At = n, now.Add(time.Duration(n-3000)*time.Minute)
		a.vs[harbour] = append(a.vs[harbour], v)
	}
	a.rows[1].Past.Version = 80
	return a
}

// A reader searches, narrows, turns pages, opens a change, reads it both ways, goes
// back to an earlier date, takes a capture, sends an alert again and changes the
// language: with nothing but links, fields and buttons, whether the browser runs
// scripts or not.
func TestWalkingThePagesInABrowser(t *testing.T) {
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	for _, book := range books {
		for _, scripts := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/scripts=%v", book.Lang, scripts), func(t *testing.T) { walk(t, book, scripts) })
		}
	}
}

func walk(t *testing.T, book record.Phrasebook, scripts bool) {
	say := func(key string) string { return book.Phrases["web."+key] }
	a := walked()
	v := browse(t, a)
	if _, err := chromedp.Call(v.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts}); err != nil {
		t.Fatal(err)
	}
	if ran := v.eval(`(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.documentElement.append(s); return '' + !!window.ran })()`); ran != fmt.Sprint(scripts) {
		t.Fatalf("a script ran in an empty page: %s", ran)
	}
	v.open("/?lang=" + book.Lang)
	v.sees(say("attention"), say("attention.pending.one"))
	if got := v.eval(`document.documentElement.lang + document.documentElement.dir`); got != book.Lang+book.Dir {
		t.Errorf("the page is in %s", got)
	}
	// The keyboard's first stop leads past the navigation.
	if err := chromedp.Do(v.ctx, chromedp.KeyEvent("\t")); err != nil {
		t.Fatal(err)
	}
	if got := v.eval(`document.activeElement.hash + getComputedStyle(document.activeElement).outlineStyle`); got != "#mainsolid" {
		t.Errorf("the first stop of the keyboard is %s", got)
	}
	v.press(`nav.main a[href="/sites"]`)
	v.press(`.pager a[rel=next]`)
	v.press(`.pager a[rel=next]`)
	if n := v.eval(`'' + document.querySelectorAll('table.sites tbody tr').length`); n != "23" {
		t.Errorf("%s sites on the third page", n)
	}
	v.press(`table.sites thead th:nth-child(2) a`)
	if got := v.eval(`document.querySelector('th[aria-sort]').cellIndex + document.querySelector('th[aria-sort]').getAttribute('aria-sort')`); got != "1ascending" {
		t.Errorf("sorted by %s", got)
	}
	v.picks(`select[name=state]`, "failing")
	v.press(`form[role=search] button`)
	v.sees(say("state.failing"), "lost.example.gov")
	v.press(`.filters a.button`) // all again
	v.types(`input[name=q]`, "بندر")
	v.press(`form[role=search] button`)
	v.sees("اداره بندر نمونه")
	if n := v.eval(`'' + document.querySelectorAll('table.sites tbody tr').length`); n != "1" {
		t.Errorf("%s sites are found", n)
	}
	v.press(`table.sites tbody th a`)
	if book.Lang == "en" {
		v.picks(`input[name=at]`, "2026-03-01")
	} else {
		v.types(`input[name=at]`, "1404/12/10")
	}
	v.press(`form.small button`)
	if got := v.eval(`document.querySelector('li.shown .no').innerText`); got != strings.Replace(say("version"), "%s", digitsOf(book, "1"), 1) {
		t.Errorf("on that date %s stood", got)
	}
	v.press(`ol.versions a[href$="/changes/2"]`)
	v.sees(book.Phrases["label.lost"], book.Phrases["label.flips"])
	if n := v.eval(`'' + document.querySelectorAll('.sides').length`); n == "0" {
		t.Error("nothing stands side by side")
	}
	v.press(`a[href*="view=inline"]`)
	if n := v.eval(`'' + document.querySelectorAll('.sides').length`); n != "0" {
		t.Errorf("%s pairs of sides in one text", n)
	}
	if dir := v.eval(`getComputedStyle(document.querySelector('.quote')).direction`); dir != "rtl" {
		t.Errorf("the statement runs %s", dir)
	}
	v.press(`nav.main a[href="/changes"]`)
	v.press(`.pager a[rel=next]`)
	if n := v.eval(`'' + document.querySelectorAll('ol.news > li').length`); n != "29" {
		t.Errorf("%s changes on the second page", n)
	}
	v.press(`nav.main a[href="/conformance"]`)
	v.sees(say("elements"))
	v.press(`nav.main a[href="/pending"]`)
	v.press(`form[action$="/release"] button`)
	v.sees(say("done.released"), say("pending.none"))
	v.open("/alerts?state=given_up")
	v.press(`form[action="/alerts/resend"] button`)
	v.sees(say("done.resent"))
	v.press(`nav.main a[href="/health"]`)
	v.sees(say("outbox"))
	v.press(`nav.main a[href="/"], a.brand`)
	v.press(`a[href="/shared"]`)
	v.sees(say("shared.none"))
	for _, lang := range []string{"fa", "ar", "en"} {
		v.press(`.langs a[lang=` + lang + `]`)
		if got := v.eval(`document.documentElement.lang + location.pathname`); got != lang+"/shared" {
			t.Errorf("after another language: %s", got)
		}
	}
	if want := []string{"release " + bridges, "resend alert-001"}; !slices.Equal(a.did, want) {
		t.Errorf("%q", a.did)
	}
}

// digitsOf writes a number in a language's digits.
func digitsOf(book record.Phrasebook, n string) string {
	digits := []rune(book.Phrases["digits"])
	if len(digits) != 10 {
		return n
	}
	return strings.Map(func(r rune) rune { return digits[r-'0'] }, n)
}
