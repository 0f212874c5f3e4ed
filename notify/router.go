package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"policywatch/store/record"
)

// Route sends the events that meet all of its conditions to its channels. An
// empty condition is met by every event, with one exception: a finished scan
// is told only to a route that names it, since it says nothing of any site.
type Route struct {
	Channels []string
	// MinSeverity is the least severity of a change that is told. Failing and
	// recovered sites and finished scans have none: a route with a severity tells
	// them only when it names them in Events.
	MinSeverity record.Severity
	// Labels lists labels of which the site must carry one.
	Labels []string
	// Events lists the types of event that are told.
	Events []record.EventType
}

// Router decides who is told what. It is immutable and safe for concurrent use.
type Router struct{ routes []Route }

// NewRouter returns a router over routes. Without routes nobody is told.
func NewRouter(routes []Route) *Router { return &Router{routes: slices.Clone(routes)} }

// Alerts returns one waiting alert for each channel that is to be told of ev,
// in the order of the routes. A channel that several routes name is told once.
//
// The alerts' IDs follow from the event and the channel alone, so that routing
// the same event again gives the same rows of the outbox.
func (r *Router) Alerts(ev record.Event) []record.Alert {
	var out []record.Alert
	told := make(map[string]bool)
	for i, route := range r.routes {
		why, ok := route.takes(ev)
		if !ok {
			continue
		}
		for _, ch := range route.Channels {
			if told[ch] {
				continue
			}
			told[ch] = true
			out = append(out, record.Alert{
				ID: AlertID(ev, ch), Channel: ch, Event: ev, State: record.AlertWaiting, Next: ev.At,
				Reason: fmt.Sprintf("route %d: %s", i+1, why),
			})
		}
	}
	return out
}

// takes reports whether the route tells ev, and the reason in words.
func (r Route) takes(ev record.Event) (why string, ok bool) {
	named := slices.Contains(r.Events, ev.Type)
	if len(r.Events) > 0 && !named || ev.Type == record.EventTest {
		return "", false
	}
	if ev.Type == record.EventScanFinished && !named {
		return "", false
	}
	if len(r.Labels) > 0 && !slices.ContainsFunc(ev.Labels, func(l string) bool { return slices.Contains(r.Labels, l) }) {
		return "", false
	}
	why = "tells everything"
	if named {
		why = "names " + string(ev.Type)
	}
	if floor := r.MinSeverity; floor.Rank() > 0 {
		switch s := severity(ev); {
		case !aboutStatement(ev.Type):
			if !named {
				return "", false
			}
		case !s.AtLeast(floor):
			return "", false
		default:
			why = fmt.Sprintf("%s is at least %s", s, floor)
		}
	}
	return why, true
}

// severity is the event's own, else its change's.
func severity(ev record.Event) record.Severity {
	if ev.Severity == "" && ev.Change != nil {
		return ev.Change.Severity
	}
	return ev.Severity
}

func aboutStatement(t record.EventType) bool { return strings.HasPrefix(string(t), "statement.") }

// AlertID derives an alert's ID from what happened and whom it is told. A new
// version is known by its numbers and by what changed, not by the time, so that
// a visit judged again tells nothing twice; after a lost archive the numbers
// begin anew, but a different change gives a different ID, which a receiver
// will not take for a repetition. Other events can happen many times to the same
// version and are known by their time.
//
// The ID is of letters, digits and "_" only: it becomes a Message-ID, a
// webhook-id (which must hold no full stop) and a part of file names.
func AlertID(ev record.Event, channel string) string {
	key := []any{ev.Type, ev.Site, channel}
	if aboutStatement(ev.Type) && ev.To > ev.From && ev.Change != nil {
		key = append(key, ev.From, ev.To, ev.Change)
	} else {
		key = append(key, ev.To, ev.URL, ev.OldURL, ev.At.UTC().Format(time.RFC3339Nano))
	}
	b, err := json.Marshal(key)
	if err != nil {
		// Only a value that JSON has no form for could fail, and a change has none:
		// its fields are strings.
		panic(fmt.Sprintf("notify: derive alert ID: %v", err))
	}
	sum := sha256.Sum256(b)
	return "pw_" + hex.EncodeToString(sum[:16])
}
