package record

import (
	"strings"
	"time"
)

// Site is one government website as the user listed it.
type Site struct {
	// Domain is the key: host name in lower case and punycode, with a port
	// only where it is not the scheme's own.
	Domain string
	Name   string
	// URL is the statement's page where the user knows it; empty means find it.
	URL string
	// Profile names the legal profile; empty means choose by Domain's suffix.
	Profile string
	// Select and Remove are CSS selectors that override the extractor.
	Select string
	Remove []string
	// Every is the time between visits; zero means the schedule's default.
	Every  time.Duration
	Labels []string
}

// Title is the name to show a person: the given name, else the domain.
func (s Site) Title() string {
	if s.Name != "" {
		return s.Name
	}
	return s.Domain
}

// Selectors joins Select and Remove to one text that is comparable with ==.
func (s Site) Selectors() string {
	if s.Select == "" && len(s.Remove) == 0 {
		return ""
	}
	return strings.Join(append([]string{s.Select}, s.Remove...), "\n")
}

// SiteState is where a site stands between visits.
type SiteState string

// The states of a site. A site leaves StateOK after one fault and becomes
// failing after as many in a row as the schedule tolerates.
const (
	StateNew      SiteState = "new"
	StateOK       SiteState = "ok"
	StateDegraded SiteState = "degraded"
	StateFailing  SiteState = "failing"
)

// Prior is what an earlier visit learned that makes the next one cheaper.
type Prior struct {
	// URL is where the statement was last read; empty means discover it.
	URL string
	// Hint is Site.URL as it stood then; when the user names another page, that
	// one is read instead.
	Hint         string
	ETag         string
	LastModified string
	// BodyDigest is Snapshot.Digest of the last good visit.
	BodyDigest string
	// Extractor is the version string that read it; another one reads anew.
	Extractor string
	// Lang is the language of the last good document.
	Lang string
	// Selectors is Site.Selectors of the last good visit; with others the page is
	// another text although its bytes are the same.
	Selectors string
	// Imprint is that of the text that stands.
	Imprint Imprint
	// Identity and Exact are those of the text that stands. They are derived
	// from Past.TextDigest and Past.ExactDigest and not stored by themselves.
	Identity string
	Exact    string
}

// Imprint is by what a later visit knows a statement again in the bytes of a page
// without reading it (crawler/imprint). The zero Imprint knows nothing.
type Imprint struct {
	// The statement's stretch of the page begins behind the page's first Before
	// tags, holds Within tags and is Length bytes long.
	Before, Within, Length int
	// Region is the digest of the stretch, Words that of its tags and of what its
	// words say, however they are spelt. Around is a sum over the rest of the page.
	Region, Words string
	Around        uint64
	// Alone means that the page was offered in no other language.
	Alone bool
	// Read is when the page was last read in full.
	Read time.Time
}

// imprintLife is how long an imprint is trusted: what stands around a statement is
// compared only roughly, and a reading in full every week bounds what that misses.
const imprintLife = 7 * 24 * time.Hour

// Holds reports whether the imprint may still be relied on.
func (i Imprint) Holds(now time.Time) bool {
	return i.Words != "" && !now.Before(i.Read) && now.Sub(i.Read) < imprintLife
}

// Past is what the archive knows of a site before a visit.
type Past struct {
	Site  string
	State SiteState
	Prior Prior
	// Version is the number of the newest version, 0 where there is none.
	Version int
	// TextDigest is the identity of the newest version (Document.Identity).
	TextDigest string
	// ExactDigest covers the words as shown; it tells cosmetic from equal.
	ExactDigest string
	// Recent lists the identities of earlier versions, newest first.
	Recent []string
	// Rejected lists the identities of captures that a person refused, newest
	// first; they are never taken for a version.
	Rejected []string
	// Volatile lists the places in the text that the server fills in anew for
	// every reader, newest first, each by the text around it (diff/volatile).
	Volatile []string
	// Pending is a suspicious capture that waits for confirmation.
	Pending *Pending
	// Topics and Absent describe the newest version: what it covers, and all that
	// was found absent, be it required, recommended or an observation of ours.
	Topics []Topic
	Absent []string
	// Failures counts faults in a row.
	Failures    int
	LastVisit   time.Time
	LastSuccess time.Time
	LastFault   *Fault
	// FaultTold says that the failing notice went out and recovery is owed.
	FaultTold bool
	// ToldAt is when that notice, or the last reminder of it, was made.
	ToldAt time.Time
}

// Pending is a capture that looked like a loss and counts only when a later
// visit sees the same again.
type Pending struct {
	// Kind says what was suspicious: "collapse", "partial", "wrong_page",
	// "gone", "dropped" and topics, or "unsteady" for numbers that no second look
	// could be had at.
	Kind       string `json:"kind"`
	TextDigest string `json:"-"`
	// Snapshot is the digest of the bytes that it was judged on.
	Snapshot string    `json:"snapshot"`
	First    time.Time `json:"first"`
	Seen     int       `json:"seen"`
	// Reason is why it waits, in English; Told is the same as data.
	Reason string     `json:"reason"`
	Told   []Sentence `json:"-"`
}
