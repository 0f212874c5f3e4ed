package discover

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Limits of reading sitemaps. Large sites list hundreds of thousands of pages;
// the statement is found by its address, and what does not show early is left
// to the other ways of looking.
const (
	maxSitemaps     = 5
	maxSitemapURLs  = 5000
	maxSitemapBytes = 8 << 20 // after decompression
)

var errNoSitemap = errors.New("not a sitemap")

// sitemap is what one sitemap file lists.
type sitemap struct {
	pages []sitemapURL
	// children are further sitemap files of an index.
	children []string
}

type sitemapURL struct{ loc, lang string }

// gunzip returns body unpacked where it is gzip and as it is otherwise. What
// is longer than the limit is cut: a list cut short is still a list.
func gunzip(body []byte) []byte {
	if len(body) < 2 || body[0] != 0x1f || body[1] != 0x8b {
		return body
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	b, _ := io.ReadAll(io.LimitReader(z, maxSitemapBytes)) // a broken end leaves the good beginning
	return b
}

// readSitemap reads a sitemap, a sitemap index or a plain list of addresses.
// text is UTF-8 whatever its XML declaration claims. It is lenient: a file that
// breaks off gives what stands before the break. An HTML page, as many servers
// send for "not found", is errNoSitemap.
func readSitemap(text []byte) (sitemap, error) {
	var m sitemap
	text = bytes.TrimLeft(text, "\ufeff \t\r\n")
	if len(text) > maxSitemapBytes {
		text = text[:maxSitemapBytes]
	}
	if len(text) == 0 || text[0] != '<' {
		return plainList(text)
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var in, loc string // in: the entry being read
	root := false
	for len(m.pages) < maxSitemapURLs {
		t, err := d.RawToken()
		if err != nil {
			break
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch name := strings.ToLower(t.Name.Local); name {
			case "html", "body", "head":
				return sitemap{}, errNoSitemap
			case "urlset", "sitemapindex", "rss", "feed":
				root = true
			case "url", "sitemap":
				in = name
			case "loc":
				loc = ""
			case "link":
				var href, lang string
				for _, a := range t.Attr {
					switch strings.ToLower(a.Name.Local) {
					case "href":
						href = a.Value
					case "hreflang":
						lang = a.Value
					}
				}
				if in == "url" && href != "" {
					m.pages = append(m.pages, sitemapURL{strings.TrimSpace(href), primary(lang)})
				}
			}
		case xml.CharData:
			if in != "" && len(loc)+len(t) < 4096 {
				loc += string(t)
			}
		case xml.EndElement:
			if strings.ToLower(t.Name.Local) != "loc" {
				loc = ""
				continue
			}
			switch s := strings.TrimSpace(loc); {
			case s == "":
			case in == "sitemap":
				if len(m.children) < maxSitemapURLs {
					m.children = append(m.children, s)
				}
			case in == "url":
				m.pages = append(m.pages, sitemapURL{loc: s})
			}
			loc = ""
		}
	}
	if !root {
		return sitemap{}, errNoSitemap
	}
	return m, nil
}

// plainList reads the text form: one address a line.
func plainList(text []byte) (sitemap, error) {
	var m sitemap
	for line := range bytes.Lines(text) {
		s := string(bytes.TrimSpace(line))
		if s == "" {
			continue
		}
		if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
			return sitemap{}, errNoSitemap
		}
		if m.pages = append(m.pages, sitemapURL{loc: s}); len(m.pages) >= maxSitemapURLs {
			break
		}
	}
	if len(m.pages) == 0 {
		return sitemap{}, errNoSitemap
	}
	return m, nil
}

// childRank orders the files of an index: those of plain pages first, those of
// news, images and products last.
func childRank(address string) int {
	s := strings.ToLower(address)
	for _, w := range []string{"page", "static", "content", "main", "misc"} {
		if strings.Contains(s, w) {
			return 0
		}
	}
	for _, w := range []string{"news", "image", "video", "product", "post", "tag", "categor", "author", "event", "media", "archive"} {
		if strings.Contains(s, w) {
			return 2
		}
	}
	return 1
}
