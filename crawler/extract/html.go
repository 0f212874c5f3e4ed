package extract

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"policywatch/store/record"
)

// maxHTML bounds the bytes of a page that are parsed; real pages stay under
// two megabytes, of which most is script.
const maxHTML = 24 << 20

// HTML reads a web page; text must be UTF-8. Where the page holds a statement
// among other things, only the statement is read. A page without any markup is
// read as plain text.
func (r *Reader) HTML(text []byte, o Options) (*record.Document, error) {
	doc, err := r.html(text, o)
	if err == nil {
		doc.Extractor = o.Manner()
	}
	return doc, err
}

func (r *Reader) html(text []byte, o Options) (*record.Document, error) {
	if len(text) > maxHTML {
		text = text[:maxHTML]
	}
	if bytes.IndexByte(text, '<') < 0 {
		return r.readLines(cleanInput(text), o, false), nil
	}
	page, err := parsePage(text, o.Select != "" || len(o.Remove) > 0)
	if err != nil {
		return nil, fmt.Errorf("parse the page %s: %w", o.URL, err)
	}
	for _, sel := range o.Remove {
		page.Find(sel).Remove()
	}
	h := head(page.Get(0))
	res := newResolver(o.URL, h.base)
	if o.Select != "" {
		if found := page.Find(o.Select); found.Length() > 0 {
			return r.finish(h.title(""), r.readSelected(found, res)), nil
		}
	}
	t := plant(page.Get(0))
	defer func() { t.fell() }()
	root := t.choose(r, h)
	if t.boxes[root].prose < scantProse {
		// Only data that holds more than the page shows is worth a look.
		if state := appState(page.Get(0), h.lang); state != nil {
			s := plant(state)
			if k := s.choose(r, h); s.boxes[k].prose > 2*t.boxes[root].prose && s.boxes[k].prose >= scantProse && s.onPrivacy(k, r) {
				t, s, root = s, t, k
			}
			s.fell()
		}
	}
	w := newWalker(r, t, res)
	w.walk(root)
	ds := w.done()
	r.titleLine(ds, h)
	if pre := w.preface(root, h, ds); len(pre) > 0 {
		ds = append(pre, ds...)
	} else {
		ds = r.fromTitle(ds, h)
	}
	return r.finish(h.title(r.bestTitle(ds, h)), r.settle(ds)), nil
}

// readSelected reads what a user's selector matched, without judging it.
func (r *Reader) readSelected(found *goquery.Selection, res resolver) []record.Block {
	var ds []draft
	for i, n := range found.Nodes {
		if within(n, found.Nodes[:i]) {
			continue // it was read with what holds it
		}
		t := plant(n)
		w := newWalker(r, t, res)
		w.walk(0)
		ds = append(ds, w.done()...)
		t.fell()
	}
	return r.settle(ds)
}

// within reports whether n lies inside one of the others.
func within(n *html.Node, others []*html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if slices.Contains(others, p) {
			return true
		}
	}
	return false
}

// parsePage parses, and parses again with the nesting cut down where the page
// is nested deeper than the parser takes. whole keeps what only selectors can name.
func parsePage(text []byte, whole bool) (*goquery.Document, error) {
	from := io.Reader(bytes.NewReader(text))
	if !whole {
		from = lean(text)
	}
	page, err := goquery.NewDocumentFromReader(from)
	if err == nil {
		return page, nil
	}
	return goquery.NewDocumentFromReader(bytes.NewReader(flatten(text)))
}

// flatten drops every tag that only groups, so that what is left nests little.
func flatten(text []byte) []byte {
	var b bytes.Buffer
	z := html.NewTokenizer(bytes.NewReader(text))
	z.SetMaxBuf(4 << 20)
	depth := 0
	for {
		switch tt := z.Next(); tt {
		case html.ErrorToken:
			return b.Bytes()
		case html.TextToken:
			b.Write(z.Raw())
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			raw := append([]byte(nil), z.Raw()...)
			name, _ := z.TagName()
			switch string(name) {
			case "p", "li", "br", "h1", "h2", "h3", "h4", "h5", "h6", "script", "style", "title", "td", "tr", "hr", "meta", "base":
				b.Write(raw)
			case "div", "section", "article", "ul", "ol", "table":
				// A division still divides.
				b.WriteString("<p>")
			case "a", "b", "strong":
				if tt == html.StartTagToken {
					depth++
				} else {
					depth--
				}
				if depth >= 0 && depth < 64 {
					b.Write(raw)
				}
			}
		}
	}
}

// pageHead is what the page says of itself outside its text.
type pageHead struct {
	docTitle, ogTitle, siteName, base, lang string
}

// head reads the parts of the head that matter, wherever they stand.
func head(root *html.Node) pageHead {
	var h pageHead
	var look func(n *html.Node, depth int)
	look = func(n *html.Node, depth int) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode {
				continue
			}
			switch c.Data {
			case "title":
				if h.docTitle == "" && c.FirstChild != nil {
					h.docTitle = squeeze(c.FirstChild.Data)
				}
			case "base":
				if h.base == "" {
					h.base = attr(c, "href")
				}
			case "meta":
				switch attr(c, "property") {
				case "og:title":
					h.ogTitle = squeeze(attr(c, "content"))
				case "og:site_name":
					h.siteName = squeeze(attr(c, "content"))
				}
			case "html":
				h.lang = attr(c, "lang")
				if depth < 3 {
					look(c, depth+1)
				}
			case "head":
				look(c, depth+1)
			}
		}
	}
	look(root, 0)
	return h
}

// separators stand between a page's title and the site's name.
var separators = []string{" | ", " – ", " — ", " - ", " :: ", " » ", " « ", " · ", " • ", ": "}

// title is the document's title: the heading of the text where there is one,
// else the page's title without the site's name.
func (h pageHead) title(heading string) string {
	if heading != "" {
		return strings.TrimRight(heading, ":： ")
	}
	t := h.docTitle
	if t == "" {
		t = h.ogTitle
	}
	if h.siteName != "" && t != h.siteName {
		t = strings.TrimSpace(strings.Trim(strings.TrimSuffix(strings.TrimPrefix(t, h.siteName), h.siteName), "|–—-:»«·• "))
	}
	for _, sep := range separators[:len(separators)-1] {
		if a, b, ok := strings.Cut(t, sep); ok && strings.TrimSpace(a) != "" && strings.TrimSpace(b) != "" {
			// The page's own name is the part that og:title repeats, else the first.
			if h.ogTitle != "" && strings.Contains(h.ogTitle, b) && !strings.Contains(h.ogTitle, a) {
				return strings.TrimSpace(b)
			}
			return strings.TrimSpace(a)
		}
	}
	return t
}
