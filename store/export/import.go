package export

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"policywatch/store/record"
)

// recentKept is how many earlier identities a site remembers (cmd/internal/monitor).
const recentKept = 12

// Imported counts what an import added; Sites are those that agree with the
// archive afterwards, and Alerts those that were read.
type Imported struct {
	Sites    int `json:"sites"`
	Versions int `json:"versions"`
	Answers  int `json:"answers"`
	Alerts   int `json:"alerts"`
	// Skipped lists sites that the archive holds with another history.
	Skipped []string `json:"skipped"`
}

// Import brings a data set into an archive: sites, versions with their texts,
// findings and changes, answers where the data set has them, and what was told.
// Nothing is told again: an alert that still waited comes in as given up. A site
// that the archive knows with other versions is skipped and named. An import that
// was cut short is finished by repeating it; conflict tells such a site's error.
//
// The chain of digests is made anew. With the answers it is the same chain, digest
// by digest; without them, or some of them, it is another, since a record also
// covers the bytes.
func (x *Exporter) Import(ctx context.Context, dir string, to Writer, conflict func(error) bool) (Imported, error) {
	in := &importer{Exporter: x, dir: dir, to: to, conflict: conflict, sites: map[string]*importSite{}}
	err := verifySums(ctx, dir)
	if err == nil {
		err = in.run(ctx)
	}
	if err != nil {
		return in.done, fmt.Errorf("import %s: %w", dir, err)
	}
	return in.done, nil
}

type importer struct {
	*Exporter
	dir      string
	to       Writer
	conflict func(error) bool
	sites    map[string]*importSite
	changes  map[versionID]*record.Change
	findings map[versionID][]record.Finding
	done     Imported
}

type versionID struct {
	site string
	n    int
}

// importSite is a site on its way in.
type importSite struct {
	line siteLine
	past record.Past
	// answers wait for their version or their time, the oldest first.
	answers []answerLine
	skip    bool
	// have is how many versions the archive had before; -1 until it is asked.
	have int
}

func (in *importer) run(ctx context.Context) error {
	var order []string
	if err := eachRow(in.dir, "sites.jsonl", func(l siteLine) error {
		if in.sites[l.Domain] != nil {
			return fmt.Errorf("%s stands twice", l.Domain)
		}
		in.sites[l.Domain] = &importSite{line: l, past: record.Past{Site: l.Domain, State: record.StateNew}, have: -1}
		order = append(order, l.Domain)
		return nil
	}); err != nil {
		return err
	}
	if err := in.prepare(); err != nil {
		return err
	}
	if err := eachRow(in.dir, "versions.jsonl", func(l versionLine) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return in.version(ctx, l)
	}); err != nil {
		return err
	}
	for _, domain := range order {
		if err := in.finish(ctx, in.sites[domain]); err != nil {
			return err
		}
	}
	return in.alerts(ctx)
}

// prepare reads what is joined to a version when that comes by.
func (in *importer) prepare() error {
	in.changes, in.findings = map[versionID]*record.Change{}, map[versionID][]record.Finding{}
	err := errors.Join(
		eachRow(in.dir, "changes.jsonl", func(l changeLine) error {
			if l.Change != nil {
				l.Change.Told = l.Told
			}
			in.changes[versionID{l.Site, l.Version}] = l.Change
			return nil
		}),
		eachRow(in.dir, "findings.jsonl", func(l findingLine) error {
			id := versionID{l.Site, l.Version}
			in.findings[id] = append(in.findings[id], record.Finding{ID: l.Element, Title: l.Title, Citation: l.Citation, Must: l.Must,
				Status: l.Status, Topics: l.Topics, Evidence: l.Evidence, Reason: l.Reason, Told: l.Told})
			return nil
		}),
		eachRow(in.dir, "answers.jsonl", func(l answerLine) error {
			s := in.sites[l.Site]
			if s == nil {
				return fmt.Errorf("%s is not among the sites", l.Site)
			}
			if !l.Dropped.IsZero() {
				return nil // its bytes are nowhere
			}
			s.answers = append(s.answers, l)
			return nil
		}))
	for _, s := range in.sites {
		slices.SortStableFunc(s.answers, func(a, b answerLine) int { return a.At.Compare(b.At) })
	}
	return err
}

func (in *importer) version(ctx context.Context, l versionLine) error {
	s := in.sites[l.Site]
	if s == nil {
		return fmt.Errorf("%s is not among the sites", l.Site)
	}
	if s.skip {
		return nil
	}
	if err := sane(l.Document); err != nil {
		return fmt.Errorf("version %d of %s: %w", l.Version, l.Site, err)
	}
	if l.Version != s.past.Version+1 {
		return fmt.Errorf("version %d of %s comes after version %d", l.Version, l.Site, s.past.Version)
	}
	if s.have < 0 {
		past, err := in.to.Past(ctx, l.Site)
		if err != nil {
			return err
		}
		s.have = past.Version
	}
	id := versionID{l.Site, l.Version}
	v := &record.Version{Site: l.Site, Number: l.Version, At: l.At, URL: l.URL, Identity: l.Identity, Exact: l.Exact,
		Document: l.Document, Findings: in.findings[id], Change: in.changes[id]}
	delete(in.changes, id)
	delete(in.findings, id)
	snap, err := in.answerOf(s, l)
	if err == nil && snap != nil {
		v.Snapshot = l.Snapshot
	}
	if err == nil {
		err = in.before(ctx, s, l)
	}
	if err != nil {
		return err
	}
	s.follow(v)
	if l.Version == s.line.Version {
		s.settle()
	}
	visit := record.Visit{Site: s.line.site(), At: l.At, Past: s.past, Snapshot: snap, Version: v, Reason: "imported from a data set"}
	if err := in.commit(ctx, s, visit); err != nil || s.skip {
		return err
	}
	if l.Version > s.have {
		in.done.Versions++
		if snap != nil {
			in.done.Answers++
		}
	}
	in.step(fmt.Sprintf("%s@%d", l.Site, l.Version))
	return nil
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
	i := slices.IndexFunc(s.answers, func(a answerLine) bool { return a.Digest == l.Snapshot })
	if l.Snapshot == "" || i < 0 {
		return nil, nil
	}
	a := s.answers[i]
	s.answers = slices.Delete(s.answers, i, i+1)
	return a.snapshot(in.dir)
}

// before brings in the answers that came before the version and made none.
func (in *importer) before(ctx context.Context, s *importSite, l versionLine) error {
	for len(s.answers) > 0 && s.answers[0].At.Before(l.At) && s.past.Version > 0 && !s.skip {
		if err := in.answer(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// answer brings in the oldest of the answers that wait, unless it is there.
func (in *importer) answer(ctx context.Context, s *importSite) error {
	a := s.answers[0]
	s.answers = s.answers[1:]
	if _, err := in.to.SnapshotAt(ctx, record.Kept{Digest: a.Digest, Site: a.Site, At: a.At}); err == nil {
		return nil
	}
	snap, err := a.snapshot(in.dir)
	if err != nil {
		return err
	}
	in.done.Answers++
	return in.commit(ctx, s, record.Visit{Site: s.line.site(), At: a.At, Past: s.past, Snapshot: snap, State: record.VisitUnchanged,
		Reason: "an answer that made no version, imported from a data set"})
}

// finish brings in what is left of a site: answers after its last version, or
// the site itself where it has none.
func (in *importer) finish(ctx context.Context, s *importSite) error {
	if s.skip {
		return nil
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

func (in *importer) commit(ctx context.Context, s *importSite, v record.Visit) error {
	err := in.to.Commit(ctx, v)
	if err != nil && in.conflict(err) {
		s.skip = true
		in.done.Skipped = append(in.done.Skipped, s.line.Domain)
		return nil
	}
	return err
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

// alerts brings in what was told, a batch at a time. Nothing waits afterwards.
func (in *importer) alerts(ctx context.Context) error {
	var batch []record.Alert
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := in.to.Enqueue(ctx, batch)
		in.done.Alerts += len(batch)
		batch = nil
		return err
	}
	err := eachRow(in.dir, "alerts.jsonl", func(l alertLine) error {
		*told(&l.Event) = l.Told
		a := record.Alert{ID: l.ID, Channel: l.Channel, Event: l.Event, State: l.State, Tries: l.Tries, Settled: l.Settled, Reason: l.Outcome, Told: l.OutcomeTold, Why: l.Why}
		if s := in.sites[l.Event.Site]; s != nil && s.skip {
			return nil
		}
		if a.State != record.AlertSent && a.State != record.AlertGivenUp {
			a.State, a.Settled, a.Reason = record.AlertGivenUp, in.Now, "still waited when the data set was written; an import tells nothing"
			a.Told = []record.Sentence{record.Say("told.alert.imported")}
		}
		if batch = append(batch, a); len(batch) < 500 {
			return nil
		}
		return flush()
	})
	return errors.Join(err, flush())
}
