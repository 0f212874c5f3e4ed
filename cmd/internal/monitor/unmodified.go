package monitor

import "policywatch/store/record"

// What says the same as before needs no judgement, but its bytes and by what it is
// known again are kept.

// unmodified is the judgement on a statement that the crawler knew again, and keeps
// the newer bytes of one that is spelt another way.
func (j *judgement) unmodified() {
	j.succeeded()
	if now := j.obs.Respelt; now.Words != "" {
		j.unchanged(record.Say("told.looks"))
		j.visit.Past.Prior.Imprint = now
		j.visit.Snapshot = j.obs.Snapshot
		return
	}
	j.unchanged(record.Say("told.same_bytes"))
}

// cosmetic keeps the newer bytes of a text that only looks different.
func (j *judgement) cosmetic(exact string) {
	j.unchanged(record.Say("told.looks"))
	j.visit.Past.ExactDigest = exact
	j.visit.Snapshot = j.obs.Snapshot
}

// imprint renews the imprint with the text. One that did not know the same text
// again is kept until its time is up: on a page with a counter amid the statement
// no imprint ever will, and a new one at every visit would only be written.
func (j *judgement) imprint(doc *record.Document) {
	p := &j.visit.Past.Prior
	if doc.Exact == j.before.ExactDigest && p.Imprint.Holds(j.visit.At) {
		return
	}
	p.Imprint = doc.Imprint
	p.Imprint.Read = j.visit.At
}
