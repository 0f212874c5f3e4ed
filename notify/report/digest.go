package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"policywatch/store/record"
	"policywatch/store/speech"
)

// shortDigest is how many events of a digest a chat shows.
const shortDigest = 15

// listed bounds an event in a digest: its headline, reason and address.
var listed = limits{quote: brief.quote, context: brief.context}

//go:embed digest.html.tmpl
var digestTemplate string

var digestLayout = template.Must(template.New("digest").Funcs(template.FuncMap{"plain": isolates.Replace, "bidi": markup}).Parse(digestTemplate))

// digest is several events as one page, the gravest first.
type digest struct {
	document
	Items []page
}

// bundle is the body of a digest for machines.
type bundle struct {
	Type      record.EventType `json:"type"`
	Timestamp time.Time        `json:"timestamp"`
	Data      bundled          `json:"data"`
}

type bundled struct {
	Severity record.Severity `json:"severity"`
	// Events are the bodies that the events would have had by themselves, but
	// without edits and findings, and with short texts.
	Events []envelope `json:"events"`
}

// Digest renders alerts as one message with the given ID. It is in no order that
// depends on how they are given: the gravest stand first, then the oldest.
func (w *Writer) Digest(id string, alerts []record.Alert, lang string) (Message, error) {
	if w.voices.Mute() {
		return Message{}, fmt.Errorf("write digest %s: no phrasebook is loaded", id)
	}
	alerts = slices.Clone(alerts)
	slices.SortStableFunc(alerts, func(a, b record.Alert) int {
		if d := severity(b.Event).Rank() - severity(a.Event).Rank(); d != 0 {
			return d
		}
		if d := a.Event.At.Compare(b.Event.At); d != 0 {
			return d
		}
		return strings.Compare(a.ID, b.ID)
	})
	ev := record.Event{Type: record.EventDigest, Severity: severity(alerts[0].Event)}
	v := w.voice(lang)
	d := digest{}
	body := bundled{Severity: ev.Severity}
	var causes []record.Cause
	for _, a := range alerts {
		if a.Event.At.After(ev.At) {
			ev.At = a.Event.At
		}
		d.Items = append(d.Items, w.page(a.Event, lang, listed, nil))
		for _, c := range a.Why {
			c = record.Cause{Route: c.Route} // by what conditions differs from event to event
			if !slices.Contains(causes, c) {
				causes = append(causes, c)
			}
		}
		a.Event = summary(a.Event)
		body.Events = append(body.Events, w.envelope(a, v))
	}
	if body.Severity == "" {
		body.Severity = record.SeverityNone
	}
	head := v.Count("head.digest", len(alerts), v.Number(len(alerts)))
	d.page = page{Lang: v.Book.Lang, Dir: v.Book.Dir, Headline: speech.Capital(head), Level: ev.Severity, Footer: v.Say("footer"), voice: v, limits: brief}
	d.Subject = v.Say("subject.plain", "policywatch", head)
	if ev.Severity.Rank() > 0 {
		d.Severity = v.Severity(ev.Severity)
		d.Subject = v.Say("subject", "policywatch", head, d.Severity)
	}
	for _, c := range causes[:min(len(causes), whyLimit)] {
		d.Why = append(d.Why, v.Say("why.digest", v.route(c)))
	}
	d.styles = looks(d.Dir)
	var html strings.Builder
	if err := digestLayout.Execute(&html, d); err != nil {
		return Message{}, fmt.Errorf("write digest %s: %w", id, err)
	}
	b, err := json.Marshal(bundle{ev.Type, ev.At.UTC(), body})
	if err != nil {
		return Message{}, fmt.Errorf("write digest %s: %w", id, err)
	}
	return Message{ID: id, Event: ev, Lang: d.Lang, Dir: d.Dir, Subject: d.Subject, Text: d.text(), HTML: html.String(), Short: d.short(), JSON: b}, nil
}

// Item is a page of the digest as the template sees it.
func (d digest) Item(p page) document { return document{page: p, styles: d.styles} }

// Tells reports whether a row says why; a list leaves the others to the archive.
func (d digest) Tells(r row) bool { return r.Label == d.voice.Say("label.reason") }

func (d digest) text() string {
	t := &typesetter{dir: d.Dir}
	t.line(0, span{text: d.Headline, style: bold})
	for _, p := range d.Items {
		t.blank()
		t.line(0, span{text: p.Subject})
		for _, r := range p.Rows {
			switch {
			case r.Foreign:
				t.line(2, span{text: r.Text, dir: speech.LTR})
			case d.Tells(r) || r.URL != "":
				t.line(2, span{text: r.Text})
			}
		}
	}
	t.blank()
	for _, line := range append(d.Why[:len(d.Why):len(d.Why)], d.Footer) {
		t.line(0, span{text: line})
	}
	return t.String()
}

func (d digest) short() string {
	t := &typesetter{dir: d.Dir}
	t.line(0, span{text: d.Subject})
	for _, p := range d.Items[:min(len(d.Items), shortDigest)] {
		t.item(span{text: p.Subject})
	}
	if more := len(d.Items) - shortDigest; more > 0 {
		t.line(0, span{text: d.voice.Say("more", d.voice.Number(more))})
	}
	return t.String()
}

// summary leaves of an event what a list can carry: a digest of two hundred
// events must not become a body of megabytes.
func summary(ev record.Event) record.Event {
	ev.Findings = nil
	ev.Name, ev.Reason = clip(ev.Name, nameLimit), clip(ev.Reason, shortReason)
	if ev.Change == nil {
		return ev
	}
	c := *ev.Change
	c.Edits, c.Reason = nil, clip(c.Reason, shortReason)
	c.Facts = slices.Clone(c.Facts[:min(len(c.Facts), brief.facts)])
	for i, f := range c.Facts {
		c.Facts[i].Before, c.Facts[i].After = clip(f.Before, brief.quote), clip(f.After, brief.quote)
	}
	c.Flips = slices.Clone(c.Flips[:min(len(c.Flips), brief.flips)])
	for i, f := range c.Flips {
		c.Flips[i] = record.Flip{Before: clip(f.Before, brief.quote), After: clip(f.After, brief.quote)}
	}
	ev.Change = &c
	return ev
}
