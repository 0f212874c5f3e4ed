package store

import (
	"bytes"
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
	if d.key != (h.key == 0) {
		return 0, false, nil // a key of deltas that the plan does not know; the next run does
	}
	size = int64(h.size)
	if d.key {
		if err := db.rekey(tx, p, d); err != nil {
			return 0, false, err
		}
	}
	if err := tx.Bucket([]byte(bucketBlobs)).Delete(key); err != nil {
		return 0, false, err
	}
	if err := tx.Bucket([]byte(bucketDigests)).Delete(d.sum[:]); err != nil {
		return 0, false, err
	}
	return size, true, put(tx, bucketDropped, d.sum[:], encodeDropped(&record.DroppedBody{Size: size, At: now, Policy: policy}))
}

// rekey makes the blobs that are left of a key's stream anew without it: the first
// becomes the key, the others deltas on it. Their contents stay as they are.
func (db *DB) rekey(tx *bolt.Tx, p *dropPlan, d *dropping) error {
	serials := p.deltas[d.serial]
	// What was committed since the plan last looked, in this transaction too.
	c := tx.Bucket([]byte(bucketBlobs)).Cursor()
	for k, v := c.Seek(serialKey(p.seen + 1)); k != nil; k, v = c.Next() {
		if h, err := parseBlob(v); err == nil && h.key == d.serial {
			serials = append(serials[:len(serials):len(serials)], binary.BigEndian.Uint64(k))
		}
	}
	var first uint64
	var base []byte
	next := stream{}
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
		out := binary.AppendUvarint(nil, uint64(len(plain)))
		delta, ok := []byte(nil), false
		if first != 0 {
			delta, ok = db.zstd.delta(plain, base)
		}
		if ok {
			next.deltas++
			out = append(binary.AppendUvarint(out, first), delta...)
		} else {
			out = db.zstd.append(append(out, 0), plain)
		}
		if first == 0 {
			first, base, next.key = serial, plain, serial
		}
		if err := put(tx, bucketBlobs, serialKey(serial), out); err != nil {
			return err
		}
	}
	return restream(tx, d, next)
}

// restream has the sites that would make further deltas on a key that goes make
// them on the one that took its place, or begin anew.
func restream(tx *bolt.Tx, d *dropping, next stream) error {
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
		changed := false
		for i := range row.streams {
			if s := &row.streams[i]; s.key == d.serial && fields != nil {
				*s, changed = next, true
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
