package record

import "strings"

// BlockKind names what a block is in the page's structure.
type BlockKind string

// The kinds of block.
const (
	Heading   BlockKind = "heading"
	Paragraph BlockKind = "paragraph"
	Item      BlockKind = "item" // one entry of a list
	Row       BlockKind = "row"  // one row of a table or pair of a definition list
)

// Block is one unit of a document's text, in reading order.
type Block struct {
	Kind BlockKind `json:"kind"`
	// Level is 1 to 6 for headings and the nesting depth, from 1, for items.
	Level int `json:"level,omitempty"`
	// Text is the text as the page shows it: no letter lost or reordered,
	// white space folded to single spaces.
	Text string `json:"text"`
	// Original is the text as it was read where Text had to be repaired, as
	// with headings that a PDF stores in reversed word order.
	Original string `json:"original,omitempty"`
	// Lang and Dir are the block's own where they differ from the document's, as
	// with an English clause in a Persian statement; empty otherwise.
	Lang string `json:"lang,omitempty"`
	Dir  string `json:"dir,omitempty"`
	// Hidden marks text that the page shows only on request (accordion, tab).
	Hidden bool   `json:"hidden,omitempty"`
	Links  []Link `json:"links,omitempty"`
}

// Link is one hyperlink of a block, kept beside the text so that a change of
// address is seen apart from a change of words.
type Link struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// Document is the text read out of a snapshot.
type Document struct {
	Title string `json:"title"`
	// Lang is an ISO 639 code ("fa", "ar", "en", "ckb"), empty when unknown.
	Lang string `json:"lang"`
	// Dir is "rtl" or "ltr".
	Dir string `json:"dir"`
	// Extractor is the version of the reader; two documents of different
	// extractors are never compared.
	Extractor string    `json:"extractor"`
	Blocks    []Block   `json:"blocks"`
	Sections  []Section `json:"sections"`
	Facts     []Fact    `json:"facts"`
	Quality   Quality   `json:"quality"`
	// Languages are those that the site is offered in, and what became of the
	// statement in each, this document's own first. It is empty where the site
	// offers one language only, and where nobody looked, as for a file.
	Languages []LanguageVersion `json:"languages,omitempty"`
	// Identity is the digest of the canonical text and Exact of the text as
	// shown (store/canon), filled by whoever read the document.
	Identity string `json:"-"`
	Exact    string `json:"-"`
	// Imprint finds the text again in the page that it was read from.
	Imprint Imprint `json:"-"`
}

// Section is a run of blocks under one heading, or one judged without any.
type Section struct {
	Heading string `json:"heading"`
	Level   int    `json:"level,omitempty"`
	// Topics lists what the section covers, the surest first.
	Topics     []Topic `json:"topics"`
	Confidence float64 `json:"confidence"`
	// Implicit marks a run of blocks that has no heading of its own.
	Implicit bool `json:"implicit"`
	// From and To delimit Document.Blocks[From:To], heading included.
	From int `json:"from"`
	To   int `json:"to"`
	// Words are the phrases that decided the topics.
	Words []string `json:"words,omitempty"`
}

// Body returns the section's text without its heading, a line a block.
func (d *Document) Body(s Section) string {
	var b strings.Builder
	for i := s.From; i < s.To && i < len(d.Blocks); i++ {
		if i == s.From && !s.Implicit && d.Blocks[i].Kind == Heading {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(d.Blocks[i].Text)
	}
	return b.String()
}

// Text returns the whole text, a line a block.
func (d *Document) Text() string {
	var b strings.Builder
	for i := range d.Blocks {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(d.Blocks[i].Text)
	}
	return b.String()
}

// Texts returns the blocks' texts in order.
func (d *Document) Texts() []string {
	out := make([]string, len(d.Blocks))
	for i := range d.Blocks {
		out[i] = d.Blocks[i].Text
	}
	return out
}

// Covers reports which topics the document's sections cover.
func (d *Document) Covers() map[Topic]bool {
	m := make(map[Topic]bool)
	for _, s := range d.Sections {
		for _, t := range s.Topics {
			m[t] = true
		}
	}
	return m
}

// LanguageVersion is the statement in one of the languages that its site is
// offered in.
type LanguageVersion struct {
	// Lang is an ISO 639 code, as Document.Lang.
	Lang string `json:"lang"`
	// URL is where the version stands; where it is not present, the page by which
	// the site offers the language.
	URL string `json:"url"`
	// Shown is how the site offers the language, verbatim: the words of a switch,
	// or hreflang="en".
	Shown string `json:"shown,omitempty"`
	// Status is absent only when the pages that the statement's own page names for
	// the language were looked at and hold no statement.
	Status Status `json:"status"`
	Reason string `json:"reason"`
}

// FactKind names what a fact states.
type FactKind string

// The kinds of fact. Values are normalised (see Fact.Value).
const (
	FactDate       FactKind = "date"        // 2017-02-16 (ISO, Gregorian)
	FactUpdated    FactKind = "updated"     // the statement's own last update, ISO
	FactEffective  FactKind = "effective"   // the day it takes effect, ISO
	FactInstrument FactKind = "instrument"  // a law, decree or circular: its number
	FactArticle    FactKind = "article"     // an article of one: "7", "13.1.a"
	FactEmail      FactKind = "email"       // lower case
	FactPhone      FactKind = "phone"       // digits with an optional leading +
	FactURL        FactKind = "url"         // without scheme and tracking parameters
	FactDuration   FactKind = "duration"    // ISO 8601 duration: P6M
	FactAmount     FactKind = "amount"      // a number with its unit
	FactDataItem   FactKind = "data_item"   // a named kind of personal data
	FactThirdParty FactKind = "third_party" // a named recipient
	FactOwner      FactKind = "owner"       // the body that the statement speaks for
	FactAddress    FactKind = "address"     // a postal address
)

// Fact is one value that the statement states.
type Fact struct {
	Kind FactKind `json:"kind"`
	// Value is the normalised form, comparable with ==.
	Value string `json:"value"`
	// Text is the words as they stand.
	Text string `json:"text"`
	// Block is the index of the block that holds it.
	Block int `json:"block"`
}

// Verdict says what kind of page a document is.
type Verdict string

// The verdicts of the quality gate. Only VerdictStatement may become a version.
const (
	VerdictStatement   Verdict = "statement"
	VerdictThin        Verdict = "thin"
	VerdictBlocked     Verdict = "blocked"
	VerdictLogin       Verdict = "login"
	VerdictConsent     Verdict = "consent"
	VerdictNotFound    Verdict = "not_found"
	VerdictMaintenance Verdict = "maintenance"
	VerdictHub         Verdict = "hub"
	VerdictShell       Verdict = "shell"
	VerdictUnreadable  Verdict = "unreadable"
	VerdictOther       Verdict = "other"
)

// Quality is the gate's judgement of one document.
type Quality struct {
	Verdict Verdict `json:"verdict"`
	// Score is 0 to 1: how much the text reads like a privacy statement.
	Score   float64  `json:"score"`
	Reasons []string `json:"reasons"`
}
