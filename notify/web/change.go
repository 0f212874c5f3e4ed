package web

import (
	"net/http"
	"strconv"

	"policywatch/notify/report"
	"policywatch/store/record"
)

type changePage struct {
	frame
	Row     row
	Version *record.Version
	Change  *record.Change
	Account report.Account
	// Side says that old and new stand side by side, else in one text.
	Side bool
	// Before is the digest of the bytes of the version before, empty where they
	// are not known.
	Before string
	Topics []topics
	// Previous and Next are the numbers of the neighbouring changes, 0 for none.
	Previous, Next int
}

// topics is one line of what happened to which topics.
type topics struct {
	Label string
	Sign  string
	List  []record.Topic
}

func (d *dashboard) change(w http.ResponseWriter, r *http.Request) error {
	ctx, domain := r.Context(), r.PathValue("domain")
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 {
		return notFound
	}
	b, err := d.boards.get(ctx)
	if err != nil {
		return err
	}
	v, err := d.Reader.Version(ctx, domain, n)
	if err != nil {
		return err
	}
	if v.Change == nil {
		// The first version changed nothing; what it says is on its own page.
		http.Redirect(w, r, "/sites/"+pathEscape(domain)+"/versions/"+strconv.Itoa(n), http.StatusFound)
		return nil
	}
	rows, err := d.boards.rowsOf(ctx, domain)
	if err != nil {
		return err
	}
	site := rows[0]
	p := changePage{frame: d.frame(w, r, "changes", b), Row: site, Version: v, Change: v.Change, Side: r.URL.Query().Get("view") != "inline"}
	p.Title = site.Title()
	if n > 2 {
		p.Previous = n - 1
	}
	if n < site.Past.Version {
		p.Next = n + 1
	}
	old, err := d.Reader.Version(ctx, domain, n-1)
	if err != nil && !d.Missing(err) {
		return err
	}
	var whole []record.Edit
	if old != nil {
		p.Before = old.Snapshot
		if d.Whole != nil && old.Document != nil && v.Document != nil {
			whole = d.Whole(old.Document, v.Document)
		}
	}
	p.Account = d.Report.Account(event(site, v), p.Book.Lang, whole)
	for _, t := range []topics{{"label.dropped", "−", v.Change.Dropped}, {"label.added", "+", v.Change.Added},
		{"label.altered", "~", v.Change.Altered}, {"label.moved", "↕", v.Change.Moved}} {
		if len(t.List) > 0 {
			p.Topics = append(p.Topics, t)
		}
	}
	return d.show(w, http.StatusOK, "change", p)
}
