// Package contract is the JSON that other programs rely on: what a site, a
// statement, a version, a change and the findings look like, on the command line
// and in the API alike. Lists are never null, and what is not known is left out or
// null, as each field says.
//
// It must not know where any of it comes from or who asks for it.
package contract

import (
	"slices"
	"time"

	"policywatch/store/record"
)

// List returns s, or an empty list in place of none.
func List[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// Section is a section with its text, which the record leaves in the blocks.
type Section struct {
	record.Section
	Text string `json:"text"`
}

// Document is the text read out of a page.
type Document struct {
	*record.Document
	Blocks   []record.Block `json:"blocks"`
	Sections []Section      `json:"sections"`
	Facts    []record.Fact  `json:"facts"`
	Quality  record.Quality `json:"quality"`
}

// NewDocument is the document as programs get it.
func NewDocument(d *record.Document) Document {
	out := Document{Document: d, Blocks: List(d.Blocks), Facts: List(d.Facts), Sections: []Section{}, Quality: d.Quality}
	out.Quality.Reasons = List(d.Quality.Reasons)
	for _, s := range d.Sections {
		s.Topics = List(s.Topics)
		out.Sections = append(out.Sections, Section{s, d.Body(s)})
	}
	return out
}

// Change is the comparison of two versions.
type Change struct {
	record.Change
	Edits []record.Edit `json:"edits"`
}

// NewChange is the change as programs get it: edits always stand, and not cut into
// words.
func NewChange(c record.Change) Change {
	edits := []record.Edit{}
	for _, e := range c.Edits {
		e.Parts = nil
		edits = append(edits, e)
	}
	return Change{lists(c), edits}
}

func lists(c record.Change) record.Change {
	c.Dropped, c.Added, c.Altered, c.Moved = List(c.Dropped), List(c.Added), List(c.Altered), List(c.Moved)
	c.Facts, c.Flips = List(c.Facts), List(c.Flips)
	return c
}

// Version is one version of a statement. Document stands only where one version
// was asked for, Change is null on the first.
type Version struct {
	Site     string    `json:"site"`
	Version  int       `json:"version"`
	At       string    `json:"at" format:"date-time"`
	URL      string    `json:"url"`
	Identity string    `json:"identity"`
	Snapshot string    `json:"snapshot"`
	Previous string    `json:"previous"`
	Change   *Change   `json:"change"`
	Document *Document `json:"document,omitempty"`
}

// NewVersion is the version as programs get it.
func NewVersion(v *record.Version) Version {
	out := Version{Site: v.Site, Version: v.Number, At: v.At.UTC().Format(time.RFC3339), URL: v.URL, Identity: v.Identity, Snapshot: v.Snapshot, Previous: v.Previous}
	if v.Change != nil {
		c := NewChange(*v.Change)
		out.Change = &c
	}
	if v.Document != nil {
		d := NewDocument(v.Document)
		out.Document = &d
	}
	return out
}

// Site is a site as the archive knows it. Fault is the last visit's, null where it
// succeeded; Pending is the capture that waits for confirmation, null for none.
type Site struct {
	Site    string           `json:"site"`
	Name    string           `json:"name"`
	URL     string           `json:"url"`
	State   record.SiteState `json:"state"`
	Version int              `json:"version"`
	Lang    string           `json:"lang"`
	Title   string           `json:"title"`
	Profile string           `json:"profile"`
	Labels  []string         `json:"labels"`
	Topics  []record.Topic   `json:"topics"`
	Absent  []string         `json:"absent" doc:"All that was found absent: elements of the profile, required or recommended, and observations."`
	// AbsentRequired lists those of Absent that the profile requires.
	AbsentRequired []string        `json:"absent_required" doc:"Those of absent that the profile requires."`
	LastVisit      time.Time       `json:"last_visit,omitzero"`
	LastSuccess    time.Time       `json:"last_success,omitzero"`
	Changed        time.Time       `json:"changed,omitzero"`
	Failures       int             `json:"failures"`
	Fault          *record.Fault   `json:"fault"`
	Pending        *record.Pending `json:"pending"`
}

// NewSite is the site as programs get it; profile is the id of the legal profile
// that it is judged by.
func NewSite(r record.SiteRow, profile string) Site {
	return Site{Site: r.Site.Domain, Name: r.Site.Name, URL: r.Past.Prior.URL, State: r.Past.State, Version: r.Past.Version, Lang: r.Lang, Title: r.Title,
		Profile: profile, Labels: List(r.Site.Labels), Topics: List(r.Topics), Absent: List(r.Past.Absent), AbsentRequired: List(r.AbsentRequired), LastVisit: r.Past.LastVisit,
		LastSuccess: r.Past.LastSuccess, Changed: r.Changed, Failures: r.Past.Failures, Fault: r.Past.LastFault, Pending: r.Past.Pending}
}

// Findings are a profile's verdicts on a document.
type Findings struct {
	Profile  string           `json:"profile"`
	Title    string           `json:"title"`
	Elements []record.Finding `json:"elements"`
}

// NewFindings are the findings as programs get them.
func NewFindings(p record.Profile, findings []record.Finding) Findings {
	return Findings{p.ID, p.Title["en"], elements(findings)}
}

func elements(findings []record.Finding) []record.Finding {
	out := slices.Clone(List(findings))
	for i := range out {
		out[i].Topics = List(out[i].Topics)
	}
	return out
}

// NewAlert is the alert as programs get it.
func NewAlert(a record.Alert) record.Alert {
	if a.Event.Change != nil {
		c := lists(*a.Event.Change)
		a.Event.Change = &c
	}
	if a.Event.Findings != nil {
		a.Event.Findings = elements(a.Event.Findings)
	}
	return a
}
