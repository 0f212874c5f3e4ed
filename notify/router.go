package notify

import (
	"policywatch/store/record"
)

// Route sends the events that match all of its conditions to channels.
type Route struct {
	Channels    []string
	MinSeverity record.Severity
	Labels      []string
	Events      []record.EventType
}

// Router decides who is told what.
type Router struct{ routes []Route }

// NewRouter returns a router over routes. Without routes nobody is told.
func NewRouter(routes []Route) *Router { return &Router{routes: routes} }

// Alerts returns one alert for each channel that is to be told of ev.
func (r *Router) Alerts(ev record.Event) []record.Alert {
	return nil
}
