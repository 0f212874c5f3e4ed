package discover

import (
	"bytes"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Limits of one page. The first links and the last are kept, since statements
// are linked in footers; a page with more is a trap or a data dump.
const (
	maxLinks   = 12000
	lastLinks  = 3000
	maxText    = 400 // bytes of one link's words
	maxHeads   = 40
	maxNesting = 400
)

// page is what one page says about others.
type page struct {
	url   *url.URL // its own address, which relative links start from
	self  string   // the address that it was read at
	lang  string   // of the html element: primary subtag, lower case
	heads []string // title and headings
	links []link
	// more counts links beyond maxLinks; links is a ring behind its first part.
	more int
	// refresh is the target of a meta refresh, frames those of (i)frames.
	refresh string
	frames  []string
	// letters counts visible letters outside links, scripts the script elements.
	letters, scripts int
}

// link is one hyperlink with all the words that stand for it.
type link struct {
	href                      string
	text, label, title, image string
	rel, lang                 string
	footer, news              bool
}

// readPage reads the links of an HTML page in one pass over its tokens. It
// builds no tree, so that neither nesting nor size costs more than the bytes.
func readPage(body []byte, base string) *page {
	p := &page{self: base, url: &url.URL{}}
	if u, err := url.Parse(base); err == nil {
		p.url = u
	}
	r := reader{p: p, z: html.NewTokenizer(bytes.NewReader(body))}
	r.run()
	return p
}

// place is an open element that says where on the page its content stands.
type place struct {
	tag          string
	footer, news bool
}

type reader struct {
	p    *page
	z    *html.Tokenizer
	open []place
	// a is the link being read; late is the last link without words, which the
	// text right behind it names.
	a, late *link
	text    strings.Builder
	head    *strings.Builder
	skip    string // raw-text element being skipped
}

func (r *reader) run() {
	for {
		switch r.z.Next() {
		case html.ErrorToken:
			r.endLink()
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start()
		case html.EndTagToken:
			name, _ := r.z.TagName()
			r.end(string(name))
		case html.TextToken:
			r.words(r.z.Text())
		}
	}
}

func (r *reader) words(b []byte) {
	if r.skip != "" {
		return
	}
	if r.head != nil && r.head.Len() < maxText {
		r.head.Write(b)
	}
	switch {
	case r.a != nil:
		if r.text.Len() < maxText {
			r.text.Write(b)
		}
	case r.late != nil:
		if s := fold(string(b)); s != "" {
			r.late.text, r.late = s, nil
		}
	default:
		r.p.letters += utf8.RuneCount(bytes.TrimSpace(b))
	}
}

func (r *reader) start() {
	name, more := r.z.TagName()
	tag := string(name)
	var attr map[string]string
	if more {
		attr = make(map[string]string, 4)
		for more {
			var k, v []byte
			k, v, more = r.z.TagAttr()
			switch string(k) {
			case "href", "title", "aria-label", "alt", "rel", "hreflang", "lang", "xml:lang", "class", "id", "role", "onclick", "src", "http-equiv", "content", "value", "data-href", "itemprop":
				if _, twice := attr[string(k)]; !twice {
					attr[string(k)] = string(v)
				}
			}
		}
	}
	switch tag {
	case "script", "style", "textarea":
		if tag == "script" {
			r.p.scripts++
		}
		r.skip = tag
	case "html":
		r.p.lang = primary(first(attr["lang"], attr["xml:lang"]))
	case "base":
		if u, err := r.p.url.Parse(strings.TrimSpace(attr["href"])); err == nil && attr["href"] != "" {
			r.p.url = u
		}
	case "title", "h1", "h2", "h3":
		r.head = &strings.Builder{}
	case "meta":
		if strings.EqualFold(attr["http-equiv"], "refresh") {
			if _, to, ok := strings.Cut(strings.ToLower(attr["content"]), "url="); ok {
				at := len(attr["content"]) - len(to)
				r.p.refresh = strings.Trim(attr["content"][at:], `'" `)
			}
		}
	case "frame", "iframe":
		if len(r.p.frames) < 8 && attr["src"] != "" {
			r.p.frames = append(r.p.frames, attr["src"])
		}
	case "link":
		if rel := strings.ToLower(attr["rel"]); attr["hreflang"] != "" || strings.Contains(rel, "privacy-policy") || strings.Contains(rel, "terms-of-service") {
			r.add(link{href: attr["href"], rel: rel, lang: attr["hreflang"], title: attr["title"]})
		}
	case "a", "area":
		r.endLink()
		r.late = nil
		l := link{href: target(attr), title: attr["title"], label: attr["aria-label"], image: attr["alt"], rel: strings.ToLower(attr["rel"]), lang: attr["hreflang"]}
		if n := len(r.open); n > 0 {
			l.footer, l.news = r.open[n-1].footer, r.open[n-1].news
		}
		if tag == "area" {
			r.add(l)
		} else {
			r.a = &l
		}
	case "img", "input":
		if r.a != nil && r.a.image == "" {
			r.a.image = first(attr["alt"], attr["title"])
		}
	case "i", "span", "b", "em":
		if r.a != nil {
			r.a.label = first(r.a.label, attr["aria-label"])
			r.a.title = first(r.a.title, attr["title"])
		}
	case "br":
		r.words([]byte(" "))
	case "td":
		if n := len(r.open); n > 0 && r.open[n-1].tag == "td" {
			r.open = r.open[:n-1]
		}
		r.push(tag, attr)
	case "footer", "div", "section", "article", "aside", "nav", "table", "ul", "main", "header":
		r.push(tag, attr)
	}
}

func (r *reader) push(tag string, attr map[string]string) {
	r.late = nil
	var in place
	if n := len(r.open); n > 0 {
		in = r.open[n-1]
	}
	if len(r.open) >= maxNesting {
		return
	}
	in.tag = tag
	if tag == "footer" || attr["role"] == "contentinfo" {
		in.footer = true
	}
	for _, w := range identWords(attr["class"] + " " + attr["id"]) {
		switch w {
		case "footer", "foot", "bottom", "colophon", "copyright", "subfooter":
			in.footer = true
		case "news", "newslist", "latestnews", "akhbar", "khabar", "blog", "press":
			in.news = true
		}
	}
	r.open = append(r.open, in)
}

func (r *reader) end(tag string) {
	if r.skip == tag {
		r.skip = ""
		return
	}
	switch tag {
	case "a":
		r.endLink()
	case "title", "h1", "h2", "h3":
		if r.head != nil && len(r.p.heads) < maxHeads {
			if s := fold(r.head.String()); s != "" {
				r.p.heads = append(r.p.heads, s)
			}
		}
		r.head = nil
	case "footer", "div", "section", "article", "aside", "nav", "table", "ul", "main", "header", "td":
		r.late = nil
		for i := len(r.open) - 1; i >= 0 && i >= len(r.open)-16; i-- {
			if r.open[i].tag == tag {
				r.open = r.open[:i]
				break
			}
		}
	case "li", "p":
		r.late = nil
	}
}

func (r *reader) endLink() {
	if r.a == nil {
		return
	}
	r.a.text = fold(r.text.String())
	r.text.Reset()
	at := r.add(*r.a)
	if at != nil && at.text == "" && at.label == "" && at.title == "" && at.image == "" {
		r.late = at
	}
	r.a = nil
}

// add keeps a link, or returns nil where it leads nowhere.
func (r *reader) add(l link) *link {
	l.href = strings.TrimSpace(l.href)
	if l.href == "" {
		return nil
	}
	p := r.p
	if len(p.links) < maxLinks {
		p.links = append(p.links, l)
		return &p.links[len(p.links)-1]
	}
	i := maxLinks - lastLinks + p.more%lastLinks
	p.more++
	p.links[i] = l
	return &p.links[i]
}

// target is the address of a link, out of its script where href is a stand-in.
func target(attr map[string]string) string {
	h := strings.TrimSpace(attr["href"])
	if h != "" && h != "#" && !hasPrefixFold(h, "javascript:") {
		return h
	}
	if d := attr["data-href"]; d != "" {
		return d
	}
	for _, s := range []string{attr["onclick"], h} {
		for _, q := range []string{"'", `"`} {
			_, s, _ := strings.Cut(s, q)
			if s, _, ok := strings.Cut(s, q); ok && (strings.HasPrefix(s, "/") || strings.HasPrefix(s, "http") || strings.Contains(s, ".htm") || strings.Contains(s, ".aspx")) {
				return s
			}
		}
	}
	return ""
}

// fold makes runs of white space one space.
func fold(s string) string { return strings.Join(strings.Fields(s), " ") }

func first(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

func hasPrefixFold(s, p string) bool { return len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) }

// primary is the primary subtag of a language tag: "fa" of "fa-IR".
func primary(tag string) string {
	tag = strings.ToLower(strings.TrimSpace(tag))
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	return tag
}

// identWords cuts identifiers into lower-case words at marks, digits and
// changes of case: "newsList" and "news-list" give news, list.
func identWords(s string) []string {
	return strings.Fields(strings.ToLower(splitCase(s)))
}

// splitCase puts a space where a capital follows a small letter and for every
// rune that is no letter.
func splitCase(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 8)
	small := false
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\u200c' {
			b.WriteByte(' ')
			small = false
			continue
		}
		if small && unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		small = unicode.IsLower(r)
		b.WriteRune(r)
	}
	return b.String()
}
