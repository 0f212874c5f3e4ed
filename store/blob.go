package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// A blobRow is
//
//	uvarint size of the plain bytes ‖ uvarint serial of the key blob, 0 for none ‖ data ‖ checksum
//
// data is one zstd frame, or the plain bytes where size is the data's own
// length. With a key blob the frame is compressed with that blob's plain bytes
// as raw dictionary. A key blob never has one itself, so any blob is read with
// at most two decompressions, and damage to one delta spoils no other.

// maxBlob is more than any body that the program fetches.
const maxBlob = 256 << 20

// A stream is a run of blobs that resemble each other: a site's documents, its
// pages, its error pages. The first is a key blob; up to keyEvery-1 more are
// stored as deltas on it, then, or when a delta does not pay, comes a new key.
type stream struct {
	key    uint64 // serial of the key blob, 0 for none
	deltas uint64
}

const (
	streamDocuments = iota
	streamPages
	streamFaultPages
	streamCount
	noStream = -1
)

const keyEvery = 16

// blob is content on its way into the archive.
type blob struct {
	sum    digest
	stream int
	// key is the blob that the row is a delta on. row lacks its checksum, which
	// covers a serial that is not given out yet; it is nil when the archive
	// held the content already.
	key uint64
	row []byte
}

// pack compresses plain for the stream, unless the archive has it. It runs in
// the committing goroutine, before the transaction; only puts are left to that.
func (db *DB) pack(plain []byte, st int, streams *[streamCount]stream) (blob, error) {
	if len(plain) > maxBlob {
		return blob{}, fmt.Errorf("%d bytes are more than the archive takes", len(plain))
	}
	b := blob{sum: sha256.Sum256(plain), stream: st}
	var base []byte
	var known bool
	err := db.peek(func(tx *bolt.Tx) error {
		if _, known = serialOf(tx, b.sum); known || st == noStream {
			return nil
		}
		if s := streams[st]; s.key != 0 && s.deltas < keyEvery-1 {
			row, err := getRow(tx, bucketBlobs, serialKey(s.key))
			if err != nil {
				// The key is damaged; Check tells. What is new is still kept, whole.
				return nil
			}
			if base, err = db.zstd.unpackKey(row); err == nil {
				b.key = s.key
			}
		}
		return nil
	})
	if err != nil || known {
		return b, err
	}
	// Room for what a page shrinks to, and for the checksum.
	head := binary.AppendUvarint(make([]byte, 0, len(plain)/4+64), uint64(len(plain)))
	if b.key != 0 {
		if delta, ok := db.zstd.delta(plain, base); ok {
			b.row = append(binary.AppendUvarint(head, b.key), delta...)
			return b, nil
		}
		b.key = 0
	}
	b.row = db.zstd.append(append(head, 0), plain)
	return b, nil
}

// serialOf finds the blob of a digest. A blob that is damaged, or that a
// damaged row leads to, does not count: the content is then stored anew.
func serialOf(tx *bolt.Tx, sum digest) (uint64, bool) {
	k, err := getRow(tx, bucketDigests, sum[:])
	if err != nil || len(k) != 8 {
		return 0, false
	}
	row, err := getRow(tx, bucketBlobs, k)
	if err != nil || row == nil {
		return 0, false
	}
	return binary.BigEndian.Uint64(k), true
}

// putBlob stores a packed blob and returns its serial, which may be one that
// another visit was given meanwhile.
func putBlob(tx *bolt.Tx, b *blob) (serial uint64, fresh bool, err error) {
	if serial, ok := serialOf(tx, b.sum); ok {
		return serial, false, nil
	}
	blobs := tx.Bucket([]byte(bucketBlobs))
	if b.row == nil || b.key != 0 && blobs.Get(serialKey(b.key)) == nil {
		return 0, false, errGone
	}
	// What was dropped and comes again is there again.
	if err := tx.Bucket([]byte(bucketDropped)).Delete(b.sum[:]); err != nil {
		return 0, false, err
	}
	blobs.FillPercent = 0.95 // keys only grow: leave no half-empty pages behind
	if serial, err = blobs.NextSequence(); err != nil {
		return 0, false, err
	}
	if err := putInto(blobs, bucketBlobs, serialKey(serial), b.row); err != nil {
		return 0, false, err
	}
	return serial, true, put(tx, bucketDigests, b.sum[:], serialKey(serial))
}

// follow moves a stream on after serial was stored from b.
func (s *stream) follow(b *blob, serial uint64) {
	switch b.key {
	case 0:
		*s = stream{key: serial}
	case s.key:
		s.deltas++
	}
}

// readBlob returns a blob's plain bytes, verified against its digest.
func (db *DB) readBlob(tx *bolt.Tx, sum digest) ([]byte, error) {
	k, err := getRow(tx, bucketDigests, sum[:])
	if err != nil {
		return nil, err
	}
	if k == nil {
		if d, err := loadDropped(tx, sum); err != nil || d != nil {
			return nil, cmp.Or(err, error(d))
		}
		return nil, fmt.Errorf("content %x: %w", sum, ErrNotFound)
	}
	plain, err := db.unpack(tx, k)
	if err != nil {
		return nil, err
	}
	if sha256.Sum256(plain) != sum {
		return nil, damage(bucketBlobs, k, "content has another digest than %x", sum)
	}
	return plain, nil
}

// unpack returns the plain bytes of the blob under key, unverified.
func (db *DB) unpack(tx *bolt.Tx, key []byte) ([]byte, error) {
	row, err := getRow(tx, bucketBlobs, key)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, damage(bucketBlobs, key, "the row is missing")
	}
	h, err := parseBlob(row)
	if err != nil {
		return nil, damage(bucketBlobs, key, "%v", err)
	}
	var base []byte
	if h.key != 0 {
		baseRow, err := getRow(tx, bucketBlobs, serialKey(h.key))
		if err != nil {
			return nil, err
		}
		if base, err = db.zstd.unpackKey(baseRow); err != nil {
			return nil, damage(bucketBlobs, key, "key blob %d: %v", h.key, err)
		}
	}
	plain, err := db.zstd.plain(h, base)
	if err != nil {
		return nil, damage(bucketBlobs, key, "%v", err)
	}
	return plain, nil
}

// blobHead is a blob row taken apart; data aliases the row.
type blobHead struct {
	size int
	key  uint64
	data []byte
}

func parseBlob(row []byte) (h blobHead, err error) {
	size, n := binary.Uvarint(row)
	if n <= 0 || size > maxBlob {
		return h, errCorrupt
	}
	key, m := binary.Uvarint(row[n:])
	if m <= 0 {
		return h, errCorrupt
	}
	return blobHead{size: int(size), key: key, data: row[n+m:]}, nil
}
