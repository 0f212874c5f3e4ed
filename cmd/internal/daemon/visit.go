package daemon

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"policywatch/cmd/internal/monitor"
	"policywatch/cmd/internal/schedule"
	"policywatch/store/record"
)

const (
	// visitLimit ends a visit that hangs where no limit of its own reaches. A search
	// of a slow site that wants a minute between requests takes half of it.
	visitLimit = time.Hour
	// archiveRetry is when a site is tried again whose visit could not be kept.
	archiveRetry = 5 * time.Minute
)

// visit makes one visit and says when the next is due.
func (r *run) visit(ctx context.Context, domain string) time.Time {
	r.mu.Lock()
	s := r.now
	site, listed := s.site(domain)
	s.visits.Add(1) // under the lock: whoever waits has replaced s before
	r.mu.Unlock()
	defer s.visits.Done()
	rule := s.Rule(site)
	if !listed { // a new list came this very moment, and the schedule knows it
		return r.skipped(domain, rule)
	}
	began := r.Clock()
	limited, cancel := context.WithTimeout(ctx, visitLimit)
	res, err := s.Check(limited, site)
	cancel()
	if errors.Is(err, monitor.ErrInterrupted) {
		if ctx.Err() == nil {
			r.Log.Error("the visit did not end and was given up", "site", domain, "after", visitLimit)
		}
		return r.skipped(domain, rule)
	}
	past, perr := s.Past(context.WithoutCancel(ctx), domain)
	if err = errors.Join(err, perr); err != nil {
		r.trouble(domain, err)
		return r.Clock().Add(min(archiveRetry, rule.Interval(r.Clock())))
	}
	past.Site = domain
	rule = r.latest(site, rule)
	next := rule.Due(past)
	r.ended(site, res, past, r.Clock().Sub(began), rule, next)
	return next
}

// skipped is when a site is due whose visit brought nothing to plan the next by.
func (r *run) skipped(domain string, rule schedule.Rule) time.Time {
	return rule.Due(record.Past{Site: domain, LastVisit: r.Clock()})
}

// latest is the site's rule by the newest configuration: one that came while the
// visit ran has planned the site, but the visit's end plans it again.
func (r *run) latest(site record.Site, rule schedule.Rule) schedule.Rule {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s, ok := r.now.site(site.Domain); ok {
		return r.now.Rule(s)
	}
	return rule
}

// ended counts a visit and logs it: what is news to everyone, the rest to who wants
// every detail.
func (r *run) ended(site record.Site, res monitor.Result, past record.Past, took time.Duration, rule schedule.Rule, next time.Time) {
	r.mu.Lock()
	r.counts.visits++
	if res.State == record.VisitFault {
		r.counts.faults++
	}
	r.counts.count(res, took)
	r.counts.success = later(r.counts.success, past.LastSuccess)
	mended := !r.counts.trouble.IsZero()
	r.counts.trouble = time.Time{}
	before := r.ill[site.Domain]
	news := r.news(site.Domain, res, past.Failures == rule.NoticeAfter)
	r.mu.Unlock()
	if mended {
		r.Log.Info("the archive works again")
	}
	level := slog.LevelDebug
	if news {
		level = slog.LevelInfo
	}
	args := []any{"site", res.Site, "state", res.State, "reason", res.Reason, "version", res.Version, "alerts", res.Alerts,
		"took", took.Round(time.Millisecond), "next", next.UTC().Truncate(time.Second)}
	switch {
	case res.State == record.VisitFault:
		args = append(args, "fault", res.Fault, "failures", past.Failures, "last_success_age", age(r.Clock(), past.LastSuccess))
	case before.kind != "":
		args = append(args, "recovered_from", before.kind)
	}
	r.Log.Log(context.Background(), level, "visited", args...)
}

// illness is how a site fails, as far as this life of the daemon knows.
type illness struct {
	kind record.FaultKind
	// shown says that it was logged.
	shown bool
}

// news reports whether a visit is more than an operator expects, and keeps how the
// site is. A site that goes on failing as it did is no news until it is one time too
// many, and neither is a network fault of a site that was read before: it is soon
// over, or it is our own and all sites have it. r.mu is held.
func (r *run) news(domain string, res monitor.Result, tooMany bool) bool {
	before := r.ill[domain]
	if res.State != record.VisitFault {
		delete(r.ill, domain)
		return res.State != record.VisitUnchanged || res.Alerts > 0 || before.shown
	}
	news := res.Alerts > 0 || tooMany || before.kind != res.Fault && (!res.Fault.Rule().Network || res.Version == 0)
	r.ill[domain] = illness{res.Fault, before.shown || news}
	return news
}

// trouble notes that a visit could not be kept. It is logged when it begins: an
// archive that fails for an hour is one line.
func (r *run) trouble(domain string, err error) {
	r.mu.Lock()
	r.counts.unkept++
	first := r.counts.trouble.IsZero()
	if first {
		r.counts.trouble = r.Clock()
	}
	r.mu.Unlock()
	if first {
		r.Log.Error("the archive fails", "site", domain, "error", err)
	}
}

// age is how long ago something was, in words for a log.
func age(now, then time.Time) string {
	if then.IsZero() {
		return "never"
	}
	return now.Sub(then).Round(time.Second).String()
}
