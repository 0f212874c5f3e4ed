package fetch

import (
	"context"
	"sync/atomic"
	"time"
)

// limit ends an attempt when its time is up. Time in which it waits for a turn is
// not counted. It belongs to the goroutine that fetches.
type limit struct {
	outer context.Context // without the limit
	stay  *stay           // whose turn may be over sooner; nil without one
	left  time.Duration
	began time.Time
	ends  time.Time
	timer *time.Timer
	end   context.CancelCauseFunc
	late  atomic.Bool
}

// within limits an attempt under ctx.
func within(ctx context.Context, timeout time.Duration) (context.Context, *limit) {
	attempt, end := context.WithCancelCause(ctx)
	l := &limit{outer: ctx, stay: stayOf(ctx), left: timeout, end: end}
	l.run()
	return attempt, l
}

func (l *limit) run() {
	l.began = time.Now()
	left := l.left
	if l.stay != nil && !l.stay.by.IsZero() {
		left = min(left, l.stay.by.Sub(l.began))
	}
	l.ends = l.began.Add(left)
	l.timer = time.AfterFunc(left, l.expire)
}

func (l *limit) expire() {
	l.late.Store(true)
	l.end(context.DeadlineExceeded)
}

// suspend stops the time, until resume.
func (l *limit) suspend() (resume func()) {
	if !l.timer.Stop() {
		return func() {}
	}
	l.left -= time.Since(l.began)
	return l.run
}

// over reports whether nothing may be sent any more.
func (l *limit) over() bool {
	if l == nil || time.Now().Before(l.ends) {
		return false
	}
	l.expire()
	return true
}

// ranOut reports whether the time was up before the attempt was over.
func (l *limit) ranOut() bool { return l != nil && l.late.Load() }

func (l *limit) stop() {
	l.timer.Stop()
	l.end(nil)
}
