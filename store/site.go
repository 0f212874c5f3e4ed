package store

import (
	"slices"
	"time"

	"policywatch/store/record"
)

// siteRow is written when it differs from the row that is there.
//
//	1 name  2 url  3 profile  4 select  5 remove...  6 every, ns  7 label...
//	10 prior url  11 prior extractor  12 prior lang  13 text digest  14 exact digest
//	15 recent digest...  17 prior hint  18 topic...  19 absent element...
//	23 rejected digest...  24 selectors
//	25 imprint (1 anchor, 2 length, 3 region, 4 around, 5 read)
//	26 volatile place...
//	20 document stream  21 page stream  22 fault page stream  27 findings stream (1 key blob, 2 deltas on it)
type siteRow struct {
	site record.Site
	past record.Past // the fields that rarely change
	// The streams of blobs that follow from one another (blob.go).
	streams [streamCount]stream
}

// stateRow is where a site stands after its last visit.
//
//	1 state  2 etag  3 last modified  4 body digest  5 version  6 failures
//	7 last visit  8 last success  9 last fault  10 fault told
//	11 pending (1 kind, 2 text digest, 3 first, 4 seen, 5 reason, 6 snapshot, 7 sentence...)
//	12 visits  13 at  14 fingerprint  15 quiet  16 quiet since  17 notes
//	20 told at
type stateRow struct {
	past record.Past // the fields that change from visit to visit
	// visits counts all visits; at is the time of the last one and print the
	// start of the digest of everything that it committed, which tells a visit
	// that is committed again from another visit at the same instant.
	visits uint64
	at     time.Time
	print  uint64
	// quiet counts visits without a note since the last note, quietSince is the
	// time of the first of them.
	quiet      uint64
	quietSince time.Time
	// notes is the serial of the newest note.
	notes uint64
}

// streamFields are the numbers of the streams' fields.
var streamFields = [streamCount]int{streamDocuments: 20, streamPages: 21, streamFaultPages: 22, streamFindings: 27}

func (r *siteRow) encode() []byte {
	e := &encoder{b: make([]byte, 0, 256)}
	s, p := &r.site, &r.past
	e.str(1, s.Name)
	e.str(2, s.URL)
	e.str(3, s.Profile)
	e.str(4, s.Select)
	encodeStrings(e, 5, s.Remove)
	e.int(6, int64(s.Every))
	encodeStrings(e, 7, s.Labels)
	e.str(10, p.Prior.URL)
	e.str(11, p.Prior.Extractor)
	e.str(12, p.Prior.Lang)
	e.digest(13, p.TextDigest)
	e.digest(14, p.ExactDigest)
	for _, x := range p.Recent {
		e.digestElement(15, x)
	}
	e.str(17, p.Prior.Hint)
	encodeStrings(e, 18, p.Topics)
	encodeStrings(e, 19, p.Absent)
	for _, x := range p.Rejected {
		e.digestElement(23, x)
	}
	e.str(24, p.Prior.Selectors)
	if i := p.Prior.Imprint; i.Words != "" {
		e.message(25, func(e *encoder) {
			e.int(2, int64(i.Length))
			e.str(3, i.Region)
			e.fixed(4, i.Around)
			e.time(5, i.Read)
			e.str(6, i.Words)
			e.int(7, int64(i.Before))
			e.int(8, int64(i.Within))
			e.bool(9, i.Alone)
		})
	}
	encodeStrings(e, 26, p.Volatile)
	for i, st := range r.streams {
		if st.key != 0 {
			e.message(streamFields[i], func(e *encoder) {
				e.uint(1, st.key)
				e.uint(2, st.deltas)
			})
		}
	}
	return e.b
}

func decodeSiteRow(domain string, b []byte) (*siteRow, error) {
	r := &siteRow{site: record.Site{Domain: domain}}
	return r, r.decode(b, nil)
}

// decodeListed is decodeSiteRow without what only a visit wants to know: of ten
// thousand sites that is more than all the rest.
func decodeListed(domain string, b []byte) (*siteRow, error) {
	r := &siteRow{site: record.Site{Domain: domain}}
	return r, r.decode(b, func(field int) bool {
		switch field {
		case 13, 14, 15, 20, 21, 22, 23, 24, 25, 26:
			return true
		}
		return false
	})
}

func (r *siteRow) decode(b []byte, skip func(field int) bool) error {
	s, p := &r.site, &r.past
	d := decoder{b: b}
	for d.next() {
		if skip != nil && skip(d.num) {
			continue
		}
		switch d.num {
		case 1:
			s.Name = d.str()
		case 2:
			s.URL = d.str()
		case 3:
			s.Profile = d.str()
		case 4:
			s.Select = d.str()
		case 5:
			s.Remove = append(s.Remove, d.str())
		case 6:
			s.Every = time.Duration(d.int())
		case 7:
			s.Labels = append(s.Labels, d.str())
		case 10:
			p.Prior.URL = d.str()
		case 11:
			p.Prior.Extractor = d.str()
		case 12:
			p.Prior.Lang = d.str()
		case 13:
			p.TextDigest = d.digest()
		case 14:
			p.ExactDigest = d.digest()
		case 15:
			p.Recent = append(p.Recent, d.digest())
		case 17:
			p.Prior.Hint = d.str()
		case 18:
			p.Topics = append(p.Topics, record.Topic(d.str()))
		case 19:
			p.Absent = append(p.Absent, d.str())
		case 23:
			p.Rejected = append(p.Rejected, d.digest())
		case 24:
			p.Prior.Selectors = d.str()
		case 25:
			d.message(func(d *decoder) { p.Prior.Imprint = decodeImprint(d) })
		case 26:
			p.Volatile = append(p.Volatile, d.str())
		case 20, 21, 22, 27:
			st := &r.streams[slices.Index(streamFields[:], d.num)]
			d.message(func(d *decoder) {
				for d.next() {
					switch d.num {
					case 1:
						st.key = d.uint()
					case 2:
						st.deltas = d.uint()
					}
				}
			})
		}
	}
	return d.err
}

func decodeImprint(d *decoder) (i record.Imprint) {
	for d.next() {
		switch d.num {
		case 2:
			i.Length = int(d.int())
		case 3:
			i.Region = d.str()
		case 4:
			i.Around = d.uint()
		case 5:
			i.Read = d.time()
		case 6:
			i.Words = d.str()
		case 7:
			i.Before = int(d.int())
		case 8:
			i.Within = int(d.int())
		case 9:
			i.Alone = d.bool()
		}
	}
	return i
}

func (r *stateRow) encode() []byte {
	e := &encoder{b: make([]byte, 0, 192)}
	p := &r.past
	e.str(1, string(p.State))
	e.str(2, p.Prior.ETag)
	e.str(3, p.Prior.LastModified)
	e.digest(4, p.Prior.BodyDigest)
	e.int(5, int64(p.Version))
	e.int(6, int64(p.Failures))
	e.time(7, p.LastVisit)
	e.time(8, p.LastSuccess)
	if p.LastFault != nil {
		e.message(9, func(e *encoder) { encodeFault(e, p.LastFault) })
	}
	e.bool(10, p.FaultTold)
	if x := p.Pending; x != nil {
		e.message(11, func(e *encoder) {
			e.str(1, x.Kind)
			e.digest(2, x.TextDigest)
			e.time(3, x.First)
			e.int(4, int64(x.Seen))
			e.str(5, x.Reason)
			e.digest(6, x.Snapshot)
			encodeSentences(e, 7, x.Told)
		})
	}
	e.uint(12, r.visits)
	e.time(13, r.at)
	e.fixed(14, r.print)
	e.uint(15, r.quiet)
	e.time(16, r.quietSince)
	e.uint(17, r.notes)
	e.time(20, p.ToldAt)
	return e.b
}

func decodeStateRow(b []byte) (*stateRow, error) {
	r := &stateRow{}
	p := &r.past
	d := decoder{b: b}
	for d.next() {
		switch d.num {
		case 1:
			p.State = record.SiteState(d.str())
		case 2:
			p.Prior.ETag = d.str()
		case 3:
			p.Prior.LastModified = d.str()
		case 4:
			p.Prior.BodyDigest = d.digest()
		case 5:
			p.Version = int(d.int())
		case 6:
			p.Failures = int(d.int())
		case 7:
			p.LastVisit = d.time()
		case 8:
			p.LastSuccess = d.time()
		case 9:
			d.message(func(d *decoder) { p.LastFault = decodeFault(d) })
		case 10:
			p.FaultTold = d.bool()
		case 11:
			d.message(func(d *decoder) { p.Pending = decodePending(d) })
		case 12:
			r.visits = d.uint()
		case 13:
			r.at = d.time()
		case 14:
			r.print = d.uint()
		case 15:
			r.quiet = d.uint()
		case 16:
			r.quietSince = d.time()
		case 17:
			r.notes = d.uint()
		case 20:
			p.ToldAt = d.time()
		}
	}
	return r, d.err
}

func decodePending(d *decoder) *record.Pending {
	x := &record.Pending{}
	for d.next() {
		switch d.num {
		case 1:
			x.Kind = d.str()
		case 2:
			x.TextDigest = d.digest()
		case 3:
			x.First = d.time()
		case 4:
			x.Seen = int(d.int())
		case 5:
			x.Reason = d.str()
		case 6:
			x.Snapshot = d.digest()
		case 7:
			d.message(func(d *decoder) { x.Told = append(x.Told, decodeSentence(d)) })
		}
	}
	return x
}

// merge joins the two halves of what is known of a site.
func merge(domain string, s *siteRow, t *stateRow) record.Past {
	p := t.past
	p.Site = domain
	p.Prior.URL, p.Prior.Hint = s.past.Prior.URL, s.past.Prior.Hint
	p.Prior.Extractor, p.Prior.Lang = s.past.Prior.Extractor, s.past.Prior.Lang
	p.Prior.Selectors, p.Prior.Imprint = s.past.Prior.Selectors, s.past.Prior.Imprint
	p.TextDigest, p.ExactDigest = s.past.TextDigest, s.past.ExactDigest
	p.Recent, p.Topics, p.Absent = s.past.Recent, s.past.Topics, s.past.Absent
	p.Rejected, p.Volatile = s.past.Rejected, s.past.Volatile
	return p
}
