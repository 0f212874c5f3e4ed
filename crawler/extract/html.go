package extract

import (
	"bytes"
	"fmt"

	"github.com/PuerkitoBio/goquery"

	"policywatch/store/record"
)

// HTML reads a web page; text must be UTF-8.
func (r *Reader) HTML(text []byte, o Options) (*record.Document, error) {
	page, err := goquery.NewDocumentFromReader(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("parse the page %s: %w", o.URL, err)
	}
	page.Find("script,style,noscript,template,svg,nav,header,footer").Remove()
	var blocks []record.Block
	page.Find("h1,h2,h3,h4,h5,h6,p,li,td").Each(func(_ int, s *goquery.Selection) {
		if s.Find("h1,h2,h3,h4,h5,h6,p,li,td").Length() > 0 {
			return
		}
		b := record.Block{Kind: record.Paragraph, Text: squeeze(s.Text())}
		switch name := goquery.NodeName(s); {
		case name[0] == 'h':
			b.Kind, b.Level = record.Heading, int(name[1]-'0')
		case name == "li":
			b.Kind, b.Level = record.Item, 1
		}
		if letters(b.Text) > 0 {
			blocks = append(blocks, b)
		}
	})
	return r.finish(squeeze(page.Find("title").First().Text()), blocks), nil
}
