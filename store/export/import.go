package export

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"policywatch/store/record"
)

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
	in := &importer{Exporter: x, to: to, conflict: conflict, sites: map[string]*importSite{}}
	from, err := openSource(ctx, dir)
	if err == nil {
		defer from.close()
		in.from = from
		err = in.run(ctx)
	}
	if err != nil {
		return in.done, fmt.Errorf("import %s: %w", dir, err)
	}
	return in.done, nil
}

type importer struct {
	*Exporter
	from     *source
	to       Writer
	conflict func(error) bool
	sites    map[string]*importSite
	answers  io.ReaderAt // their table, nil where there is none
	// What is joined to a version when that comes by.
	changes  *beside[changeLine]
	findings *beside[findingLine]
	done     Imported
}

type versionID struct {
	site string
	n    int
}

func (in *importer) run(ctx context.Context) error {
	var order []string
	if err := eachRow(in.from, siteTable.name, func(l siteLine) error {
		if in.sites[l.Domain] != nil {
			return fmt.Errorf("%s stands twice", l.Domain)
		}
		if l.Every < 0 || l.Every > longestEvery {
			return fmt.Errorf("%s is to be visited every %d seconds; 0 to %d are allowed", l.Domain, l.Every, longestEvery)
		}
		in.sites[l.Domain] = &importSite{line: l, past: record.Past{Site: l.Domain, State: record.StateNew}, have: -1}
		order = append(order, l.Domain)
		return nil
	}); err != nil {
		return err
	}
	if err := eachRowAt(in.from, answerTable.name, in.await); err != nil {
		return err
	}
	for _, s := range in.sites {
		s.answers = slices.Clip(s.answers)
		slices.SortStableFunc(s.answers, func(a, b waiting) int { return a.at.Compare(b.at) })
	}
	if in.from.sums[answerTable.name+".jsonl"] != "" {
		f, err := in.from.open(answerTable.name + ".jsonl")
		if err != nil {
			return err
		}
		defer f.Close()
		in.answers = f
	}
	in.changes = openBeside[changeLine](in.from, changeTable.name)
	defer in.changes.stop()
	in.findings = openBeside[findingLine](in.from, findingTable.name)
	defer in.findings.stop()
	if err := eachRow(in.from, versionTable.name, func(l versionLine) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return in.version(ctx, l)
	}); err != nil {
		return err
	}
	if err := errors.Join(in.changes.end(), in.findings.end()); err != nil {
		return err
	}
	for _, domain := range order {
		if err := in.finish(ctx, in.sites[domain]); err != nil {
			return in.from.bad(siteTable.name+".jsonl", 0, "%s: %w", domain, err)
		}
	}
	return in.alerts(ctx)
}

// await puts an answer to those that wait for their version.
func (in *importer) await(l answerLine, at int64, size int) error {
	s := in.sites[l.Site]
	if s == nil {
		return fmt.Errorf("%s is not among the sites", l.Site)
	}
	if l.Dropped.IsZero() { // else its bytes are nowhere
		sum, err := hex.DecodeString(l.Digest)
		if err != nil || len(sum) != len(waiting{}.digest) {
			return fmt.Errorf("%q is no digest", l.Digest)
		}
		s.answers = append(s.answers, waiting{l.At, [32]byte(sum), at, int32(size)})
	}
	return nil
}

// joined takes what the other tables say of a version.
func (in *importer) joined(v *record.Version) error {
	id := versionID{v.Site, v.Number}
	changes, err := in.changes.take(id)
	if err != nil {
		return err
	}
	if len(changes) > 1 {
		return fmt.Errorf("%s.jsonl has %d rows of version %d of %s", changeTable.name, len(changes), v.Number, v.Site)
	}
	for _, l := range changes {
		if v.Change = l.Change; v.Change != nil {
			v.Change.Told = l.Told
		}
	}
	findings, err := in.findings.take(id)
	for _, l := range findings {
		v.Findings = append(v.Findings, record.Finding{ID: l.Element, Title: l.Title, Citation: l.Citation, Must: l.Must,
			Status: l.Status, Topics: l.Topics, Evidence: l.Evidence, Reason: l.Reason, Told: l.Told})
	}
	return err
}

func (in *importer) version(ctx context.Context, l versionLine) error {
	v := &record.Version{Site: l.Site, Number: l.Version, At: l.At, URL: l.URL, Identity: l.Identity, Exact: l.Exact, Document: l.Document}
	if err := in.joined(v); err != nil {
		return err
	}
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

func (in *importer) commit(ctx context.Context, s *importSite, v record.Visit) error {
	err := in.to.Commit(ctx, v)
	if err != nil && in.conflict(err) {
		s.skip = true
		in.done.Skipped = append(in.done.Skipped, s.line.Domain)
		return nil
	}
	return err
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
	err := eachRow(in.from, alertTable.name, func(l alertLine) error {
		if l.ID == "" {
			return errors.New("the alert has no id")
		}
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
	if err != nil {
		return err
	}
	return flush()
}
