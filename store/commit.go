package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// Commit adds a visit to the archive: the site, its past, the snapshot's body,
// the version with its document, findings and change, and the alerts, all in
// one transaction and on disk when Commit returns nil. Many goroutines may
// commit at once; they then share transactions.
//
// Committing the same visit again is a no-op, so a caller that was told of a
// failure, or was killed, may repeat it without knowing how far it had come.
// A version that does not follow the newest one, or a past that does not agree
// with it, is refused with ErrStale: the visit was judged on an older state.
// v is not kept and not changed.
func (db *DB) Commit(ctx context.Context, v record.Visit) error {
	err := db.commit(ctx, v, false)
	for tries := 0; errors.Is(err, errGone) && tries < 3; tries++ {
		err = db.commit(ctx, v, tries == 2)
	}
	if err != nil {
		return fmt.Errorf("store: commit a visit of %s: %w", v.Site.Domain, err)
	}
	return nil
}

// commit commits a visit; alone, its contents need nothing that the archive holds,
// and no drop can come between.
func (db *DB) commit(ctx context.Context, v record.Visit, alone bool) error {
	c := &commit{alone: alone}
	stored := false
	defer func() { c.settle(db, stored) }()
	if err := c.prepare(ctx, db, v); err != nil {
		return err
	}
	db.commits.Add(1)
	err := db.writeSite(ctx, c.domain, c.size, func(tx *bolt.Tx) error { return c.apply(tx) })
	stored = err == nil
	return err
}

// settle lets go of whoever waits for a content of the visit to share.
func (c *commit) settle(db *DB, stored bool) {
	for i := range c.blobs {
		c.blobs[i].settle(db, stored)
	}
}

// commit is a visit made ready to be put: everything encoded and compressed.
type commit struct {
	domain string
	at     time.Time
	print  uint64
	site   siteRow  // without its streams, which the transaction knows
	state  stateRow // without its counters, likewise
	// version and its blobs; nil where the visit made none.
	version *versionRow
	blobs   []blob
	// snapshot is the fields of the snapshot's row; sum its body's digest.
	snapshot   []byte
	snapshotAt time.Time
	sum        digest
	note       *noteRow
	alerts     []outgoing
	size       int
	alone      bool
}

// prepare fills c. What it has added to c.blobs must be settled, even if it fails.
func (c *commit) prepare(ctx context.Context, db *DB, v record.Visit) error {
	if err := checkVisit(&v); err != nil {
		return err
	}
	c.domain, c.at = v.Site.Domain, v.At
	c.site = siteRow{site: v.Site, past: v.Past}
	c.state = stateRow{past: v.Past, at: v.At}

	var streams [streamCount]stream
	if v.Snapshot != nil || v.Version != nil {
		row, err := db.peekSite(c.domain)
		if err != nil {
			return err
		}
		streams = row.streams
	}
	if v.Snapshot != nil {
		st := streamPages
		if v.Fault != nil {
			st = streamFaultPages
		}
		b, err := c.pack(ctx, db, v.Snapshot.Body, st, &streams)
		if err != nil {
			return fmt.Errorf("keep the body: %w", err)
		}
		c.add(b)
		c.sum, c.snapshot, c.snapshotAt = b.sum, encodeSnapshot(v.Snapshot), v.Snapshot.At
		if c.snapshotAt.IsZero() {
			c.snapshotAt = v.At
		}
	}
	if v.Version != nil {
		if err := c.prepareVersion(ctx, db, v.Version, &streams); err != nil {
			return err
		}
	}
	for i := range v.Alerts {
		o, err := db.prepareAlert(ctx, &v.Alerts[i])
		if err != nil {
			return err
		}
		c.add(o.event)
		c.alerts = append(c.alerts, o)
	}
	c.note = noteOf(&v, c.snapshot != nil, c.sum)
	c.fingerprint()
	return nil
}

func (c *commit) pack(ctx context.Context, db *DB, plain []byte, st int, streams *[streamCount]stream) (blob, error) {
	if c.alone {
		return db.packAlone(plain)
	}
	return db.pack(ctx, plain, st, streams)
}

func (c *commit) add(b blob) {
	c.blobs = append(c.blobs, b)
	c.size += len(b.row) + 256
}

func (c *commit) prepareVersion(ctx context.Context, db *DB, v *record.Version, streams *[streamCount]stream) error {
	r := &versionRow{version: *v}
	r.version.Site, r.version.Previous = c.domain, ""
	r.version.Document, r.version.Findings, r.version.Change = nil, nil, nil
	if r.version.Snapshot == "" && c.snapshot != nil {
		r.version.Snapshot = hex.EncodeToString(c.sum[:])
	}
	r.summarise(v)
	keep := func(to *string, what string, plain []byte, st int) error {
		b, err := c.pack(ctx, db, plain, st, streams)
		if err != nil {
			return fmt.Errorf("keep the %s: %w", what, err)
		}
		c.add(b)
		*to = hex.EncodeToString(b.sum[:])
		return nil
	}
	if v.Document != nil {
		if err := keep(&r.document, "document", encodeDocument(v.Document), streamDocuments); err != nil {
			return err
		}
	}
	if len(v.Findings) > 0 {
		var e encoder
		encodeFindings(&e, 1, v.Findings)
		if err := keep(&r.findings, "findings", e.b, streamFindings); err != nil {
			return err
		}
	}
	if v.Change != nil {
		var e encoder
		encodeChange(&e, v.Change)
		if err := keep(&r.change, "change", e.b, noStream); err != nil {
			return err
		}
	}
	c.version = r
	return nil
}

// fingerprint digests what the caller gave, and nothing that the archive adds,
// so that the same visit has the same print whenever it comes.
func (c *commit) fingerprint() {
	h := sha256.New()
	h.Write(c.site.encode())
	h.Write(c.state.encode())
	if c.version != nil {
		h.Write(c.version.encode())
	}
	for i := range c.blobs {
		h.Write(c.blobs[i].sum[:])
	}
	h.Write(c.snapshot)
	if c.note != nil {
		h.Write(c.note.encode())
	}
	for i := range c.alerts {
		h.Write([]byte(c.alerts[i].row.id))
	}
	// Never 0, which is the print of no visit.
	c.print = binary.LittleEndian.Uint64(h.Sum(nil)) | 1
}

// apply puts the visit. Everything that may refuse it comes before the first put.
func (c *commit) apply(tx *bolt.Tx) error {
	state, err := loadState(tx, c.domain)
	if err != nil {
		return err
	}
	site, siteBytes, err := loadSite(tx, c.domain)
	if err != nil {
		return err
	}
	if state.print == c.print && state.at.Equal(c.at) {
		return nil
	}
	last := state.past.Version
	if c.version != nil {
		done, err := c.follows(tx, last)
		if err != nil || done {
			return err
		}
		last++
	}
	if c.state.past.Version != last {
		return refusal{fmt.Errorf("%w: it was judged on version %d, the newest is %d", ErrStale, c.state.past.Version, last)}
	}

	for i := range c.blobs {
		b := &c.blobs[i]
		serial, fresh, err := putBlob(tx, b)
		if err != nil {
			return err
		}
		if fresh && b.stream != noStream {
			site.streams[b.stream].follow(b, serial)
		}
	}
	if c.snapshot != nil {
		if err := put(tx, bucketSnapshots, snapshotKey(c.sum, c.domain, c.snapshotAt), c.snapshot); err != nil {
			return err
		}
	}
	if c.version != nil {
		if err := c.putVersion(tx); err != nil {
			return err
		}
	}
	for i := range c.alerts {
		if err := c.alerts[i].put(tx); err != nil {
			return err
		}
	}
	if err := c.putState(tx, state); err != nil {
		return err
	}
	row := siteRow{site: c.site.site, past: c.site.past, streams: site.streams}
	if fields := row.encode(); siteBytes == nil || !bytes.Equal(fields, siteBytes) {
		return put(tx, bucketSites, []byte(c.domain), fields)
	}
	return nil
}

// follows reports whether the version is there already, and refuses it unless
// it is the next one.
func (c *commit) follows(tx *bolt.Tx, last int) (done bool, err error) {
	v := &c.version.version
	if v.Number <= last {
		old, err := loadVersion(tx, c.domain, v.Number)
		if err != nil {
			return false, err
		}
		if old.version.At.Equal(v.At) && old.version.Identity == v.Identity && old.document == c.version.document {
			return true, nil
		}
		return false, refusal{fmt.Errorf("%w: version %d is there, of %s", ErrStale, v.Number, old.version.At.Format(time.RFC3339))}
	}
	if v.Number != last+1 {
		return false, refusal{fmt.Errorf("%w: version %d does not follow version %d", ErrStale, v.Number, last)}
	}
	if sum, ok := parseDigest(v.Snapshot); ok && !(c.snapshot != nil && sum == c.sum) {
		k, _ := tx.Bucket([]byte(bucketSnapshots)).Cursor().Seek(snapshotPrefix(sum, c.domain))
		if !bytes.HasPrefix(k, snapshotPrefix(sum, c.domain)) {
			return false, refusal{fmt.Errorf("the version's snapshot %s was never kept", v.Snapshot)}
		}
	} else if v.Snapshot != "" && !ok {
		return false, refusal{fmt.Errorf("the version's snapshot %q is no digest", v.Snapshot)}
	}
	return false, nil
}

// putVersion chains the row to the one before and puts it with its time.
func (c *commit) putVersion(tx *bolt.Tx) error {
	r := *c.version
	if n := r.version.Number; n > 1 {
		k := versionKey(c.domain, n-1)
		link := linkDigest(k, tx.Bucket([]byte(bucketVersions)).Get(k))
		r.version.Previous = hex.EncodeToString(link[:])
	}
	if err := put(tx, bucketVersions, versionKey(c.domain, r.version.Number), r.encode()); err != nil {
		return err
	}
	return tx.Bucket([]byte(bucketTimes)).Put(timeKey(r.version.At, c.domain, r.version.Number), nil)
}

// putState counts the visit, and keeps a note of it unless it was a quiet one.
func (c *commit) putState(tx *bolt.Tx, old *stateRow) error {
	r := c.state
	r.print = c.print
	r.visits = old.visits + 1
	r.notes, r.quiet, r.quietSince = old.notes, old.quiet, old.quietSince
	if c.note == nil {
		if r.quiet++; r.quiet == 1 {
			r.quietSince = c.at
		}
	} else {
		n := *c.note
		n.quiet, n.quietFirst, n.quietLast = old.quiet, old.quietSince, old.at
		if n.quiet == 0 {
			n.quietFirst, n.quietLast = time.Time{}, time.Time{}
		}
		r.quiet, r.quietSince = 0, time.Time{}
		r.notes++
		if err := put(tx, bucketNotes, noteKey(c.domain, r.notes), n.encode()); err != nil {
			return err
		}
		if r.notes > notesKept {
			if err := tx.Bucket([]byte(bucketNotes)).Delete(noteKey(c.domain, r.notes-notesKept)); err != nil {
				return err
			}
		}
	}
	return put(tx, bucketStates, []byte(c.domain), r.encode())
}
