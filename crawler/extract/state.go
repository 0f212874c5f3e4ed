package extract

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Pages that a script builds often carry their text as data in the page: the
// state that the server rendered from. Where the page itself shows no text, the
// data is turned into elements and read like any other page.

const (
	// scantProse is the running text under which a page counts as empty.
	scantProse = 500
	// maxState bounds the data that is decoded.
	maxState = 8 << 20
	// stateHead is how far into a script its data may begin.
	stateHead = 400
	// maxStateNodes and maxStateDepth bound what is made of it.
	maxStateNodes = 60_000
	maxStateDepth = 120
)

// appState returns the page's data as a tree of elements, nil when there is
// none that holds text.
func appState(root *html.Node, lang string) *html.Node {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	s := stater{lang: strings.ToLower(lang), left: maxStateNodes}
	budget := maxState
	var find func(n *html.Node, depth int)
	find = func(n *html.Node, depth int) {
		for c := n.FirstChild; c != nil && depth < maxDepth && budget > 0; c = c.NextSibling {
			if c.DataAtom == atom.Script && c.FirstChild != nil {
				if data := stateOf(c); data != "" && len(data) <= budget {
					budget -= len(data)
					if n := s.decode(data); n != nil {
						body.AppendChild(n)
					}
				}
				continue
			}
			find(c, depth+1)
		}
	}
	find(root, 0)
	if body.FirstChild == nil {
		return nil
	}
	return body
}

// stateOf returns the JSON of a script element, "" when it holds none.
func stateOf(n *html.Node) string {
	src := n.FirstChild.Data
	switch t := strings.ToLower(attr(n, "type")); {
	case t == "application/json", t == "text/json":
		return src
	case t == "application/ld+json":
		return "" // what search engines are told, not the text
	case t != "" && !strings.Contains(t, "javascript") && t != "module":
		return ""
	}
	// window.__INITIAL_STATE__ = {...}
	head := src[:min(len(src), stateHead)]
	k := strings.IndexByte(head, '=')
	if k < 0 || !strings.Contains(head[:k], "__") && !strings.Contains(head[:k], "window.") {
		return ""
	}
	rest := strings.TrimLeft(src[k+1:], " \t\r\n")
	if rest, ok := strings.CutPrefix(rest, "JSON.parse("); ok {
		var inner string
		if json.NewDecoder(strings.NewReader(rest)).Decode(&inner) == nil {
			return inner
		}
		return ""
	}
	if rest == "" || rest[0] != '{' && rest[0] != '[' {
		return ""
	}
	return rest
}

// stater makes elements of JSON, keeping its order.
type stater struct {
	lang string
	left int // elements that may still be made
}

func (s *stater) decode(data string) *html.Node {
	d := json.NewDecoder(strings.NewReader(data))
	d.UseNumber()
	n, err := s.value(d, "", 0)
	if err != nil && err != io.EOF {
		return nil
	}
	return n
}

// value reads one JSON value. It returns nil for values without text.
func (s *stater) value(d *json.Decoder, name string, depth int) (*html.Node, error) {
	tok, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := tok.(type) {
	case json.Delim:
		if depth > maxStateDepth {
			return nil, io.ErrShortBuffer
		}
		box := s.element(atom.Div)
		lang := ""
		for d.More() {
			key := ""
			if v == '{' {
				t, err := d.Token()
				if err != nil {
					return nil, err
				}
				key, _ = t.(string)
			}
			n, err := s.value(d, key, depth+1)
			if err != nil {
				return nil, err
			}
			if n == nil || box == nil {
				continue
			}
			// Translations side by side: the page's language is enough.
			if len(key) == 2 && s.lang != "" {
				if lang == "" && strings.HasPrefix(s.lang, key) {
					for c := box.FirstChild; c != nil; c = box.FirstChild {
						box.RemoveChild(c)
					}
					lang = key
				} else if lang != "" {
					continue
				}
			}
			box.AppendChild(n)
		}
		if _, err := d.Token(); err != nil {
			return nil, err
		}
		if box == nil || box.FirstChild == nil {
			return nil, nil
		}
		return box, nil
	case string:
		return s.text(v, name), nil
	}
	return nil, nil
}

func (s *stater) element(a atom.Atom) *html.Node {
	if s.left--; s.left < 0 {
		return nil
	}
	return &html.Node{Type: html.ElementNode, Data: a.String(), DataAtom: a}
}

// text makes an element of a string that a person may read: markup is parsed,
// a title becomes a heading, prose a paragraph. Addresses, names of classes and
// other words for machines are left out.
func (s *stater) text(v, name string) *html.Node {
	v = strings.TrimSpace(v)
	if v == "" || len(v) > 2<<20 {
		return nil
	}
	if strings.Contains(v, "</") || strings.Contains(v, "<br") {
		box := s.element(atom.Div)
		if box == nil {
			return nil
		}
		nodes, err := html.ParseFragment(strings.NewReader(v), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
		if err != nil {
			return nil
		}
		s.left -= bytes.Count([]byte(v), []byte("<"))
		for _, n := range nodes {
			box.AppendChild(n)
		}
		return box
	}
	tag := atom.P
	switch strings.ToLower(name) {
	case "title", "heading", "header", "question", "headline", "subtitle", "name", "label":
		if !look(v).bare() {
			break
		}
		tag = atom.H3
	case "url", "href", "src", "id", "slug", "path", "class", "classname", "type", "alt", "icon", "image", "locale", "lang", "key", "color", "style", "link", "route", "__typename", "description", "keywords":
		if !strings.Contains(v, ". ") {
			return nil
		}
	}
	if tag == atom.P && (!strings.Contains(v, " ") || letters(v) < 20 || strings.Contains(v, "://") && strings.Count(v, " ") < 4) {
		return nil
	}
	n := s.element(tag)
	if n == nil {
		return nil
	}
	for i, line := range strings.Split(v, "\n") {
		if i > 0 {
			n.AppendChild(&html.Node{Type: html.ElementNode, Data: "br", DataAtom: atom.Br})
		}
		n.AppendChild(&html.Node{Type: html.TextNode, Data: line})
	}
	return n
}

// onPrivacy reports whether the text below i is about personal data. The state
// of a page also holds dictionaries of buttons and messages, which must not pass
// for its text.
func (t *tree) onPrivacy(i int32, r *Reader) bool {
	found := map[string]bool{}
	r.words.about.collect(strings.Fields(key(t.words(i))), found)
	return len(found) >= 2*fewTerms
}
