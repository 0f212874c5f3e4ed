package monitor

import (
	"context"
	"errors"
	"fmt"

	"policywatch/store/record"
)

// ErrNotPending means that no capture of the site waits for confirmation.
var ErrNotPending = errors.New("no capture of this site waits for confirmation")

// Release takes the capture that waits as the new version, on a person's word:
// it is compared, kept and told as if a later visit had confirmed it.
func (m *Monitor) Release(ctx context.Context, site record.Site) (Result, error) {
	past, snap, err := m.waiting(ctx, site)
	if err != nil {
		return Result{}, err
	}
	doc, err := m.Read.Document(ctx, snap, site)
	if err != nil {
		return Result{}, fmt.Errorf("read the capture of %s again: %w", site.Domain, err)
	}
	j := m.judgement(ctx, site, past, record.Observation{Site: site.Domain, At: m.Clock(), Snapshot: snap, BodyDigest: past.Pending.Snapshot, Document: doc, URL: past.Prior.URL}, fair{})
	j.released = true
	if err := j.read(doc); err != nil {
		return Result{}, err
	}
	return j.commit()
}

// Reject drops the capture that waits and remembers it: the same text is not
// taken for a version by any later visit.
func (m *Monitor) Reject(ctx context.Context, site record.Site) error {
	past, _, err := m.waiting(ctx, site)
	if err != nil {
		return err
	}
	now := m.Clock()
	rejected := past.Pending.TextDigest
	past.Pending = nil
	past.LastVisit = now
	past.Rejected = remember(past.Rejected, rejected)
	told := []record.Sentence{record.Say("told.rejected")}
	return m.Store.Commit(ctx, record.Visit{Site: site, At: now, Past: past, State: record.VisitUnchanged, Reason: m.English.Tell(told), Told: told})
}

func (m *Monitor) waiting(ctx context.Context, site record.Site) (record.Past, *record.Snapshot, error) {
	past, err := m.Store.Past(ctx, site.Domain)
	if err != nil {
		return record.Past{}, nil, err
	}
	if past.Pending == nil || past.Pending.Snapshot == "" {
		return record.Past{}, nil, ErrNotPending
	}
	past.Site = site.Domain
	snap, err := m.Store.Snapshot(ctx, past.Pending.Snapshot)
	if err != nil {
		return record.Past{}, nil, fmt.Errorf("fetch the capture of %s from the archive: %w", site.Domain, err)
	}
	return past, snap, nil
}
