package fetch

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"policywatch/store/record"
)

// maxRetries is how often a page is asked for again within one Fetch. Beyond
// that, the schedule's next visit is the retry.
const maxRetries = 2

// waits says how long to wait before another attempt, and how long at most.
type waits struct {
	base   time.Duration
	budget time.Duration
	clock  func() time.Time // dates the trail; waits are measured by the machine's
	log    *slog.Logger
	// spread returns a factor that keeps many retries from falling together;
	// nil means 0.5 to 1.5 at random.
	spread func() float64
}

// retry asks again after faults that may pass, by the fault table's word. It
// backs off exponentially, waits as long as a Retry-After asks, and gives up
// when waiting would take the fetch past its budget: a dead host must not hold
// up a scan.
type retry struct {
	next Fetcher
	waits
}

func newRetry(next Fetcher, w waits) *retry {
	if w.spread == nil {
		w.spread = func() float64 { return 0.5 + rand.Float64() }
	}
	return &retry{next: next, waits: w}
}

func (r *retry) Fetch(ctx context.Context, req record.Request) (*record.Snapshot, error) {
	began := time.Now()
	for try := 0; ; try++ {
		snap, err := r.next.Fetch(ctx, req)
		f := faultOf(err)
		if f == nil || !f.Kind.Rule().Retry || try == maxRetries || ctx.Err() != nil {
			return snap, err
		}
		if last := (final{}); errors.As(err, &last) {
			return snap, err
		}
		pause := time.Duration(float64(r.base<<(2*try)) * r.spread())
		pause = max(pause, f.RetryAfter)
		if time.Since(began)+pause > r.budget {
			return snap, err
		}
		r.log.DebugContext(ctx, "asking again", "url", req.URL, "fault", f.Kind, "detail", f.Detail, "in", pause)
		note(ctx, r.clock(), "fetch", req.URL, string(f.Kind)+": "+f.Detail+"; asking again in "+pause.Round(time.Millisecond).String())
		if sleep(ctx, pause) != nil {
			return nil, interrupted(ctx, req.URL, "waiting to ask again after "+string(f.Kind))
		}
	}
}
