package extract

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"policywatch/store/record"
)

// Version names the behaviour of this package. It is stored in every document;
// it must change whenever the same input would give other blocks, because two
// documents of different versions are never compared.
const Version = "html/1"

// maxBlocks bounds what one document may hold, so that a hostile page cannot
// make the stages behind this one expensive. Real statements stay under 2000.
const maxBlocks = 20000

// Options are what the caller knows of one page.
type Options struct {
	// URL is where the page came from; relative links resolve against it.
	URL string
	// Select is a CSS selector: only what it matches is read.
	Select string
	// Remove lists CSS selectors of elements that are taken out first.
	Remove []string
}

// Manner names how a page is read with these options: the Version, and a digest of
// the selectors where there are any. It is the document's Extractor: the same page
// read with other selectors is another text, and no change of the statement.
func (o Options) Manner() string {
	if o.Select == "" && len(o.Remove) == 0 {
		return Version
	}
	sum := sha256.Sum256([]byte(strings.Join(append([]string{o.Select}, o.Remove...), "\x00")))
	return fmt.Sprintf("%s+%x", Version, sum[:4])
}

// Reader reads pages. It is immutable after New and safe for concurrent use.
type Reader struct {
	tongues []tongue
	known   map[string]votes // folded word -> languages that use it
	letters [0x700]uint32    // telling letter -> bit set of tongues
	words   furniture
	follows map[pair]bool // words that follow one another in known headings
}

// New makes a reader that knows the languages of lex.
func New(lex []record.Lexicon) *Reader {
	r := &Reader{}
	r.learnLanguages(lex)
	r.words = newFurniture(lex)
	r.learnPairs(lex)
	return r
}

// finish turns blocks into a document: language and direction from the text,
// the title from the first heading where the page gave none.
func (r *Reader) finish(title string, blocks []record.Block) *record.Document {
	if len(blocks) > maxBlocks {
		blocks = blocks[:maxBlocks]
	}
	doc := &record.Document{Title: title, Extractor: Version, Blocks: blocks}
	if blocks == nil {
		doc.Blocks = []record.Block{}
	}
	if doc.Title == "" {
		for i, b := range blocks {
			if b.Kind == record.Heading {
				doc.Title = strings.TrimRight(b.Text, ":： ")
				break
			}
			if i > 2 {
				break
			}
		}
	}
	var c census
	for _, rows := range []bool{false, true} { // cells are names more than words
		for i := range blocks {
			if (blocks[i].Kind == record.Row) == rows && !r.count(&c, blocks[i].Text) {
				break
			}
		}
		if c.words >= 100 {
			break
		}
	}
	if len(blocks) == 0 {
		r.count(&c, title)
	}
	doc.Lang, doc.Dir = r.verdict(&c)
	r.strangers(doc)
	return doc
}
