package extract_test

import (
	"strings"
	"testing"

	"policywatch/crawler/extract"
	"policywatch/store/record"
)

// C6: a page of cards is seen to lead elsewhere, in HTML and as Markdown.
func TestCardsKeepTheirLinks(t *testing.T) {
	r := newReader(t)
	const page = `<html lang="en"><body><main><h1>Privacy</h1><p>Learn how the office protects your privacy. The office explains here which personal information its website collects, why it does so, and to whom it is disclosed.</p>
<p>We use your information to answer you and for nothing else. We keep it for a year and delete it then, unless a law asks us to keep it for longer.</p>
<section><a href="/policy"><h3>Privacy policy of the office</h3><p>The office collects no personal information unless you give it to us.</p></a></section>
<section><a href="/optout"><h3>How to block cookies</h3><p>Learn how to block cookies in popular browsers.</p></a></section></main></body></html>`
	const md = "Privacy\n=======\n\nLearn how the office protects your privacy.\n\n" +
		"* [Privacy policy of the office\n    ----------------------------\n    \n    The office collects no personal information unless you give it to us.](https://x.gov/policy)\n" +
		"* [How to block cookies\n    --------------------\n    \n    Learn how to block cookies in popular browsers.](https://x.gov/optout)\n"
	html, err := r.HTML([]byte(page), extract.Options{URL: "https://x.gov/privacy"})
	if err != nil {
		t.Fatal(err)
	}
	mark, err := r.Markdown([]byte(md), extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, doc := range map[string]*record.Document{"html": html, "markdown": mark} {
		linked := 0
		for _, b := range doc.Blocks {
			if strings.ContainsAny(b.Text, "[]") {
				t.Errorf("%s: marks in the text: %q", name, b.Text)
			}
			if len(b.Links) == 1 && (b.Links[0].URL == "https://x.gov/policy" || b.Links[0].URL == "https://x.gov/optout") {
				linked++
			}
		}
		if linked != 4 {
			t.Errorf("%s: %d linked blocks of 4: %+v", name, linked, doc.Blocks)
		}
	}
}

func TestBracketsThatAreNoLinkStay(t *testing.T) {
	const md = "# Privacy\n\nWe keep your name [and your address\nwhere you gave it] for a year.\n\nSee [the law](https://x.gov/law) for more.\n"
	doc, err := newReader(t).Markdown([]byte(md), extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if text := doc.Text(); !strings.Contains(text, "[and your address where you gave it]") || strings.Contains(text, "](") {
		t.Errorf("read %q", text)
	}
}
