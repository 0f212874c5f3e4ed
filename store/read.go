package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// Past returns what a visit of the site must know. A site that was never
// visited has State new and nothing else.
func (db *DB) Past(ctx context.Context, domain string) (record.Past, error) {
	var p record.Past
	err := db.view(ctx, func(tx *bolt.Tx) error {
		state, err := loadState(tx, domain)
		if err != nil {
			return err
		}
		site, _, err := loadSite(tx, domain)
		if err != nil {
			return err
		}
		p = merge(domain, site, state)
		if state.visits == 0 {
			p.State = record.StateNew
		}
		return nil
	})
	if err != nil {
		return record.Past{}, fmt.Errorf("store: past of %s: %w", domain, err)
	}
	return p, nil
}

// Standing is Past without what only a visit needs: what SiteRow's Past is without, and
// all that describes the newest version. Plans are made of it, one for each site.
func (db *DB) Standing(ctx context.Context, domain string) (record.Past, error) {
	p := record.Past{Site: domain, State: record.StateNew}
	err := db.view(ctx, func(tx *bolt.Tx) error {
		state, err := loadState(tx, domain)
		if err == nil && state.visits > 0 {
			p = state.past
			p.Site = domain
		}
		return err
	})
	if err != nil {
		return record.Past{}, fmt.Errorf("store: standing of %s: %w", domain, err)
	}
	return p, nil
}

// Version returns a version with its document, findings and change; n 0 means
// the newest.
func (db *DB) Version(ctx context.Context, domain string, n int) (*record.Version, error) {
	var v *record.Version
	err := db.view(ctx, func(tx *bolt.Tx) error {
		if n == 0 {
			state, err := loadState(tx, domain)
			if err != nil {
				return err
			}
			if n = state.past.Version; n == 0 {
				return ErrNotFound
			}
		}
		row, err := loadVersion(tx, domain, n)
		if err != nil {
			return err
		}
		v, err = db.fill(tx, row, true)
		return err
	})
	switch {
	case err != nil && n == 0:
		return nil, fmt.Errorf("store: a version of %s: %w", domain, err)
	case err != nil:
		return nil, fmt.Errorf("store: version %d of %s: %w", n, domain, err)
	}
	return v, nil
}

// VersionAt returns the version that stood at t: the newest that was made at t
// or before.
func (db *DB) VersionAt(ctx context.Context, domain string, t time.Time) (*record.Version, error) {
	var v *record.Version
	err := db.view(ctx, func(tx *bolt.Tx) error {
		// From the newest back, and not by bisection: a clock that was set back
		// leaves times out of order.
		return db.eachVersion(tx, domain, func(row *versionRow) (bool, error) {
			if row.version.At.After(t) {
				return true, nil
			}
			var err error
			v, err = db.fill(tx, row, true)
			return false, err
		})
	})
	if err == nil && v == nil {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("store: version of %s at %s: %w", domain, t.Format(time.RFC3339), err)
	}
	return v, nil
}

// History returns all versions of a site, the oldest first, without their
// documents. A site without any is ErrNotFound.
func (db *DB) History(ctx context.Context, domain string) ([]record.Version, error) {
	var out []record.Version
	err := db.view(ctx, func(tx *bolt.Tx) error {
		prefix := sitePrefix(domain)
		c := tx.Bucket([]byte(bucketVersions)).Cursor()
		for k, val := c.Seek(prefix); isVersionOf(k, prefix); k, val = c.Next() {
			row, err := openVersion(k, val)
			if err != nil {
				return err
			}
			v, err := db.fill(tx, row, false)
			if err != nil {
				return err
			}
			out = append(out, *v)
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("store: history of %s: %w", domain, err)
	}
	return out, nil
}

// Since returns the versions of all sites made after t, without documents, the
// newest first and at most limit of them; 0 means all.
func (db *DB) Since(ctx context.Context, t time.Time, limit int) ([]record.Version, error) {
	var out []record.Version
	err := db.view(ctx, func(tx *bolt.Tx) error {
		c := tx.Bucket([]byte(bucketTimes)).Cursor()
		for k, _ := c.Last(); len(k) > 8; k, _ = c.Prev() {
			if at := time.Unix(0, int64(binary.BigEndian.Uint64(k))); !at.After(t) {
				return nil
			}
			domain, n, ok := splitVersionKey(k[8:])
			if !ok {
				return damage(bucketTimes, k, "the key is malformed")
			}
			row, err := loadVersion(tx, domain, n)
			if err != nil {
				return err
			}
			v, err := db.fill(tx, row, false)
			if err != nil {
				return err
			}
			if out = append(out, *v); len(out) == limit {
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: versions since %s: %w", t.Format(time.RFC3339), err)
	}
	return out, nil
}

// Snapshot returns a body that was kept, with what came with it, by the body's
// digest. Where several visits brought the same bytes it is the first row in
// order of domain and time; SnapshotOf asks for one site's.
func (db *DB) Snapshot(ctx context.Context, digest string) (*record.Snapshot, error) {
	return db.SnapshotOf(ctx, "", digest)
}

// SnapshotOf is Snapshot for one site: what its server said when it first sent
// these bytes. Of an answer whose body was dropped by policy it returns what is
// left, and a *record.DroppedBody as the error.
func (db *DB) SnapshotOf(ctx context.Context, domain, digest string) (*record.Snapshot, error) {
	var s *record.Snapshot
	err := db.view(ctx, func(tx *bolt.Tx) error {
		sum, ok := parseDigest(digest)
		if !ok {
			return fmt.Errorf("it is no SHA-256 in lower-case hex: %w", ErrNotFound)
		}
		prefix := sum[:]
		if domain != "" {
			prefix = snapshotPrefix(sum, domain)
		}
		k, val := tx.Bucket([]byte(bucketSnapshots)).Cursor().Seek(prefix)
		if !bytes.HasPrefix(k, prefix) {
			return ErrNotFound
		}
		fields, err := unseal(bucketSnapshots, k, val)
		if err != nil {
			return damage(bucketSnapshots, k, "the checksum does not match")
		}
		if s, err = decodeSnapshot(fields); err != nil {
			return damage(bucketSnapshots, k, "%v", err)
		}
		s.Body, err = db.readBlob(tx, sum)
		return err
	})
	if err != nil {
		return bodiless(s, err), fmt.Errorf("store: snapshot %s: %w", digest, err)
	}
	return s, nil
}

// bodiless is what is left of an answer whose body was dropped, else nil.
func bodiless(s *record.Snapshot, err error) *record.Snapshot {
	if !errors.As(err, new(*record.DroppedBody)) {
		return nil
	}
	return s
}

// Sites returns every site that was visited, in order of domain. It opens no
// document.
func (db *DB) Sites(ctx context.Context) ([]record.SiteRow, error) {
	return db.SitesAfter(ctx, "", 0)
}

// SitesAfter is a page of Sites: at most limit of them, 0 for all, that come after
// a domain; empty means from the first.
func (db *DB) SitesAfter(ctx context.Context, after string, limit int) ([]record.SiteRow, error) {
	var out []record.SiteRow
	err := db.view(ctx, func(tx *bolt.Tx) error {
		c := tx.Bucket([]byte(bucketStates)).Cursor()
		// Rows are large: growing the list would copy more bytes than are read.
		n := 0
		for k, _ := c.Seek(sitePrefix(after)); k != nil && (limit <= 0 || n < limit); k, _ = c.Next() {
			n++
		}
		out = make([]record.SiteRow, 0, n)
		// No other key lies between a domain and the same with a zero byte; of the
		// empty domain that is the lowest key of all.
		for k, val := c.Seek(sitePrefix(after)); k != nil && (limit <= 0 || len(out) < limit); k, val = c.Next() {
			r, err := loadListed(tx, k, val)
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: list sites: %w", err)
	}
	return out, nil
}

// SiteRows returns those of the domains that were visited, in the given order.
func (db *DB) SiteRows(ctx context.Context, domains []string) ([]record.SiteRow, error) {
	var out []record.SiteRow
	err := db.view(ctx, func(tx *bolt.Tx) error {
		for _, domain := range domains {
			val := tx.Bucket([]byte(bucketStates)).Get([]byte(domain))
			if val == nil {
				continue
			}
			r, err := loadListed(tx, []byte(domain), val)
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: list %d sites: %w", len(domains), err)
	}
	return out, nil
}

// loadListed makes a list's row of a state's key and value.
func loadListed(tx *bolt.Tx, k, val []byte) (record.SiteRow, error) {
	domain := string(k)
	fields, err := unseal(bucketStates, k, val)
	if err != nil {
		return record.SiteRow{}, damage(bucketStates, k, "the checksum does not match")
	}
	state, err := decodeStateRow(fields)
	if err != nil {
		return record.SiteRow{}, damage(bucketStates, k, "%v", err)
	}
	fields, err = getRow(tx, bucketSites, k)
	if err != nil {
		return record.SiteRow{}, err
	}
	site, err := decodeListed(domain, fields)
	if err != nil {
		return record.SiteRow{}, damage(bucketSites, k, "%v", err)
	}
	r := record.SiteRow{Site: site.site, Past: merge(domain, site, state)}
	if n := state.past.Version; n > 0 {
		err = summarise(tx, &r, n)
	}
	return r, err
}

// Visits returns what is remembered of a site's visits, the newest first, at
// most limit notes; 0 means all that are kept. Runs of visits that found
// nothing new are one note.
func (db *DB) Visits(ctx context.Context, domain string, limit int) ([]record.VisitNote, error) {
	var out []record.VisitNote
	err := db.view(ctx, func(tx *bolt.Tx) error {
		state, err := loadState(tx, domain)
		if err != nil {
			return err
		}
		if state.quiet > 0 {
			out = append(out, quietRun(state.quiet, state.quietSince, state.at))
		}
		for serial := state.notes; serial > 0 && (limit <= 0 || len(out) < limit); serial-- {
			key := noteKey(domain, serial)
			fields, err := getRow(tx, bucketNotes, key)
			if err != nil {
				return err
			}
			if fields == nil {
				return nil
			}
			row, err := decodeNoteRow(fields)
			if err != nil {
				return damage(bucketNotes, key, "%v", err)
			}
			out = append(out, row.note)
			if row.quiet > 0 {
				out = append(out, quietRun(row.quiet, row.quietFirst, row.quietLast))
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: visits of %s: %w", domain, err)
	}
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return out, nil
}
