package web

import (
	"net/http"
	"slices"

	"policywatch/notify/report"
	"policywatch/store/record"
)

// heatRows is how many sites a page of the heat map shows; each costs reading a
// version.
const heatRows = 40

type conformancePage struct {
	frame
	Filter  filter
	Slice   slice
	Norms   []string
	Labels  []string
	Profile record.Profile
	Rows    []heatRow
	Columns []heatColumn
}

type heatRow struct {
	Row   row
	Cells []record.Status
	Note  string
}

type heatColumn struct {
	Title, Citation          string
	Must                     bool
	Present, Absent, Unknown int
	Share                    int // present, in percent of those that could be looked at; -1 for none
}

func (d *dashboard) conformance(w http.ResponseWriter, r *http.Request) error {
	b, err := d.boards.get(r.Context())
	if err != nil {
		return err
	}
	if b.counting {
		return d.counting(w, r, "conformance", "web.nav.conformance", b)
	}
	p := conformancePage{frame: d.frame(w, r, "conformance", b), Filter: filterOf(r, "name"), Norms: b.Norms(), Labels: b.labels}
	if !slices.Contains(p.Norms, p.Filter.Norm) {
		p.Filter.Norm = b.mostUsed()
	}
	p.Filter.State = ""
	for _, x := range d.Profiles {
		if x.ID == p.Filter.Norm {
			p.Profile = x
		}
	}
	all := b.selected(p.Filter)
	p.Slice = paged(len(all), p.Filter.Page, heatRows)
	if p.Slice.Total == 0 {
		return d.show(w, http.StatusOK, "conformance", p)
	}
	rows, err := d.boards.pick(r.Context(), b, all[p.Slice.From-1:], p.Slice.To-p.Slice.From+1)
	if err != nil {
		return err
	}
	m := report.Matrix{Profile: p.Profile}
	for _, x := range rows {
		h := heatRow{Row: x}
		var findings []record.Finding
		switch {
		case x.Past.Version > 0:
			// As they were judged when the version was kept, and as they were told.
			v, err := d.Reader.Version(r.Context(), x.Site.Domain, 0)
			if err != nil {
				return err
			}
			findings = v.Findings
		case x.Past.LastFault != nil:
			h.Note = p.Fault(x.Past.LastFault.Kind)
		case x.Past.State == record.StateNew:
			h.Note = p.say("web.state.new")
		default:
			h.Note = p.say("web.statement.none")
		}
		line := report.NewMatrixRow(x.Site, findings, h.Note)
		m.Rows = append(m.Rows, line)
		for _, e := range p.Profile.Elements {
			s, ok := line.Status[e.ID]
			if !ok {
				s = record.StatusUnknown
			}
			h.Cells = append(h.Cells, s)
		}
		p.Rows = append(p.Rows, h)
	}
	for _, e := range p.Profile.Elements {
		c := heatColumn{Title: first(e.Title[p.Book.Lang], e.Title["en"]), Citation: first(e.Cited[p.Book.Lang], e.Citation), Must: e.Must, Share: -1}
		c.Present, c.Absent, c.Unknown = m.Share(e.ID)
		if n := c.Present + c.Absent; n > 0 {
			c.Share = 100 * c.Present / n
		}
		p.Columns = append(p.Columns, c)
	}
	return d.show(w, http.StatusOK, "conformance", p)
}
