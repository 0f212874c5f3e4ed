package web

import (
	"fmt"
	"html/template"
	"strings"

	"policywatch/notify/report"
	"policywatch/store/record"
	"policywatch/store/speech"
)

// labelled is a noun of a closed list: Key chooses its shape and colour.
type labelled struct{ Key, Words string }

// Text is the key, for addresses.
func (l labelled) Text() string { return l.Key }

// Grade is a severity, Standing the state of a site, Verdict that of an element.
func (f frame) Grade(s record.Severity) labelled { return labelled{string(s), f.Severity(s)} }

// Standing is the state of a site, or that a capture waits.
func (f frame) Standing(s any) labelled {
	return labelled{fmt.Sprint(s), f.say("web.state." + fmt.Sprint(s))}
}

// Verdict is a status in words.
func (f frame) Verdict(s any) labelled { return labelled{fmt.Sprint(s), f.Status(s)} }

// Status says a verdict.
func (f frame) Status(s any) string { return f.say("web.status." + fmt.Sprint(s)) }

// AlertState says where an alert stands.
func (f frame) AlertState(s record.AlertState) labelled {
	return labelled{string(s), f.say("web.alert." + string(s))}
}

// VisitState says how a visit ended.
func (f frame) VisitState(s record.VisitState) string { return f.say("web.visit." + string(s)) }

// Reason shows a reason that the archive keeps in English alone.
func (f frame) Reason(s string) template.HTML {
	if s == "" {
		return ""
	}
	text := markup(speech.IsolateQuotes(speech.Clean(s), speech.LTR))
	if f.Lang() == "en" {
		return text
	}
	return template.HTML(`<span class="english" lang="en" dir="ltr">` + string(text) + `</span>`)
}

// Tell shows a reason in the reader's language where the archive keeps it as
// data, else in English.
func (f frame) Tell(told []record.Sentence, english string) template.HTML {
	if len(told) > 0 {
		return markup(f.Voice.Tell(told))
	}
	return f.Reason(english)
}

// Detail shows what exactly stood in the way of a visit, as the server, the network
// or the program put it: a record of the trade, in English for every reader.
func (f frame) Detail(s string) template.HTML {
	return markup(f.say("web.detail", phrase(speech.IsolateQuotes(speech.LRI+speech.Clean(s)+speech.PDI, speech.LTR))))
}

// reasonOf is Tell as plain text.
func (f frame) reasonOf(told []record.Sentence, english string) string {
	if len(told) > 0 {
		return toNothing.Replace(f.Voice.Tell(told))
	}
	return speech.Clean(english)
}

// navLink is one entry of the main navigation; N counts what waits there.
type navLink struct {
	Name, Href string
	Current    bool
	N          int
	Shown      string
	Waits      string
}

// NavLink is the entry of a place.
func (f frame) NavLink(key, href string) navLink {
	l := navLink{Name: f.say("web.nav." + key), Href: href, Current: f.Here == key}
	switch key {
	case "pending":
		l.N = f.Pending
	case "alerts":
		l.N = f.GivenUp
	}
	l.Shown, l.Waits = f.number(l.N), f.say("web.nav.waits")
	return l
}

// The templates' parts take the page and what they show.
type (
	listing struct {
		Page frame
		List []news
	}
	bars struct {
		Page frame
		Bars []bar
	}
	ofRow struct {
		Page frame
		Row  row
	}
	paging struct {
		Page  frame
		Slice slice
	}
	piecePart struct {
		Page    changePage
		Passage report.Passage
	}
	stretch struct {
		Page changePage
		Runs []report.Run
	}
	shown struct {
		Label, N      string
		Height, Above int
	}
)

// Listing, Bars, OfRow and Pages pair the page with what a part shows.
func (f frame) Listing(list []news) listing { return listing{f, list} }

// Bars is for the bar of states.
func (f frame) Bars(b []bar) bars { return bars{f, b} }

// OfRow is for one site.
func (f frame) OfRow(r row) ofRow { return ofRow{f, r} }

// Pages is for the pager.
func (f frame) Pages(s slice) paging { return paging{f, s} }

// Columns is for a bar chart.
func (f frame) Columns(cols []column) []shown {
	out := make([]shown, len(cols))
	for i, c := range cols {
		out[i] = shown{c.Label, f.number(c.N), c.Height, 100 - c.Height}
	}
	return out
}

// Across places a bar of the width at x, counted from where the page begins.
func (f frame) Across(x, width int) int {
	if f.Dir() == "rtl" {
		return 1000 - x - width
	}
	return x
}

// Across100 is the same for a bar that begins at the page's beginning, of 100.
func (f frame) Across100(width int) int {
	if f.Dir() == "rtl" {
		return 100 - width
	}
	return 0
}

// StatesText says the bar of states.
func (f frame) StatesText(bs []bar) string {
	var out []string
	for _, b := range bs {
		out = append(out, f.say("web.state."+string(b.State))+": "+f.number(b.N))
	}
	return strings.Join(out, f.Phrase("list.comma"))
}

// Program is the program's version.
func (f frame) Program() string { return f.d.Version }

// Head is a heading of the sites' table.
func (p sitesPage) Head(key string) heading {
	h := p.Heading(key)
	h.Name = p.say("web.column." + key)
	return h
}

// StateName names what the table can be narrowed to.
func (p sitesPage) StateName(s string) string { return p.say("web.state." + s) }

// Severities are the choices of the list of changes.
func (p changesPage) Severities() []labelled {
	var out []labelled
	for _, s := range record.Severities()[1:] {
		l := p.Grade(s)
		l.Words = p.say("web.least." + string(s))
		out = append(out, l)
	}
	return out
}

// States are the choices of the list of alerts.
func (p alertsPage) States() []labelled {
	return []labelled{p.AlertState(record.AlertWaiting), p.AlertState(record.AlertGivenUp), p.AlertState(record.AlertSent)}
}

// Piece and Stretch pair the page with a passage and its runs.
func (p changePage) Piece(x report.Passage) piecePart { return piecePart{p, x} }

// Stretch is for runs.
func (p changePage) Stretch(rs []report.Run) stretch { return stretch{p, rs} }

// FoldText says what a fold hides, for an attribute.
func (f frame) FoldText(s string) string { return toNothing.Replace(s) }

// Permalink is the address of the change that may be passed on.
func (p changePage) Permalink() string {
	return p.d.origin(p.r) + fmt.Sprintf("/sites/%s/changes/%d", pathEscape(p.Version.Site), p.Version.Number)
}

// TimelineText says the timeline.
func (p sitePage) TimelineText() string {
	return toNothing.Replace(p.count("web.timeline", len(p.Timeline.Marks), phrase(p.day(p.Timeline.From))))
}

// TickText says one mark of the timeline.
func (p sitePage) TickText(t tick) string {
	s := p.say("web.version", t.Number) + p.Phrase("list.comma") + p.day(t.At)
	if t.Severity != "" {
		s += p.Phrase("list.comma") + p.Severity(t.Severity)
	}
	return toNothing.Replace(s)
}

// Why is a visit's reason as data; one that made a version has it from the change.
func (p sitePage) Why(n record.VisitNote) []record.Sentence {
	if len(n.Told) > 0 {
		return n.Told
	}
	for _, v := range p.Versions {
		if v.Number == n.Version && v.Change != nil {
			return v.Change.Told
		}
	}
	return nil
}

// Dot draws a mark of the timeline in the shape of its severity.
func (p sitePage) Dot(s record.Severity) template.HTML {
	switch s {
	case record.SeverityCritical:
		return `<path d="M0-12 12 0 0 12-12 0z"/>`
	case record.SeverityMajor:
		return `<path d="M0-11 11 9H-11z"/>`
	case "":
		return `<path d="M-8-8H8V8H-8z"/>`
	}
	return `<circle r="8"/>`
}

// Percent writes a share; Persian digits have a sign of their own.
func (f frame) Percent(n int) string {
	if f.Phrase("digits") != "" {
		return f.number(n) + "٪"
	}
	return f.number(n) + "%"
}
