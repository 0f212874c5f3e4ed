package record

import (
	"fmt"
	"time"
)

// VisitState is how a visit ended.
type VisitState string

// The ends of a visit.
const (
	VisitNew       VisitState = "new"       // the first version was made
	VisitUnchanged VisitState = "unchanged" // the text is equal, or differs only in looks
	VisitChanged   VisitState = "changed"   // a version was made
	VisitReturned  VisitState = "returned"  // a version was made that equals an earlier one
	VisitPending   VisitState = "pending"   // a suspicious capture waits for confirmation
	VisitFault     VisitState = "fault"
)

// VisitNote is what the archive remembers of a visit, or of a run of visits
// that found nothing new.
type VisitNote struct {
	// At is the time of the visit, of the last one in a run.
	At    time.Time  `json:"at"`
	State VisitState `json:"state"`
	// Count is how many visits the note stands for; only quiet ones are
	// counted together. First is the time of the first of them.
	Count int       `json:"count"`
	First time.Time `json:"first"`
	// Version is the number of the version that the visit made, 0 for none.
	Version int `json:"version,omitempty"`
	// Snapshot is the digest of the bytes that were kept, empty for none.
	Snapshot string `json:"snapshot,omitempty"`
	Fault    *Fault `json:"fault,omitempty"`
	Reason   string `json:"reason,omitempty"`
	// Told is the reason as data, as in Visit.
	Told []Sentence `json:"-"`
	// Trail is kept for the newest notes only, and never for a quiet run.
	Trail []Step `json:"trail,omitempty"`
}

// SiteRow is one site in a list: what can be said without opening a document.
type SiteRow struct {
	Site Site
	// Past is without what only a visit needs to know: identities of texts,
	// selectors, the imprint and the volatile places.
	Past Past
	// The rest describes the newest version and is empty where there is none.
	// Changed is when it was made.
	Changed time.Time
	Title   string
	Lang    string
	Dir     string
	Topics  []Topic
	// AbsentRequired lists those of Past.Absent that the profile requires.
	AbsentRequired []string
}

// SiteBrief is what counting, searching and ordering sites takes: flat, so that
// lists of some hundred thousand of them stay small.
type SiteBrief struct {
	Domain, Name, Profile string
	Labels                []string
	State                 SiteState
	// Version is the number of the newest version, 0 where there is none.
	Version int
	// Pending says that a capture waits for confirmation.
	Pending                bool
	LastVisit, LastSuccess time.Time
	// The rest describes the newest version: when it was made, its title, and how
	// many elements are absent from it, of all and of those that are required.
	Changed                time.Time
	Title                  string
	Absent, AbsentRequired int
}

// ChangeFilter selects versions that changed something; an empty field selects all.
type ChangeFilter struct {
	// Since leaves out what was seen at this time or before.
	Since time.Time
	// Before goes on where an earlier list ended.
	Before string
	// Least is the least severity; empty means any.
	Least Severity
	// Limit is the greatest number of versions, the newest; 0 means all.
	Limit int
	// Newest bounds how many are looked at to find those, so that a rare severity
	// does not cost a walk through the whole archive; 0 means all.
	Newest int
}

// AlertFilter selects alerts; an empty field selects all.
type AlertFilter struct {
	State   AlertState
	Type    EventType
	Channel string
	Site    string
	// Since leaves out events before this time.
	Since time.Time
	// Before leaves out the alert of this ID and all that are newer, to go on where
	// an earlier list ended; an ID that is not there selects nothing.
	Before string
	// Limit is the greatest number of alerts, the newest; 0 means all.
	Limit int
	// Newest bounds how many alerts are looked at to find those, so that a rare
	// kind does not cost a walk through all that was ever told; 0 means all.
	Newest int
}

// OutboxCount counts alerts by where they stand.
type OutboxCount struct {
	Waiting, Sent, GivenUp int
	// Oldest is the time of the event that has waited longest.
	Oldest time.Time
	// Partial means that there are older alerts, which were not counted.
	Partial bool
}

// Kept names one answer of a server that the archive keeps.
type Kept struct {
	// Digest is the SHA-256 of the body, hex.
	Digest string
	Site   string
	At     time.Time
}

// ChainRow is one version's record as it lies in the archive, for somebody who
// wants to verify it without the archive.
type ChainRow struct {
	Number int
	// Bytes is the record's key and value. Digest is their SHA-256, hex, which
	// the next record carries as Previous.
	Bytes    []byte
	Digest   string
	Previous string
	// The digests of the contents that the record names, hex; empty for none.
	Snapshot, Document, Findings, Change string
}

// Reading is a version's bytes read again by a later reader, lexicon or legal
// profile. It stands beside the version, which stays as it was first read, and
// is never told to anybody.
type Reading struct {
	Site    string
	Version int
	// Number counts a version's readings from 1. Filled by the store.
	Number int
	At     time.Time
	// By names what read it: extractor, lexicons and profile. Two readings by the
	// same are equal.
	By      string
	Profile string
	// Identity and Exact are the document's, as in Version.
	Identity string
	Exact    string
	// Record is the digest of the version's record that this is a reading of, and
	// Previous that of the reading before, hex. Filled by the store.
	Record   string
	Previous string
	Document *Document
	Findings []Finding
}

// DroppedBody is the error for a body that the archive let go by a policy of its
// user: it was there, and its digest still stands in the records.
type DroppedBody struct {
	// Digest is the SHA-256 of the body, hex, and Size its length in bytes.
	Digest string
	Size   int64
	// At is when it was dropped, Policy the rule that asked for it.
	At     time.Time
	Policy string
}

// Error says when and why.
func (d *DroppedBody) Error() string {
	return fmt.Sprintf("its body, %d bytes with the SHA-256 %s, was dropped on %s by policy (%s)", d.Size, d.Digest, d.At.UTC().Format("2006-01-02"), d.Policy)
}
