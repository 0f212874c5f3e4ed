package discover

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"policywatch/crawler/markup"
)

// place is an open element that says where on the page its content stands.
type place struct {
	tag          string
	footer, news bool
}

type reader struct {
	p    *page
	l    markup.Lexer
	open []place
	// a is the link being read; late is the last link without words, which the
	// text right behind it names.
	a, late *link
	text    strings.Builder
	head    *strings.Builder
	skip    string // raw-text element being skipped
	attr    map[string]string
	// marks remembers what classes and ids said: a page has few of them many times.
	marks map[string]mark
	key   []byte
}

// mark is what an element's names say of its place.
type mark struct{ footer, news bool }

func (r *reader) run() {
	for {
		switch r.l.Next() {
		case markup.End:
			r.endLink()
			return
		case markup.Open:
			r.start(tagOf(r.l.Name()))
		case markup.Close:
			r.end(tagOf(r.l.Name()))
		case markup.Text:
			r.words(r.l.Text())
		}
	}
}

// tagOf is the name of an element that the reader knows, "" for any other.
func tagOf(name []byte) string {
	for _, tag := range [...]string{"a", "div", "li", "span", "td", "p", "img", "br", "ul", "i", "b", "em", "table", "section", "nav", "option", "input", "link", "meta",
		"script", "style", "textarea", "html", "base", "title", "h1", "h2", "h3", "frame", "iframe", "area", "footer", "article", "aside", "main", "header", "select"} {
		if string(name) == tag {
			return tag
		}
	}
	return ""
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

func (r *reader) start(tag string) {
	attr := r.attributes(tag)
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
	case "option":
		// A choice of languages is often a list to select from.
		r.endLink()
		if v := strings.TrimSpace(attr["value"]); strings.HasPrefix(v, "/") || strings.HasPrefix(v, "?") || hasPrefixFold(v, "http") {
			r.late, r.a = nil, &link{href: v, lang: attr["lang"]}
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

// attributes are those of the current tag that matter. Of the hundreds of cells and
// entries of a page's menus none do.
func (r *reader) attributes(tag string) map[string]string {
	switch tag {
	case "", "li", "p", "br", "title", "h1", "h2", "h3", "script", "style", "textarea", "select":
		return nil
	case "i", "span", "b", "em", "img", "input":
		if r.a == nil {
			return nil
		}
	}
	if r.attr == nil {
		r.attr = make(map[string]string, 8)
	}
	clear(r.attr)
	for k, v := range r.l.Attributes() {
		switch string(k) {
		case "href", "title", "aria-label", "alt", "rel", "hreflang", "lang", "xml:lang", "class", "id", "role", "onclick", "src", "http-equiv", "content", "value", "data-href":
			if _, twice := r.attr[string(k)]; !twice {
				r.attr[string(k)] = string(v)
			}
		}
	}
	return r.attr
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
	m := r.mark(attr["class"], attr["id"])
	in.footer, in.news = in.footer || m.footer, in.news || m.news
	r.open = append(r.open, in)
}

func (r *reader) mark(class, id string) mark {
	r.key = append(append(append(r.key[:0], class...), ' '), id...)
	m, ok := r.marks[string(r.key)]
	if ok {
		return m
	}
	for _, w := range identWords(string(r.key)) {
		switch w {
		case "footer", "foot", "bottom", "colophon", "copyright", "subfooter":
			m.footer = true
		case "news", "newslist", "latestnews", "akhbar", "khabar", "blog", "press":
			m.news = true
		}
	}
	if r.marks == nil {
		r.marks = make(map[string]mark)
	}
	r.marks[string(r.key)] = m
	return m
}

func (r *reader) end(tag string) {
	if r.skip == tag {
		r.skip = ""
		return
	}
	switch tag {
	case "a", "option", "select":
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
