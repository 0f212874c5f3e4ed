package monitor

import (
	"time"

	"policywatch/store/record"
)

// Result is what one visit came to: a line of `scan --format json`.
type Result struct {
	Event   string            `json:"event"` // "site"
	Site    string            `json:"site"`
	Name    string            `json:"name"`
	URL     string            `json:"url"`
	State   record.VisitState `json:"state"`
	Fault   record.FaultKind  `json:"fault"`
	Version int               `json:"version"`
	Lang    string            `json:"lang"`
	Topics  []record.Topic    `json:"topics"`
	// Absent lists the ids of all that was found absent, as Past.Absent does.
	Absent []string `json:"absent"`
	// Change is without its edits; nil when there is none.
	Change *record.Change `json:"change"`
	Reason string         `json:"reason"`

	Alerts int       `json:"-"`
	At     time.Time `json:"-"`
}

func (r *Result) describe(doc *record.Document, findings []record.Finding) {
	covers := doc.Covers()
	r.Topics, r.Absent = []record.Topic{}, []string{}
	for _, t := range record.Topics() {
		if covers[t] {
			r.Topics = append(r.Topics, t)
		}
	}
	for _, f := range findings {
		if f.Status == record.StatusAbsent {
			r.Absent = append(r.Absent, f.ID)
		}
	}
}
