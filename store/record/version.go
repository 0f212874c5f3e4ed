package record

import "time"

// Version is a document whose canonical text differs from the one before.
type Version struct {
	Site string
	// Number counts from 1 without gaps.
	Number int
	At     time.Time
	URL    string
	// Identity is the digest of the canonical text, Exact of the text as shown.
	Identity string
	Exact    string
	// Snapshot is the digest of the raw body that it was read from.
	Snapshot string
	// Previous is the digest of the record before, hex; it makes a later
	// alteration of the archive evident. Filled by the store.
	Previous string
	Document *Document
	Findings []Finding
	// Change is against the version before; nil on the first.
	Change *Change
}

// Visit is everything that one visit adds to the archive, committed together.
type Visit struct {
	Site Site
	At   time.Time
	// Past is the site's record after the visit.
	Past Past
	// Snapshot is kept when it is not nil: a new version or newer bytes of an
	// equal text, or the bytes that a fault or a suspicion was judged on.
	Snapshot *Snapshot
	// Version is nil when the visit made none.
	Version *Version
	Fault   *Fault
	// State is how the visit ended and Reason why, in words. An empty State is
	// told from the rest of the visit.
	State  VisitState
	Reason string
	// Told is the reason as data. A visit with a fault or a change leaves it to that.
	Told   []Sentence
	Trail  []Step
	Alerts []Alert
}
