package render

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"policywatch/store/record"
)

// filtered are the requests that the browser holds back until we have decided.
// What is not among them, scripts and data above all, goes out at once; whether
// it may is decided by the proxy.
var filtered = []*fetch.RequestPattern{
	{URLPattern: "*", ResourceType: network.ResourceTypeDocument, RequestStage: fetch.RequestStageRequest},
	{URLPattern: "*", ResourceType: network.ResourceTypeDocument, RequestStage: fetch.RequestStageResponse},
	{URLPattern: "*", ResourceType: network.ResourceTypeStylesheet},
	{URLPattern: "*", ResourceType: network.ResourceTypeImage},
	{URLPattern: "*", ResourceType: network.ResourceTypeMedia},
	{URLPattern: "*", ResourceType: network.ResourceTypeFont},
	{URLPattern: "*", ResourceType: network.ResourceTypePing},
	{URLPattern: "*", ResourceType: network.ResourceTypeOther},
}

// pixel is the smallest GIF: one transparent point.
var pixel = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

// command is one answer that the browser waits for.
type command func(ctx context.Context) error

// decide answers a request that is held back. w.mu is held.
func (w *watch) decide(ev *fetch.EventRequestPaused) command {
	if ev.ResponseStatusCode != 0 || ev.ResponseErrorReason != "" {
		return w.inspect(ev)
	}
	switch ev.ResourceType {
	case network.ResourceTypeDocument:
		if ev.FrameID != w.main && !sameHost(ev.Request.URL, w.doc.url) {
			return block(ev) // a map, a film, an advertisement
		}
		return w.ask(ev)
	case network.ResourceTypeStylesheet:
		// Script loaders wait for the style sheets of what they load: one that
		// fails would end them, an empty one does not.
		return fulfil(ev, "text/css", nil)
	case network.ResourceTypeImage:
		return fulfil(ev, "image/gif", pixel)
	case network.ResourceTypeOther:
		if u, err := url.Parse(ev.Request.URL); err != nil || !slices.Contains(icons, path.Ext(u.Path)) {
			return pass(ev)
		}
	}
	return block(ev)
}

// icons are what the browser asks for by itself, to show it in a tab.
var icons = []string{".ico", ".png", ".svg", ".jpg", ".gif"}

// ask sends a document's request on. The browser prefers the language that it
// was built in; where the caller prefers none, the choice is the server's.
func (w *watch) ask(ev *fetch.EventRequestPaused) command {
	if !w.indifferent {
		return pass(ev)
	}
	headers := []*fetch.HeaderEntry{{Name: "Accept-Language"}}
	for k, v := range ev.Request.Headers {
		if s, ok := v.(string); ok && !strings.EqualFold(k, "Accept-Language") {
			headers = append(headers, &fetch.HeaderEntry{Name: k, Value: s})
		}
	}
	return func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: ev.RequestID, Headers: headers})
		return err
	}
}

// inspect looks at an answer before its body is read. w.mu is held.
func (w *watch) inspect(ev *fetch.EventRequestPaused) command {
	if ev.FrameID != w.main || ev.ResponseErrorReason != "" {
		return pass(ev)
	}
	h := http.Header{}
	for _, e := range ev.ResponseHeaders {
		h.Add(e.Name, e.Value)
	}
	status := int(ev.ResponseStatusCode)
	if status >= 300 && status < 400 && h.Get("Location") != "" {
		return pass(ev)
	}
	if f := w.refused(ev.Request.URL, h); f != nil {
		w.giveUp(f)
		return block(ev)
	}
	// After some of these answers the browser tells no more of them.
	w.doc.status, w.doc.header = status, h
	if f := unfit(clean(ev.Request.URL), status, h, w.maxBody); f != nil {
		w.giveUp(f)
		return block(ev)
	}
	return pass(ev)
}

// refused is the fault of an address that the proxy did not reach and answered
// for itself, nil for any other answer.
func (w *watch) refused(at string, h http.Header) *record.Fault {
	if w.proxy == nil || !strings.HasPrefix(h.Get(statusHeader), statusToken) {
		return nil
	}
	return w.unreached(at)
}

// unreached is why the proxy could not connect to an address, nil if it could.
func (w *watch) unreached(at string) *record.Fault {
	u, err := url.Parse(at)
	if err != nil || w.proxy == nil {
		return nil
	}
	f := w.proxy.fault(hostPort(u))
	if f == nil {
		return nil
	}
	g := *f
	g.URL = clean(at)
	return &g
}

// unfit says why an answer is nothing to render, nil if it may be. The type is
// believed here; a browser told nothing guesses, and is asked afterwards.
func unfit(at string, status int, h http.Header, maxBody int64) *record.Fault {
	if bodiless(status) {
		return nil
	}
	f := &record.Fault{URL: at, Status: status}
	disposition, _, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	kind, _, _ := strings.Cut(strings.ToLower(h.Get("Content-Type")), ";")
	kind = strings.TrimSpace(kind)
	size, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	switch {
	case disposition == "attachment":
		f.Kind, f.Detail = record.FaultNotText, "the server sends it as a download"
	case kind != "" && !isPage(kind):
		f.Kind, f.Detail = record.FaultNotText, "the server calls it "+firstLine(kind)+", which is no web page"
	case err == nil && size > maxBody:
		f.Kind, f.Detail = record.FaultTooLarge, "the document is larger than the limit"
	default:
		return nil
	}
	return f
}

func isPage(kind string) bool {
	return kind == "text/html" || kind == "application/xhtml+xml" || kind == "*/*"
}

func sameHost(a, b string) bool {
	u, err1 := url.Parse(a)
	v, err2 := url.Parse(b)
	return err1 == nil && err2 == nil && strings.EqualFold(u.Hostname(), v.Hostname())
}

func pass(ev *fetch.EventRequestPaused) command {
	return func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: ev.RequestID})
		return err
	}
}

func block(ev *fetch.EventRequestPaused) command {
	return func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, fetch.FailRequest, fetch.FailRequestParams{RequestID: ev.RequestID, ErrorReason: network.ErrorReasonBlockedByClient})
		return err
	}
}

func fulfil(ev *fetch.EventRequestPaused, kind string, body []byte) command {
	return func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, fetch.FulfillRequest, fetch.FulfillRequestParams{RequestID: ev.RequestID, ResponseCode: http.StatusOK, Body: body,
			ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: kind}, {Name: "Access-Control-Allow-Origin", Value: "*"}}})
		return err
	}
}
