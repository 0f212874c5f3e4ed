package store

import (
	"encoding/hex"
	"time"

	"policywatch/store/record"
)

// notesKept is how many notes a site keeps. A site that fails twice a day
// fills them in twelve days and then grows no more.
const notesKept = 24

// stepsKept bounds a trail; a longer one keeps its beginning and its end.
const stepsKept = 200

// noteRow is a visit that had something to say, and how many quiet ones went
// before it since the note before.
//
//	1 at  2 state  3 version  4 snapshot  5 fault  6 reason  7 step...  8 sentence...
//	10 quiet visits before  11 first of them  12 last of them
type noteRow struct {
	note                  record.VisitNote
	quiet                 uint64
	quietFirst, quietLast time.Time
}

// noteOf returns nil for a quiet visit: one that only saw that all is as it was.
func noteOf(v *record.Visit, kept bool, sum digest) *noteRow {
	n := record.VisitNote{At: v.At, State: v.State, Fault: v.Fault, Reason: v.Reason, Told: v.Told, Trail: v.Trail}
	if n.State == "" {
		n.State = stateOf(v)
	}
	if v.Version != nil {
		n.Version = v.Version.Number
	}
	if kept {
		n.Snapshot = hex.EncodeToString(sum[:])
	}
	if n.State == record.VisitUnchanged && !kept && len(v.Alerts) == 0 {
		return nil
	}
	if len(n.Trail) > stepsKept {
		n.Trail = append(append([]record.Step{}, n.Trail[:stepsKept/2]...), n.Trail[len(n.Trail)-stepsKept/2:]...)
	}
	return &noteRow{note: n}
}

// stateOf tells how a visit ended where its caller did not say.
func stateOf(v *record.Visit) record.VisitState {
	switch {
	case v.Fault != nil:
		return record.VisitFault
	case v.Version != nil && v.Version.Number == 1:
		return record.VisitNew
	case v.Version != nil && v.Version.Change != nil && v.Version.Change.Class == record.ClassReturned:
		return record.VisitReturned
	case v.Version != nil:
		return record.VisitChanged
	case v.Past.Pending != nil:
		return record.VisitPending
	}
	return record.VisitUnchanged
}

func (r *noteRow) encode() []byte {
	e := &encoder{b: make([]byte, 0, 128+64*len(r.note.Trail))}
	n := &r.note
	e.time(1, n.At)
	e.str(2, string(n.State))
	e.int(3, int64(n.Version))
	e.digest(4, n.Snapshot)
	if n.Fault != nil {
		e.message(5, func(e *encoder) { encodeFault(e, n.Fault) })
	}
	e.str(6, n.Reason)
	encodeTrail(e, 7, n.Trail)
	encodeSentences(e, 8, n.Told)
	e.uint(10, r.quiet)
	e.time(11, r.quietFirst)
	e.time(12, r.quietLast)
	return e.b
}

func decodeNoteRow(b []byte) (*noteRow, error) {
	r := &noteRow{}
	n := &r.note
	n.Count = 1
	d := decoder{b: b}
	for d.next() {
		switch d.num {
		case 1:
			n.At = d.time()
			n.First = n.At
		case 2:
			n.State = record.VisitState(d.str())
		case 3:
			n.Version = int(d.int())
		case 4:
			n.Snapshot = d.digest()
		case 5:
			d.message(func(d *decoder) { n.Fault = decodeFault(d) })
		case 6:
			n.Reason = d.str()
		case 7:
			d.message(func(d *decoder) { n.Trail = decodeStep(d, n.Trail) })
		case 8:
			d.message(func(d *decoder) { n.Told = append(n.Told, decodeSentence(d)) })
		case 10:
			r.quiet = d.uint()
		case 11:
			r.quietFirst = d.time()
		case 12:
			r.quietLast = d.time()
		}
	}
	return r, d.err
}

// quietRun is the note that stands for a run of quiet visits.
func quietRun(count uint64, first, last time.Time) record.VisitNote {
	return record.VisitNote{At: last, First: first, Count: int(count), State: record.VisitUnchanged}
}
