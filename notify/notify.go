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

// Outbox holds the alerts that wait to be told.
type Outbox interface {
	// Lease returns at most max waiting alerts that are due at now, the longest
	// waiting first, and keeps them from every other lease until now+lease or
	// until they are settled.
	Lease(ctx context.Context, now time.Time, lease time.Duration, max int) ([]record.Alert, error)
	// Settle stores state, tries, next time, reason and digest of alerts, of all or
	// of none. It is durable when it returns nil.
	Settle(ctx context.Context, alerts ...record.Alert) error
}
