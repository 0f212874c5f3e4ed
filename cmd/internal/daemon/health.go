package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// unwell is how long the archive may fail before the heartbeat stops and the
// service manager is left to start the daemon anew.
const unwell = 5 * time.Minute

// counts is what a run has done so far.
type counts struct {
	since          time.Time
	visits, faults int
	// success is the last time that any site's statement was read.
	success time.Time
	// trouble is since when the archive fails; zero means that it works.
	trouble time.Time
	// stale says that the newest configuration was wrong and an older one is in use.
	stale bool
	tally
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Heartbeat is what is said while all is well.
type Heartbeat struct {
	At      time.Time `json:"at"`
	PID     int       `json:"pid"`
	Sites   int       `json:"sites"`
	Running int       `json:"running"`
	Overdue int       `json:"overdue"`
	Visits  int       `json:"visits"`
	Faults  int       `json:"faults"`
	// Next is when the next visit begins, LastSuccess when a statement was last
	// read.
	Next        time.Time `json:"next,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"`
}

// beat says that all is well, if it is: the schedule answers and the archive
// takes what it is given.
func (r *run) beat(ctx context.Context) {
	st := r.sched.Status() // hangs where the schedule does, and so does the beat
	r.mu.Lock()
	c, s := r.counts, r.now
	r.mu.Unlock()
	now := r.Clock()
	if !c.trouble.IsZero() && now.Sub(c.trouble) > unwell {
		return
	}
	r.System.tell(fmt.Sprintf("WATCHDOG=1\nSTATUS=%d sites, %d visits running, %d overdue, age of last success: %s", st.Sites, st.Running, st.Overdue, age(now, c.success)))
	h := Heartbeat{At: now.UTC(), PID: os.Getpid(), Sites: st.Sites, Running: st.Running, Overdue: st.Overdue,
		Visits: c.visits, Faults: c.faults, Next: st.Next.UTC(), LastSuccess: c.success.UTC()}
	if s.Heartbeat != "" {
		b, err := json.Marshal(h)
		if err == nil {
			err = replace(s.Heartbeat, append(b, '\n'))
		}
		r.file.note(r.Log, err)
	}
	if s.Ping != nil && r.ping.due(now) {
		r.aside.Go(func() {
			limited, cancel := context.WithTimeout(ctx, pingLimit)
			defer cancel()
			err := s.Ping(limited, h)
			if ctx.Err() == nil { // else it was us who hung up
				r.ping.note(r.Log, err)
			}
			r.ping.busy.Store(false)
		})
	}
}

const (
	// pingEvery is the least time between two calls of the heartbeat's address; a
	// watchdog may want to hear more often.
	pingEvery = 50 * time.Second
	// pingLimit is how long one may take. The next waits for its turn until it is over.
	pingLimit = 15 * time.Second
)

// pinger is the state of the calls, of which one runs at a time.
type pinger struct {
	busy atomic.Bool
	last time.Time
	report
}

// due reports whether a call is to be made now, and takes its place.
func (p *pinger) due(now time.Time) bool {
	if now.Sub(p.last).Abs() < pingEvery || !p.busy.CompareAndSwap(false, true) {
		return false
	}
	p.last = now
	return true
}

// report says of something that is done again and again when it begins to fail and
// when it works again.
type report struct{ failing bool }

func (f *report) note(log *slog.Logger, err error) {
	switch {
	case err != nil && !f.failing:
		log.Warn("the heartbeat does not get through", "error", err)
	case err == nil && f.failing:
		log.Info("the heartbeat gets through again")
	}
	f.failing = err != nil
}

// account logs what was done so far.
func (r *run) account() {
	st := r.sched.Status()
	r.mu.Lock()
	c := r.counts
	r.mu.Unlock()
	now := r.Clock()
	r.Log.Info("status", "sites", st.Sites, "running", st.Running, "overdue", st.Overdue, "longest", st.Longest.Round(time.Second),
		"visits", c.visits, "faults", c.faults, "last_success_age", age(now, c.success), "up", age(now, c.since))
}

// replace writes a file so that a reader finds the old content or the new.
func replace(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".beat-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
