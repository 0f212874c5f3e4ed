package discover

import (
	"net/url"
	"strings"
	"unicode"

	"policywatch/crawler/markup"
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
	// readings remembers what words said: menus repeat theirs many times.
	readings map[string]reading
}

// read weighs words once a page.
func (p *page) read(w *words, s string) reading {
	r, ok := p.readings[s]
	if !ok {
		r = w.read(s)
		if p.readings == nil {
			p.readings = make(map[string]reading)
		}
		p.readings[s] = r
	}
	return r
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
	r := reader{p: p, l: markup.Lexer{Source: body}}
	r.run()
	return p
}

// fold makes runs of white space one space.
func fold(s string) string {
	for i := range len(s) {
		// Most links' words are folded already.
		if c := s[i]; c <= ' ' && (c != ' ' || i == 0 || i+1 == len(s) || s[i+1] == ' ') || c == 0xc2 || c >= 0xe1 {
			return strings.Join(strings.Fields(s), " ")
		}
	}
	return s
}

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
