// Package atom holds the elements of a feed as RFC 4287 lays it out, in the order in
// which they are written. The dashboard's feed and the one in a file share them; it
// knows nothing of what they tell.
package atom

import (
	"encoding/xml"
	"strings"
	"unicode/utf8"
)

// Feed is a whole feed. One that was written is read back by the same type.
type Feed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string   `xml:"http://www.w3.org/XML/1998/namespace lang,attr,omitempty"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"` // RFC 3339, as are all times
	Author  Person   `xml:"author"`
	Links   []Link   `xml:"link"`
	Entries []Entry  `xml:"entry"`
}

// Person is who wrote a feed.
type Person struct {
	Name string `xml:"name"`
}

// Link leads from a feed or entry to a page, or to the feed itself.
type Link struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

// Entry is one piece of news. Summary is of a page that the entry links to; Content
// is all that there is to read.
type Entry struct {
	Lang       string     `xml:"http://www.w3.org/XML/1998/namespace lang,attr,omitempty"`
	ID         string     `xml:"id"`
	Title      string     `xml:"title"`
	Published  string     `xml:"published,omitempty"`
	Updated    string     `xml:"updated"`
	Links      []Link     `xml:"link"`
	Categories []Category `xml:"category"`
	Summary    *Text      `xml:"summary"`
	Content    *Text      `xml:"content"`
}

// Category is a label for programs, and for people where Label is set.
type Category struct {
	Term  string `xml:"term,attr"`
	Label string `xml:"label,attr,omitempty"`
}

// Text is of the type "text" or "html".
type Text struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

// Printable leaves out what no XML document may hold, not even escaped (XML 1.0,
// 2.2): reading programs refuse the whole feed for one such character.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r >= ' ' && r < 0x7f || r > 0x9f && r <= 0xd7ff || r >= 0xe000 && r <= utf8.MaxRune && r&0xfffe != 0xfffe {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "\ufffd"))
}
