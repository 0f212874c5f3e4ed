package record

import "slices"

// Severity orders changes by how much they matter.
type Severity string

// The severities, least first.
const (
	SeverityNone     Severity = "none"
	SeverityInfo     Severity = "info"     // cosmetic, links, moves
	SeverityMinor    Severity = "minor"    // wording without effect
	SeverityMajor    Severity = "major"    // substantive wording, flips, facts, sections
	SeverityCritical Severity = "critical" // a required element went, or the statement did
)

var severities = []Severity{SeverityNone, SeverityInfo, SeverityMinor, SeverityMajor, SeverityCritical}

// Severities returns them all, least first.
func Severities() []Severity { return slices.Clone(severities) }

// Rank is the severity's place in the order, -1 for an unknown word.
func (s Severity) Rank() int { return slices.Index(severities, s) }

// AtLeast reports whether s is as severe as min or more.
func (s Severity) AtLeast(min Severity) bool { return s.Rank() >= min.Rank() }

// Class says what kind of change it is.
type Class string

// The classes of change.
const (
	ClassNone           Class = "none"
	ClassCosmetic       Class = "cosmetic"        // canonical texts are equal
	ClassLinks          Class = "links"           // only addresses of links
	ClassMoved          Class = "moved"           // the same text in another order
	ClassMinor          Class = "minor"           // wording without effect
	ClassSubstantive    Class = "substantive"     // wording that matters
	ClassSectionDropped Class = "section_dropped" // a topic's content is gone
	ClassSectionAdded   Class = "section_added"
	ClassReturned       Class = "returned" // equal to an earlier version
	ClassUnusable       Class = "unusable" // the new side is not a statement
)

// Change is the comparison of two versions.
type Change struct {
	Class    Class    `json:"class"`
	Severity Severity `json:"severity"`
	// Reason is one or two sentences that a person would write, in English.
	Reason string `json:"reason"`
	// Told is the same as data, to be said in any language. A change that was
	// stored before there was such a thing has none.
	Told    []Sentence   `json:"-"`
	Dropped []Topic      `json:"dropped"`
	Added   []Topic      `json:"added"`
	Altered []Topic      `json:"altered"`
	Moved   []Topic      `json:"moved"`
	Facts   []FactChange `json:"facts"`
	Flips   []Flip       `json:"flips"`
	Edits   []Edit       `json:"edits,omitempty"`
	// Lost lists profile elements that went from present to absent.
	Lost []string `json:"lost,omitempty"`
	// Suspect is set when the new side may be a bad capture although it reads
	// like a statement: "collapse" or "partial". It asks for confirmation.
	Suspect string `json:"suspect,omitempty"`
}

// FactChange is a fact whose value differs; an empty side means absent.
type FactChange struct {
	Kind   FactKind `json:"kind"`
	Before string   `json:"before"`
	After  string   `json:"after"`
}

// Flip is a pair of sentences of which one denies the other, or turns a duty
// into a possibility.
type Flip struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// EditOp names an edit.
type EditOp string

// The edits.
const (
	EditInsert  EditOp = "insert"
	EditDelete  EditOp = "delete"
	EditReplace EditOp = "replace"
	EditMove    EditOp = "move"
)

// Edit is one place where the texts differ, in the words of the originals.
type Edit struct {
	Op EditOp `json:"op"`
	// Section is the heading that the place stands under.
	Section string `json:"section"`
	Before  string `json:"before"`
	After   string `json:"after"`
	// Parts cut a replacement into equal and differing runs of words.
	Parts []Part `json:"parts,omitempty"`
}

// Part is a run of words within a replaced sentence.
type Part struct {
	// Op is "" for words that both sides have, else insert or delete.
	Op   EditOp `json:"op,omitempty"`
	Text string `json:"text"`
}
