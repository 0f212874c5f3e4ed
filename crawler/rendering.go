package crawler

import (
	"fmt"

	"policywatch/store/record"
)

// maxRenders bounds how many pages of one visit are opened in a browser, each of
// which costs seconds.
const maxRenders = 4

// browserHint is what helps against a shell where there is no browser.
const browserHint = "install chromium, or set crawl.browser"

// reading is a page as it was read: the snapshot that holds the text, which may
// be a frame's, the document, and the fault that says why it is no statement.
type reading struct {
	snap  *record.Snapshot
	doc   *record.Document
	fault *record.Fault
}

// read reads a page and, where it is no statement, the frames in it.
func (v *visit) read(snap *record.Snapshot) reading {
	doc, fault := v.crawler.Read.Read(v.ctx, snap, v.site, v.prior)
	if fault != nil && mayFrame(fault.Kind) {
		if in, framed := v.frames(snap); framed != nil {
			return reading{in, framed, nil}
		}
	}
	return reading{snap, doc, fault}
}

// mayRender names the faults of a page whose text may be brought by script.
func mayRender(k record.FaultKind) bool { return k == record.FaultShell || k == record.FaultThin }

// rendered reads a page once more as a browser shows it, and returns the better
// reading. A statement is better than none. What a browser shows in the place of
// a shell, good or bad, is what the page is; in the place of a thin page it
// counts only when it says something else.
func (v *visit) rendered(page string, plain reading) reading {
	if v.crawler.Render == nil || v.renders >= maxRenders || v.ctx.Err() != nil {
		return plain
	}
	shell := plain.fault.Kind == record.FaultShell
	lang := v.prior.Lang
	if lang == "" && plain.doc != nil {
		lang = plain.doc.Lang
	}
	snap, err := v.render(page, lang)
	if err != nil {
		f := v.explain(snap, asFault(err, page))
		if shell {
			return reading{snap, nil, f}
		}
		plain.fault.Detail += fmt.Sprintf("; opening it in a browser ended with %s: %s", f.Kind, f.Detail)
		return plain
	}
	got := v.read(snap)
	switch {
	case got.fault == nil || shell && got.fault.Kind != record.FaultShell:
		return got
	case !mayRender(got.fault.Kind):
		return got
	case shell:
		// The need for a browser has been met.
		got.fault.Kind = record.FaultThin
		got.fault.Detail = "opened in a browser, and still: " + got.fault.Detail
		return got
	}
	plain.fault.Detail += "; a browser shows no more"
	return plain
}

// render opens a page in the browser. Where scripts only lead on to a file, the
// file is what the page shows, and is fetched.
func (v *visit) render(page, lang string) (*record.Snapshot, error) {
	v.renders++
	snap, err := v.crawler.Render.Fetch(v.ctx, record.Request{URL: page, AcceptLanguage: lang})
	if err == nil {
		v.step("render", page, "%d, %d bytes after its scripts had run", snap.Status, len(snap.Body))
		return snap, nil
	}
	v.step("render", page, "%v", err)
	f := asFault(err, page)
	if f.Kind == record.FaultTimeout || f.Kind == record.FaultShell {
		v.renders = maxRenders // the site's other pages would fare no better
	}
	if f.Kind == record.FaultNotText && f.URL != "" && !SamePage(f.URL, page) {
		return v.Fetch(v.ctx, record.Request{URL: f.URL, AcceptLanguage: lang})
	}
	return snap, err
}

// renderHome replaces what this visit knows of the home page by what a browser
// shows, so that a search finds the links that scripts have made. It reports
// whether there is a point in searching again.
func (v *visit) renderHome(home *record.Snapshot) bool {
	f := v.obs.Fault
	if f == nil || f.Kind != record.FaultShell || v.crawler.Render == nil || v.renders >= maxRenders || v.ctx.Err() != nil {
		return false
	}
	snap, err := v.render(home.FinalURL, v.prior.Lang)
	if err != nil {
		v.obs.Snapshot = snap
		v.fail(asFault(err, home.FinalURL))
		return false
	}
	v.home = snap
	v.fetched[home.URL], v.fetched[home.FinalURL] = fetched{snap, nil}, fetched{snap, nil}
	return true
}
