package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"policywatch/store/record"
)

// notesShown bounds the visits on a site's page.
const notesShown = 25

type sitePage struct {
	frame
	Row      row
	Past     record.Past
	Versions []news // the newest first; a first version has no headline
	Timeline timeline
	// Version is the one that is shown, nil where no statement was read.
	Version *record.Version
	// At is the date that was asked for, empty for the newest version, and When what
	// it means; Old that another version than the newest is shown.
	At       string
	When     time.Time
	Old      bool
	Newest   int
	Missing  bool // no version stood at that time
	Parts    []part
	Findings []finding
	// Met of the Elements of the norm are present; observations are not counted.
	Met, Elements int
	Visits        []record.VisitNote
	Alike         int // other statements that share text with this one, as far as is known
}

// part is a stretch of the statement: a section, or blocks that belong to none.
type part struct {
	Anchor  string
	Heading string
	Topics  []record.Topic
	Blocks  []piece
}

// piece is a block, or the items of a list.
type piece struct {
	record.Block
	Items []record.Block
}

// finding is a profile's element with the place of its evidence.
type finding struct {
	record.Finding
	Anchor string
	// Observed means that no norm lists it.
	Observed bool
}

func (d *dashboard) site(w http.ResponseWriter, r *http.Request) error {
	ctx, domain := r.Context(), r.PathValue("domain")
	b, err := d.boards.get(ctx)
	if err != nil {
		return err
	}
	rows, ours, err := d.boards.known(ctx, domain)
	if err != nil {
		return err
	}
	if !ours[0] {
		return notFound
	}
	row := rows[0]
	p := sitePage{frame: d.frame(w, r, "sites", b), Row: row, Past: row.Past}
	p.Title = row.Title()
	p.Feed += "&site=" + domain
	if err := p.choose(r); err != nil {
		return err
	}
	history, err := d.Reader.History(ctx, domain)
	if err != nil && !d.Missing(err) {
		return err
	}
	if p.Visits, err = d.Reader.Visits(ctx, domain, notesShown); err != nil {
		return err
	}
	for _, v := range slices.Backward(history) {
		n := news{Version: v, Row: row}
		if v.Change != nil {
			n.Headline = capital(d.Report.Headline(event(row, &v), p.Book.Lang))
		}
		p.Versions = append(p.Versions, n)
	}
	p.Alike = d.shares.with(domain)
	p.Timeline = p.timeline(history, p.Visits)
	if p.Version != nil {
		// By the history, since the list of sites may be some seconds older.
		p.Newest = max(p.Version.Number, len(history))
		p.Old = p.Version.Number != p.Newest
		p.Parts = parts(p.Version.Document)
		p.Findings, p.Met, p.Elements = p.judged(p.Version)
	}
	return d.show(w, http.StatusOK, "site", p)
}

// choose opens the version that the address asks for.
func (p *sitePage) choose(r *http.Request) (err error) {
	ctx, domain := r.Context(), p.Row.Site.Domain
	reader := p.d.Reader
	if s := r.PathValue("n"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return notFound
		}
		p.Version, err = reader.Version(ctx, domain, n)
		return err
	}
	p.At = clipped(strings.TrimSpace(r.URL.Query().Get("at")), 40)
	if p.At == "" {
		p.Version, err = reader.Version(ctx, domain, 0)
		if p.d.Missing(err) {
			return nil // no statement was read yet
		}
		return err
	}
	p.When, err = p.d.moment(p.At)
	if err != nil {
		return refusal{http.StatusBadRequest, p.say("web.archive.malformed")}
	}
	p.Version, err = reader.VersionAt(ctx, domain, p.When)
	if p.d.Missing(err) {
		p.Missing, p.Version = true, nil
		return nil
	}
	return err
}

// moment reads a day, which means its end in UTC, or a time.
func (d *dashboard) moment(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	read := d.Day
	if read == nil {
		read = func(s string) (time.Time, error) { return time.Parse(time.DateOnly, s) }
	}
	day, err := read(s)
	return day.AddDate(0, 0, 1).Add(-time.Nanosecond), err
}

// Asked is the date that was asked for, in the reader's calendar; a time of day
// where one was asked for.
func (p sitePage) Asked() phrase {
	if strings.ContainsAny(p.At, "Tt") {
		return phrase(p.day(p.When) + " " + p.clock(p.When))
	}
	return phrase(p.day(p.When))
}

// parts cuts a document into its sections, in the order of its blocks. Blocks
// that no section holds are shown without one: nothing of the text is left out.
func parts(doc *record.Document) []part {
	if doc == nil {
		return nil
	}
	var out []part
	at := 0
	for i, s := range doc.Sections {
		from, to := max(at, min(s.From, len(doc.Blocks))), min(s.To, len(doc.Blocks))
		if from > at {
			out = append(out, part{Blocks: pieces(doc.Blocks[at:from])})
		}
		if to <= from {
			continue
		}
		out = append(out, part{Anchor: "s" + strconv.Itoa(i+1), Heading: s.Heading, Topics: s.Topics, Blocks: pieces(doc.Blocks[from:to])})
		at = to
	}
	if at < len(doc.Blocks) {
		out = append(out, part{Blocks: pieces(doc.Blocks[at:])})
	}
	return out
}

func pieces(blocks []record.Block) []piece {
	var out []piece
	for _, b := range blocks {
		if n := len(out); b.Kind == record.Item && n > 0 && len(out[n-1].Items) > 0 {
			out[n-1].Items = append(out[n-1].Items, b)
			continue
		}
		p := piece{Block: b}
		if b.Kind == record.Item {
			p.Items = []record.Block{b}
		}
		out = append(out, p)
	}
	return out
}

// judged orders findings by how much they matter: what the norm requires and is
// not there comes first.
func (p *sitePage) judged(v *record.Version) (out []finding, met, asked int) {
	anchors := map[string]string{}
	for _, x := range p.Parts {
		if _, ok := anchors[x.Heading]; !ok {
			anchors[x.Heading] = x.Anchor
		}
	}
	for _, f := range v.Findings {
		g := finding{Finding: f}
		g.Title, g.Citation = p.element(p.Row.Norm, f)
		g.Observed = strings.Contains(f.ID, ".") // which no element's id has
		if f.Evidence != nil {
			g.Anchor = anchors[f.Evidence.Section]
		}
		if !g.Observed {
			asked++
			if f.Status == record.StatusPresent {
				met++
			}
		}
		out = append(out, g)
	}
	weight := func(f finding) int {
		switch {
		case f.Status == record.StatusAbsent && f.Must:
			return 0
		case f.Status == record.StatusAbsent:
			return 1
		case f.Status == record.StatusUnknown:
			return 2
		}
		return 3
	}
	slices.SortStableFunc(out, func(x, y finding) int { return weight(x) - weight(y) })
	return out, met, asked
}

// element names what a finding is about in the reader's language, where the
// profile speaks it.
func (f frame) element(norm string, x record.Finding) (title, citation string) {
	for _, p := range f.d.Profiles {
		if p.ID != norm {
			continue
		}
		for _, e := range p.Elements {
			if e.ID == x.ID {
				return first(e.Title[f.Book.Lang], x.Title, e.Title["en"], x.ID), first(e.Cited[f.Book.Lang], x.Citation, e.Citation)
			}
		}
	}
	// An observation, which no norm lists.
	return first(f.Phrase("web.observed."+x.ID), x.Title, x.ID), x.Citation
}
