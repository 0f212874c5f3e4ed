package store

import (
	"cmp"
	"context"
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
// as raw dictionary. The key blob of a stream may have one itself, a shared key
// (shared.go), which has none: so any blob is read with at most three
// decompressions, and damage to a delta spoils no other.

// maxDeltas is how many deltas there may be between a content and a whole blob.
const maxDeltas = 2

// maxBlob is more than any body that the program fetches.
const maxBlob = 256 << 20

// A stream is a run of blobs that resemble each other: a site's documents, its
// lists of findings, its pages, its error pages. The first is a key blob; up to
// keyEvery-1 more are stored as deltas on it, then, or when a delta does not pay,
// comes a new key.
type stream struct {
	key    uint64 // serial of the key blob, 0 for none
	deltas uint64
}

const (
	streamDocuments = iota
	streamPages
	streamFaultPages
	streamFindings
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
	// lent is the shared key that key is, nil where key is the stream's own; offer
	// is the shared key that this blob is to be, and must be settled.
	lent, offer *sharedKey
	serial      uint64 // where putBlob stored it; 0 where the content was there
}

// pack compresses plain for the stream, unless the archive has it. It runs in
// the committing goroutine, before the transaction; only puts are left to that.
func (db *DB) pack(ctx context.Context, plain []byte, st int, streams *[streamCount]stream) (blob, error) {
	if len(plain) > maxBlob {
		return blob{}, errTooLong(len(plain))
	}
	b := blob{sum: sha256.Sum256(plain), stream: st}
	var base []byte
	var known bool
	err := db.peek(func(tx *bolt.Tx) error {
		if _, known = serialOf(tx, b.sum); known || st == noStream {
			return nil
		}
		if s := streams[st]; s.key != 0 && s.deltas < keyEvery-1 {
			// Where the key is damaged, Check tells. What is new is still kept.
			base, _ = db.unpackWithin(tx, serialKey(s.key), maxDeltas-1)
		}
		return nil
	})
	if err != nil || known {
		return b, err
	}
	if base != nil {
		if delta, ok := db.zstd.delta(plain, base, func(n int) bool { return n < len(plain)/8 }); ok {
			b.key = streams[st].key
			b.row = append(blobHeader(len(plain), b.key, len(delta)), delta...)
			return b, nil
		}
	}
	if st == noStream || len(plain) < sharedLeast || len(plain) > sharedMost {
		b.row = db.packWhole(plain)
		return b, nil
	}
	err = db.packKey(ctx, &b, plain)
	return b, err
}

// packAlone compresses plain whole, also where the archive has it.
func (db *DB) packAlone(plain []byte) (blob, error) {
	if len(plain) > maxBlob {
		return blob{}, errTooLong(len(plain))
	}
	return blob{sum: sha256.Sum256(plain), stream: noStream, row: db.packWhole(plain)}, nil
}

func (db *DB) packWhole(plain []byte) []byte {
	return db.zstd.append(blobHeader(len(plain), 0, len(plain)/4), plain)
}

func errTooLong(n int) error { return fmt.Errorf("%d bytes are more than the archive takes", n) }

// packKey compresses what a stream begins with: as a delta on the shared key that
// is most like it, or, where that would not halve it, whole and for others to share.
func (db *DB) packKey(ctx context.Context, b *blob, plain []byte) error {
	kind, like := kindOf[b.stream], sketchOf(plain)
	for {
		key, mine, err := db.borrow(ctx, kind, &like)
		if err != nil {
			return err
		}
		if mine {
			b.offer = key
			b.row = db.packWhole(plain)
			return nil
		}
		var base []byte
		if err := db.peek(func(tx *bolt.Tx) error {
			base, err = db.unpackWithin(tx, serialKey(key.serial), 0)
			return nil
		}); err != nil {
			return err
		}
		if base == nil {
			db.unshare(key) // dropped or damaged
			continue
		}
		var ok bool
		if b.row, ok = db.share(plain, base, key.serial); ok {
			b.key, b.lent = key.serial, key
		} else {
			b.offer = db.offer(kind, &like)
		}
		return nil
	}
}

// share compresses plain on another blob where that takes half the room at most
// of what it takes alone, and else alone; ok tells which.
func (db *DB) share(plain, base []byte, key uint64) (row []byte, ok bool) {
	var whole []byte
	alone := func() int {
		if whole == nil {
			whole = db.packWhole(plain)
		}
		return len(whole)
	}
	if delta, ok := db.zstd.delta(plain, base, func(n int) bool { return n < len(plain)/8 || n < alone()/2 }); ok {
		return append(blobHeader(len(plain), key, len(delta)), delta...), true
	}
	alone()
	return whole, false
}

// blobHeader begins a row that has room for data and the checksum.
func blobHeader(size int, key uint64, data int) []byte {
	b := make([]byte, 0, 2*binary.MaxVarintLen64+data+sumSize)
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(size)), key)
}

// serialOf finds the blob of a digest. One that is damaged, or is a delta on one
// that is, or that a damaged row leads to, does not count: the content is then
// stored anew.
func serialOf(tx *bolt.Tx, sum digest) (uint64, bool) {
	first, err := getRow(tx, bucketDigests, sum[:])
	if err != nil || len(first) != 8 {
		return 0, false
	}
	k := first
	for range maxDeltas + 1 {
		row, err := getRow(tx, bucketBlobs, k)
		if err != nil || row == nil {
			return 0, false
		}
		h, err := parseBlob(row)
		if err != nil {
			return 0, false
		}
		if h.key == 0 {
			return binary.BigEndian.Uint64(first), true
		}
		k = serialKey(h.key)
	}
	return 0, false
}

// putBlob stores a packed blob and returns its serial, which may be one that
// another visit was given meanwhile.
func putBlob(tx *bolt.Tx, b *blob) (serial uint64, fresh bool, err error) {
	b.serial = 0
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
	blobs.FillPercent = 1 // keys only grow: leave no half-empty pages behind
	if serial, err = blobs.NextSequence(); err != nil {
		return 0, false, err
	}
	if err := putInto(blobs, bucketBlobs, serialKey(serial), b.row); err != nil {
		return 0, false, err
	}
	if err := putShared(tx, b, serial); err != nil {
		return 0, false, err
	}
	b.serial = serial
	return serial, true, put(tx, bucketDigests, b.sum[:], serialKey(serial))
}

// follow moves a stream on after serial was stored from b.
func (s *stream) follow(b *blob, serial uint64) {
	switch {
	case b.key == 0 || b.lent != nil:
		*s = stream{key: serial}
	case b.key == s.key:
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
	return db.unpackWithin(tx, key, maxDeltas)
}

// unpackWithin is unpack for a blob that is at most so many deltas away from one
// that is whole; so rows that lead in a circle end. With 0 the result is for reading
// only.
func (db *DB) unpackWithin(tx *bolt.Tx, key []byte, deltas int) ([]byte, error) {
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
	if deltas == 0 && h.key == 0 {
		return db.shared.unpacked(binary.BigEndian.Uint64(key), row, func() ([]byte, error) { return db.unpackRow(key, h, nil) })
	}
	var base []byte
	if h.key != 0 {
		if deltas == 0 {
			return nil, damage(bucketBlobs, key, "it is a delta where none may be")
		}
		if base, err = db.unpackWithin(tx, serialKey(h.key), deltas-1); err != nil {
			return nil, damage(bucketBlobs, key, "it is a delta on blob %x, which cannot be read", serialKey(h.key))
		}
	}
	return db.unpackRow(key, h, base)
}

func (db *DB) unpackRow(key []byte, h blobHead, base []byte) ([]byte, error) {
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
