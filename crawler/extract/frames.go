package extract

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/publicsuffix"
)

// maxFrames bounds what one page can make a crawler fetch.
const maxFrames = 8

// Frames returns the addresses of the documents that a page shows inside
// itself: frames, inline frames and embedded PDFs of the same site, in document
// order, absolute and without fragments. A PDF that the page hands to a viewer
// (viewer.html?file=...) is returned itself. Where a page's own text is thin,
// its statement may be in one of them. page is the page's address; the text is
// UTF-8.
func (r *Reader) Frames(text []byte, page string) []string {
	here, err := url.Parse(page)
	if err != nil || here.Host == "" {
		return nil
	}
	base := here
	var out []string
	seen := map[string]bool{strip(here): true}
	z := html.NewTokenizer(bytes.NewReader(text[:min(len(text), maxHTML)]))
	z.SetMaxBuf(4 << 20)
	for len(out) < maxFrames {
		tt := z.Next()
		if tt == html.ErrorToken {
			break
		}
		if tt != html.StartTagToken && tt != html.SelfClosingTagToken {
			continue
		}
		name, more := z.TagName()
		kind := string(name)
		source := ""
		switch kind {
		case "iframe", "frame", "embed":
			source = "src"
		case "object":
			source = "data"
		case "base":
			source = "href"
		default:
			continue
		}
		a := map[string]string{}
		for more {
			var k, v []byte
			k, v, more = z.TagAttr()
			if len(a) < 40 {
				a[string(k)] = string(v)
			}
		}
		u, err := url.Parse(strings.TrimSpace(a[source]))
		if err != nil || a[source] == "" {
			continue
		}
		u = base.ResolveReference(u)
		if kind == "base" {
			base = u
			continue
		}
		if invisibleFrame(a) || u.Scheme != "http" && u.Scheme != "https" {
			continue
		}
		if f := u.Query().Get("file"); strings.Contains(strings.ToLower(f), ".pdf") {
			if g, err := u.Parse(f); err == nil {
				u = g
			}
		} else if (kind == "object" || kind == "embed") && !strings.HasSuffix(strings.ToLower(u.Path), ".pdf") {
			continue // a film, a game
		}
		u.User = nil
		if key := strip(u); sameSite(here, u) && !seen[key] {
			seen[key] = true
			out = append(out, key)
		}
	}
	return out
}

// strip returns the address without its fragment.
func strip(u *url.URL) string {
	v := *u
	v.Fragment, v.RawFragment = "", ""
	return v.String()
}

// invisibleFrame reports frames that show nothing: trackers, token renewals.
func invisibleFrame(a map[string]string) bool {
	if _, ok := a["hidden"]; ok {
		return true
	}
	for _, k := range []string{"width", "height"} {
		if v, ok := a[k]; ok {
			if n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(v), "px")); err == nil && n < 50 {
				return true
			}
		}
	}
	return styleFlags(a["style"])&isHidden != 0
}

// sameSite reports whether two addresses belong to one registered name.
func sameSite(a, b *url.URL) bool {
	x, y := strings.ToLower(a.Hostname()), strings.ToLower(b.Hostname())
	if x == y {
		return x != ""
	}
	p, err1 := publicsuffix.EffectiveTLDPlusOne(x)
	q, err2 := publicsuffix.EffectiveTLDPlusOne(y)
	return err1 == nil && err2 == nil && p == q
}
