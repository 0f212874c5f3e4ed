package web

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"time"

	"policywatch/store/record"
)

func pathEscape(s string) string { return url.PathEscape(s) }

// bar is one stretch of the bar of states; Width and X are in thousandths.
type bar struct {
	State    record.SiteState
	N        int
	X, Width int
}

// states splits the sites by state, those that need a person first.
func (f frame) states(b *board) []bar {
	var out []bar
	x := 0
	for _, s := range []record.SiteState{record.StateFailing, record.StateDegraded, record.StateNew, record.StateOK} {
		n := b.states[s]
		w := 0
		if len(b.rows) > 0 {
			w = 1000 * n / len(b.rows)
		}
		if n > 0 {
			w = max(w, 8) // one site among thousands must still be seen
		}
		w = min(w, 1000-x)
		out = append(out, bar{State: s, N: n, X: x, Width: w})
		x += w
	}
	// What rounding left over belongs to the largest.
	if len(b.rows) > 0 && x < 1000 {
		i := 0
		for j := range out {
			if out[j].N > out[i].N {
				i = j
			}
		}
		out[i].Width += 1000 - x
		for j := i + 1; j < len(out); j++ {
			out[j].X += 1000 - x
		}
	}
	return out
}

// column is one of a bar chart. Height is in percent of the highest.
type column struct {
	Label  string
	N      int
	Height int
}

func scaled(cols []column) []column {
	top := 1
	for _, c := range cols {
		top = max(top, c.N)
	}
	for i, c := range cols {
		cols[i].Height = 100 * c.N / top
		if c.N > 0 {
			cols[i].Height = max(4, cols[i].Height)
		}
	}
	return cols
}

// months counts, for the last twelve months of thirty days, the sites whose
// newest version was made then.
func (f frame) months(b *board) []column {
	out := make([]column, 12)
	for i := range out {
		out[i].Label = f.count("web.months", i)
	}
	for k := range b.rows {
		e := &b.rows[k]
		if e.version < 2 {
			continue // never changed since it was first read
		}
		if i := int(f.Now.Sub(moment(e.changed)) / (30 * 24 * time.Hour)); i >= 0 && i < len(out) {
			out[i].N++
		}
	}
	slices.Reverse(out) // the oldest first
	return scaled(out)
}

// ages counts the sites by how long ago they were last read.
func (f frame) ages(b *board) []column {
	limits := []struct {
		key string
		to  time.Duration
	}{{"web.age.day", 24 * time.Hour}, {"web.age.days", 48 * time.Hour}, {"web.age.week", 7 * 24 * time.Hour}, {"web.age.month", 30 * 24 * time.Hour}, {"web.age.more", 1<<63 - 1}}
	out := make([]column, len(limits)+1)
	for i, l := range limits {
		out[i].Label = f.say(l.key)
	}
	out[len(limits)].Label = f.say("web.never")
	now := f.Now.UnixNano()
	for k := range b.rows {
		if b.rows[k].success == 0 {
			out[len(limits)].N++
			continue
		}
		age, i := time.Duration(now-b.rows[k].success), 0
		for age >= limits[i].to {
			i++
		}
		out[i].N++
	}
	return scaled(out)
}

// timeline is a site's history as marks on a line, in a drawing 1000 wide.
type timeline struct {
	Marks      []tick
	Faults     []int // places of visits that failed
	From, To   time.Time
	First      int // where the first version stands
	Last       int // where today stands
	Known      bool
	FaultCount int
}

// tick is one version.
type tick struct {
	X        int
	Number   int
	Severity record.Severity
	At       time.Time
}

// timeline places versions and failed visits by time, running with the page:
// from right to left where the script does. Marks that would lie on one another
// are moved apart.
func (f frame) timeline(history []record.Version, visits []record.VisitNote) timeline {
	const left, right, apart = 20, 980, 26
	if len(history) == 0 {
		return timeline{}
	}
	t := timeline{From: history[0].At, To: f.Now, Known: true}
	if t.To.Before(history[len(history)-1].At) {
		t.To = history[len(history)-1].At
	}
	span := max(t.To.Sub(t.From), time.Hour)
	place := func(at time.Time) int {
		return left + int(float64(right-left)*float64(at.Sub(t.From))/float64(span))
	}
	mirror := func(x int) int {
		if f.Dir() == "rtl" {
			return 1000 - x
		}
		return x
	}
	for i, v := range history {
		m := tick{X: place(v.At), Number: v.Number, At: v.At}
		if v.Change != nil {
			m.Severity = v.Change.Severity
		}
		if i > 0 {
			m.X = max(m.X, t.Marks[i-1].X+apart)
		}
		t.Marks = append(t.Marks, m)
	}
	// Pushed over the edge: back from the end.
	limit := right
	for i := len(t.Marks) - 1; i >= 0 && t.Marks[i].X > limit; i-- {
		t.Marks[i].X = limit
		limit -= apart
	}
	for i := range t.Marks {
		t.Marks[i].X = mirror(max(left, t.Marks[i].X))
	}
	for _, n := range visits {
		if n.State == record.VisitFault {
			t.FaultCount += max(1, n.Count)
			if !n.At.Before(t.From) {
				t.Faults = append(t.Faults, mirror(place(n.At)))
			}
		}
	}
	t.First, t.Last = mirror(left), mirror(right)
	return t
}

// bytes writes a size.
func (f frame) bytes(n int64) string {
	units := []string{"web.size.kib", "web.size.mib", "web.size.gib"}
	v := float64(n) / 1024
	i := 0
	for v >= 1024 && i < len(units)-1 {
		v /= 1024
		i++
	}
	return f.say(units[i], template.HTMLEscapeString(f.Digits(fmt.Sprintf("%.1f", v))))
}

// mark draws the sign of a severity, a state or a verdict. Each has a shape of
// its own, so that none depends on colour.
func mark(name any) template.HTML {
	shapes := map[string]string{
		"critical": `<path d="M8 .8 15.2 8 8 15.2.8 8z"/>`,
		"major":    `<path d="M8 1.2 15.4 14.4H.6z"/>`,
		"minor":    `<circle cx="8" cy="8" r="6"/>`,
		"info":     `<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2.2"/>`,
		"none":     `<path d="M2 7h12v2H2z"/>`,
		"failing":  `<path d="M1 1h14v14H1z"/><path class="cut" d="m5 5 6 6m0-6-6 6"/>`,
		"degraded": `<path d="M8 1.2 15.4 14.4H.6z"/><path class="cut" d="M8 6v4m0 1.6v1.4"/>`,
		"ok":       `<circle cx="8" cy="8" r="7"/><path class="cut" d="m4.6 8.2 2.4 2.4 4.4-4.8"/>`,
		"new":      `<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3 2"/>`,
		"pending":  `<path d="M3 1h10L8 8l5 7H3l5-7z"/>`,
		"present":  `<path class="line" d="m2.5 8.5 3.6 3.7 7.4-8.2"/>`,
		"absent":   `<path class="line" d="m3 3 10 10m0-10L3 13"/>`,
		"unknown":  `<path class="line" d="M5 5.6C5 2 11 2 11 5.4 11 7.8 8 7.6 8 10m0 2.4v1.8"/>`,
		"sent":     `<path class="line" d="m2.5 8.5 3.6 3.7 7.4-8.2"/>`,
		"waiting":  `<path d="M3 1h10L8 8l5 7H3l5-7z"/>`,
		"given_up": `<path d="M1 1h14v14H1z"/><path class="cut" d="m5 5 6 6m0-6-6 6"/>`,
	}
	shape, ok := shapes[fmt.Sprint(name)]
	if !ok {
		shape = shapes["info"]
	}
	return template.HTML(`<svg class="mark" viewBox="0 0 16 16" width="12" height="12" aria-hidden="true" focusable="false">` + shape + `</svg>`)
}
