package record

import "time"

// EventType names what an alert tells. The values are part of the webhook
// contract.
type EventType string

// The events.
const (
	EventChanged        EventType = "statement.changed"
	EventDroppedSection EventType = "statement.dropped_section"
	EventGone           EventType = "statement.gone"
	EventMoved          EventType = "statement.moved"
	EventFailing        EventType = "site.failing"
	EventRecovered      EventType = "site.recovered"
	EventScanFinished   EventType = "scan.finished"
	// EventTest is sent on request to see whether a channel works. It is about no
	// site and no route tells it.
	EventTest EventType = "notify.test"
)

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
	// Labels are the site's, for routing.
	Labels []string `json:"labels,omitempty"`
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
	// Tries counts deliveries attempted; Next is when the next one is due.
	Tries   int       `json:"tries"`
	Next    time.Time `json:"next"`
	Settled time.Time `json:"settled,omitzero"`
	// Reason is why it was sent, put off or given up.
	Reason string `json:"reason"`
}
