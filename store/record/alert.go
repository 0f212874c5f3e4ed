package record

import (
	"strings"
	"time"
)

// EventType names what an alert tells. The values are part of the webhook
// contract.
type EventType string

// The events.
const (
	EventChanged        EventType = "statement.changed"
	EventDroppedSection EventType = "statement.dropped_section"
	EventGone           EventType = "statement.gone"
	EventMoved          EventType = "statement.moved"
	// EventReturned is a statement that went back to the text of an earlier version.
	EventReturned     EventType = "statement.returned"
	EventFailing      EventType = "site.failing"
	EventRecovered    EventType = "site.recovered"
	EventScanFinished EventType = "scan.finished"
	// EventOutage is trouble of the monitor's own network: no site at all could be
	// reached. It is told once in place of a notice for each site.
	EventOutage EventType = "monitor.outage"
	// EventDigest is the type of a message that tells several events together. It
	// never happens to a site and is never routed.
	EventDigest EventType = "notify.digest"
	// EventTest is sent on request to see whether a channel works. It is about no
	// site and no route tells it.
	EventTest EventType = "notify.test"
)

// EventTypes lists the events that a route may name.
func EventTypes() []EventType {
	return []EventType{EventChanged, EventDroppedSection, EventGone, EventMoved, EventReturned, EventFailing, EventRecovered,
		EventScanFinished, EventOutage}
}

// Event is something that happened and may be told.
type Event struct {
	Type EventType `json:"type"`
	At   time.Time `json:"timestamp"`
	Site string    `json:"site"`
	Name string    `json:"name"`
	URL  string    `json:"url"`
	// Lang and Dir are the statement's, for direction and quotes.
	Lang string `json:"lang,omitempty"`
	Dir  string `json:"dir,omitempty"`
	// From and To are version numbers; From is 0 on a first version.
	From     int       `json:"from"`
	To       int       `json:"to"`
	Severity Severity  `json:"severity"`
	Change   *Change   `json:"change,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
	Fault    *Fault    `json:"fault,omitempty"`
	// OldURL is where the statement stood before it moved.
	OldURL string `json:"old_url,omitempty"`
	// Reason is why, in English; Told is the same as data. An event about a
	// change leaves Told to the change.
	Reason string     `json:"reason"`
	Told   []Sentence `json:"-"`
	// Scan is set on scan.finished.
	Scan *ScanSummary `json:"scan,omitempty"`
	// Labels are the site's, and Profile the id of its legal profile, for routing.
	Labels  []string `json:"labels,omitempty"`
	Profile string   `json:"profile,omitempty"`
}

// ScanSummary counts one pass over the sites.
type ScanSummary struct {
	Sites     int     `json:"sites"`
	New       int     `json:"new"`
	Changed   int     `json:"changed"`
	Unchanged int     `json:"unchanged"`
	Faults    int     `json:"faults"`
	Alerts    int     `json:"alerts"`
	Seconds   float64 `json:"seconds"`
	// Outage means that no site at all could be reached: the trouble is the
	// monitor's own network.
	Outage bool `json:"outage,omitempty"`
}

// AlertState is where an alert stands in the outbox.
type AlertState string

// The states of an alert.
const (
	AlertWaiting AlertState = "waiting"
	AlertSent    AlertState = "sent"
	AlertGivenUp AlertState = "given_up"
)

// Alert is one event to tell one channel. It lives in the outbox until it is
// delivered or given up, and stays readable afterwards.
type Alert struct {
	// ID is stable across retries and restarts; it is the mail's Message-ID and
	// the webhook-id, so that a receiver can drop a repeated delivery.
	ID      string     `json:"id"`
	Channel string     `json:"channel"`
	Event   Event      `json:"event"`
	State   AlertState `json:"state"`
	// Why is what made the channel hear of the event: one cause for each route
	// that led there.
	Why []Cause `json:"why,omitempty"`
	// Digest is the ID of the message that tells this alert together with others,
	// its own where it turned out to be alone; empty as long as it is in none. It is kept before the message is sent, so
	// that a repeated delivery holds the same alerts under the same ID.
	Digest string `json:"digest,omitempty"`
	// Tries counts deliveries attempted; Next is the time before which no delivery
	// is tried: a digest's hour, the end of quiet hours or the next try.
	Tries   int       `json:"tries"`
	Next    time.Time `json:"next"`
	Settled time.Time `json:"settled,omitzero"`
	// Reason is why it was sent, put off or given up, in English; Told is the same
	// as data.
	Reason string     `json:"reason"`
	Told   []Sentence `json:"-"`
}

// Cause is why a channel was told: a route, and those of its conditions that the
// event met. Empty fields are conditions that the route does not have.
type Cause struct {
	// Route is the route's name, or its number from 1 where it has none.
	Route   string    `json:"route"`
	Event   EventType `json:"event,omitempty"`
	Floor   Severity  `json:"min_severity,omitempty"`
	Label   string    `json:"label,omitempty"`
	Site    string    `json:"site,omitempty"` // the pattern that the site matches
	Profile string    `json:"profile,omitempty"`
}

// String says the cause in English, as the command line shows it.
func (c Cause) String() string {
	var parts []string
	if c.Event != "" {
		parts = append(parts, "names "+string(c.Event))
	}
	if c.Floor != "" {
		parts = append(parts, "severity "+string(c.Floor)+" or more")
	}
	if c.Label != "" {
		parts = append(parts, "label "+c.Label)
	}
	if c.Site != "" {
		parts = append(parts, "sites "+c.Site)
	}
	if c.Profile != "" {
		parts = append(parts, "profile "+c.Profile)
	}
	if len(parts) == 0 {
		parts = []string{"tells everything"}
	}
	return "route " + c.Route + ": " + strings.Join(parts, ", ")
}
