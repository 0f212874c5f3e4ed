package render

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"policywatch/store/record"
)

// Bounds of one page.
const (
	maxDocuments = 10   // that scripts may send the browser on to
	maxCommands  = 5000 // requests and dialogs that want an answer
	bodies       = 4    // times the body limit: all that a page may load
)

// watch follows what the browser tells of a page. Its methods may be called by
// any goroutine.
type watch struct {
	proxy   *proxy // nil without a guard
	maxBody int64
	stop    context.CancelFunc // called when the page is given up; set before the first event
	// indifferent means that the caller prefers no language.
	indifferent bool

	mu       sync.Mutex
	main     cdp.FrameID
	doc      document // the last that the main frame asked for
	docs     int
	chain    []record.Hop
	fault    *record.Fault                      // why the page is given up
	dead     bool                               // the page's process has ended
	shown    bool                               // doc is what the frame holds
	parsed   bool                               // its markup was read to its end
	under    map[network.RequestID]cdp.LoaderID // requests, by the document that made them
	active   time.Time                          // when a request last began or ended
	bytes    int64                              // of all that was loaded, unpacked
	commands []command
	asked    int           // commands ever
	ring     chan struct{} // a command waits
}

// document is one document of the main frame.
type document struct {
	id     network.RequestID
	url    string
	status int // 0 until it is answered
	header http.Header
	bytes  int64  // of it, unpacked
	ended  bool   // all of them are here
	failed string // the browser's word for why it did not load
}

func newWatch(p *proxy, maxBody int64, indifferent bool) *watch {
	return &watch{proxy: p, maxBody: maxBody, indifferent: indifferent,
		under: map[network.RequestID]cdp.LoaderID{}, active: time.Now(), ring: make(chan struct{}, 1)}
}

// begin names the frame that is the page.
func (w *watch) begin(main cdp.FrameID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.main = main
}

// listen takes one event. The library calls it in the order of the events and
// waits for it, so it only writes down.
func (w *watch) listen(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch ev := ev.(type) {
	case *fetch.EventRequestPaused:
		w.queue(w.decide(ev))
	case *fetch.EventAuthRequired:
		w.queue(func(ctx context.Context) error {
			_, err := chromedp.Call(ctx, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{RequestID: ev.RequestID,
				AuthChallengeResponse: &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth}})
			return err
		})
	case *network.EventRequestWillBeSent:
		w.request(ev)
	case *network.EventResponseReceived:
		if ev.RequestID == w.doc.id {
			w.response(ev.Response)
		}
	case *network.EventDataReceived:
		w.data(ev)
	case *network.EventLoadingFinished:
		w.ended(ev.RequestID, "")
	case *network.EventLoadingFailed:
		w.ended(ev.RequestID, ev.ErrorText)
	case *cdppage.EventFrameNavigated:
		if ev.Frame.ParentID == "" {
			w.main, w.shown, w.parsed = ev.Frame.ID, true, false
			// Of what the document before had asked for no end is told.
			maps.DeleteFunc(w.under, func(_ network.RequestID, by cdp.LoaderID) bool { return by != ev.Frame.LoaderID })
		}
	case *cdppage.EventDomContentEventFired:
		w.parsed = true
	case *cdppage.EventJavascriptDialogOpening:
		leave := ev.Type == cdppage.DialogTypeBeforeunload
		w.queue(func(ctx context.Context) error {
			_, err := chromedp.Call(ctx, cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{Accept: leave})
			return err
		})
	case *inspector.EventTargetCrashed:
		w.dead = true
		w.giveUp(&record.Fault{Kind: record.FaultTooLarge, URL: w.doc.url, Status: w.doc.status,
			Detail: "the page broke its browser process; as a rule it asked for more memory than a page may have"})
	}
}

// request notes that something is asked for. w.mu is held.
func (w *watch) request(ev *network.EventRequestWillBeSent) {
	switch ev.Type {
	case network.ResourceTypeWebSocket, network.ResourceTypeEventSource:
		return // these stay open by design
	}
	if ev.LoaderID == "" || strings.HasPrefix(ev.Request.URL, "data:") || strings.HasPrefix(ev.Request.URL, "blob:") {
		return // a worker's, or no request at all: no end of it is told
	}
	w.under[ev.RequestID], w.active = ev.LoaderID, time.Now()
	if ev.Type != network.ResourceTypeDocument || ev.FrameID != w.main {
		return
	}
	next := document{id: ev.RequestID, url: clean(ev.Request.URL)}
	switch {
	case ev.RedirectResponse != nil:
		w.chain = append(w.chain, record.Hop{Status: int(ev.RedirectResponse.Status), From: w.doc.url, To: next.url})
	case w.doc.status != 0:
		// A script or a meta element sends the browser on.
		w.chain = append(w.chain, record.Hop{Status: w.doc.status, From: w.doc.url, To: next.url})
		if w.docs++; w.docs > maxDocuments {
			w.giveUp(&record.Fault{Kind: record.FaultHTTP4xx, URL: next.url, Status: w.doc.status, Detail: "the page keeps sending its visitors on"})
		}
	}
	w.doc, w.shown = next, false
}

// response notes the answer to the document's request. w.mu is held.
func (w *watch) response(r *network.Response) {
	w.doc.status, w.doc.header = int(r.Status), header(r.Headers)
	// Where the server named no type, the browser has guessed by now.
	if kind := strings.ToLower(r.MimeType); kind != "" && !isPage(kind) && !bodiless(w.doc.status) {
		w.giveUp(&record.Fault{Kind: record.FaultNotText, URL: w.doc.url, Status: w.doc.status,
			Detail: "the browser takes it for " + firstLine(kind) + ", which is no web page"})
	}
}

// bodiless reports a status after which the browser stays where it was.
func bodiless(status int) bool {
	return status == http.StatusNoContent || status == http.StatusResetContent || status == http.StatusNotModified
}

// header reads the browser's form of a header, in which the values of one name
// are the lines of one text.
func header(in network.Headers) http.Header {
	out := make(http.Header, len(in))
	for k, v := range in {
		if s, ok := v.(string); ok {
			out[http.CanonicalHeaderKey(k)] = strings.Split(s, "\n")
		}
	}
	return out
}

// ended notes that a request is over. w.mu is held.
func (w *watch) ended(id network.RequestID, failed string) {
	delete(w.under, id)
	w.active = time.Now()
	// The browser's own page about the failure ends well, under the same number.
	if id == w.doc.id && w.doc.failed == "" {
		w.doc.ended, w.doc.failed = true, failed
	}
}

// data counts what comes. w.mu is held.
func (w *watch) data(ev *network.EventDataReceived) {
	w.bytes += ev.DataLength
	if ev.RequestID == w.doc.id {
		w.doc.bytes += ev.DataLength
	}
	if w.bytes > bodies*w.maxBody || w.doc.bytes > w.maxBody {
		w.giveUp(&record.Fault{Kind: record.FaultTooLarge, URL: w.doc.url, Status: w.doc.status, Detail: "the page loads more than the limit"})
	}
}

// giveUp ends the work on the page with a fault; the first one stands. w.mu is
// held.
func (w *watch) giveUp(f *record.Fault) {
	if w.fault == nil {
		w.fault = f
		w.stop()
	}
}

// queue lines up a command that the browser waits for. w.mu is held.
func (w *watch) queue(c command) {
	if w.asked++; w.asked > maxCommands {
		w.giveUp(&record.Fault{Kind: record.FaultTooLarge, URL: w.doc.url, Status: w.doc.status, Detail: "the page asks for too many things"})
		return
	}
	w.commands = append(w.commands, c)
	select {
	case w.ring <- struct{}{}:
	default:
	}
}

// answer gives the commands to the browser, in order, until tab ends. Their
// errors mean that the page has gone on without waiting.
func (w *watch) answer(tab context.Context) {
	for {
		w.mu.Lock()
		todo := w.commands
		w.commands = nil
		w.mu.Unlock()
		for _, c := range todo {
			c(tab)
		}
		if len(todo) > 0 {
			continue
		}
		select {
		case <-w.ring:
		case <-tab.Done():
			return
		}
	}
}

// failed notes what the browser said of a navigation that led nowhere, where no
// event says more.
func (w *watch) failed(at, word string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if word != "" && w.doc.failed == "" && w.doc.status == 0 {
		w.doc.url, w.doc.failed = at, word
	}
}

// latest is the last document and the redirects on the way to it.
func (w *watch) latest() (document, []record.Hop) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.doc, slices.Clone(w.chain)
}

// broken is why the page was given up, nil if it was not, and whether it broke
// its process.
func (w *watch) broken() (f *record.Fault, dead bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault, w.dead
}

// frame is the frame that is the page.
func (w *watch) frame() cdp.FrameID {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.main
}
