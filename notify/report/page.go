package report

import (
	"slices"
	"strconv"
	"strings"

	"policywatch/store/record"
	"policywatch/store/speech"
)

// limits bound what a rendering shows.
type limits struct {
	edits, flips, facts, lost int
	quote                     int // runes of one side of an edit
	context                   int // equal words kept around what differs
}

var (
	// brief is for messages: enough to judge by, short enough for any channel.
	brief = limits{edits: 5, flips: 3, facts: 10, lost: 10, quote: 300, context: 8}
	// full is for someone who asked to see the change; it is bounded only against
	// a statement that means harm.
	full = limits{edits: 2000, flips: 500, facts: 500, lost: 200, quote: 20_000, context: 12}
)

// page is what a report says, before any form: text and HTML are written from
// it alone, so that they cannot differ in what they tell.
type page struct {
	Lang, Dir string
	Subject   string
	Site      string // empty when two files are compared
	Headline  string
	Level     record.Severity
	Severity  string // in words, empty when there is none
	Rows      []row
	Lost      []element
	Facts     []pair
	Flips     [][]run
	Groups    []group
	More      map[string]string // by "lost", "facts", "flips", "edits": what is left out, in words
	// Quotes are in the statement's own language and direction.
	QuoteLang, QuoteDir string
	Footer              string
	voice               voice
	limits              limits
	// Names are what the two sides are called, where somebody named them.
	Names [2]string
}

// row is one labelled line. Text is set as it is to stand in the line: values
// are isolated already.
type row struct {
	Key   string // as in Row
	Label string
	Text  string
	// URL is set when Text is an address that may be opened; Foreign when the
	// text is in English on a page of another language.
	URL     string
	Foreign bool
}

// pair is something before and after, isolated; an empty side is absent.
type pair struct{ Label, Before, After string }

// group is the edits under one heading. Op says that the heading itself came or
// went; Same that nothing under it changed, and Words how many words that are.
type group struct {
	Heading string
	Op      record.EditOp
	Edits   []edit
	Same    bool
	Words   int
}

// edit is one place, or with an empty Op a stretch that stands: its blocks are
// Lines, and it has Words of them all.
type edit struct {
	Op    record.EditOp
	Label string
	Runs  []run
	Lines []string
	Words int
}

// page draws up the report of an event. edits stand in place of the change's own;
// nil leaves those.
func (w *Writer) page(ev record.Event, lang string, lim limits, edits []record.Edit) page {
	v := w.voice(lang)
	p := page{
		Lang: v.Book.Lang, Dir: v.Book.Dir, Subject: v.subject(ev), Site: title(ev), Headline: speech.Capital(v.headline(ev)),
		Level: severity(ev), QuoteLang: language(ev.Lang), QuoteDir: direction(ev.Dir), Footer: v.Say("footer"),
		More: make(map[string]string), voice: v, limits: lim,
	}
	if p.Level.Rank() > 0 {
		p.Severity = v.Severity(p.Level)
	}
	p.rows(ev)
	if lim == brief || lim == listed {
		p.places(w.links(ev), ev)
	}
	if c := ev.Change; c != nil {
		if edits == nil {
			edits = c.Edits
		}
		p.change(ev, c, edits)
	}
	return p
}

func (p *page) row(key, text string) {
	if text != "" {
		p.Rows = append(p.Rows, row{Key: plainKey(key), Label: p.voice.Say(key), Text: text})
	}
}

// plainKey is the key of a row, by that of its label.
func plainKey(label string) string { return strings.TrimPrefix(label, "label.") }

// places adds where to read on: the version in the archive and the change on the
// dashboard. Without a dashboard the archive is asked on the command line.
func (p *page) places(links map[string]string, ev record.Event) {
	if ev.Site != "" && ev.To > 0 {
		name := clip(speech.Clean(ev.Site), nameLimit) + "@" + strconv.Itoa(ev.To)
		p.row("label.archive", speech.Isolate(name, p.Dir))
		p.Rows[len(p.Rows)-1].URL = links["version"]
	}
	p.address("label.dashboard", links["dashboard"])
}

// address adds a row for a URL, and makes it a link only where a browser may
// follow it.
func (p *page) address(key, url string) {
	url = speech.Clean(url)
	if url == "" {
		return
	}
	r := row{Key: plainKey(key), Label: p.voice.Say(key), Text: speech.Isolate(clip(url, p.limits.quote), p.Dir)}
	if l := strings.ToLower(url); strings.HasPrefix(l, "https://") || strings.HasPrefix(l, "http://") {
		r.URL = url
	}
	p.Rows = append(p.Rows, r)
}

func (p *page) rows(ev record.Event) {
	v := p.voice
	if text, english := v.reason(ev); text != "" {
		p.Rows = append(p.Rows, row{Key: "reason", Label: v.Say("label.reason"), Text: text, Foreign: english && v.Book.Lang != "en"})
	}
	if f := ev.Fault; f != nil && ev.Type != record.EventFailing { // whose headline says it
		p.row("label.fault", v.Fault(f.Kind))
	}
	if c := ev.Change; c != nil {
		p.row("label.dropped", v.Row(v.topics(c.Dropped)))
		p.row("label.added", v.Row(v.topics(c.Added)))
		p.row("label.altered", v.Row(v.topics(c.Altered)))
		p.row("label.moved", v.Row(v.topics(c.Moved)))
	}
	if s := ev.Scan; s != nil {
		p.row("label.sites", v.Number(s.Sites))
		p.row("label.new", v.Number(s.New))
		p.row("label.changed", v.Number(s.Changed))
		p.row("label.unchanged", v.Number(s.Unchanged))
		p.row("label.faults", v.Number(s.Faults))
	}
	switch {
	case ev.From > 0 && ev.To > ev.From:
		p.row("label.versions", v.Say("arrow", v.Number(ev.From), v.Number(ev.To)))
	case ev.To > 0:
		p.row("label.version", v.Number(ev.To))
	}
	p.address("label.old_address", ev.OldURL)
	p.address("label.address", ev.URL)
	if ev.Name != "" {
		p.row("label.site", speech.Isolate(clip(speech.Clean(ev.Site), nameLimit), p.Dir))
	}
	if !ev.At.IsZero() {
		p.row("label.when", v.Moment(ev.At))
	}
}

func (p *page) change(ev record.Event, c *record.Change, edits []record.Edit) {
	v, lim := p.voice, p.limits
	p.Lost = bounded(p, "lost", v.lost(ev), lim.lost)
	for i, e := range p.Lost {
		p.Lost[i] = element{clip(e.Title, lim.quote), clip(e.Citation, lim.quote)}
	}
	for _, f := range bounded(p, "facts", c.Facts, lim.facts) {
		p.Facts = append(p.Facts, pair{
			v.factLabel(f.Kind), speech.Isolate(v.fact(f.Kind, f.Before, lim.quote), p.Dir), speech.Isolate(v.fact(f.Kind, f.After, lim.quote), p.Dir),
		})
	}
	for _, f := range bounded(p, "flips", c.Flips, lim.flips) {
		e := record.Edit{Op: record.EditReplace, Before: f.Before, After: f.After}
		// The edit of the same sentences knows its words better.
		if i := slices.IndexFunc(c.Edits, func(e record.Edit) bool { return e.Before == f.Before && e.After == f.After }); i >= 0 {
			e.Parts = c.Edits[i].Parts
		}
		p.Flips = append(p.Flips, fold(runs(e), lim.context))
	}
	if lim == brief {
		// What stands among the flips need not use up the room for edits.
		edits = slices.DeleteFunc(slices.Clone(edits), func(e record.Edit) bool {
			return slices.Contains(c.Flips, record.Flip{Before: e.Before, After: e.After})
		})
	}
	for _, e := range bounded(p, "edits", edits, lim.edits) {
		p.place(e)
	}
}

// place puts an edit under its heading.
func (p *page) place(e record.Edit) {
	heading := clip(speech.Clean(e.Section), p.limits.quote)
	if n := len(p.Groups); n == 0 || p.Groups[n-1].Heading != heading {
		p.Groups = append(p.Groups, group{Heading: heading, Same: true})
	}
	g := &p.Groups[len(p.Groups)-1]
	g.Same = g.Same && e.Op == ""
	switch {
	case e.Op == "" && e.After == e.Section:
	case (e.Op == record.EditInsert || e.Op == record.EditDelete) && e.Section != "" && e.Before+e.After == e.Section && len(g.Edits) == 0:
		g.Op = e.Op
	case e.Op == "":
		s := edit{}
		for line := range strings.Lines(e.After) {
			if line = speech.Clean(line); line != "" {
				s.Lines = append(s.Lines, line)
				s.Words += len(strings.Fields(line))
			}
		}
		g.Words += s.Words
		g.Edits = append(g.Edits, s)
	default:
		g.Edits = append(g.Edits, edit{Op: e.Op, Label: p.voice.Say("edit." + string(known(e.Op))), Runs: fold(runs(e), p.limits.context)})
	}
}

// bounded returns the first of list and notes how many it left out.
func bounded[T any](p *page, what string, list []T, limit int) []T {
	if len(list) <= limit {
		return list
	}
	p.More[what] = p.voice.Say("more", p.voice.Number(len(list)-limit))
	return list[:limit]
}

// known makes an operation of a newer archive read as a plain replacement.
func known(op record.EditOp) record.EditOp {
	switch op {
	case record.EditInsert, record.EditDelete, record.EditMove:
		return op
	}
	return record.EditReplace
}

func direction(d string) string {
	if d == speech.RTL || d == speech.LTR {
		return d
	}
	return "auto"
}

// language lets only a well-formed code into markup.
func language(l string) string {
	if len(l) > 8 || strings.ContainsFunc(l, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' }) {
		return ""
	}
	return l
}
