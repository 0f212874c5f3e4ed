// Package reprocess reads the bytes that the archive keeps again, with today's
// extractor, lexicons and legal profile, and keeps what it reads beside what was
// read at the time. It tells nobody: what a better reader sees is our change and
// not the site's.
//
// It knows no network, and nothing of how the archive keeps things.
package reprocess

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"policywatch/store/record"
)

// Archive is the archive as far as reading again goes.
type Archive interface {
	EachVersion(ctx context.Context, fn func(domain string, n int) error) error
	Version(ctx context.Context, domain string, n int) (*record.Version, error)
	SnapshotOf(ctx context.Context, domain, digest string) (*record.Snapshot, error)
	ReadBy(ctx context.Context, domain string, n int) (by string, at time.Time, err error)
	AddReading(ctx context.Context, r record.Reading) error
}

// Reader reads, labels and judges a page, whatever the verdict.
type Reader interface {
	Document(ctx context.Context, snap *record.Snapshot, site record.Site) (*record.Document, error)
}

// Checker holds a document against a legal profile.
type Checker interface {
	Check(doc *record.Document, p record.Profile) []record.Finding
}

// Runner reads versions again. By names what reads a site's pages today; versions
// that were read by the same are passed over, so a run that was cut short goes on
// where it ended.
type Runner struct {
	Archive  Archive
	Read     Reader
	Sections Checker
	Site     func(domain string) record.Site
	Profile  func(record.Site) record.Profile
	By       func(record.Site, record.Profile) string
	Clock    func() time.Time
	// Workers is how many versions are read at a time.
	Workers int
	// Again reads also what the same reader has read.
	Again bool
}

// The states of a version after a run.
const (
	Same    = "same"    // read again, and as it was
	Differs = "differs" // read again, and something is seen differently
	Passed  = "passed"  // read by the same before
	Unread  = "unread"  // its bytes are not there, or cannot be read
)

// Result is what became of one version.
type Result struct {
	Site    string `json:"site"`
	Version int    `json:"version"`
	State   string `json:"state"`
	// Extractor and Verdict are those of the new reading, Was the old extractor.
	Extractor string         `json:"extractor,omitempty"`
	Was       string         `json:"was,omitempty"`
	Verdict   record.Verdict `json:"verdict,omitempty"`
	// Text says whether the canonical text differs.
	Text     bool           `json:"text"`
	Gained   []record.Topic `json:"gained"`
	Lost     []record.Topic `json:"lost"`
	Elements []Element      `json:"elements"`
	Reason   string         `json:"reason,omitempty"`
}

// Element is a profile's element whose verdict differs; an empty side means that
// the profile did not have it.
type Element struct {
	ID     string        `json:"id"`
	Before record.Status `json:"before"`
	After  record.Status `json:"after"`
}

// Tally counts results.
type Tally struct {
	Same    int `json:"same"`
	Differs int `json:"differs"`
	Passed  int `json:"passed"`
	Unread  int `json:"unread"`
}

// Run reads every version that wanted accepts, in order of time. each hears of
// every result, one at a time. What was read before an error is kept.
func (r *Runner) Run(ctx context.Context, wanted func(domain string) bool, each func(Result)) (Tally, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type job struct {
		domain string
		n      int
	}
	jobs := make(chan job)
	var tally Tally
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range max(1, r.Workers) {
		wg.Go(func() {
			for j := range jobs {
				res, err := r.one(ctx, j.domain, j.n)
				if err != nil {
					cancel(fmt.Errorf("read version %d of %s again: %w", j.n, j.domain, err))
					continue // the others end by the context
				}
				mu.Lock()
				tally.add(res)
				each(res)
				mu.Unlock()
			}
		})
	}
	err := r.Archive.EachVersion(ctx, func(domain string, n int) error {
		if !wanted(domain) {
			return nil
		}
		select {
		case jobs <- job{domain, n}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	close(jobs)
	wg.Wait()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return tally, err
}

func (t *Tally) add(r Result) {
	switch r.State {
	case Same:
		t.Same++
	case Differs:
		t.Differs++
	case Passed:
		t.Passed++
	case Unread:
		t.Unread++
	}
}

func (r *Runner) one(ctx context.Context, domain string, n int) (Result, error) {
	res := Result{Site: domain, Version: n, State: Passed, Gained: []record.Topic{}, Lost: []record.Topic{}, Elements: []Element{}}
	site := r.Site(domain)
	profile := r.Profile(site)
	by := r.By(site, profile)
	if last, _, err := r.Archive.ReadBy(ctx, domain, n); err != nil || last == by && !r.Again {
		return res, err
	}
	old, err := r.Archive.Version(ctx, domain, n)
	if err != nil {
		return res, err
	}
	if old.Document == nil {
		old.Document = &record.Document{}
	}
	res.Was = old.Document.Extractor
	if old.Snapshot == "" {
		res.State, res.Reason = Unread, "its bytes were not kept"
		return res, nil
	}
	snap, err := r.Archive.SnapshotOf(ctx, domain, old.Snapshot)
	var gone *record.DroppedBody
	if errors.As(err, &gone) {
		res.State, res.Reason = Unread, gone.Error()
		return res, nil
	}
	if err != nil {
		return res, err
	}
	doc, err := r.Read.Document(ctx, snap, site)
	if ctx.Err() != nil {
		return res, ctx.Err()
	}
	var fault *record.Fault
	switch {
	case errors.As(err, &fault):
		res.State, res.Reason = Unread, fmt.Sprintf("%s: %s", fault.Kind, fault.Detail)
		return res, nil
	case err != nil:
		return res, err
	}
	findings := r.Sections.Check(doc, profile)
	if err := r.Archive.AddReading(ctx, record.Reading{Site: domain, Version: n, At: r.Clock(), By: by, Profile: profile.ID,
		Identity: doc.Identity, Exact: doc.Exact, Document: doc, Findings: findings}); err != nil {
		return res, err
	}
	res.compare(old, doc, findings)
	return res, nil
}

// compare says what is seen differently from when the version was made.
func (r *Result) compare(old *record.Version, doc *record.Document, findings []record.Finding) {
	r.Extractor, r.Verdict = doc.Extractor, doc.Quality.Verdict
	r.Text = doc.Identity != old.Identity
	was, is := old.Document.Covers(), doc.Covers()
	for _, t := range record.Topics() {
		switch {
		case is[t] && !was[t]:
			r.Gained = append(r.Gained, t)
		case was[t] && !is[t]:
			r.Lost = append(r.Lost, t)
		}
	}
	status := map[string]record.Status{}
	for _, f := range old.Findings {
		status[f.ID] = f.Status
	}
	for _, f := range findings {
		if status[f.ID] != f.Status {
			r.Elements = append(r.Elements, Element{f.ID, status[f.ID], f.Status})
		}
		delete(status, f.ID)
	}
	for _, f := range old.Findings { // in its own order, for those that are left
		if s, left := status[f.ID]; left {
			r.Elements = append(r.Elements, Element{f.ID, s, ""})
		}
	}
	r.State = Same
	if r.Text || len(r.Gained)+len(r.Lost)+len(r.Elements) > 0 || r.Verdict != record.VerdictStatement {
		r.State = Differs
	}
}
