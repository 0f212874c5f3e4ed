package wire_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"policywatch/configs"
	"policywatch/crawler/charset"
	"policywatch/crawler/extract"
	"policywatch/crawler/imprint"
	"policywatch/store/canon"
	"policywatch/store/record"
)

// Whatever is done to a real page's statement: when its imprint still fits, reading it
// gives the same. So it is for nearly all that is done around the statement, where short
// texts may differ: one of them may have been the heading that ended it, which is why
// an imprint has its time. And another spelling does fit.
func TestAnImprintThatFitsKnowsTheStatement(t *testing.T) {
	files, _ := filepath.Glob("../../../../shared/corpus/extract-dev/html/*.gz")
	if len(files) == 0 {
		t.Skip("NOT TESTED: no real pages in ../../../../shared/corpus/extract-dev")
	}
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	reader := extract.New(lex)
	identity := func(page []byte) string {
		doc, err := reader.HTML(page, extract.Options{URL: "https://water.example/privacy"})
		if err != nil {
			return "unread"
		}
		return canon.Identity(doc.Texts())
	}
	taken, edits, fitted, astray, respelt, known := 0, 0, 0, 0, 0, 0
	for _, file := range files {
		page := unzipped(t, file)
		doc, err := reader.HTML(page, extract.Options{URL: "https://water.example/privacy"})
		if err != nil {
			continue
		}
		im := imprint.Of(page, doc)
		if im.Words == "" {
			continue
		}
		taken++
		same := canon.Identity(doc.Texts())
		random := rand.New(rand.NewPCG(7, uint64(taken)))
		begin, end := stretch(page, doc)
		for range 60 {
			edited, at := tampered(page, random)
			if _, fits := imprint.Fits(edited, im, doc.Extractor); fits {
				if fitted++; identity(edited) != same {
					if astray++; at >= begin && at < end {
						t.Errorf("%s: the imprint fits a page whose statement says something else", filepath.Base(file))
					}
				}
			}
			edits++
		}
		// The longest text of the statement with other spaces between its words.
		var text string
		for _, b := range doc.Blocks {
			if len(b.Text) > len(text) && bytes.Count(page, []byte(b.Text)) == 1 && !strings.ContainsAny(b.Text, "<&") {
				text = b.Text
			}
		}
		if spaced := strings.ReplaceAll(text, " ", " \n "); spaced != text {
			respelt++
			if _, fits := imprint.Fits(bytes.Replace(page, []byte(text), []byte(spaced), 1), im, doc.Extractor); fits {
				known++
			}
		}
	}
	t.Logf("%d of %d pages have an imprint; it fitted %d of %d edited pages, and %d of %d that were spaced otherwise", taken, len(files), fitted, edits, known, respelt)
	if astray*500 > fitted {
		t.Errorf("of %d pages that it fitted %d say something else", fitted, astray)
	}
	if known < respelt {
		t.Errorf("%d of %d pages with other spaces are read again", respelt-known, respelt)
	}
}

// stretch is from the first to the last block of a statement that stands in the page
// once and as it is; nothing where there are none.
func stretch(page []byte, doc *record.Document) (begin, end int) {
	begin = len(page)
	for _, b := range doc.Blocks {
		if text := []byte(b.Text); len(text) > 30 && bytes.Count(page, text) == 1 {
			at := bytes.Index(page, text)
			begin, end = min(begin, at), max(end, at+len(text))
		}
	}
	return begin, end
}

func unzipped(t *testing.T, file string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := charset.Decode(b, "text/html")
	return text
}

// tampered is a page with one edit somewhere: bytes taken out, put in twice, swapped
// with others, or a word, a tag or an attribute of another's place.
func tampered(page []byte, random *rand.Rand) (edited []byte, at int) {
	piece := func() (from, to int) {
		from = random.IntN(len(page))
		switch random.IntN(3) {
		case 0: // a tag, or what lies between two
			from += max(bytes.IndexByte(page[from:], '<'), 0)
			to = from + max(bytes.IndexByte(page[from:], '>')+1, 1)
		case 1: // a word
			from += max(bytes.IndexAny(page[from:], " >"), 0)
			to = from + 1 + max(bytes.IndexAny(page[min(from+1, len(page)):], " <"), 0)
		default:
			to = from + random.IntN(30)
		}
		return from, min(to, len(page))
	}
	from, to := piece()
	put := []byte(nil)
	switch random.IntN(4) {
	case 0: // gone
	case 1:
		put = append(bytes.Clone(page[from:to]), page[from:to]...)
	case 2:
		a, b := piece()
		put = page[a:b]
	default:
		put = []byte([]string{"not ", "12", "<p>", "</div>", "<!--", " hidden", "&nbsp;", "\u200c", "<b>", "نمی"}[random.IntN(10)])
	}
	return bytes.ToValidUTF8(append(append(bytes.Clone(page[:from]), put...), page[to:]...), nil), from
}
