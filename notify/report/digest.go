package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"policywatch/store/record"
	"policywatch/store/speech"
)

// listed bounds an event in a digest: its headline, reason and address.
var listed = limits{quote: brief.quote, context: brief.context}

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
	ev, l, body := w.digest(id, alerts, lang)
	b, err := json.Marshal(bundle{ev.Type, ev.At.UTC(), body})
	if err != nil {
		return Message{}, fmt.Errorf("write digest %s: %w", id, err)
	}
	m, err := w.message(ev, l, b)
	if err != nil {
		return Message{}, fmt.Errorf("write digest %s: %w", id, err)
	}
	return m, nil
}

// digest draws up what a digest says, for people and for machines.
func (w *Writer) digest(id string, alerts []record.Alert, lang string) (record.Event, Letter, bundled) {
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
	body := bundled{Severity: ev.Severity}
	if body.Severity == "" {
		body.Severity = record.SeverityNone
	}
	head := v.Count("head.digest", len(alerts), v.Number(len(alerts)))
	l := Letter{ID: id, Event: ev.Type, Subject: v.Say("subject.plain", "policywatch", head), Footer: v.Say("footer"),
		Account: Account{Lang: v.Book.Lang, Dir: v.Book.Dir, Headline: speech.Capital(head), Level: ev.Severity}}
	l.Start, l.End = sides(l.Dir)
	if ev.Severity.Rank() > 0 {
		l.Severity = v.Severity(ev.Severity)
		l.Subject = v.Say("subject", "policywatch", head, l.Severity)
	}
	var causes []record.Cause
	for _, a := range alerts {
		if a.Event.At.After(ev.At) {
			ev.At = a.Event.At
		}
		l.Items = append(l.Items, w.letter(a, lang, listed))
		for _, c := range a.Why {
			c = record.Cause{Route: c.Route} // by what conditions differs from event to event
			if !slices.Contains(causes, c) {
				causes = append(causes, c)
			}
		}
		a.Event = summary(a.Event)
		body.Events = append(body.Events, w.envelope(a, v))
	}
	for _, c := range causes[:min(len(causes), whyLimit)] {
		l.Why = append(l.Why, v.Say("why.digest", v.route(c)))
	}
	if at := w.links(ev)["dashboard"]; at != "" {
		l.Links = []Link{{"dashboard", v.Say("link.dashboard"), at}}
	}
	return ev, l, body
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
