package monitor

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"policywatch/crawler"
	"policywatch/diff"
	"policywatch/store/record"
)

// recentKept is how many earlier identities a site remembers, to know a return
// when it sees one.
const recentKept = 12

// judgement turns one observation into the visit to commit.
type judgement struct {
	m       *Monitor
	ctx     context.Context
	site    record.Site
	before  record.Past
	obs     record.Observation
	visit   record.Visit
	result  Result
	weather weather
	// look is the visit's own; nil for a capture that was kept.
	look Look
	// released means that a person vouches for the capture.
	released bool
	shifting
}

// succeeded records that a statement was read.
func (j *judgement) succeeded() {
	p := &j.visit.Past
	p.State, p.Failures, p.LastFault, p.FaultTold = record.StateOK, 0, nil, false
	p.LastVisit, p.LastSuccess = j.visit.At, j.visit.At
	p.Prior.URL, p.Prior.Hint = j.obs.URL, j.site.URL
	p.Prior.Selectors = j.site.Selectors()
	if s := j.obs.Snapshot; s != nil && s.Status != http.StatusNotModified {
		p.Prior.ETag, p.Prior.LastModified = s.ETag(), s.LastModified()
		if j.obs.BodyDigest != "" { // else the statement was known without the page's
			p.Prior.BodyDigest = j.obs.BodyDigest
		}
	}
}

// settled tells what a visit that stands implies besides the text: a recovery
// that is owed, and a move. A suspicious capture proves neither.
func (j *judgement) settled() {
	if j.before.FaultTold {
		j.tell(record.Event{Type: record.EventRecovered, Severity: record.SeverityInfo}, record.Say("told.recovered"))
	}
	if old := j.before.Prior.URL; j.before.Version > 0 && old != "" && !crawler.SamePage(old, j.obs.URL) {
		j.tell(record.Event{Type: record.EventMoved, Severity: record.SeverityMinor, OldURL: old},
			record.Say("told.moved", record.Text(old), record.Text(j.obs.URL)))
	}
}

// unchanged keeps the version that stands. A suspicion that waited is over.
func (j *judgement) unchanged(told record.Sentence) {
	j.settled()
	j.visit.Past.Pending = nil
	j.ended(record.VisitUnchanged, told)
	j.result.Topics, j.result.Absent = j.before.Topics, j.before.Absent
}

// ended says how the visit ends and why, as data and in English.
func (j *judgement) ended(state record.VisitState, told ...record.Sentence) {
	j.visit.Told = told
	j.result.State, j.result.Reason = state, j.m.English.Tell(told)
}

// read judges the document against the version that stands.
func (j *judgement) read(doc *record.Document) error {
	j.succeeded()
	j.result.URL, j.result.Lang = j.obs.URL, doc.Lang
	p := &j.visit.Past
	p.Prior.Lang, p.Prior.Extractor = doc.Lang, doc.Extractor
	j.imprint(doc)
	switch {
	case doc.Identity == j.before.TextDigest && doc.Exact == j.before.ExactDigest:
		j.unchanged(record.Say("told.same"))
		return nil
	case doc.Identity == j.before.TextDigest:
		j.cosmetic(doc.Exact)
		return nil
	}
	j.known(doc)
	switch {
	case slices.Contains(j.before.Rejected, j.steady):
		j.unchanged(record.Say("told.refused"))
		p.Prior = j.before.Prior
		return nil
	}
	findings := j.m.Sections.Check(doc, j.m.Profile(j.site))
	j.result.describe(doc, findings)
	v := &record.Version{Site: j.site.Domain, Number: j.before.Version + 1, At: j.visit.At, URL: j.obs.URL, Identity: doc.Identity, Exact: doc.Exact,
		Snapshot: p.Prior.BodyDigest, Document: doc, Findings: findings}
	if j.before.Version == 0 {
		j.accept(v, nil, record.VisitNew)
		return nil
	}
	old, err := j.standing(doc.Extractor)
	switch {
	case err != nil:
		return err
	case old == nil:
		j.accept(v, j.because(&record.Change{Class: record.ClassNone, Severity: record.SeverityNone}, record.Say("told.newer_extractor")), record.VisitUnchanged)
		return nil
	}
	j.hold(old, doc)
	j.observe(v)
	switch {
	case j.only():
		j.same()
	case slices.Contains(j.before.Recent, j.steady):
		j.accept(v, j.because(&record.Change{Class: record.ClassReturned, Severity: record.SeverityInfo}, record.Say("told.returned")), record.VisitReturned)
	default:
		j.compare(v)
	}
	return nil
}

// standing is the newest version, its document as today's extractor reads it. It
// is nil when that version was read by another extractor and its bytes are gone.
func (j *judgement) standing(extractor string) (*record.Version, error) {
	v, err := j.m.Store.Version(j.ctx, j.site.Domain, 0)
	if err != nil {
		return nil, err
	}
	if v.Document.Extractor == extractor {
		// Labels are cheap and their lexicons grow: both sides get today's.
		j.m.Sections.Label(v.Document)
		return v, nil
	}
	snap, err := j.m.Store.Snapshot(j.ctx, v.Snapshot)
	if err != nil {
		j.m.Log.Warn("the bytes of the version before cannot be read again", "site", j.site.Domain, "version", v.Number, "error", err)
		return nil, nil
	}
	doc, err := j.m.Read.Document(j.ctx, snap, j.site)
	if err != nil {
		return nil, nil
	}
	v.Document = doc
	return v, nil
}

// compare judges a text that no version had before.
func (j *judgement) compare(v *record.Version) {
	old, profile := j.counterpart(), j.m.Profile(j.site)
	change := j.m.Diff.Compare(diff.Side{Document: old, Findings: j.m.Sections.Check(old, profile)},
		diff.Side{Document: v.Document, Findings: v.Findings, Profile: profile})
	places := j.suspected()
	switch {
	case j.released:
		j.confirm(&change, record.Say("told.released"))
		j.accept(v, &change, record.VisitChanged)
	case change.Class == record.ClassNone || change.Class == record.ClassCosmetic || change.Class == record.ClassLinks:
		j.cosmetic(v.Exact)
		j.visit.Past.TextDigest = v.Identity
	case change.Class == record.ClassUnusable:
		j.suspect("wrong_page", v, &change)
	case change.Suspect != "":
		j.suspect(change.Suspect, v, &change)
	case change.Class == record.ClassSectionDropped && !j.seenTwice(old, v, change.Dropped):
		j.suspect(fmt.Sprint("dropped ", change.Dropped), v, &change)
	case len(places) > 0 && change.Class != record.ClassSectionDropped:
		j.lookCloser(places, v, &change)
	default:
		j.accept(v, &change, record.VisitChanged)
	}
}

// patience is how many visits must see a suspicious capture of one kind when its
// text is a little different every time.
const patience = 3

// suspect keeps a capture that looks like a loss waiting until a later visit
// sees the same; until then the version before stands.
func (j *judgement) suspect(kind string, v *record.Version, change *record.Change) {
	pending := &record.Pending{Kind: kind, TextDigest: j.steady, Snapshot: v.Snapshot, First: j.visit.At, Seen: 1, Reason: change.Reason, Told: change.Told}
	if w := j.before.Pending; w != nil && w.Kind == kind {
		pending.First, pending.Seen = w.First, w.Seen+1
		same := w.TextDigest == j.steady || strings.HasPrefix(kind, "dropped ") || pending.Seen > patience
		if waited := j.visit.At.Sub(w.First); same && waited >= j.m.ConfirmAfter {
			j.confirm(change, record.Say("told.seen_again", record.Duration(waited)))
			j.accept(v, change, record.VisitChanged)
			return
		}
	}
	j.visit.Past.Pending = pending
	// The validators and digest must not let the next visit end at "unmodified"
	// before it has judged the capture again; a recovery is still owed.
	j.visit.Past.FaultTold = j.before.FaultTold
	j.visit.Past.Prior = j.before.Prior
	j.visit.Past.Prior.ETag, j.visit.Past.Prior.LastModified = "", ""
	j.visit.Snapshot = j.obs.Snapshot
	j.ended(record.VisitPending, append([]record.Sentence{record.Say("told.waits")}, change.Told...)...)
}

// confirm turns a suspicion into a change: what seemed a bad capture is what the
// site now says, and a statement that was replaced or cut down is critical.
func (j *judgement) confirm(change *record.Change, how record.Sentence) {
	if change.Class == record.ClassUnusable {
		change.Class, change.Severity = record.ClassSubstantive, record.SeverityCritical
		change.Told = []record.Sentence{record.Say("told.mostly_gone")}
	}
	change.Suspect = ""
	j.because(change, append(change.Told, how)...)
}

// because gives a change its reason, as data and in English.
func (j *judgement) because(change *record.Change, told ...record.Sentence) *record.Change {
	change.Told, change.Reason = told, j.m.English.Tell(told)
	return change
}

// seenTwice takes the second look that a dropped section gets at once: the same
// topics must be gone from what the server sends now.
func (j *judgement) seenTwice(old *record.Document, v *record.Version, dropped []record.Topic) bool {
	again := j.again(v.Document)
	if again == nil || again.Identity == v.Identity {
		return again != nil
	}
	second := j.m.Diff.Compare(diff.Side{Document: old}, diff.Side{Document: again})
	return second.Suspect == "" && slices.Equal(second.Dropped, dropped)
}

// again is what the server sends when it is asked once more after a pause, first
// itself where it is the same, nil when no statement came.
func (j *judgement) again(first *record.Document) *record.Document {
	if j.look == nil || !pause(j.ctx, j.m.SecondLook) {
		return nil
	}
	obs := j.look.Again(j.ctx, j.obs.URL, first)
	j.visit.Trail = append(j.visit.Trail, obs.Trail...)
	switch {
	case obs.Fault != nil:
		return nil
	case obs.Unmodified:
		return first
	}
	return obs.Document
}

// accept makes the version, and tells the change when there is one to tell. The
// visit's reason is the change's, which the version keeps.
func (j *judgement) accept(v *record.Version, change *record.Change, state record.VisitState) {
	j.settled()
	v.Change = change
	j.visit.Version, j.visit.Snapshot = v, j.obs.Snapshot
	p := &j.visit.Past
	p.Version, p.TextDigest, p.ExactDigest, p.Pending = v.Number, v.Identity, v.Exact, nil
	p.Topics, p.Absent = j.result.Topics, j.result.Absent
	if j.before.TextDigest != "" {
		p.Recent = remember(j.before.Recent, j.left())
	}
	j.result.Version = v.Number
	if change == nil {
		j.ended(state, record.Say("told.first"))
		return
	}
	j.result.State, j.result.Reason = state, change.Reason
	told := *change
	told.Edits = nil
	j.result.Change = &told
	// Of a page that blinks between two texts the first return is told and no other:
	// then only the text that it leaves was not there before.
	if state == record.VisitReturned && !slices.Contains(j.before.Recent, j.left()) {
		j.tell(record.Event{Type: record.EventReturned, Severity: change.Severity, Change: change, Findings: v.Findings, Reason: change.Reason,
			From: j.before.Version, To: v.Number, Lang: v.Document.Lang, Dir: v.Document.Dir})
	}
	if change.Severity.AtLeast(record.SeverityInfo) && state == record.VisitChanged {
		kind := record.EventChanged
		if len(change.Dropped) > 0 {
			kind = record.EventDroppedSection
		}
		j.tell(record.Event{Type: kind, Severity: change.Severity, Change: change, Findings: v.Findings, Reason: change.Reason,
			From: j.before.Version, To: v.Number, Lang: v.Document.Lang, Dir: v.Document.Dir})
	}
}

// remember puts an identity at the head of a list.
func remember(list []string, identity string) []string { return keep(list, identity, recentKept) }

// keep puts s at the head of a list, which holds each entry once and no more than
// most.
func keep(list []string, s string, most int) []string {
	out := append([]string{s}, slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == s })...)
	return out[:min(len(out), most)]
}

// tell puts an event into the outbox rows of this visit. An event about a change
// brings the change's reason and none of its own.
func (j *judgement) tell(ev record.Event, told ...record.Sentence) {
	if len(told) > 0 {
		ev.Told, ev.Reason = told, j.m.English.Tell(told)
	}
	ev.At, ev.Site, ev.Name, ev.Labels = j.visit.At, j.site.Domain, j.site.Name, j.site.Labels
	ev.Profile = j.m.Profile(j.site).ID
	if ev.URL == "" {
		ev.URL = j.obs.URL
	}
	if ev.To == 0 {
		ev.To = j.before.Version
	}
	j.visit.Alerts = append(j.visit.Alerts, j.m.Route.Alerts(ev)...)
}

func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
