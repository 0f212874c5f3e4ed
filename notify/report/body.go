package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"policywatch/store/record"
)

const (
	// bodyQuote bounds one text of the body, in runes; bodyQuotes bounds edits,
	// flips and facts together, in bytes: receivers refuse bodies of megabytes,
	// and the archive holds the whole comparison.
	bodyQuote  = 8000
	bodyQuotes = 192 << 10
)

// envelope is the webhook's body, as Standard Webhooks lays it out.
type envelope struct {
	Type      record.EventType `json:"type"`
	Timestamp time.Time        `json:"timestamp"`
	Data      data             `json:"data"`
}

// data tells the event. A key that other programs rely on is there even when it
// has nothing to say: null, empty or 0.
type data struct {
	Site     string              `json:"site"`
	Name     string              `json:"name"`
	URL      string              `json:"url"`
	OldURL   string              `json:"old_url,omitempty"`
	Lang     string              `json:"lang,omitempty"`
	Labels   []string            `json:"labels,omitempty"`
	Versions versions            `json:"versions"`
	Severity record.Severity     `json:"severity"`
	Reason   string              `json:"reason"`
	Change   *record.Change      `json:"change"`
	Omitted  int                 `json:"edits_omitted,omitempty"`
	Findings []record.Finding    `json:"findings"`
	Fault    *record.Fault       `json:"fault,omitempty"`
	Scan     *record.ScanSummary `json:"scan,omitempty"`
	Profile  string              `json:"profile,omitempty"`
	// Why says by which routes the event came here.
	Why     []record.Cause    `json:"why,omitempty"`
	Links   map[string]string `json:"links"`
	Message message           `json:"message"`
}

// message is the event in words, in the channel's language, for receivers that
// pass it on to people. The reason beside it stays English: programs read that.
type message struct {
	Lang    string `json:"lang"`
	Dir     string `json:"dir"`
	Subject string `json:"subject"`
	Reason  string `json:"reason"`
}

type versions struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// body writes the alert for machines. The same alert gives the same bytes.
func (w *Writer) body(a record.Alert, v voice) ([]byte, error) {
	b, err := json.Marshal(w.envelope(a, v))
	if err != nil {
		return nil, fmt.Errorf("write the body of %s for %s: %w", a.Event.Type, a.Event.Site, err)
	}
	return b, nil
}

func (w *Writer) envelope(a record.Alert, v voice) envelope {
	ev := a.Event
	d := data{
		Site: ev.Site, Name: ev.Name, URL: ev.URL, OldURL: ev.OldURL, Lang: ev.Lang, Labels: ev.Labels,
		Versions: versions{ev.From, ev.To}, Severity: severity(ev), Reason: ev.Reason,
		Findings: slices.Clone(ev.Findings), Fault: ev.Fault, Scan: ev.Scan, Profile: ev.Profile, Why: a.Why, Links: w.links(ev),
		Message: message{Lang: v.Book.Lang, Dir: v.Book.Dir, Subject: v.subject(ev)},
	}
	d.Message.Reason, _ = v.reason(ev)
	if d.Severity == "" {
		d.Severity = record.SeverityNone
	}
	if ev.Change != nil {
		c, omitted := portable(*ev.Change)
		d.Change, d.Omitted = &c, omitted
		if d.Reason == "" {
			d.Reason = c.Reason
		}
	}
	if d.Findings == nil {
		d.Findings = []record.Finding{}
	}
	for i, f := range d.Findings {
		d.Findings[i].Topics = orEmpty(f.Topics)
		if e := f.Evidence; e != nil {
			d.Findings[i].Evidence = &record.Evidence{Quote: clip(e.Quote, bodyQuote), Section: clip(e.Section, bodyQuote)}
		}
	}
	return envelope{ev.Type, ev.At.UTC(), d}
}

// links are the addresses that belong to an event, by what they lead to.
func (w *Writer) links(ev record.Event) map[string]string {
	m := make(map[string]string)
	if w.Links != nil {
		for k, v := range w.Links(ev) {
			m[k] = v
		}
	}
	if ev.URL != "" {
		m["statement"] = ev.URL
	}
	if ev.OldURL != "" {
		m["previous"] = ev.OldURL
	}
	return m
}

// portable copies a change with arrays in place of nil and within the body's
// bounds. It returns how many edits had to be left out.
func portable(c record.Change) (record.Change, int) {
	c.Dropped, c.Added, c.Altered, c.Moved = orEmpty(c.Dropped), orEmpty(c.Added), orEmpty(c.Altered), orEmpty(c.Moved)
	room := bodyQuotes
	take := func(texts ...string) bool {
		n := 64 // keys and quotes
		for _, s := range texts {
			n += len(s)
		}
		if n > room {
			return false
		}
		room -= n
		return true
	}
	facts := []record.FactChange{}
	for _, f := range c.Facts {
		f.Before, f.After = clip(f.Before, bodyQuote), clip(f.After, bodyQuote)
		if take(f.Before, f.After) {
			facts = append(facts, f)
		}
	}
	flips := []record.Flip{}
	for _, f := range c.Flips {
		f.Before, f.After = clip(f.Before, bodyQuote), clip(f.After, bodyQuote)
		if take(f.Before, f.After) {
			flips = append(flips, f)
		}
	}
	edits := []record.Edit{}
	for _, e := range c.Edits {
		texts := []string{e.Section, e.Before, e.After}
		for _, p := range e.Parts {
			texts = append(texts, p.Text, "parts")
		}
		// An edit is left out whole rather than cut: half of one would not apply.
		if !take(texts...) {
			break
		}
		edits = append(edits, e)
	}
	omitted := len(c.Edits) - len(edits)
	c.Facts, c.Flips, c.Edits = facts, flips, edits
	return c, omitted
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
