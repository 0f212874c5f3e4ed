package notify

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"policywatch/store/record"
)

// Route sends the events that meet all of its conditions to its channels. An
// empty condition is met by every event, with one exception: a finished scan
// is told only to a route that names it, since it says nothing of any site.
type Route struct {
	// Name is what the route is called where it is given as a reason; empty means
	// its number, from 1.
	Name     string
	Channels []string
	// MinSeverity is the least severity of a change that is told. Failing and
	// recovered sites, finished scans and outages have none: a route with a
	// severity tells them only when it names them in Events.
	MinSeverity record.Severity
	// Labels lists labels of which the site must carry one.
	Labels []string
	// Sites lists patterns (path.Match) of which the site's domain must match one,
	// Profiles the legal profiles of which it must have one.
	Sites    []string
	Profiles []string
	// Events lists the types of event that are told.
	Events []record.EventType
	// Digest gathers what is told; the zero one tells each event at once. Quiet
	// holds it back.
	Digest Digest
	Quiet  Quiet
}

// Router decides who is told what, and when. It is safe for concurrent use once
// its fields are set.
type Router struct {
	// Quiet holds the quiet hours of channels, whatever route leads there.
	Quiet  map[string]Quiet
	routes []Route
}

// NewRouter returns a router over routes. Without routes nobody is told.
func NewRouter(routes []Route) *Router {
	r := &Router{routes: slices.Clone(routes)}
	for i := range r.routes {
		if r.routes[i].Name == "" {
			r.routes[i].Name = strconv.Itoa(i + 1)
		}
	}
	return r
}

// Alerts returns one waiting alert for each channel that is to be told of ev,
// in the order of the routes. A channel that several routes name is told once,
// at the earliest time that one of them allows, and with the reason of each.
//
// The alerts' IDs follow from the event and the channel alone, so that routing
// the same event again gives the same rows of the outbox.
func (r *Router) Alerts(ev record.Event) []record.Alert {
	var out []record.Alert
	told := make(map[string]int)
	for _, route := range r.routes {
		why, ok := route.takes(ev)
		if !ok {
			continue
		}
		for _, ch := range route.Channels {
			i, known := told[ch]
			if !known {
				i = len(out)
				told[ch] = i
				out = append(out, record.Alert{ID: AlertID(ev, ch), Channel: ch, Event: ev, State: record.AlertWaiting})
			}
			if a := &out[i]; !slices.Contains(a.Why, why) {
				a.Why = append(a.Why, why)
			}
		}
	}
	for i := range out {
		plan := r.Plan(ev, out[i].Channel, ev.At)
		out[i].Next, out[i].Reason, out[i].Told = plan.At, plan.Reason, plan.Told
	}
	return out
}

// Plan is when an alert is to be told, and how.
type Plan struct {
	// At is the time before which it is not told.
	At time.Time
	// Digest means that it is told together with the others that wait.
	Digest bool
	// Reason says in words what it waits for; Told is the same as data.
	Reason string
	Told   []record.Sentence
}

// digestWait is the phrase of what an alert waits for.
var digestWait = map[Period]string{Hourly: "told.alert.digest.hourly", Daily: "told.alert.digest.daily", Weekly: "told.alert.digest.weekly"}

// Plan returns when a channel may be told of ev if now is the time. It follows
// from the routes of today: an alert whose route is gone is told at once.
func (r *Router) Plan(ev record.Event, channel string, now time.Time) Plan {
	var best *Plan
	for _, route := range r.routes {
		if !slices.Contains(route.Channels, channel) {
			continue
		}
		if _, ok := route.takes(ev); !ok {
			continue
		}
		p := r.plan(ev, channel, now, route)
		if best == nil || p.At.Before(best.At) || p.At.Equal(best.At) && best.Digest && !p.Digest {
			best = &p
		}
	}
	if best == nil {
		p := r.plan(ev, channel, now, Route{})
		best = &p
	}
	return *best
}

func (r *Router) plan(ev record.Event, channel string, now time.Time, route Route) Plan {
	p := Plan{At: now, Reason: "waits for its delivery", Told: say("told.alert.due")}
	if route.Digest.Every != "" {
		p.Digest = true
		// By the event's time, so that it does not move as long as the alert waits.
		if slot := route.Digest.After(ev.At); slot.After(now) {
			p.At, p.Reason = slot, "waits for the "+string(route.Digest.Every)+" digest"
			p.Told = say(digestWait[route.Digest.Every])
		}
	}
	s := severity(ev)
	for range 8 { // the end of one quiet may lie within the other
		at := r.Quiet[channel].Until(route.Quiet.Until(p.At, s), s)
		if at.Equal(p.At) {
			break
		}
		p.At, p.Reason, p.Told = at, "waits for the end of quiet hours", say("told.alert.quiet")
	}
	return p
}

// takes reports whether the route tells ev, and by which of its conditions.
func (r Route) takes(ev record.Event) (why record.Cause, ok bool) {
	why.Route = r.Name
	named := slices.Contains(r.Events, ev.Type)
	if len(r.Events) > 0 && !named || ev.Type == record.EventTest || ev.Type == record.EventDigest {
		return why, false
	}
	if ev.Type == record.EventScanFinished && !named {
		return why, false
	}
	if named {
		why.Event = ev.Type
	}
	if why.Label, ok = first(r.Labels, func(l string) bool { return slices.Contains(ev.Labels, l) }); !ok {
		return why, false
	}
	if why.Profile, ok = first(r.Profiles, func(p string) bool { return p == ev.Profile }); !ok {
		return why, false
	}
	if why.Site, ok = first(r.Sites, func(pattern string) bool {
		fits, err := path.Match(strings.ToLower(pattern), ev.Site)
		return err == nil && fits && ev.Site != ""
	}); !ok {
		return why, false
	}
	if floor := r.MinSeverity; floor.Rank() > 0 {
		switch s := severity(ev); {
		case !aboutStatement(ev.Type):
			if !named {
				return why, false
			}
		case !s.AtLeast(floor):
			return why, false
		default:
			why.Floor = floor
		}
	}
	return why, true
}

// first returns the condition that is met; none need be where there is none.
func first(conditions []string, met func(string) bool) (string, bool) {
	if len(conditions) == 0 {
		return "", true
	}
	if i := slices.IndexFunc(conditions, met); i >= 0 {
		return conditions[i], true
	}
	return "", false
}

// severity is the event's own, else its change's.
func severity(ev record.Event) record.Severity {
	if ev.Severity == "" && ev.Change != nil {
		return ev.Change.Severity
	}
	return ev.Severity
}

func aboutStatement(t record.EventType) bool { return strings.HasPrefix(string(t), "statement.") }
