package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// errGone means that what a visit was compressed against was dropped meanwhile;
// it is compressed anew.
var errGone = errors.New("the body that it was compressed against was dropped meanwhile")

// drop takes one body out, if that is still allowed, and notes why.
func (db *DB) drop(tx *bolt.Tx, p *dropPlan, d *dropping, now time.Time, policy string) (size int64, done bool, err error) {
	if serial, ok := serialOf(tx, d.sum); !ok || serial != d.serial {
		return 0, false, nil
	}
	if may, err := mayDrop(tx, d.sum, p.before); err != nil || !may {
		return 0, false, err
	}
	key := serialKey(d.serial)
	row, err := getRow(tx, bucketBlobs, key)
	if err != nil {
		return 0, false, err
	}
	h, err := parseBlob(row)
	if err != nil {
		return 0, false, damage(bucketBlobs, key, "%v", err)
	}
	if h.key != d.key {
		return 0, false, nil // another run made it the key of deltas that this plan does not know; the next run does
	}
	size = int64(h.size)
	if err := db.rekey(tx, p, d, h.key); err != nil {
		return 0, false, err
	}
	if err := tx.Bucket([]byte(bucketBlobs)).Delete(key); err != nil {
		return 0, false, err
	}
	if err := tx.Bucket([]byte(bucketDigests)).Delete(d.sum[:]); err != nil {
		return 0, false, err
	}
	return size, true, put(tx, bucketDropped, d.sum[:], encodeDropped(&record.DroppedBody{Size: size, At: now, Policy: policy}))
}

// rekey makes the blobs that were deltas on one that goes anew without it: the
// first takes its place, as a delta on what it was a delta on or whole, the others
// become deltas on the first. Their contents stay as they are.
func (db *DB) rekey(tx *bolt.Tx, p *dropPlan, d *dropping, under uint64) error {
	serials := p.deltas[d.serial]
	// What was committed since the plan last looked, in this transaction too.
	c := tx.Bucket([]byte(bucketBlobs)).Cursor()
	for k, v := c.Seek(serialKey(p.seen + 1)); k != nil; k, v = c.Next() {
		if h, err := parseBlob(v); err == nil && h.key == d.serial {
			serials = append(serials[:len(serials):len(serials)], binary.BigEndian.Uint64(k))
		}
	}
	var base []byte // of under, then of the first
	var err error
	if under != 0 && len(serials) > 0 {
		if base, err = db.unpackWithin(tx, serialKey(under), 0); err != nil {
			return err
		}
	}
	first, key, deltas := uint64(0), under, uint64(0)
	var sum digest // of the first
	for _, serial := range serials {
		row, err := getRow(tx, bucketBlobs, serialKey(serial))
		if err != nil {
			return err
		}
		if row == nil {
			continue // dropped before
		}
		if h, err := parseBlob(row); err != nil || h.key != d.serial {
			continue
		}
		plain, err := db.unpack(tx, serialKey(serial))
		if err != nil {
			return err
		}
		out, ok := db.share(plain, base, key)
		if err := put(tx, bucketBlobs, serialKey(serial), out); err != nil {
			return err
		}
		switch {
		case first == 0:
			first, base, key, sum = serial, plain, serial, sha256.Sum256(plain)
			if list, known := p.deltas[under]; known && ok {
				p.deltas[under] = append(list, serial) // once more if this runs twice
			}
		case ok:
			deltas++
		}
	}
	if err := p.move(tx, d.serial, first, under == 0, deltas); err != nil {
		return err
	}
	return restream(tx, d, stream{key: first, deltas: deltas}, sum)
}

// move has a blob that took the place of a shared key be one, or nobody.
func (p *dropPlan) move(tx *bolt.Tx, from, to uint64, whole bool, used uint64) error {
	fields, err := getRow(tx, bucketShared, serialKey(from))
	if fields == nil || err != nil {
		return nil // no shared key, or one that is lost
	}
	p.moved[from] = 0
	if err := tx.Bucket([]byte(bucketShared)).Delete(serialKey(from)); err != nil {
		return err
	}
	k, ok := decodeShared(fields)
	if !ok || to == 0 || !whole {
		return nil
	}
	k.used, p.moved[from] = used, to
	return put(tx, bucketShared, serialKey(to), k.encode())
}

// restream has the sites that would make further deltas on a key that goes make
// them on the one that took its place, with the digest sum, where that is a body of
// theirs; otherwise they begin anew.
func restream(tx *bolt.Tx, d *dropping, next stream, sum digest) error {
	var domains []string
	c := tx.Bucket([]byte(bucketSnapshots)).Cursor()
	for k, _ := c.Seek(d.sum[:]); bytes.HasPrefix(k, d.sum[:]); k, _ = c.Next() {
		if _, domain, _, ok := splitSnapshotKey(k); ok {
			domains = append(domains, domain)
		}
	}
	for _, domain := range domains {
		row, fields, err := loadSite(tx, domain)
		if err != nil {
			return err
		}
		var to stream
		if k, _ := c.Seek(snapshotPrefix(sum, domain)); bytes.HasPrefix(k, snapshotPrefix(sum, domain)) {
			to = next
		}
		changed := false
		for i := range row.streams {
			if s := &row.streams[i]; s.key == d.serial && fields != nil {
				*s, changed = to, true
			}
		}
		if !changed {
			continue
		}
		if err := put(tx, bucketSites, []byte(domain), row.encode()); err != nil {
			return err
		}
	}
	return nil
}
