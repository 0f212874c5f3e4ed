package export

import (
	"fmt"
	"io"
	"time"

	"policywatch/store/record"
)

// datasetFormat is the number of the data set's form. It grows when a column
// goes or changes its meaning, not when one comes.
const datasetFormat = 1

var siteTable = table[record.SiteRow]{"sites", "One row a site that was visited, in order of domain. `sites.csv` is itself a list that `--domains` reads.", []column[record.SiteRow]{
	{"domain", text, "the site's key: host name in lower case and punycode, with a port where it is unusual", func(r record.SiteRow) any { return r.Site.Domain }},
	{"name", text, "its owner's name as listed", func(r record.SiteRow) any { return r.Site.Name }},
	{"url", text, "the statement's page as listed; empty: it was searched for", func(r record.SiteRow) any { return r.Site.URL }},
	{"profile", text, "the legal profile as listed; empty: chosen by the domain", func(r record.SiteRow) any { return r.Site.Profile }},
	{"select", text, "CSS selector of the statement as listed", func(r record.SiteRow) any { return r.Site.Select }},
	{"remove", object, "list of CSS selectors of what is left out, as listed", func(r record.SiteRow) any { return strs(r.Site.Remove) }},
	{"every", number, "seconds between visits as listed; 0: the default", func(r record.SiteRow) any { return int(r.Site.Every.Seconds()) }},
	{"labels", list, "labels as listed", func(r record.SiteRow) any { return strs(r.Site.Labels) }},
	{"state", text, "new, ok, degraded (the last visit failed) or failing", func(r record.SiteRow) any { return string(r.Past.State) }},
	{"version", number, "number of the newest version; 0: no statement was read yet", func(r record.SiteRow) any { return r.Past.Version }},
	{"statement", text, "address where the statement was last read", func(r record.SiteRow) any { return r.Past.Prior.URL }},
	{"title", text, "title of the newest version", func(r record.SiteRow) any { return r.Title }},
	{"lang", text, "its language, ISO 639", func(r record.SiteRow) any { return r.Lang }},
	{"topics", list, "topics that it covers", func(r record.SiteRow) any { return strs(r.Topics) }},
	{"absent", list, "elements of the legal profile and observations that were found absent", func(r record.SiteRow) any { return strs(r.Past.Absent) }},
	{"absent_required", list, "those of them that the profile requires", func(r record.SiteRow) any { return strs(r.AbsentRequired) }},
	{"changed", instant, "when the newest version was made", func(r record.SiteRow) any { return r.Changed }},
	{"last_visit", instant, "the last visit", func(r record.SiteRow) any { return r.Past.LastVisit }},
	{"last_success", instant, "the last visit that read the statement", func(r record.SiteRow) any { return r.Past.LastSuccess }},
	{"failures", number, "visits in a row that failed", func(r record.SiteRow) any { return r.Past.Failures }},
	{"fault", object, "why the last visit failed: kind, url, status, detail; null: it did not", func(r record.SiteRow) any { return r.Past.LastFault }},
}}

var versionTable = table[*record.Version]{"versions", "One row a version of a statement, in order of time. A version is made when the canonical text differs from the one before.", []column[*record.Version]{
	{"site", text, "the site's domain", func(v *record.Version) any { return v.Site }},
	{"version", number, "counts from 1 without gaps", func(v *record.Version) any { return v.Number }},
	{"at", instant, "when it was read", func(v *record.Version) any { return v.At.UTC() }},
	{"url", text, "where it was read", func(v *record.Version) any { return v.URL }},
	{"identity", text, "SHA-256 of the canonical text: equal for texts that differ only in looks", func(v *record.Version) any { return v.Identity }},
	{"exact", text, "SHA-256 of the text as shown", func(v *record.Version) any { return v.Exact }},
	{"snapshot", text, "SHA-256 of the bytes that the server sent", func(v *record.Version) any { return v.Snapshot }},
	{"previous", text, "SHA-256 of the record before: the chain that makes a later alteration evident", func(v *record.Version) any { return v.Previous }},
	{"title", text, "title", func(v *record.Version) any { return doc(v).Title }},
	{"lang", text, "language, ISO 639", func(v *record.Version) any { return doc(v).Lang }},
	{"dir", text, "rtl or ltr", func(v *record.Version) any { return doc(v).Dir }},
	{"extractor", text, "version of the reader of pages", func(v *record.Version) any { return doc(v).Extractor }},
	{"characters", number, "length of the text", func(v *record.Version) any { return len([]rune(doc(v).Text())) }},
	{"sections", number, "number of sections", func(v *record.Version) any { return len(doc(v).Sections) }},
	{"topics", list, "topics that the sections cover", func(v *record.Version) any { return covered(v) }},
	{"document", object, "the text: blocks (kind, level, text, links), sections (heading, topics, from, to as numbers of blocks), facts, quality", func(v *record.Version) any { return v.Document }},
}}

// changeRow is a version that has a change.
type changeRow = *record.Version

var changeTable = table[changeRow]{"changes", "One row a version but the first: how it differs from the one before.", []column[changeRow]{
	{"site", text, "the site's domain", func(v changeRow) any { return v.Site }},
	{"version", number, "number of the new version", func(v changeRow) any { return v.Number }},
	{"at", instant, "when it was read", func(v changeRow) any { return v.At.UTC() }},
	{"class", text, "links, moved, minor, substantive, section_dropped, section_added, returned", func(v changeRow) any { return string(v.Change.Class) }},
	{"severity", text, "info, minor, major or critical", func(v changeRow) any { return string(v.Change.Severity) }},
	{"reason", text, "why, in words", func(v changeRow) any { return v.Change.Reason }},
	{"dropped", list, "topics that are gone", func(v changeRow) any { return strs(v.Change.Dropped) }},
	{"added", list, "topics that are new", func(v changeRow) any { return strs(v.Change.Added) }},
	{"altered", list, "topics whose wording differs", func(v changeRow) any { return strs(v.Change.Altered) }},
	{"moved", list, "topics that stand elsewhere", func(v changeRow) any { return strs(v.Change.Moved) }},
	{"lost", list, "elements of the legal profile that went from present to absent", func(v changeRow) any { return strs(v.Change.Lost) }},
	{"facts_changed", number, "number of facts whose value differs", func(v changeRow) any { return len(v.Change.Facts) }},
	{"flips", number, "number of sentences that were turned round", func(v changeRow) any { return len(v.Change.Flips) }},
	{"edits", number, "number of places that differ", func(v changeRow) any { return len(v.Change.Edits) }},
	{"change", object, "the whole comparison: facts, flips and edits with the words before and after", func(v changeRow) any { return v.Change }},
	{"told", object, "the reason as data, from which it is said in any language: phrases and what fills them", func(v changeRow) any { return v.Change.Told }},
}}

// findingRow is one element's verdict on one version.
type findingRow struct {
	site    string
	version int
	record.Finding
}

var findingTable = table[findingRow]{"findings", "One row an element of the legal profile and version: whether the statement has it, and where.", []column[findingRow]{
	{"site", text, "the site's domain", func(f findingRow) any { return f.site }},
	{"version", number, "number of the version", func(f findingRow) any { return f.version }},
	{"element", text, "the element's id in its profile", func(f findingRow) any { return f.ID }},
	{"title", text, "the element's title", func(f findingRow) any { return f.Title }},
	{"citation", text, "its place in the law", func(f findingRow) any { return f.Citation }},
	{"must", text, "true: the law requires it; false: it recommends it", func(f findingRow) any { return f.Must }},
	{"status", text, "present, absent or unknown; unknown means that nobody could look", func(f findingRow) any { return string(f.Status) }},
	{"topics", list, "topics that count for it", func(f findingRow) any { return strs(f.Topics) }},
	{"evidence", object, "quote, verbatim, and the heading that it stands under; null for none", func(f findingRow) any { return f.Evidence }},
	{"reason", text, "why, in words", func(f findingRow) any { return f.Reason }},
	{"told", object, "the reason as data; null of an element that is present", func(f findingRow) any { return f.Told }},
}}

var alertTable = table[record.Alert]{"alerts", "One row an event and channel: what was told to whom.", []column[record.Alert]{
	{"id", text, "stable across retries; the mail's Message-ID and the webhook-id", func(a record.Alert) any { return a.ID }},
	{"channel", text, "name of the channel", func(a record.Alert) any { return a.Channel }},
	{"type", text, "what happened: statement.changed, site.failing and so on", func(a record.Alert) any { return string(a.Event.Type) }},
	{"at", instant, "when it happened", func(a record.Alert) any { return a.Event.At.UTC() }},
	{"site", text, "the site's domain; empty: about all", func(a record.Alert) any { return a.Event.Site }},
	{"from", number, "number of the version before", func(a record.Alert) any { return a.Event.From }},
	{"to", number, "number of the version after", func(a record.Alert) any { return a.Event.To }},
	{"severity", text, "info, minor, major or critical", func(a record.Alert) any { return string(a.Event.Severity) }},
	{"reason", text, "the event in words", func(a record.Alert) any { return a.Event.Reason }},
	{"state", text, "waiting, sent or given_up", func(a record.Alert) any { return string(a.State) }},
	{"tries", number, "deliveries attempted", func(a record.Alert) any { return a.Tries }},
	{"settled", instant, "when it was sent or given up", func(a record.Alert) any { return a.Settled }},
	{"outcome", text, "why it was sent, put off or given up", func(a record.Alert) any { return a.Reason }},
	{"outcome_told", object, "the outcome as data", func(a record.Alert) any { return a.Told }},
	{"why", object, "the routes that led to the channel, each with the conditions that the event met", func(a record.Alert) any { return a.Why }},
	{"event", object, "the whole event as the webhook tells it", func(a record.Alert) any { return a.Event }},
	{"told", object, "the event's reason, or its change's, as data", func(a record.Alert) any { return *told(&a.Event) }},
}}

// answer is a snapshot with its place.
type answer struct {
	record.Kept
	*record.Snapshot
	gone *record.DroppedBody // nil where the body is there
}

func (a answer) dropped() time.Time {
	if a.gone == nil {
		return time.Time{}
	}
	return a.gone.At
}

var answerTable = table[answer]{"answers", "One row an answer of a server whose bytes are kept, or were until they were dropped by policy. The bytes lie in `bodies/`, under the first two letters of their digest.", []column[answer]{
	{"site", text, "the site's domain", func(a answer) any { return a.Site }},
	{"digest", text, "SHA-256 of the bytes, and the name of their file", func(a answer) any { return a.Digest }},
	{"at", instant, "when the answer came", func(a answer) any { return a.Kept.At }},
	{"url", text, "what was asked", func(a answer) any { return a.URL }},
	{"final_url", text, "what answered after redirects", func(a answer) any { return a.FinalURL }},
	{"status", number, "HTTP status", func(a answer) any { return a.Status }},
	{"via", text, "http or browser", func(a answer) any { return a.Via }},
	{"took", number, "nanoseconds", func(a answer) any { return int(a.Took) }},
	{"header", object, "header fields: name to list of values", func(a answer) any { return a.Header }},
	{"chain", object, "redirects in order: status, from, to", func(a answer) any { return a.Chain }},
	{"dropped", instant, "when the archive let the bytes go by policy; then they are not in `bodies/`", func(a answer) any { return a.dropped() }},
}}

// told is where an event keeps its reason as data: one about a change leaves it
// to the change.
func told(e *record.Event) *[]record.Sentence {
	if e.Change != nil {
		return &e.Change.Told
	}
	return &e.Told
}

func doc(v *record.Version) *record.Document {
	if v.Document == nil {
		return &record.Document{}
	}
	return v.Document
}

func covered(v *record.Version) []string {
	covers, out := doc(v).Covers(), []string{}
	for _, t := range record.Topics() {
		if covers[t] {
			out = append(out, string(t))
		}
	}
	return out
}

// dictionary describes every file and column.
func (x *Exporter) dictionary(w io.Writer, bodies bool) {
	fmt.Fprintf(w, `# Data dictionary

Privacy statements of government websites, written by %s on %s. Form %d.

Every table is there twice with the same rows: as JSON lines (`+"`.jsonl`"+`, complete) and as CSV (`+"`.csv`"+`, UTF-8, without the
columns of kind object). Times are UTC in RFC 3339; an empty cell or null is a time that never was. A list is an array, in CSV
its words are joined with "; ". A cell that would be taken for a formula has an apostrophe before it. `+"`FORM`"+` holds the number
of the form for programs. `+"`SHA256SUMS`"+` is written last: a data set without it is not finished. `+"`sha256sum -c SHA256SUMS`"+` checks it.
`, x.Program, x.Now.UTC().Format("2006-01-02"), datasetFormat)
	siteTable.describe(w)
	versionTable.describe(w)
	changeTable.describe(w)
	findingTable.describe(w)
	alertTable.describe(w)
	if bodies {
		answerTable.describe(w)
	}
}
