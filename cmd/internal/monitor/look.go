package monitor

import (
	"context"
	"log/slog"
	"time"

	"policywatch/store/record"
)

// Looker makes the part of a visit that needs the network: it finds, fetches,
// renders, reads and gates. Everything else of a visit, judging and keeping it, is
// the Monitor's own. A Looker may do its part in another process, so all that it
// may know of the archive is the past that it is given.
type Looker interface {
	Look(ctx context.Context, site record.Site, past record.Past) Look
}

// Look is that part of one visit. It lasts until End, which is always called, and
// is used by one goroutine.
type Look interface {
	Observation() record.Observation
	// Again looks at one page once more, past every cache; the observation is
	// Unmodified when it shows the text of first again.
	Again(ctx context.Context, page string, first *record.Document) record.Observation
	// End says that the visit is over, and whether the archive has it.
	End(kept bool)
}

// Crawler makes visits in this process.
type Crawler interface {
	Observe(ctx context.Context, site record.Site, prior record.Prior) record.Observation
	Again(ctx context.Context, site record.Site, page string, first *record.Document) record.Observation
}

// Here looks from this process. A panic in a visit is the site's fault.
type Here struct {
	Crawl Crawler
	Clock func() time.Time
	Log   *slog.Logger
}

// Look makes the visit.
func (h Here) Look(ctx context.Context, site record.Site, past record.Past) Look {
	return &hereLook{h, site, h.Observe(ctx, site, PriorOf(past))}
}

// PriorOf is what of a site's past the visit itself needs.
func PriorOf(past record.Past) record.Prior {
	prior := past.Prior
	prior.Identity, prior.Exact = past.TextDigest, past.ExactDigest
	return prior
}

// Observe is the crawler's, a panic in it being the site's fault.
func (h Here) Observe(ctx context.Context, site record.Site, prior record.Prior) (obs record.Observation) {
	return h.guarded(site, func() record.Observation { return h.Crawl.Observe(ctx, site, prior) })
}

// Again is the crawler's, a panic in it being the site's fault.
func (h Here) Again(ctx context.Context, site record.Site, page string, first *record.Document) record.Observation {
	return h.guarded(site, func() record.Observation { return h.Crawl.Again(ctx, site, page, first) })
}

func (h Here) guarded(site record.Site, look func() record.Observation) (obs record.Observation) {
	if f := guard(h.Log, site, func() { obs = look() }); f != nil {
		return record.Observation{Site: site.Domain, At: h.Clock(), Fault: f}
	}
	return obs
}

type hereLook struct {
	Here
	site record.Site
	obs  record.Observation
}

func (l *hereLook) Observation() record.Observation { return l.obs }

func (l *hereLook) Again(ctx context.Context, page string, first *record.Document) record.Observation {
	return l.Here.Again(ctx, l.site, page, first)
}

func (l *hereLook) End(bool) {}
