package extract

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mute reports elements whose text is not for reading. What noscript holds is
// shown only where nothing runs: warnings that scripts are off, trackers.
func mute(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Svg, atom.Math, atom.Head, atom.Iframe, atom.Frame, atom.Object, atom.Embed, atom.Canvas,
		atom.Audio, atom.Video, atom.Map, atom.Select, atom.Datalist, atom.Input, atom.Img, atom.Picture, atom.Progress, atom.Meter, atom.Link, atom.Meta,
		atom.Noframes, atom.Noembed, atom.Param, atom.Track, atom.Source:
		return n.Namespace == "" || n.DataAtom == atom.Script || n.DataAtom == atom.Style || n.DataAtom == atom.Svg || n.DataAtom == atom.Math
	case atom.Template:
		return !hasAttr(n, "shadowrootmode")
	}
	return false
}

// blockTag reports elements that stand on lines of their own. Custom elements are
// not listed: one counts as a block when a block stands in it.
func blockTag(a atom.Atom) bool {
	switch a {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Caption, atom.Center, atom.Dd, atom.Details, atom.Dialog, atom.Dir, atom.Div,
		atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Header, atom.Hgroup, atom.Hr, atom.Html, atom.Legend, atom.Li, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.Optgroup, atom.Option, atom.P,
		atom.Pre, atom.Search, atom.Section, atom.Summary, atom.Table, atom.Tbody, atom.Td, atom.Textarea, atom.Tfoot, atom.Th, atom.Thead, atom.Tr, atom.Ul:
		return true
	}
	return false
}

// styleFlags reads the few declarations of an inline style that matter here. Style
// sheets are not read: what they hide is read as shown, which loses nothing.
func styleFlags(s string) (f flag) {
	if len(s) > 4096 {
		return 0
	}
	for d := range strings.SplitSeq(s, ";") {
		k, v, ok := strings.Cut(d, ":")
		if !ok {
			continue
		}
		v = strings.ToLower(strings.TrimSpace(v))
		v = strings.TrimSpace(strings.TrimSuffix(v, "!important"))
		switch strings.ToLower(strings.TrimSpace(k)) {
		case "display":
			if v == "none" {
				f |= isHidden
			} else if v == "block" || v == "flex" || v == "grid" {
				f |= isBlock
			}
		case "visibility":
			if v == "hidden" {
				f |= isHidden
			}
		case "font-weight":
			if n, err := strconv.Atoi(v); v == "bold" || v == "bolder" || err == nil && n >= 600 {
				f |= isBold
			}
		}
	}
	return f
}

func hasAttr(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// leadsAway reports links as menus have them. An address that is shown as such
// (mail, telephone, a URL in words) is part of a sentence, not of a menu.
func leadsAway(href string, n *html.Node, inHeading bool) bool {
	if inHeading && href != "" && href[0] == '#' {
		return false // the heading's own anchor
	}
	if href == "" || strings.HasPrefix(href, "mailto:") || strings.HasPrefix(href, "tel:") || strings.Contains(href, protected) {
		return false
	}
	if c := n.FirstChild; c != nil && c.NextSibling == nil && c.Type == html.TextNode {
		if s := strings.TrimSpace(c.Data); strings.Contains(s, "@") || strings.Contains(s, "://") || strings.HasPrefix(s, "www.") {
			return false
		}
	}
	return true
}
