package render

import (
	"context"
	"os"
	"sync"
	"time"

	"policywatch/store/record"
)

// seat is a place for one page at a time, with the browser that it is opened
// in. Whoever holds the seat may use it; it has no lock of its own.
type seat struct {
	o     *Options
	warn  *sync.Once
	run   *instance // nil until there is a page to open
	pages int       // opened by run
	idle  *time.Timer
	left  time.Time
}

// fetch opens one page. A browser that died under it, for whatever reason, was
// perhaps not the page's doing: a new one gets a second chance.
func (s *seat) fetch(ctx context.Context, at, language string) (*record.Snapshot, *record.Fault) {
	for again := false; ; again = true {
		if s.run == nil {
			s.warn.Do(func() { warnOfRoot(s.o) })
			run, err := start(ctx, s.o)
			if err != nil {
				if ctx.Err() != nil {
					return nil, interrupted(ctx, at, "starting the browser")
				}
				s.o.Log.WarnContext(ctx, "the browser could not be started", "error", err)
				return nil, &record.Fault{Kind: record.FaultShell, URL: at, Detail: "the browser could not be started: " + startReason(err)}
			}
			s.run, s.pages = run, 0
		}
		snap, fault, left := s.run.open(ctx, at, language)
		s.pages++
		switch {
		case left == died && !again && ctx.Err() == nil:
			s.o.Log.WarnContext(ctx, "the browser ended while it rendered; trying once more with a new one", "url", at)
			s.run = nil
			continue
		case left != usable:
			s.o.Log.DebugContext(ctx, "the browser was ended", "url", at, "pages", s.pages)
			s.run = nil
		case s.pages >= pagesPerBrowser:
			s.stop()
		}
		return snap, fault
	}
}

// stop ends the seat's browser, if there is one, with all its processes.
func (s *seat) stop() {
	if s.run != nil {
		s.run.kill()
		s.run = nil
	}
}

func warnOfRoot(o *Options) {
	if o.Remote == "" && os.Geteuid() == 0 {
		o.Log.Warn("the browser runs without its sandbox, because this program runs as root; run it as an ordinary user")
	}
}
