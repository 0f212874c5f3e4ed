// Package notify brings alerts from the outbox to the channels: which event
// goes to whom (Router), and how a delivery is tried, put off, and given up
// (Dispatcher).
//
// It knows channels only by name and through Sender, the outbox only through
// Outbox, and how a message reads not at all: that is notify/report.
package notify

import (
	"context"
	"time"

	"policywatch/notify/report"
	"policywatch/store/record"
)

// Sender delivers messages to one channel.
type Sender interface {
	// Send delivers m or says why not, and whether trying again later may help:
	// only the sender can tell a busy server from a refusal. It honours ctx, is
	// safe for concurrent use, and lets no secret into its error. Delivering the
	// same m.ID twice is harmless to the receiver.
	Send(ctx context.Context, m report.Message) (retry bool, err error)
}

// Gatherer is a Sender to which many messages cost hardly more than one.
type Gatherer interface {
	Sender
	// SendAll is Send for several messages: all are delivered when it returns nil, and
	// any of them may be when it does not.
	SendAll(ctx context.Context, list []report.Message) (retry bool, err error)
}

// Outbox holds the alerts that wait to be told.
type Outbox interface {
	// LeaseFor returns at most max waiting alerts that are due at now, the longest
	// waiting first, without those that skip tells by their ID, channel and digest. It
	// keeps them from every other lease until now+lease or until they are settled;
	// those that are skipped stay due.
	LeaseFor(ctx context.Context, now time.Time, lease time.Duration, max int, skip func(id, channel, digest string) bool) ([]record.Alert, error)
	// Settle stores state, tries, next time, reason and digest of alerts, of all or
	// of none. It is durable when it returns nil.
	Settle(ctx context.Context, alerts ...record.Alert) error
}
