package report

import (
	"policywatch/store/record"
	"policywatch/store/speech"
)

// Letter is what a message says, before its form: the data of the templates of
// mail, chat and feed. Its texts are clean but not escaped; where they may hold
// directional isolates, the field says so. A part that an event does not have is
// empty.
type Letter struct {
	// Account is what happened, in words.
	Account
	// ID is the message's own, the same whenever it is sent again.
	ID string
	// Event is the type of event, as "statement.changed"; of a digest
	// "notify.digest".
	Event record.EventType
	// Subject is the line that names the site, what happened and how much it
	// matters; in every template but subject.txt it is what subject.txt made of it.
	// It may hold isolates.
	Subject string
	// Name is what the site is called, or the site where it has no name.
	Name string
	// Site is the site's domain.
	Site string
	// Severity says the level in words.
	Severity string
	// Rows are the details, in an order fit to be shown.
	Rows []Row
	// Links are the addresses that belong to the event, the statement's own first.
	Links []Link
	// Why says why this reader gets it, a line for each route that led there. It may
	// hold isolates.
	Why []string
	// Footer says who writes.
	Footer string
	// Start and End are the sides of a line in the language, "left" and "right" or
	// the reverse, for styles.
	Start, End string
	// Items are the events of a digest, the gravest first, each as it would be told
	// by itself, but without passages; empty for a message about one event.
	Items []Letter
}

// Row is one labelled detail.
type Row struct {
	// Key tells rows apart: "reason", "fault", "dropped", "added", "altered",
	// "moved", "sites", "new", "changed", "unchanged", "faults", "versions",
	// "version", "old_address", "address", "site", "when", "archive", "dashboard".
	Key string
	// Label is the key in words.
	Label string
	// Text is the value. It may hold isolates.
	Text string
	// URL is set where Text is an address that may be opened, or stands for one.
	URL string
	// English says that Text is in English although the message is in another
	// language.
	English bool
}

// Link is an address that belongs to the event.
type Link struct {
	// Key is what it leads to: "page", "archive", and on the dashboard "change" or,
	// where nothing changed, "dashboard".
	Key string
	// Label says so in words, fit for a button.
	Label string
	// URL is http or https.
	URL string
}

// letter draws up what an alert says, of one event.
func (w *Writer) letter(a record.Alert, lang string, lim limits) Letter {
	p := w.page(a.Event, lang, lim, nil)
	l := Letter{
		Account: p.account(a.Event), ID: a.ID, Event: a.Event.Type, Subject: p.Subject, Name: p.Site, Site: speech.Clean(a.Event.Site),
		Severity: p.Severity, Why: p.voice.why(a.Why), Footer: p.Footer,
	}
	l.Start, l.End = sides(p.Dir)
	for _, r := range p.Rows {
		l.Rows = append(l.Rows, Row{r.Key, r.Label, r.Text, r.URL, r.Foreign})
		key := r.Key
		switch {
		case key == "address":
			key = "page"
		case key == "dashboard" && a.Event.Change != nil:
			key = "change"
		}
		if r.URL != "" && p.voice.Phrase("link."+key) != "" {
			l.Links = append(l.Links, Link{key, p.voice.Say("link." + key), r.URL})
		}
	}
	return l
}

// sides are those where a line of the direction begins and ends. Mail programs know
// no logical ones.
func sides(dir string) (start, end string) {
	if dir == speech.RTL {
		return "right", "left"
	}
	return "left", "right"
}

// shown clips the runs so that neither side of the passage has more than limit
// letters.
func shown(rs []run, limit int) []run {
	var out []run
	before, after := limit, limit
	for _, r := range rs {
		room := min(before, after)
		switch r.Op {
		case record.EditDelete:
			room = before
		case record.EditInsert:
			room = after
		}
		if r.Folded == 0 {
			if room <= 0 {
				continue
			}
			r.Text = clip(r.Text, room)
			n := len([]rune(r.Text))
			if r.Op != record.EditInsert {
				before -= n
			}
			if r.Op != record.EditDelete {
				after -= n
			}
		}
		out = append(out, r)
	}
	return out
}
