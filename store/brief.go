package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// briefsAtOnce is how many sites are read in one transaction: pages freed during a
// longer one could not be used again.
const briefsAtOnce = 2000

// Briefs calls fn for every site that was visited, in order of domain, or for those
// of the given domains, in their order; what was never visited is passed over. The
// brief is the walk's own: fn copies what it keeps, and may keep the strings. What is
// written meanwhile may be missed; Touched tells.
func (db *DB) Briefs(ctx context.Context, domains []string, fn func(*record.SiteBrief) error) error {
	w := briefs{fn: fn, words: map[string]string{}}
	for more := true; more; {
		err := db.view(ctx, func(tx *bolt.Tx) (err error) {
			w.begin(tx)
			if domains == nil {
				more, err = w.next()
				return err
			}
			n := min(len(domains), briefsAtOnce)
			for _, domain := range domains[:n] {
				if k, val := w.states.Seek([]byte(domain)); string(k) == domain {
					if err := w.show(k, val); err != nil {
						return err
					}
				}
			}
			domains = domains[n:]
			more = len(domains) > 0
			return nil
		})
		if err != nil {
			return fmt.Errorf("store: count the sites: %w", err)
		}
	}
	return nil
}

// briefs is a walk over them. Its cursors are those of one transaction.
type briefs struct {
	states, sites, versions *bolt.Cursor

	fn    func(*record.SiteBrief) error
	after string // the last domain that was read
	brief record.SiteBrief
	d     decoder
	key   []byte
	// words are those that many sites have in common, so that each is kept once.
	words map[string]string
}

const mostWords = 10_000

func (w *briefs) begin(tx *bolt.Tx) {
	w.states = tx.Bucket([]byte(bucketStates)).Cursor()
	w.sites = tx.Bucket([]byte(bucketSites)).Cursor()
	w.versions = tx.Bucket([]byte(bucketVersions)).Cursor()
}

func (w *briefs) next() (more bool, err error) {
	n := 0
	for k, val := w.states.Seek(sitePrefix(w.after)); k != nil; k, val = w.states.Next() {
		if n++; n > briefsAtOnce {
			return true, nil
		}
		if err := w.show(k, val); err != nil {
			return false, err
		}
		w.after = w.brief.Domain
	}
	return false, nil
}

func (w *briefs) word(b []byte) string {
	if s, ok := w.words[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(w.words) < mostWords {
		w.words[s] = s
	}
	return s
}

// open begins a row.
func (w *briefs) open(bucket string, key, val []byte) error {
	fields, err := unseal(bucket, key, val)
	if err != nil {
		return damage(bucket, key, "the checksum does not match")
	}
	w.d = decoder{b: fields}
	return nil
}

// close ends it.
func (w *briefs) close(bucket string, key []byte) error {
	if w.d.err != nil {
		return damage(bucket, key, "%v", w.d.err)
	}
	return nil
}

// show reads of a site's rows what a brief says, and nothing else: digests and places
// are most of what they hold.
func (w *briefs) show(domain, state []byte) error {
	s, d := &w.brief, &w.d
	*s = record.SiteBrief{Domain: string(domain), Labels: s.Labels[:0]}
	if err := w.open(bucketStates, domain, state); err != nil {
		return err
	}
	for d.next() {
		switch d.num {
		case 1:
			s.State = record.SiteState(w.word(d.p))
		case 5:
			s.Version = int(d.int())
		case 7:
			s.LastVisit = d.time()
		case 8:
			s.LastSuccess = d.time()
		case 11:
			s.Pending = true
		}
	}
	if err := w.close(bucketStates, domain); err != nil {
		return err
	}
	if err := w.listed(domain); err != nil {
		return err
	}
	if s.Version > 0 {
		if err := w.newest(domain); err != nil {
			return err
		}
	}
	return w.fn(s)
}

// listed reads the site as its user listed it.
func (w *briefs) listed(domain []byte) error {
	k, val := w.sites.Next() // most often, in a walk over all
	if !bytes.Equal(k, domain) {
		if k, val = w.sites.Seek(domain); !bytes.Equal(k, domain) {
			return nil
		}
	}
	if err := w.open(bucketSites, domain, val); err != nil {
		return err
	}
	s, d := &w.brief, &w.d
	for d.next() {
		switch d.num {
		case 1:
			s.Name = d.str()
		case 3:
			s.Profile = w.word(d.p)
		case 7:
			s.Labels = append(s.Labels, w.word(d.p))
		case 19:
			s.Absent++
		}
	}
	return w.close(bucketSites, domain)
}

// newest reads what the newest version says.
func (w *briefs) newest(domain []byte) error {
	s, d := &w.brief, &w.d
	w.key = binary.BigEndian.AppendUint32(append(append(w.key[:0], domain...), 0), uint32(s.Version))
	k, val := w.versions.Seek(w.key)
	if !bytes.Equal(k, w.key) {
		return fmt.Errorf("version %d of %s: %w", s.Version, s.Domain, ErrNotFound)
	}
	if err := w.open(bucketVersions, w.key, val); err != nil {
		return err
	}
	for d.next() {
		switch d.num {
		case 1:
			s.Changed = d.time()
		case 10:
			s.Title = w.word(d.p)
		case 14:
			s.AbsentRequired++
		}
	}
	return w.close(bucketVersions, w.key)
}
