package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"policywatch/notify/report"
	"policywatch/store/record"
)

// DefaultSchedule is the time from one failed try to the next. An alert is
// given up when the try after the last wait has failed too: ten tries within
// three days, enough to sit out a week-end's broken mail server.
func DefaultSchedule() []time.Duration {
	return []time.Duration{
		time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour,
		6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour,
	}
}

const (
	// maxWait bounds what a receiver may ask for with Retry-After.
	maxWait = 24 * time.Hour
	// strikes is how many failures in a row make a channel count as failing. Its
	// other alerts are then put off without a try, or a dead mail server
	// would cost a time-out for each of them.
	strikes = 3
	// slack is how long after its time is up a sender may take to return before
	// it is left behind.
	slack = 5 * time.Second
	// maxReason bounds what is kept of an error.
	maxReason = 500
)

// Two kinds of error say more than their text. One with a method RetryAfter()
// time.Duration names the least wait that the receiver asked for. One with
// Accepted() bool that returns true says that the message was delivered all the
// same, and what to remember of it.

// Dispatcher brings alerts from the outbox to their channels. Each channel has
// its own worker, so that one that hangs or fails holds up no other. A Dispatcher
// must not be copied after first use; Drain and Run may not overlap.
type Dispatcher struct {
	Outbox  Outbox
	Senders map[string]Sender
	Writer  *report.Writer
	// Lang is the language of messages, Langs that of single channels.
	Lang  string
	Langs map[string]string
	// Plan says when an alert may be told and whether in a digest, as Router.Plan
	// does; nil means at once.
	Plan func(ev record.Event, channel string, now time.Time) Plan
	// Rates bound how many messages channels are sent; one that is not named has
	// no bound. What was sent before the program began is not counted.
	Rates map[string]Rate
	// Clock gives the time; nil means time.Now.
	Clock func() time.Time
	// Log receives one warning when a channel begins to fail and one note when it
	// works again; nil means none.
	Log *slog.Logger
	// Schedule is the time between tries; nil means DefaultSchedule.
	Schedule []time.Duration
	// Jitter spreads a wait, so that what failed together does not come back
	// together; nil means up to a tenth longer.
	Jitter func(time.Duration) time.Duration
	// Timeout bounds one delivery (0: one minute), Grace what is left of one when
	// the context ends (0: ten seconds).
	Timeout, Grace time.Duration
	// Lease is how long leased alerts stay ours (0: ten minutes), Batch how many
	// are leased at once (0: 100). Of one channel, no more than a thousand or two wait in
	// memory, whatever is due.
	Lease time.Duration
	Batch int

	mu       sync.Mutex
	channels map[string]*channel
	once     sync.Once
	wake     chan struct{} // see waker
}

// Tally counts what became of alerts. Each alert is counted once a drain.
type Tally struct {
	Sent    int // delivered
	Retry   int // failed, to be tried again
	PutOff  int // not tried: their channel is failing, quiet or has had enough
	GivenUp int // never to be tried again
	// Left counts alerts that were leased and stay as they were: the work was
	// interrupted, or their lease was about to run out.
	Left int
}

// Drain tries every alert that is due once, and returns when all outcomes are
// kept. An error means that the outbox failed, not that a delivery did; when
// the context ends first, what has not begun is left as it was.
func (d *Dispatcher) Drain(ctx context.Context) (Tally, error) {
	p := d.pump(ctx)
	seen := make(map[string]bool)
	more, err := p.feed(seen)
	for more && err == nil && p.room(ctx) {
		more, err = p.feed(seen)
	}
	return p.finish(err)
}

// Run feeds the channels' workers from the outbox every so often until ctx
// ends, then lets running deliveries end within Grace. It returns nil: a store
// that fails for a while is logged and asked again.
func (d *Dispatcher) Run(ctx context.Context, every time.Duration) error {
	p := d.pump(ctx)
	tick := time.NewTicker(every)
	defer tick.Stop()
	failing := false
	for ctx.Err() == nil {
		// An outbox whose Settle fails, or a clock that jumped, may hand out again what
		// it has just given; that is for the next time.
		_, err := p.feed(make(map[string]bool))
		err = errors.Join(append(p.troubles(), err)...)
		if err != nil && !failing && ctx.Err() == nil {
			d.log().Error("alerts: the outbox fails", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-d.waker():
		case <-p.emptied:
		}
	}
	if _, err := p.finish(nil); err != nil && !failing {
		d.log().Error("alerts: the outbox fails", "error", err)
	}
	return nil
}

// Wake makes Run look into the outbox at once, for somebody who has just put
// something there and wants to see it go. Without a Run it does nothing.
func (d *Dispatcher) Wake() {
	select {
	case d.waker() <- struct{}{}:
	default: // it is woken already
	}
}

func (d *Dispatcher) waker() chan struct{} {
	d.once.Do(func() { d.wake = make(chan struct{}, 1) })
	return d.wake
}

// wait is the time until the next try after the given number of failed ones.
func (d *Dispatcher) wait(tries int) (time.Duration, bool) {
	s := d.Schedule
	if s == nil {
		s = DefaultSchedule()
	}
	if tries > len(s) {
		return 0, false
	}
	return s[max(tries, 1)-1], true
}

func (d *Dispatcher) jitter(w time.Duration) time.Duration {
	if d.Jitter != nil {
		return d.Jitter(w)
	}
	return w + rand.N(w/10+1)
}

// judge turns the outcome of a try into the alert to keep.
func (d *Dispatcher) judge(a record.Alert, retry bool, err error, now time.Time) record.Alert {
	a.Tries++
	var accepted interface{ Accepted() bool }
	switch {
	case err == nil:
		a.State, a.Settled, a.Reason, a.Told = record.AlertSent, now, "delivered", say("told.alert.delivered")
		return a
	case errors.As(err, &accepted) && accepted.Accepted():
		a.State, a.Settled, a.Reason = record.AlertSent, now, "delivered; "+reason(err)
		a.Told = say("told.alert.accepted", said(err))
		return a
	}
	wait, more := d.wait(a.Tries)
	switch {
	case !retry:
		a.State, a.Settled, a.Reason = record.AlertGivenUp, now, "refused: "+reason(err)
		a.Told = say("told.alert.refused", said(err))
	case !more:
		a.State, a.Settled, a.Reason = record.AlertGivenUp, now, fmt.Sprintf("given up after %d tries: %s", a.Tries, reason(err))
		a.Told = say("told.alert.given_up", record.Count(a.Tries), said(err))
	default:
		wait = d.jitter(wait)
		wait = max(wait, retryAfter(err))
		a.Next, a.Reason = now.Add(wait), fmt.Sprintf("try %d failed: %s", a.Tries, reason(err))
		a.Told = say("told.alert.failed", record.Count(a.Tries), said(err))
	}
	return a
}

// retryAfter is what the receiver asked for, within reason; 0 when it did not.
func retryAfter(err error) time.Duration {
	var asked interface{ RetryAfter() time.Duration }
	if errors.As(err, &asked) {
		return min(asked.RetryAfter(), maxWait)
	}
	return 0
}

// reason is an error's text, bounded to what is worth keeping.
func reason(err error) string {
	s := []rune(err.Error())
	if len(s) > maxReason {
		s = append(s[:maxReason-1], '…')
	}
	return string(s)
}

// say is a reason as data, and said what an error says within it: the answer of
// a server or of a library, which stands as it came.
func say(key string, values ...record.Value) []record.Sentence {
	return []record.Sentence{record.Say(key, values...)}
}

func said(err error) record.Value { return record.Quote("ltr", reason(err)) }

func (d *Dispatcher) now() time.Time {
	if d.Clock != nil {
		return d.Clock()
	}
	return time.Now()
}

func (d *Dispatcher) log() *slog.Logger {
	if d.Log != nil {
		return d.Log
	}
	return slog.New(slog.DiscardHandler)
}
