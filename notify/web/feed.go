package web

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"policywatch/notify/atom"
	"policywatch/store/record"
)

const feedEntries = 50

// feed writes the latest changes, those of one site or of at least one severity
// where that is asked for.
func (d *dashboard) feed(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f := d.frame(w, r, "changes", nil)
	base := d.origin(r)
	out := atom.Feed{Lang: f.Book.Lang, ID: tag(""), Title: f.say("web.feed.title"), Author: atom.Person{Name: "policywatch"},
		Links: []atom.Link{{Rel: "self", Type: "application/atom+xml", Href: base + r.URL.RequestURI()}, {Rel: "alternate", Type: "text/html", Href: base + "/changes"}}}
	least := leastSeverity(r)
	var versions []record.Version
	var err error
	if domain := r.URL.Query().Get("site"); domain != "" {
		rows, ours, err := d.boards.known(ctx, domain)
		if err != nil {
			return err
		}
		if !ours[0] {
			return notFound
		}
		site := rows[0]
		out.ID, out.Title = tag("/sites/"+domain), out.Title+": "+site.Title()
		versions, err = d.Reader.History(ctx, domain)
		if d.Missing(err) {
			err = nil
		}
		slices.Reverse(versions)
		versions = slices.DeleteFunc(versions, func(v record.Version) bool { return v.Change == nil || !v.Change.Severity.AtLeast(least) })
		versions = versions[:min(feedEntries, len(versions))]
	} else {
		versions, _, err = d.Reader.Changes(ctx, record.ChangeFilter{Least: least, Limit: feedEntries, Newest: changesSearched})
	}
	if err != nil {
		return err
	}
	list, err := f.newsOf(ctx, versions)
	if err != nil {
		return err
	}
	updated := time.Unix(0, 0)
	for _, n := range list {
		at := fmt.Sprintf("/sites/%s/changes/%d", pathEscape(n.Site), n.Number)
		if n.At.After(updated) {
			updated = n.At
		}
		out.Entries = append(out.Entries, atom.Entry{
			// The same change has the same id whoever asks, in whatever language,
			// and wherever the dashboard stands next year.
			ID: tag(at), Title: toNothing.Replace(d.Report.Subject(event(n.Row, &n.Version), f.Book.Lang)), Updated: n.At.UTC().Format(time.RFC3339),
			Links:      []atom.Link{{Rel: "alternate", Type: "text/html", Href: base + at}},
			Categories: []atom.Category{{Term: string(n.Change.Severity), Label: f.Severity(n.Change.Severity)}},
			Summary:    &atom.Text{Type: "text", Text: f.reasonOf(n.Change.Told, n.Change.Reason)},
		})
	}
	out.Updated = updated.UTC().Format(time.RFC3339)
	var buf bytes.Buffer
	buf.WriteString(xml.Header)
	if err := xml.NewEncoder(&buf).Encode(out); err != nil { // which replaces what XML cannot hold
		return fmt.Errorf("write the feed: %w", err)
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	w.Header().Set("Cache-Control", "private, max-age=60")
	w.Header().Set("Vary", vary)
	http.ServeContent(w, r, "", updated, bytes.NewReader(buf.Bytes()))
	return nil
}

// tag is an identifier by RFC 4151. Its authority is a name that nobody can own,
// since the dashboard's address may change and the identifier must not.
func tag(path string) string {
	return "tag:policywatch.invalid,2026:" + strings.TrimPrefix(first(path, "/changes"), "/")
}

// origin is where people reach the dashboard.
func (d *dashboard) origin(r *http.Request) string {
	if d.base != nil {
		return strings.TrimSuffix(d.BaseURL, "/")
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
