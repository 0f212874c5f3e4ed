package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"policywatch/store/record"
)

// everyPage lists the pages with words that must stand on them.
var everyPage = map[string][]string{
	"/":                                    {"Needs attention", "Section “retention” was removed", "One capture waits", "One site cannot be read", "One alert was given up", "3 sites are watched"},
	"/sites":                               {"Office of Bridges", "اداره بندر نمونه", "lost.example.gov", "capture waits", "The server did not answer in time."},
	"/sites/" + harbour:                    {"اداره بندر نمونه", "Legal reference", "absent", "Purposes of collection", "به نام خدا", "پایان", "security", "(7 visits)", "no such host", "one step", "Version 1"},
	"/sites/" + harbour + "?at=2026-03-01": {"You are reading version 1 of 2", "This stood on 2026-03-01"},
	"/sites/" + harbour + "/versions/1":    {"You are reading version 1 of 2", "شش ماه"},
	"/sites/lost.example.gov":              {"The server did not answer in time.", "4 visits in a row failed", "No statement was read yet"},
	"/sites/" + harbour + "/changes/2": {"critical", "retention", "No longer met", "6 months", "Sentences that now say the opposite", "before", "after",
		"Download what the server sent", digest('a'), digest('b'), "http://example.com/sites/" + harbour + "/changes/2"},
	"/sites/" + harbour + "/changes/2?view=inline": {"<del", "<ins"},
	"/changes":                   {"Section “retention” was removed"},
	"/changes?severity=critical": {"Section “retention” was removed"},
	"/conformance":               {"Office of Bridges", "present", "absent", "unknown", "could not be looked at"},
	"/pending":                   {"Office of Bridges", "Only 20 % of the earlier text came through", "twice|2 times", digest('d')},
	"/alerts":                    {"550 no such user", "given up", "Older alerts"},
	"/alerts?state=given_up":     {"550 no such user"},
	"/health":                    {"5.0 MiB", "0.9.9", "One site was not read for two days", "outbox|Outbox"},
}

func TestEveryPageSaysWhatItIsFor(t *testing.T) {
	h := dashboard(t, office())
	for target, words := range everyPage {
		w := ask(h, "GET", target, "Accept-Language: en")
		if w.Code != http.StatusOK {
			t.Errorf("%s: status %d", target, w.Code)
			continue
		}
		text := visible(w.Body.String()) + w.Body.String()
		for _, want := range words {
			if !slices.ContainsFunc(strings.Split(want, "|"), func(s string) bool { return strings.Contains(text, s) }) {
				t.Errorf("%s does not say %q", target, want)
			}
		}
	}
}

// visible is a page's text without its tags.
func visible(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			b.Write(z.Text())
		}
	}
}

// Markup that a screen reader, a keyboard and a strict policy can live with, in
// every language.
func TestEveryPageIsSound(t *testing.T) {
	a := office()
	h := dashboard(t, a, acting(a))
	for target := range everyPage {
		for lang, dir := range map[string]string{"en": "ltr", "fa": "rtl", "ar": "rtl"} {
			w := ask(h, "GET", target, "Accept-Language: "+lang)
			page := w.Body.String()
			if !strings.Contains(page, fmt.Sprintf(`<html lang="%s" dir="%s">`, lang, dir)) {
				t.Errorf("%s in %s: another language or direction", target, lang)
			}
			if strings.Contains(page, "web.") || strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "%!") {
				t.Errorf("%s in %s: a phrase or value is missing", target, lang)
			}
			sound(t, target+" in "+lang, page)
		}
	}
}

func sound(t *testing.T, what, page string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	ids := map[string]bool{}
	var fragments []string
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			count[n.Data]++
			attr := map[string]string{}
			for _, a := range n.Attr {
				attr[a.Key] = a.Val
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
					t.Errorf("%s: <%s %s=…>, which the policy forbids", what, n.Data, a.Key)
				}
			}
			if id := attr["id"]; id != "" {
				if ids[id] {
					t.Errorf("%s: two elements with the id %q", what, id)
				}
				ids[id] = true
			}
			for _, ref := range strings.Fields(attr["aria-labelledby"]) {
				fragments = append(fragments, ref)
			}
			switch n.Data {
			case "script", "style", "iframe", "object", "base", "img":
				t.Errorf("%s: holds <%s>", what, n.Data)
			case "a":
				if f, ok := strings.CutPrefix(attr["href"], "#"); ok {
					fragments = append(fragments, f)
				}
				if strings.HasPrefix(attr["href"], "http") && !strings.HasPrefix(attr["href"], "http://example.com/") && !strings.Contains(attr["rel"], "noreferrer") {
					t.Errorf("%s: %s tells the other site where its reader comes from", what, attr["href"])
				}
			case "th":
				if attr["scope"] == "" {
					t.Errorf("%s: a heading cell without scope", what)
				}
			case "table":
				if first := firstElement(n); first == nil || first.Data != "caption" {
					t.Errorf("%s: a table without caption", what)
				}
			case "input", "select":
				if attr["type"] != "hidden" && !within(n, "label") {
					t.Errorf("%s: a field without label", what)
				}
			case "nav":
				if attr["aria-label"] == "" {
					t.Errorf("%s: a nav without a name", what)
				}
			case "svg":
				if attr["aria-hidden"] != "true" && attr["aria-label"] == "" {
					t.Errorf("%s: a drawing without words", what)
				}
			}
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(root)
	if count["h1"] != 1 || count["main"] != 1 {
		t.Errorf("%s: %d h1, %d main", what, count["h1"], count["main"])
	}
	for _, f := range fragments {
		if !ids[f] {
			t.Errorf("%s: nothing has the id %q that is referred to", what, f)
		}
	}
}

func firstElement(n *html.Node) *html.Node {
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode {
			return c
		}
	}
	return nil
}

func within(n *html.Node, element string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == element {
			return true
		}
	}
	return false
}

// H1: whatever a page or a list says is shown, and never obeyed.
func TestHostileTextIsShownAsText(t *testing.T) {
	a := office()
	for i := range a.rows {
		r := &a.rows[i]
		r.Site.Name, r.Site.Labels, r.Title = hostile, []string{strings.TrimRight(hostile, "\u202e")}, hostile
		r.Past.Prior.URL = "javascript:alert(3)"
		if r.Past.LastFault != nil {
			r.Past.LastFault.Detail = hostile
		}
		if r.Past.Pending != nil {
			r.Past.Pending.Reason = hostile
		}
	}
	for _, vs := range a.vs {
		for i := range vs {
			v := &vs[i]
			v.URL = "javascript:alert(3)"
			v.Document.Title, v.Document.Lang, v.Document.Dir = hostile, hostile, hostile
			for j := range v.Document.Blocks {
				v.Document.Blocks[j].Text, v.Document.Blocks[j].Lang, v.Document.Blocks[j].Dir = hostile, hostile, hostile
			}
			for j := range v.Findings {
				v.Findings[j].Title, v.Findings[j].Citation, v.Findings[j].Reason = hostile, hostile, hostile
				v.Findings[j].Evidence = &record.Evidence{Quote: hostile, Section: hostile}
			}
			if c := v.Change; c != nil {
				c.Reason, c.Facts = hostile, []record.FactChange{{Kind: hostile, Before: hostile, After: hostile}}
				c.Flips = []record.Flip{{Before: hostile, After: "x" + hostile}}
				c.Edits = []record.Edit{{Op: record.EditReplace, Section: hostile, Before: hostile, After: "y" + hostile}, {Op: hostile, Before: hostile}}
				c.Dropped, c.Lost = []record.Topic{hostile}, []string{hostile}
			}
		}
	}
	for i := range a.notes {
		a.notes[i].Reason, a.notes[i].State = hostile, hostile
		a.notes[i].Trail = []record.Step{{Action: hostile, URL: "javascript:alert(4)", Outcome: hostile}}
	}
	for i := range a.told {
		a.told[i].Channel, a.told[i].Reason, a.told[i].ID = hostile[:20], hostile, fmt.Sprint(i, hostile)
	}
	h := dashboard(t, a, acting(a))
	for target := range everyPage {
		for _, q := range []string{"", "q", "label", "state", "profile", "sort", "at", "view", "severity", "before", "site", "done", "page"} {
			u := target
			if q != "" {
				sep := "?"
				if strings.Contains(u, "?") {
					sep = "&"
				}
				u += sep + q + "=%3Cscript%3Ealert(1)%3C/script%3E%22%27%3E%3Cimg%20src=x%20onerror=alert(2)%3E"
			}
			w := ask(h, "GET", u)
			page := w.Body.String()
			for _, bad := range []string{"<script", "<img", `href="javascript:`, "onerror=alert(2)>"} {
				if strings.Contains(page, bad) {
					t.Errorf("%s holds %s", u, bad)
				}
			}
			if w.Header().Get("Content-Security-Policy") == "" {
				t.Errorf("%s: no policy", u)
			}
			if strings.ContainsRune(visible(page), '\u202e') && !strings.Contains(target, "/sites/") {
				t.Errorf("%s: an override reached a list", u)
			}
		}
	}
}

// A side by side view has both sides, an inline view one text.
func TestChangeViews(t *testing.T) {
	h := dashboard(t, office())
	side := ask(h, "GET", "/sites/"+harbour+"/changes/2").Body.String()
	inline := ask(h, "GET", "/sites/"+harbour+"/changes/2?view=inline").Body.String()
	if strings.Count(side, `class="sides"`) != 2 || strings.Contains(inline, `class="sides"`) { // the flip, and its place in the text
		t.Errorf("%d and %d pairs of sides", strings.Count(side, `class="sides"`), strings.Count(inline, `class="sides"`))
	}
	if !strings.Contains(side, `lang="fa" dir="rtl"`) {
		t.Error("the statement's language and direction are not said")
	}
	if i, j := strings.Index(side, `id="flips"`), strings.Index(side, `id="text"`); i < 0 || j < i {
		t.Error("the flips do not come first")
	}
	w := ask(h, "GET", "/sites/"+harbour+"/changes/1")
	if w.Code != http.StatusFound || w.Header().Get("Location") != "/sites/"+harbour+"/versions/1" {
		t.Errorf("the first version: %d %s", w.Code, w.Header().Get("Location"))
	}
}

func TestArchiveAsOfADate(t *testing.T) {
	h := dashboard(t, office())
	for at, want := range map[string]string{"2026-03-18": "newest version", "2026-03-17": "version 1 of 2", "2020-01-01": "holds no version from", "2026-03-18T11:59:59Z": "version 1 of 2"} {
		if w := ask(h, "GET", "/sites/"+harbour+"?at="+at); w.Code != http.StatusOK || !strings.Contains(visible(w.Body.String()), want) {
			t.Errorf("at %s: status %d, without %q", at, w.Code, want)
		}
	}
	// In the calendar of the office that asks, and said in that of the reader.
	for target, want := range map[string]string{"?at=1404/12/26&lang=en": "This stood on 2026-03-17", "?at=1404/12/26&lang=fa": "۱۴۰۴/۱۲/۲۶",
		"?at=1447-09-28&lang=ar": "2026-03-17", "?at=%DB%B1%DB%B4%DB%B0%DB%B4-%DB%B1%DB%B2-%DB%B2%DB%B7&lang=en": "newest version"} {
		if w := ask(h, "GET", "/sites/"+harbour+target); w.Code != http.StatusOK || !strings.Contains(visible(w.Body.String()), want) {
			t.Errorf("%s: status %d, without %q", target, w.Code, want)
		}
	}
	w := ask(h, "GET", "/sites/"+harbour+"?at=yesterday")
	if w.Code != http.StatusBadRequest || !strings.Contains(visible(w.Body.String()), "2026-01-31") {
		t.Errorf("a malformed date: %d", w.Code)
	}
}

// F23: what was archived leaves as a download and as nothing else.
func TestEvidenceIsADownload(t *testing.T) {
	h := dashboard(t, office())
	w := ask(h, "GET", "/sites/"+harbour+"/snapshots/"+digest('b'))
	head := w.Header()
	if w.Code != http.StatusOK || w.Body.String() != "<html><script>alert(1)</script>" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	if head.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(head.Get("Content-Disposition"), "attachment;") ||
		head.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(head.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%v", head)
	}
	if w := ask(h, "GET", "/sites/"+bridges+"/snapshots/"+digest('b')); w.Code != http.StatusNotFound {
		t.Errorf("another site's bytes: %d", w.Code)
	}
	if w := ask(h, "GET", "/sites/"+harbour+"/snapshots/"+digest('b'), "If-None-Match: \""+digest('b')+"\""); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("bytes that the reader has: %d", w.Code)
	}
	if w := ask(h, "GET", "/sites/"+harbour+"/snapshots/"+digest('b'), "Range: bytes=6-"); w.Code != http.StatusPartialContent || w.Body.String() != "<script>alert(1)</script>" ||
		w.Header().Get("Content-Type") != "application/octet-stream" {
		t.Errorf("a download that goes on: %d %q %v", w.Code, w.Body, w.Header())
	}
	kept := office()
	kept.bodies[harbour+" "+digest('d')] = nil
	if w := ask(dashboard(t, kept), "GET", "/sites/"+harbour+"/snapshots/"+digest('d')); w.Code != http.StatusGone || !strings.Contains(w.Body.String(), "keep_bodies: 2y") {
		t.Errorf("bytes dropped by policy: %d %s", w.Code, w.Body)
	}
}
