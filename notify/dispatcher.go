package notify

import (
	"context"
	"log/slog"
	"time"

	"policywatch/notify/report"
)

// Tally counts what became of the alerts of one drain.
type Tally struct {
	Sent    int // delivered
	Retry   int // failed, to be tried again
	Waiting int // put off without a try, because their channel is failing
	GivenUp int
}

// Dispatcher drains the outbox.
type Dispatcher struct {
	Outbox  Outbox
	Senders map[string]Sender
	Writer  *report.Writer
	// Lang is the language of messages.
	Lang  string
	Clock func() time.Time
	Log   *slog.Logger
}

// Drain tries everything that is due once.
func (d *Dispatcher) Drain(ctx context.Context) (Tally, error) {
	return Tally{}, nil
}

// Run drains again and again until ctx ends.
func (d *Dispatcher) Run(ctx context.Context, every time.Duration) error {
	<-ctx.Done()
	return nil
}
