package web

import (
	"context"
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
func (f frame) newsOf(ctx context.Context, versions []record.Version) ([]news, error) {
	versions = slices.DeleteFunc(versions, func(v record.Version) bool { return v.Change == nil })
	domains := make([]string, len(versions))
	for i := range versions {
		domains[i] = versions[i].Site
	}
	rows, err := f.d.boards.rowsOf(ctx, domains...)
	if err != nil {
		return nil, err
	}
	var out []news
	for i, v := range versions {
		out = append(out, news{Version: v, Row: rows[i], Headline: capital(f.d.Report.Headline(event(rows[i], &v), f.Book.Lang))})
	}
	return out, nil
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
	Sites   int
	States  []bar
	Grave   []news
	More    int // grave changes beyond those shown
	Failing []row
	Failed  int // sites in that state
	Waiting []row
	Latest  []news
	Months  []column
	Unread  int // sites whose statement was never read
	Oldest  time.Time
}

// Calm reports that nothing waits for a person.
func (p overviewPage) Calm() bool {
	return !p.Counting && len(p.Grave) == 0 && len(p.Failing) == 0 && len(p.Waiting) == 0 && p.GivenUp == 0
}

func (d *dashboard) overview(w http.ResponseWriter, r *http.Request) error {
	b, err := d.boards.get(r.Context())
	if err != nil {
		return err
	}
	f := d.frame(w, r, "overview", b)
	p := overviewPage{frame: f, Sites: len(b.rows), States: f.states(b), Failed: len(b.failing), Unread: b.unread, Months: f.months(b)}
	latest, _, err := d.Reader.Changes(r.Context(), record.ChangeFilter{Least: record.SeverityInfo, Limit: lately, Newest: searched})
	if err != nil {
		return err
	}
	critical, _, err := d.Reader.Changes(r.Context(), record.ChangeFilter{Since: f.Now.Add(-graveFor), Least: record.SeverityCritical, Newest: searched})
	if err != nil {
		return err
	}
	if p.Latest, err = f.newsOf(r.Context(), latest); err != nil {
		return err
	}
	grave := ofEachSite(critical)
	p.More = max(0, len(grave)-listed)
	if p.Grave, err = f.newsOf(r.Context(), grave[:min(listed, len(grave))]); err != nil {
		return err
	}
	if p.Failing, err = d.boards.pick(r.Context(), b, b.failing, listed); err != nil {
		return err
	}
	if p.Waiting, err = d.boards.waiting(r.Context(), b, b.pending[:min(listed, len(b.pending))]); err != nil {
		return err
	}
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
	if p.News, err = f.newsOf(r.Context(), versions); err != nil {
		return err
	}
	return d.show(w, http.StatusOK, "changes", p)
}

func leastSeverity(r *http.Request) record.Severity {
	if s := record.Severity(r.URL.Query().Get("severity")); s.Rank() > 0 {
		return s
	}
	return record.SeverityInfo
}
