// Package monitor is one site's whole journey: what is known of it, the visit,
// the judgement, and the one commit that keeps both. It declares the small
// interfaces that it consumes and knows no concrete crawler, store or channel.
package monitor

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"policywatch/diff"
	"policywatch/diff/volatile"
	"policywatch/store/record"
	"policywatch/store/speech"
)

// Store keeps what visits add. Commit is atomic and durable when it returns,
// and a repeated commit of the same visit changes nothing.
type Store interface {
	Past(ctx context.Context, domain string) (record.Past, error)
	Version(ctx context.Context, domain string, n int) (*record.Version, error)
	Snapshot(ctx context.Context, digest string) (*record.Snapshot, error)
	Commit(ctx context.Context, v record.Visit) error
}

// Reader reads a kept snapshot anew, with the extractor of today.
type Reader interface {
	Document(ctx context.Context, snap *record.Snapshot, site record.Site) (*record.Document, error)
}

// Sections labels documents and checks them against a profile.
type Sections interface {
	Label(doc *record.Document)
	Check(doc *record.Document, p record.Profile) []record.Finding
}

// Comparer judges the difference between two documents.
type Comparer interface {
	Compare(old, new diff.Side) record.Change
}

// Router says which channels hear of an event.
type Router interface {
	Alerts(ev record.Event) []record.Alert
}

// Monitor checks sites. It is safe for concurrent use on different sites.
type Monitor struct {
	Store    Store
	Looker   Looker
	Read     Reader
	Sections Sections
	Diff     Comparer
	Volatile *volatile.Reader
	// English says the reasons that are kept; plain, since whoever shows them sets them.
	English speech.Voice
	Route   Router
	// Profile chooses the legal profile of a site.
	Profile func(record.Site) record.Profile
	// ConfirmAfter is the least time between a suspicious capture and the later
	// visit that confirms it; SecondLook the pause before looking again in the
	// same visit.
	ConfirmAfter time.Duration
	SecondLook   time.Duration
	// FailNoticeAfter is how many faults in a row are told.
	FailNoticeAfter int
	// RemindEvery is the least time between two notices of one failure; zero
	// reminds of none.
	RemindEvery time.Duration
	Clock       func() time.Time
	Log         *slog.Logger
}

// ErrInterrupted means that the visit was cancelled; nothing of it was kept.
var ErrInterrupted = errors.New("interrupted")

// Check makes one visit to a site and commits what it found. An error means
// that nothing was kept: the store failed, or the context was cancelled.
func (m *Monitor) Check(ctx context.Context, site record.Site) (Result, error) {
	return m.check(ctx, site, fair{})
}

func (m *Monitor) check(ctx context.Context, site record.Site, w weather) (Result, error) {
	past, err := m.Store.Past(ctx, site.Domain)
	if err != nil {
		return Result{}, err
	}
	past.Site = site.Domain
	look := m.Looker.Look(ctx, site, past)
	kept := false
	defer func() { look.End(kept) }()
	obs := look.Observation()
	if obs.Fault != nil && obs.Fault.Kind == record.FaultCancelled {
		return Result{}, ErrInterrupted
	}
	w.see(site.Domain, obs.Fault)
	j, err := m.judge(ctx, site, past, look, w)
	if err != nil {
		return Result{}, err
	}
	var r Result
	if f := guard(m.Log, site, func() { r, err = j.commit() }); f != nil {
		return Result{}, f
	}
	kept = err == nil
	return r, err
}

// judge turns an observation into the visit to commit. What panics in it leaves
// the version that stands, like any other fault.
func (m *Monitor) judge(ctx context.Context, site record.Site, past record.Past, look Look, w weather) (j *judgement, err error) {
	obs := look.Observation()
	f := guard(m.Log, site, func() {
		j = m.judgement(ctx, site, past, obs, w)
		j.look = look
		switch {
		case obs.Fault != nil:
			j.faulted()
		case obs.Unmodified:
			j.unmodified()
		default:
			err = j.read(obs.Document)
		}
	})
	if f != nil {
		f.URL = obs.URL
		j, err = m.judgement(ctx, site, past, record.Observation{Site: obs.Site, At: obs.At, URL: obs.URL, Snapshot: obs.Snapshot, Trail: obs.Trail, Fault: f}, w), nil
		j.faulted()
	}
	return j, err
}

func (m *Monitor) judgement(ctx context.Context, site record.Site, past record.Past, obs record.Observation, w weather) *judgement {
	return &judgement{m: m, ctx: ctx, site: site, before: past, obs: obs, weather: w,
		visit:  record.Visit{Site: site, At: obs.At, Past: past, Fault: obs.Fault, Trail: obs.Trail},
		result: Result{Event: "site", Site: site.Domain, Name: site.Name, URL: obs.URL, Version: past.Version, Lang: past.Prior.Lang, At: obs.At}}
}

// commit keeps the visit, unless its context ended meanwhile: cancelled work
// stores nothing.
func (j *judgement) commit() (Result, error) {
	if j.ctx.Err() != nil {
		return Result{}, ErrInterrupted
	}
	j.visit.State, j.visit.Reason = j.result.State, j.result.Reason
	if err := j.m.Store.Commit(j.ctx, j.visit); err != nil {
		return Result{}, err
	}
	j.result.Alerts = len(j.visit.Alerts)
	return j.result, nil
}
