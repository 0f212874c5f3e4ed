package web

import (
	"net/http"
	"slices"
	"time"

	"policywatch/store/record"
)

const (
	lately   = 10 // changes on the overview
	listed   = 5  // sites under one heading of what needs attention
	graveFor = 7 * 24 * time.Hour
	// searched is how many changes are looked at to find grave ones.
	searched = 200
)

// news is one change in a list.
type news struct {
	record.Version
	Row      row
	Headline string
}

// newsOf tells versions in the words of the reports. First versions are left out
// of what changed: nothing did.
func (f frame) newsOf(b *board, versions []record.Version) []news {
	var out []news
	for _, v := range versions {
		if v.Change == nil {
			continue
		}
		r, _ := b.site(v.Site)
		ev := event(r, &v)
		out = append(out, news{Version: v, Row: r, Headline: capital(f.d.Report.Headline(ev, f.Book.Lang))})
	}
	return out
}

// event is the version's change as it was told.
func event(r row, v *record.Version) record.Event {
	ev := record.Event{Type: record.EventChanged, At: v.At, Site: v.Site, Name: r.Site.Name, URL: v.URL, Lang: r.Lang, Dir: r.Dir,
		From: v.Number - 1, To: v.Number, Change: v.Change, Findings: v.Findings}
	if v.Document != nil {
		ev.Lang, ev.Dir = v.Document.Lang, v.Document.Dir
	}
	if v.Change != nil {
		ev.Severity, ev.Reason = v.Change.Severity, v.Change.Reason
	}
	return ev
}

type overviewPage struct {
	frame
	Board   *board
	Sites   int
	States  []bar
	Grave   []news
	More    int // grave changes beyond those shown
	Failing []row
	Waiting []row
	Latest  []news
	Months  []column
	Unread  int // sites whose statement was never read
	Oldest  time.Time
}

// Calm reports that nothing waits for a person.
func (p overviewPage) Calm() bool {
	return len(p.Grave) == 0 && len(p.Failing) == 0 && len(p.Waiting) == 0 && p.GivenUp == 0
}

func (d *dashboard) overview(w http.ResponseWriter, r *http.Request) error {
	b, err := d.boards.get(r.Context())
	if err != nil {
		return err
	}
	f := d.frame(w, r, "overview", b)
	p := overviewPage{frame: f, Board: b, Sites: len(b.rows), States: f.states(b)}
	latest, _, err := d.Reader.Changes(r.Context(), record.ChangeFilter{Least: record.SeverityInfo, Limit: lately, Newest: searched})
	if err != nil {
		return err
	}
	critical, _, err := d.Reader.Changes(r.Context(), record.ChangeFilter{Since: f.Now.Add(-graveFor), Least: record.SeverityCritical, Newest: searched})
	if err != nil {
		return err
	}
	p.Latest, p.Grave = f.newsOf(b, latest), f.newsOf(b, ofEachSite(critical))
	p.More = max(0, len(p.Grave)-listed)
	p.Grave = p.Grave[:min(listed, len(p.Grave))]
	p.Failing, p.Waiting = b.pick(b.failing, listed), b.pick(b.pending, listed)
	for _, x := range b.rows {
		if x.Past.Version == 0 {
			p.Unread++
		}
	}
	p.Months = f.months(b)
	return d.show(w, http.StatusOK, "overview", p)
}

// ofEachSite keeps the newest change of each site.
func ofEachSite(versions []record.Version) []record.Version {
	seen := map[string]bool{}
	return slices.DeleteFunc(versions, func(v record.Version) bool {
		again := seen[v.Site]
		seen[v.Site] = true
		return again
	})
}

func (b *board) pick(at []int, n int) []row {
	var out []row
	for _, i := range at[:min(n, len(at))] {
		out = append(out, b.rows[i])
	}
	return out
}

const (
	changesShown = 50
	// changesSearched bounds how far back a page looks for a rare severity; the next
	// page goes on from there.
	changesSearched = 1000
)

// changesPage lists changes, the newest first.
type changesPage struct {
	frame
	Least record.Severity
	News  []news
	// Older is the address of the next page, empty at the end; Later says that this
	// is not the first.
	Older string
	Later bool
}

func (d *dashboard) changes(w http.ResponseWriter, r *http.Request) error {
	b, err := d.boards.get(r.Context())
	if err != nil {
		return err
	}
	f := d.frame(w, r, "changes", b)
	before := r.URL.Query().Get("before")
	p := changesPage{frame: f, Least: leastSeverity(r), Later: before != ""}
	versions, next, err := d.Reader.Changes(r.Context(), record.ChangeFilter{Before: before, Least: p.Least, Limit: changesShown, Newest: changesSearched})
	if err != nil {
		return err
	}
	if next != "" {
		p.Older = p.With("before", next)
	}
	p.News = f.newsOf(b, versions)
	return d.show(w, http.StatusOK, "changes", p)
}

func leastSeverity(r *http.Request) record.Severity {
	if s := record.Severity(r.URL.Query().Get("severity")); s.Rank() > 0 {
		return s
	}
	return record.SeverityInfo
}
