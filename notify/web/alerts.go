package web

import (
	"net/http"
	"net/url"

	"policywatch/store/record"
)

const alertsShown = 50

type alertsPage struct {
	frame
	State  record.AlertState
	Site   string
	List   []told
	Outbox record.OutboxCount
	Older  string // the address of the next page, empty for none
	Done   string // the phrase of what was just done
}

// told is one alert in words.
type told struct {
	record.Alert
	Row      row
	Headline string
}

func (d *dashboard) alerts(w http.ResponseWriter, r *http.Request) error {
	b, err := d.boards.get(r.Context())
	if err != nil {
		return err
	}
	q := r.URL.Query()
	p := alertsPage{frame: d.frame(w, r, "alerts", b), State: record.AlertState(q.Get("state")), Site: q.Get("site"), Outbox: b.outbox,
		Done: done(q)}
	list, err := d.Reader.Alerts(r.Context(), record.AlertFilter{State: p.State, Site: p.Site, Before: q.Get("before"), Limit: alertsShown + 1, Newest: newestAlerts})
	if err != nil {
		return err
	}
	if len(list) > alertsShown {
		list = list[:alertsShown]
		p.Older = p.With("before", list[alertsShown-1].ID)
	}
	domains := make([]string, len(list))
	for i := range list {
		domains[i] = list[i].Event.Site
	}
	rows, err := d.boards.rowsOf(r.Context(), domains...)
	if err != nil {
		return err
	}
	for i, a := range list {
		p.List = append(p.List, told{Alert: a, Row: rows[i], Headline: capital(d.Report.Headline(a.Event, p.Book.Lang))})
	}
	return d.show(w, http.StatusOK, "alerts", p)
}

type pendingPage struct {
	frame
	Rows  []row
	Slice slice
	Done  string
}

func (d *dashboard) pending(w http.ResponseWriter, r *http.Request) error {
	b, err := d.boards.get(r.Context())
	if err != nil {
		return err
	}
	if b.counting {
		return d.counting(w, r, "pending", "web.nav.pending", b)
	}
	p := pendingPage{frame: d.frame(w, r, "pending", b), Slice: paged(len(b.pending), filterOf(r, "").Page, perPage), Done: done(r.URL.Query())}
	if p.Slice.Total > 0 {
		if p.Rows, err = d.boards.waiting(r.Context(), b, b.pending[p.Slice.From-1:p.Slice.To]); err != nil {
			return err
		}
	}
	return d.show(w, http.StatusOK, "pending", p)
}

// done reads what was just done from the address that an action led to.
func done(q url.Values) string {
	switch s := q.Get("done"); s {
	case "released", "rejected", "resent":
		return "web.done." + s
	}
	return ""
}

// act runs an action and shows the page that it was pressed on again, by a new
// request, so that reloading does not press it twice.
func (d *dashboard) act(w http.ResponseWriter, r *http.Request, what, subject, back string, f func() error) error {
	err := f()
	d.boards.touch()
	if err != nil {
		d.Log.Warn("an action failed", "action", what, "subject", subject, "error", err)
		if d.Missing(err) {
			return err
		}
		return refusal{http.StatusConflict, d.voice(r).say("web.failed." + what)}
	}
	d.Log.Info("a person acted on the dashboard", "action", what, "subject", subject)
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}

func (d *dashboard) release(w http.ResponseWriter, r *http.Request) error {
	domain := r.PathValue("domain")
	return d.act(w, r, "release", domain, "/pending?done=released", func() error { return d.Actions.Release(r.Context(), domain) })
}

func (d *dashboard) reject(w http.ResponseWriter, r *http.Request) error {
	domain := r.PathValue("domain")
	return d.act(w, r, "reject", domain, "/pending?done=rejected", func() error { return d.Actions.Reject(r.Context(), domain) })
}

func (d *dashboard) resend(w http.ResponseWriter, r *http.Request) error {
	id := r.PostFormValue("id")
	if id == "" {
		return refusal{status: http.StatusBadRequest}
	}
	return d.act(w, r, "resend", id, "/alerts?done=resent", func() error { return d.Actions.Resend(r.Context(), id) })
}
