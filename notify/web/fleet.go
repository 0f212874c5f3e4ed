package web

import (
	"context"
	"time"
)

// Fleet is what the workers do that visit for this daemon.
type Fleet struct {
	// Queued counts visits that nobody has taken yet, Out those being made, Reports
	// those that wait to be judged; Redelivered those that a worker began and left.
	Queued, Out, Reports, Redelivered int
	// Oldest is when the oldest of those visits was asked for; zero for none.
	Oldest  time.Time
	Workers []Worker
}

// Worker is one of them, by its last sign of life.
type Worker struct {
	Name, Version, Vantage string
	Busy, Slots, Visits    int
	At                     time.Time
	// Stranger speaks another protocol and gets no visits.
	Stranger bool
}

// fleetTime bounds how long a page waits for the fleet's servers.
const fleetTime = 2 * time.Second

// fleet asks for the fleet's state; nil where there is none, or nothing is known.
func (d *dashboard) fleet(ctx context.Context) *Fleet {
	if d.Fleet == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, fleetTime)
	defer cancel()
	f, err := d.Fleet(ctx)
	if err != nil {
		d.Log.Debug("ask the fleet", "error", err)
		return nil
	}
	return f
}
