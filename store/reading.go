package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// readingRow is a version read again. It refers to the version's record by its
// digest and is chained to the reading before; the version itself is never
// touched, so the chain of versions stays as it was.
//
//	1 at  2 by  3 profile  4 identity  5 exact  6 version's record  7 previous
//	8 document blob  9 findings blob
type readingRow struct {
	reading            record.Reading // without Document, Findings
	document, findings string
}

func (r *readingRow) encode() []byte {
	e := &encoder{b: make([]byte, 0, 256)}
	v := &r.reading
	e.time(1, v.At)
	e.str(2, v.By)
	e.str(3, v.Profile)
	e.digest(4, v.Identity)
	e.digest(5, v.Exact)
	e.digest(6, v.Record)
	e.digest(7, v.Previous)
	e.digest(8, r.document)
	e.digest(9, r.findings)
	return e.b
}

func decodeReadingRow(domain string, version, n int, b []byte) (*readingRow, error) {
	r := &readingRow{reading: record.Reading{Site: domain, Version: version, Number: n}}
	v := &r.reading
	d := decoder{b: b}
	for d.next() {
		switch d.num {
		case 1:
			v.At = d.time()
		case 2:
			v.By = d.str()
		case 3:
			v.Profile = d.str()
		case 4:
			v.Identity = d.digest()
		case 5:
			v.Exact = d.digest()
		case 6:
			v.Record = d.digest()
		case 7:
			v.Previous = d.digest()
		case 8:
			r.document = d.digest()
		case 9:
			r.findings = d.digest()
		}
	}
	return r, d.err
}

func readingKey(domain string, version, n int) []byte {
	return binary.BigEndian.AppendUint32(versionKey(domain, version), uint32(n))
}

func splitReadingKey(k []byte) (domain string, version, n int, ok bool) {
	if len(k) < 10 {
		return "", 0, 0, false
	}
	domain, version, ok = splitVersionKey(k[:len(k)-4])
	return domain, version, int(binary.BigEndian.Uint32(k[len(k)-4:])), ok
}

// AddReading puts a reading of a version that is there after those it has. One
// that says nothing else than the last does nothing, so that it may be repeated.
// No alert comes of it, and neither the version nor the site's state changes.
func (db *DB) AddReading(ctx context.Context, r record.Reading) error {
	err := db.addReading(ctx, r)
	if err != nil {
		return fmt.Errorf("store: keep a reading of version %d of %s: %w", r.Version, r.Site, err)
	}
	return nil
}

func (db *DB) addReading(ctx context.Context, r record.Reading) (err error) {
	if err := checkDomain(r.Site); err != nil {
		return err
	}
	if y := r.At.Year(); y < 1970 || y > 2261 || r.Document == nil {
		return fmt.Errorf("its time is %v, its document %v", r.At, r.Document != nil)
	}
	row, err := db.peekSite(r.Site)
	if err != nil {
		return err
	}
	// The documents of readings are deltas on the site's key document, but the
	// stream does not count them: they come seldom, and all at once.
	document, err := db.pack(ctx, encodeDocument(r.Document), streamDocuments, &row.streams)
	if err != nil {
		return err
	}
	defer func() { document.settle(db, err == nil) }()
	var e encoder
	encodeFindings(&e, 1, r.Findings)
	findings, err := db.pack(ctx, e.b, streamFindings, &row.streams)
	if err != nil {
		return err
	}
	defer func() { findings.settle(db, err == nil) }()
	out := readingRow{reading: r, document: hex.EncodeToString(document.sum[:])}
	if len(r.Findings) > 0 {
		out.findings = hex.EncodeToString(findings.sum[:])
	}
	return db.write(ctx, len(document.row)+len(findings.row)+512, func(tx *bolt.Tx) error {
		row := out // a job may run twice
		version := tx.Bucket([]byte(bucketVersions)).Get(versionKey(r.Site, r.Version))
		if version == nil {
			return refusal{ErrNotFound}
		}
		link := linkDigest(versionKey(r.Site, r.Version), version)
		row.reading.Record = hex.EncodeToString(link[:])
		last, key, val, err := lastReading(tx, r.Site, r.Version)
		if err != nil {
			return refusal{err}
		}
		n := 1
		if last != nil {
			if last.reading.By == r.By && last.document == row.document && last.findings == row.findings {
				return nil
			}
			n = last.reading.Number + 1
			link := linkDigest(key, val)
			row.reading.Previous = hex.EncodeToString(link[:])
		}
		if _, _, err := putBlob(tx, &document); err != nil {
			return err
		}
		if row.findings != "" {
			if _, _, err := putBlob(tx, &findings); err != nil {
				return err
			}
		}
		return put(tx, bucketReadings, readingKey(r.Site, r.Version, n), row.encode())
	})
}

// lastReading returns the newest reading of a version, nil for none, and its
// key and value, which end with the transaction.
func lastReading(tx *bolt.Tx, domain string, version int) (*readingRow, []byte, []byte, error) {
	b := tx.Bucket([]byte(bucketReadings))
	if b == nil { // an archive of format 1 that is open for reading
		return nil, nil, nil, nil
	}
	prefix := versionKey(domain, version)
	c := b.Cursor()
	k, v := c.Seek(readingKey(domain, version, 1<<32-1))
	if k == nil {
		k, v = c.Last()
	}
	if k != nil && !bytes.HasPrefix(k, prefix) {
		k, v = c.Prev()
	}
	if len(k) != len(prefix)+4 || !bytes.HasPrefix(k, prefix) {
		return nil, nil, nil, nil
	}
	row, err := openReading(k, v)
	return row, k, v, err
}

func openReading(k, v []byte) (*readingRow, error) {
	fields, err := unseal(bucketReadings, k, v)
	if err != nil {
		return nil, damage(bucketReadings, k, "the checksum does not match")
	}
	domain, version, n, ok := splitReadingKey(k)
	if !ok {
		return nil, damage(bucketReadings, k, "the key is malformed")
	}
	row, err := decodeReadingRow(domain, version, n, fields)
	if err != nil {
		return nil, damage(bucketReadings, k, "%v", err)
	}
	return row, nil
}

// Reading returns the newest reading of a version with its document, ErrNotFound
// where the version was never read again.
func (db *DB) Reading(ctx context.Context, domain string, version int) (*record.Reading, error) {
	var r *record.Reading
	err := db.view(ctx, func(tx *bolt.Tx) error {
		row, _, _, err := lastReading(tx, domain, version)
		if err != nil {
			return err
		}
		if row == nil {
			return ErrNotFound
		}
		// A reading is filled as a version is, from the same kinds of blob.
		v, err := db.fill(tx, &versionRow{document: row.document, findings: row.findings,
			version: record.Version{Number: version, Identity: row.reading.Identity, Exact: row.reading.Exact}}, true)
		if err != nil {
			return err
		}
		r = &row.reading
		r.Document, r.Findings = v.Document, v.Findings
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: reading of version %d of %s: %w", version, domain, err)
	}
	return r, nil
}

// ReadBy says what the newest reading of a version was made by, and when; empty
// for a version that was never read again. It opens no document.
func (db *DB) ReadBy(ctx context.Context, domain string, version int) (by string, at time.Time, err error) {
	err = db.view(ctx, func(tx *bolt.Tx) error {
		row, _, _, err := lastReading(tx, domain, version)
		if row != nil {
			by, at = row.reading.By, row.reading.At
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("store: reading of version %d of %s: %w", version, domain, err)
	}
	return by, at, err
}

// readingRow checks a reading. Rows come in order of site, version and number.
func (c *checker) readingRow(tx *bolt.Tx, k, fields []byte) error {
	c.report.Readings++
	domain, version, n, ok := splitReadingKey(k)
	if !ok {
		return errors.New("the key is malformed")
	}
	row, err := decodeReadingRow(domain, version, n, fields)
	if err != nil {
		return err
	}
	of := versionKey(domain, version)
	if link := linkDigest(of, c.get(tx, bucketVersions, of)); row.reading.Record != hex.EncodeToString(link[:]) {
		c.add(bucketReadings, k, "version %d is not the one that this is a reading of", version)
	}
	previous := ""
	if n > 1 {
		before := readingKey(domain, version, n-1)
		link := linkDigest(before, c.get(tx, bucketReadings, before))
		previous = hex.EncodeToString(link[:])
	}
	if row.reading.Previous != previous {
		c.add(bucketReadings, k, "the reading before is not the one that this one was chained to")
	}
	if row.findings != "" {
		if err := c.refer(row.findings, "findings"); err != nil {
			c.add(bucketReadings, k, "%v", err)
		}
	}
	return c.refer(row.document, "document")
}
