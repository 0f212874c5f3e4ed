package render

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"policywatch/store/record"
)

// outcome says what a page left behind.
type outcome int

const (
	usable outcome = iota // the browser may open another page
	spoilt                // the browser hung, and was ended
	died                  // the browser ended by itself
)

// closeTime is how long a page that is done with may take to go.
const closeTime = 3 * time.Second

// page is one page that is open.
type page struct {
	*watch
	o   *Options
	tab context.Context // chromedp's
	ctx context.Context // of the work on the page; ends when it is given up
}

// content is what a page holds in the end.
type content struct {
	url  string
	html string
}

// open opens at and returns what stands there once it has settled. Unless the
// outcome is usable, no process of the browser is left.
func (in *instance) open(ctx context.Context, at, language string) (*record.Snapshot, *record.Fault, outcome) {
	began := time.Now()
	if in.proxy != nil {
		in.proxy.forget() // what came late for the page before
	}
	life, cancel := context.WithTimeout(in.ctx, in.o.Timeout)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	p := &page{o: in.o, watch: newWatch(in.proxy, in.o.MaxBody, language == "")}
	var closeTab context.CancelFunc
	p.tab, closeTab = chromedp.NewContext(life, chromedp.WithNewBrowserContext(in.behindProxy), chromedp.WithListener(p.listen))
	p.ctx, p.stop = context.WithCancel(p.tab)
	defer p.stop()
	answered := make(chan struct{})
	go func() { defer close(answered); p.answer(p.tab) }()

	got, err := p.render(at, in.agent, language)
	snap := p.snapshot(at, got)
	if snap != nil {
		snap.At, snap.Took = in.o.Clock(), time.Since(began)
	}
	fault, left := p.judge(ctx, in, life, at, err)
	if left == usable && !within(closeTime, closeTab) {
		left = spoilt
	}
	if left != usable {
		in.kill()
		closeTab()
	}
	<-answered
	in.tell(ctx, at)
	if fault != nil && fault.Kind == record.FaultCancelled {
		snap = nil
	}
	return snap, fault, left
}

// judge says what is wrong with a page, nil if nothing is, and whether its
// browser can go on.
func (p *page) judge(ctx context.Context, in *instance, life context.Context, at string, err error) (*record.Fault, outcome) {
	doc, _ := p.latest()
	f, dead := p.broken()
	switch {
	case ctx.Err() != nil:
		// Whether it hangs is not known, and whoever cancels is about to leave.
		return interrupted(ctx, at, "rendering the page"), spoilt
	case in.lost():
		return &record.Fault{Kind: record.FaultShell, URL: at, Detail: "the browser ended while it rendered the page"}, died
	case dead:
		return f, spoilt
	case f != nil, errors.As(err, &f):
		return f, usable
	case life.Err() != nil:
		return &record.Fault{Kind: record.FaultTimeout, URL: at, Status: doc.status, Detail: "time ran out while " + doc.doing()}, spoilt
	case err != nil:
		return &record.Fault{Kind: record.FaultShell, URL: at, Detail: "the browser failed: " + firstLine(err.Error())}, spoilt
	}
	return statusFault(doc.url, doc.status), usable
}

// doing is how far a document had come, for the words of a fault.
func (d document) doing() string {
	switch {
	case d.status == 0:
		return "waiting for the answer"
	case !d.ended:
		return "the document came"
	}
	return "the page's scripts ran"
}

// behindProxy sets up the browser context of one page.
func (in *instance) behindProxy(c *target.CreateBrowserContextParams) {
	if in.proxy != nil {
		c.ProxyServer, c.ProxyBypassList = "http://"+in.proxy.address(), "<-loopback>"
	}
}

// within runs f and reports whether it came back in time. It goes on if not.
func within(d time.Duration, f func()) bool {
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
		return true
	case <-time.After(d):
		return false
	}
}

// maxTold bounds how many of a page's refused requests are told one by one.
const maxTold = 10

// tell reports what the page asked for and was refused. That a server could not
// be reached is common, and said in the log alone.
func (in *instance) tell(ctx context.Context, at string) {
	if in.proxy == nil {
		return
	}
	told := 0
	for _, r := range in.proxy.forget() {
		if r.fault.Kind != record.FaultForbiddenAddress {
			in.o.Log.DebugContext(ctx, "a page's request failed", "page", at, "host", r.host, "fault", r.fault.Kind, "detail", r.fault.Detail)
			continue
		}
		if told++; told > maxTold {
			break
		}
		in.o.Log.WarnContext(ctx, "a page's request was refused by the address guard", "page", at, "host", r.host, "detail", r.fault.Detail)
		if in.o.Step != nil {
			in.o.Step(ctx, record.Step{At: in.o.Clock(), Action: "render", URL: at,
				Outcome: fmt.Sprintf("%s: the page asked for %s: %s", r.fault.Kind, r.host, r.fault.Detail)})
		}
	}
}

// render prepares the tab, goes to the page, waits and reads.
func (p *page) render(at, agent, language string) (content, error) {
	// A third of the time is left to read what is there.
	until := time.Now().Add(p.o.Timeout * 2 / 3)
	if err := p.prepare(agent, language); err != nil {
		return content{}, err
	}
	nav, err := chromedp.Call(p.ctx, cdppage.Navigate, cdppage.NavigateParams{URL: at})
	if err != nil {
		return content{}, err
	}
	p.failed(at, nav.ErrorText)
	for {
		if ok, err := p.settle(p.ctx, until, p.letters); !ok {
			return content{}, err
		}
		got, err := p.read()
		var gone *cdproto.Error
		if !errors.As(err, &gone) || time.Now().After(until) {
			return got, err
		}
		// The page has gone on to another document under our hands.
	}
}

// prepare makes a new tab deaf to what it does not need to hear and closes its
// ways out.
func (p *page) prepare(agent, language string) error {
	if err := chromedp.Do(p.tab); err != nil {
		return err
	}
	c := chromedp.FromContext(p.tab)
	p.begin(cdp.FrameID(c.Target.TargetID))
	yes := true
	for _, command := range []struct {
		method string
		params any
	}{
		// The library follows every change of the document and every word on the
		// console. A hostile page has many of both.
		{dom.Disable.Method, cdp.Empty{}},
		{css.Disable.Method, cdp.Empty{}},
		{log.Disable.Method, cdp.Empty{}},
		{runtime.Disable.Method, cdp.Empty{}},
		{network.SetBypassServiceWorker.Method, network.SetBypassServiceWorkerParams{Bypass: true}},
		{emulation.SetUserAgentOverride.Method, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: language}},
		{cdppage.AddScriptToEvaluateOnNewDocument.Method, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: preludeScript}},
		{fetch.Enable.Method, fetch.EnableParams{Patterns: filtered, HandleAuthRequests: &yes}},
	} {
		if err := c.Target.Call(p.ctx, command.method, command.params, nil); err != nil {
			return fmt.Errorf("prepare the page: %s: %w", command.method, err)
		}
	}
	_, err := chromedp.CallBrowser(p.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorDeny, BrowserContextID: c.BrowserContextID})
	return err
}

// letters is the amount of text on the page, 0 while there is no document.
func (p *page) letters() (int, error) {
	var n int
	err := p.evaluate(lettersScript, &n)
	return n, err
}

// read writes the document out.
func (p *page) read() (content, error) {
	var got struct {
		URL    string `json:"url"`
		HTML   string `json:"html"`
		Length int64  `json:"length"`
	}
	if err := p.evaluate(fmt.Sprintf(documentScript, p.o.MaxBody), &got); err != nil {
		return content{}, err
	}
	// What the script could not pair up to a letter is none.
	got.HTML = strings.ToValidUTF8(got.HTML, "\uFFFD")
	if got.Length > p.o.MaxBody || int64(len(got.HTML)) > p.o.MaxBody {
		doc, _ := p.latest()
		return content{}, &record.Fault{Kind: record.FaultTooLarge, URL: doc.url, Status: doc.status,
			Detail: "the page that its scripts built is larger than the limit"}
	}
	return content{url: got.URL, html: got.HTML}, nil
}

// evaluate runs a script of ours on the page, in a world of its own.
func (p *page) evaluate(script string, into any) error {
	world, err := chromedp.Call(p.ctx, cdppage.CreateIsolatedWorld, cdppage.CreateIsolatedWorldParams{FrameID: p.frame(), WorldName: "policywatch"})
	if err != nil {
		return err
	}
	byValue := true
	res, err := chromedp.Call(p.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: script, ContextID: world.ExecutionContextID, ReturnByValue: &byValue})
	switch {
	case err != nil:
		return err
	case res.ExceptionDetails != nil:
		return fmt.Errorf("read the page: %s", res.ExceptionDetails.Text)
	}
	if err := json.Unmarshal(res.Result.Value, into); err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	return nil
}

// snapshot is what came, nil when no answer did.
func (p *page) snapshot(at string, got content) *record.Snapshot {
	doc, chain := p.latest()
	if doc.status == 0 {
		return nil
	}
	snap := &record.Snapshot{URL: at, FinalURL: doc.url, Status: doc.status, Header: doc.header, Chain: chain, Via: "browser"}
	if u, err := url.Parse(got.url); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		snap.FinalURL = tidy(u)
	}
	if got.html != "" {
		// Not the map that a late event may still read.
		snap.Header = doc.header.Clone()
		snap.Body = []byte(got.html)
		// The header speaks of the document as it was sent. What no longer holds
		// of the body is corrected; what would make the next request
		// conditional on a shell that may never change is dropped.
		snap.Header["Content-Type"] = []string{"text/html; charset=utf-8"}
		for _, k := range []string{"Content-Encoding", "Content-Length", "Transfer-Encoding", "Etag", "Last-Modified"} {
			delete(snap.Header, k)
		}
	}
	return snap
}
