package store

import (
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"policywatch/store/record"
)

// versionRow is one version without its text. The blobs that it names are part
// of it, by their digests; so the digest of the row, which the next row
// carries, covers everything that the version says.
//
//	1 at  2 url  3 identity  4 exact  5 snapshot  6 previous  7 document blob
//	8 findings blob  9 change blob
//	10 title  11 lang  12 dir  13 topic...  14 absent element...
type versionRow struct {
	version record.Version // without Document, Findings, Change
	// previous is the digest of the row before: of its key and its sealed value.
	document, findings, change string
	// A summary of the blobs, for lists.
	title, lang, dir string
	topics           []record.Topic
	absent           []string
}

func (r *versionRow) encode() []byte {
	e := &encoder{b: make([]byte, 0, 384)}
	v := &r.version
	e.time(1, v.At)
	e.str(2, v.URL)
	e.digest(3, v.Identity)
	e.digest(4, v.Exact)
	e.digest(5, v.Snapshot)
	e.digest(6, v.Previous)
	e.digest(7, r.document)
	e.digest(8, r.findings)
	e.digest(9, r.change)
	e.str(10, r.title)
	e.str(11, r.lang)
	e.str(12, r.dir)
	encodeStrings(e, 13, r.topics)
	encodeStrings(e, 14, r.absent)
	return e.b
}

func decodeVersionRow(domain string, n int, b []byte) (*versionRow, error) {
	r := &versionRow{version: record.Version{Site: domain, Number: n}}
	v := &r.version
	d := decoder{b: b}
	for d.next() {
		switch d.num {
		case 1:
			v.At = d.time()
		case 2:
			v.URL = d.str()
		case 3:
			v.Identity = d.digest()
		case 4:
			v.Exact = d.digest()
		case 5:
			v.Snapshot = d.digest()
		case 6:
			v.Previous = d.digest()
		case 7:
			r.document = d.digest()
		case 8:
			r.findings = d.digest()
		case 9:
			r.change = d.digest()
		case 10:
			r.title = d.str()
		case 11:
			r.lang = d.str()
		case 12:
			r.dir = d.str()
		case 13:
			r.topics = append(r.topics, record.Topic(d.str()))
		case 14:
			r.absent = append(r.absent, d.str())
		}
	}
	return r, d.err
}

// linkDigest is what the next version's row carries of this one.
func linkDigest(key, row []byte) digest {
	h := sha256.New()
	h.Write(key)
	h.Write(row)
	return digest(h.Sum(nil))
}

// summarise fills the row's list columns from the version.
func (r *versionRow) summarise(v *record.Version) {
	if v.Document != nil {
		r.title, r.lang, r.dir = v.Document.Title, v.Document.Lang, v.Document.Dir
		covers := v.Document.Covers()
		for _, t := range record.Topics() {
			if covers[t] {
				r.topics = append(r.topics, t)
			}
		}
	}
	for _, f := range v.Findings {
		if f.Must && f.Status == record.StatusAbsent {
			r.absent = append(r.absent, f.ID)
		}
	}
}

// snapshotRow is what came with a body; the body is the blob of the key's digest.
//
//	1 url  2 final url  3 status  4 header... (1 name, 2 value...)
//	5 hop... (1 status, 2 from, 3 to)  6 at  7 via  8 took, ns  9 the final url is the url
func encodeSnapshot(s *record.Snapshot) []byte {
	e := &encoder{b: make([]byte, 0, 1024)}
	e.str(1, s.URL)
	if s.FinalURL != "" && s.FinalURL == s.URL {
		e.bool(9, true)
	} else {
		e.str(2, s.FinalURL)
	}
	e.int(3, int64(s.Status))
	for _, name := range slices.Sorted(maps.Keys(s.Header)) {
		e.message(4, func(e *encoder) {
			e.str(1, name)
			encodeStrings(e, 2, s.Header[name])
		})
	}
	for _, h := range s.Chain {
		e.message(5, func(e *encoder) {
			e.int(1, int64(h.Status))
			e.str(2, h.From)
			e.str(3, h.To)
		})
	}
	e.time(6, s.At)
	e.str(7, s.Via)
	e.int(8, int64(s.Took))
	return e.b
}

func decodeSnapshot(b []byte) (*record.Snapshot, error) {
	s := &record.Snapshot{}
	d := decoder{b: b}
	for d.next() {
		switch d.num {
		case 1:
			s.URL = d.str()
		case 2:
			s.FinalURL = d.str()
		case 3:
			s.Status = int(d.int())
		case 4:
			d.message(func(d *decoder) { decodeHeader(d, s) })
		case 5:
			d.message(func(d *decoder) {
				var h record.Hop
				for d.next() {
					switch d.num {
					case 1:
						h.Status = int(d.int())
					case 2:
						h.From = d.str()
					case 3:
						h.To = d.str()
					}
				}
				s.Chain = append(s.Chain, h)
			})
		case 6:
			s.At = d.time()
		case 7:
			s.Via = d.str()
		case 8:
			s.Took = time.Duration(d.int())
		case 9:
			s.FinalURL = s.URL
		}
	}
	return s, d.err
}

func decodeHeader(d *decoder, s *record.Snapshot) {
	var name string
	var values []string
	for d.next() {
		switch d.num {
		case 1:
			name = d.str()
		case 2:
			values = append(values, d.str())
		}
	}
	if s.Header == nil {
		s.Header = make(map[string][]string)
	}
	s.Header[name] = values
}
