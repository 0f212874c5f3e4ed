package export

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"policywatch/store/record"
)

const (
	// recentKept is how many earlier identities a site remembers (cmd/internal/monitor).
	recentKept = 12
	// longestEvery is ten years in seconds.
	longestEvery = 10 * 366 * 24 * 3600
)

// importSite is a site on its way in.
type importSite struct {
	line siteLine
	past record.Past
	// answers wait for their version or their time, the oldest first.
	answers []waiting
	skip    bool
	// have is how many versions the archive had before; -1 until it is asked.
	have int
}

// waiting is an answer by its place in the table: there may be millions of them, and
// each has its headers.
type waiting struct {
	at     time.Time
	digest [32]byte
	begin  int64
	size   int32
}

// row reads an answer that waited.
func (in *importer) row(w waiting) (l answerLine, err error) {
	b := make([]byte, w.size)
	if _, err = in.answers.ReadAt(b, w.begin); err == nil {
		err = json.Unmarshal(b, &l)
	}
	if err != nil {
		return l, in.from.bad(answerTable.name+".jsonl", 0, "cannot be read again: %w", err)
	}
	return l, nil
}

// sane refuses a document that no reader of pages makes: a data set comes from
// outside, and the rest of the program trusts what the archive holds.
func sane(d *record.Document) error {
	const deepest = 64
	if d == nil {
		return errors.New("it has no document")
	}
	for i, b := range d.Blocks {
		if b.Level < 0 || b.Level > deepest {
			return fmt.Errorf("block %d is of level %d", i, b.Level)
		}
	}
	for i, s := range d.Sections {
		if s.From < 0 || s.To < s.From || s.To > len(d.Blocks) {
			return fmt.Errorf("section %d is made of the blocks %d to %d, and there are %d", i, s.From, s.To, len(d.Blocks))
		}
	}
	for i, f := range d.Facts {
		if f.Block < 0 || f.Block >= len(d.Blocks) {
			return fmt.Errorf("fact %d stands in block %d, and there are %d", i, f.Block, len(d.Blocks))
		}
	}
	return nil
}

// answerOf takes the answer that a version was read from out of those that wait.
func (in *importer) answerOf(s *importSite, l versionLine) (*record.Snapshot, error) {
	i := slices.IndexFunc(s.answers, func(a waiting) bool { return hex.EncodeToString(a.digest[:]) == l.Snapshot })
	if l.Snapshot == "" || i < 0 {
		return nil, nil
	}
	a, err := in.row(s.answers[i])
	if err != nil {
		return nil, err
	}
	s.answers = slices.Delete(s.answers, i, i+1)
	return a.snapshot(in.from)
}

// before brings in the answers that came before the version and made none.
func (in *importer) before(ctx context.Context, s *importSite, l versionLine) error {
	for len(s.answers) > 0 && s.answers[0].at.Before(l.At) && s.past.Version > 0 && !s.skip {
		if err := in.answer(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// answer brings in the oldest of the answers that wait, unless it is there.
func (in *importer) answer(ctx context.Context, s *importSite) error {
	a, err := in.row(s.answers[0])
	if err != nil {
		return err
	}
	s.answers = s.answers[1:]
	if _, _, err := left(in.to.SnapshotAt(ctx, record.Kept{Digest: a.Digest, Site: a.Site, At: a.At})); err == nil {
		return nil // also where its bytes were dropped since
	}
	snap, err := a.snapshot(in.from)
	if err != nil {
		return err
	}
	err = in.commit(ctx, s, record.Visit{Site: s.line.site(), At: a.At, Past: s.past, Snapshot: snap, State: record.VisitUnchanged,
		Reason: "an answer that made no version, imported from a data set"})
	if err == nil && !s.skip {
		in.done.Answers++
	}
	return err
}

// finish brings in what is left of a site: answers after its last version, or
// the site itself where it has none.
func (in *importer) finish(ctx context.Context, s *importSite) error {
	if s.skip {
		return nil
	}
	if s.line.Version != s.past.Version {
		return fmt.Errorf("it has %d versions here, and %d in %s.jsonl; export the data set again", s.line.Version, s.past.Version, versionTable.name)
	}
	have, err := in.to.Past(ctx, s.line.Domain)
	if err != nil {
		return err
	}
	if s.past.Version == 0 {
		if have.State != record.StateNew {
			return nil // visited here as well: what this archive knows is newer or the same
		}
		s.settle()
		at := s.line.LastVisit
		if err := in.commit(ctx, s, record.Visit{Site: s.line.site(), At: at, Past: s.past, Fault: s.line.Fault,
			Reason: "imported from a data set"}); err != nil || s.skip {
			return err
		}
	} else if !have.LastVisit.Equal(s.past.LastVisit) || have.Version != s.past.Version {
		s.answers = nil // it was visited here since: nothing may set it back
	}
	in.done.Sites++
	for len(s.answers) > 0 && !s.skip {
		if err := in.answer(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// follow moves the site's past on to the version.
func (s *importSite) follow(v *record.Version) {
	p := &s.past
	if p.TextDigest != "" {
		p.Recent = append([]string{p.TextDigest}, p.Recent...)
		p.Recent = p.Recent[:min(len(p.Recent), recentKept)]
	}
	p.State, p.Version, p.TextDigest, p.ExactDigest = record.StateOK, v.Number, v.Identity, v.Exact
	p.LastVisit, p.LastSuccess = v.At, v.At
	p.Prior = record.Prior{URL: v.URL, Hint: s.line.URL, BodyDigest: v.Snapshot, Selectors: s.line.site().Selectors()}
	p.Topics, p.Absent = nil, nil
	if d := v.Document; d != nil {
		p.Prior.Extractor, p.Prior.Lang = d.Extractor, d.Lang
		d.Identity, d.Exact = v.Identity, v.Exact
		for _, t := range covered(v) {
			p.Topics = append(p.Topics, record.Topic(t))
		}
	}
	for _, f := range v.Findings {
		if f.Status == record.StatusAbsent {
			p.Absent = append(p.Absent, f.ID)
		}
	}
}

// settle gives the past what the data set says of the site as it stands.
func (s *importSite) settle() {
	p := &s.past
	p.State = cmp.Or(record.SiteState(s.line.State), p.State)
	p.Failures, p.LastFault = s.line.Failures, s.line.Fault
	p.LastVisit, p.LastSuccess = s.line.LastVisit, s.line.LastSuccess
	p.Prior.URL = cmp.Or(s.line.Statement, p.Prior.URL)
}
