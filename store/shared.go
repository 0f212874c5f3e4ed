package store

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"sync"

	bolt "go.etcd.io/bbolt"
)

// Sites that are made with the same system send the same page but for their own
// words, and ministries copy each other's statements. So the key blob of a stream
// may itself be a delta, on a shared key: a blob of another site that is most like
// it. A shared key is always stored whole. So any content is read with three
// decompressions at most, and what a damaged blob spoils is bounded.

const (
	// sharers is how many streams may begin on one shared key: what is lost with
	// it, and what is made anew when it is dropped.
	sharers = 16
	// sharedKnown bounds the shared keys that are known, the newest; each takes
	// about half a kilobyte of memory.
	sharedKnown = 4096
	// sharedPlaces is by how many of its sketch's numbers a key is found.
	sharedPlaces = 8
	// A shorter content saves nothing; a longer one does not fit into the window
	// together with another like it.
	sharedLeast = 256
	sharedMost  = window / 2
	// unpackedMost is how many bytes of shared keys are kept unpacked: what a scan
	// of sites that are made with a few systems asks for again and again.
	unpackedMost = 4 << 20
)

// kindOf is the kind of content in a stream; only contents of one kind are shared.
var kindOf = [streamCount]uint64{streamPages: 1, streamFaultPages: 1, streamDocuments: 2, streamFindings: 3}

// sharedKey is a blob that streams of other sites may begin on, or one that is
// about to be stored.
//
//	1 kind  2 streams begun on it  3 sketch
type sharedKey struct {
	kind   uint64
	used   uint64
	like   sketch
	serial uint64 // set before stored is closed; 0 if it never will be
	// stored is closed when the visit that brings the blob is committed or given up.
	stored  chan struct{}
	instead uint64 // the serial of the key that is forgotten for this one
}

func (k *sharedKey) encode() []byte {
	e := &encoder{}
	e.uint(1, k.kind)
	e.uint(2, k.used)
	e.element(3, string(k.like.bytes()))
	return e.b
}

// decodeShared returns false for what is no shared key; such a row may be lost
// at any time, and is let be.
func decodeShared(b []byte) (k sharedKey, ok bool) {
	d := decoder{b: b}
	for d.next() {
		switch d.num {
		case 1:
			k.kind = d.uint()
		case 2:
			k.used = d.uint()
		case 3:
			k.like, ok = parseSketch(d.p)
		}
	}
	return k, ok && d.err == nil
}

// sharedKeys are those that are known.
type sharedKeys struct {
	mu   sync.Mutex
	read bool         // the rows of the archive are among them
	keys []*sharedKey // the oldest first
	// places leads from the least numbers of sketches to the newest key with them.
	places map[place]*sharedKey

	plain  map[uint64]unpackedKey // by serial
	recent []uint64               // those in plain, the oldest first
	size   int                    // of them
}

// unpackedKey holds for as long as the row has the same checksum.
type unpackedKey struct {
	row   uint32
	plain []byte
}

// unpacked returns the content of a shared key from a row whose checksum was just
// found right. Nobody may write to it.
func (s *sharedKeys) unpacked(serial uint64, row []byte, unpack func() ([]byte, error)) ([]byte, error) {
	sum := crc32.Checksum(row, castagnoli)
	s.mu.Lock()
	k, ok := s.plain[serial]
	s.mu.Unlock()
	if ok && k.row == sum {
		return k.plain, nil
	}
	plain, err := unpack()
	if err != nil || len(plain) > sharedMost {
		return plain, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.plain[serial]; ok {
		return plain, nil // another was faster
	}
	if s.plain == nil {
		s.plain = map[uint64]unpackedKey{}
	}
	s.plain[serial] = unpackedKey{sum, plain}
	s.recent = append(s.recent, serial)
	for s.size += len(plain); s.size > unpackedMost; s.recent = s.recent[1:] {
		s.size -= len(s.plain[s.recent[0]].plain)
		delete(s.plain, s.recent[0])
	}
	return plain, nil
}

type place struct{ kind, number uint64 }

// nearest returns the key that is most like a content, nil where none is.
func (s *sharedKeys) nearest(kind uint64, like *sketch) (k *sharedKey) {
	best := sketchLeast - 1
	for _, x := range like[:sharedPlaces] {
		if p := s.places[place{kind, uint64(x)}]; p != nil && p != k && p.used < sharers {
			if n := p.like.common(like); n > best {
				k, best = p, n
			}
		}
	}
	return k
}

func (s *sharedKeys) add(k *sharedKey) {
	if len(s.keys) == sharedKnown {
		k.instead = s.keys[0].serial
		s.remove(s.keys[0])
	}
	if s.places == nil {
		s.places = map[place]*sharedKey{}
	}
	s.keys = append(s.keys, k)
	for _, x := range k.like[:sharedPlaces] {
		s.places[place{k.kind, uint64(x)}] = k
	}
}

func (s *sharedKeys) remove(k *sharedKey) {
	if i := slices.Index(s.keys, k); i >= 0 {
		s.keys = slices.Delete(s.keys, i, i+1)
	}
	for _, x := range k.like[:sharedPlaces] {
		if p := (place{k.kind, uint64(x)}); s.places[p] == k {
			delete(s.places, p)
		}
	}
}

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// borrow returns the shared key that is most like a content, and waits where it is
// just being committed: the first visits of many like sites come at once. Where
// there is none, the content is to be one; mine is then set, and the caller must
// settle it.
//
// Nobody waits for ever: a visit packs its contents in order of kind, so whom it
// waits for waits, if at all, for one of a later kind.
func (db *DB) borrow(ctx context.Context, kind uint64, like *sketch) (k *sharedKey, mine bool, err error) {
	s := &db.shared
	for {
		s.mu.Lock()
		if err := db.knowShared(); err != nil {
			s.mu.Unlock()
			return nil, false, err
		}
		if k = s.nearest(kind, like); k == nil {
			k = &sharedKey{kind: kind, like: *like, stored: make(chan struct{})}
			s.add(k)
			s.mu.Unlock()
			return k, true, nil
		}
		k.used++
		s.mu.Unlock()
		select {
		case <-k.stored:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
		if k.serial != 0 {
			return k, false, nil
		}
	}
}

// offer has a content be a shared key though another is like it.
func (db *DB) offer(kind uint64, like *sketch) *sharedKey {
	k := &sharedKey{kind: kind, like: *like, stored: make(chan struct{})}
	db.shared.mu.Lock()
	defer db.shared.mu.Unlock()
	db.shared.add(k)
	return k
}

// settle tells those who wait for the shared key that a blob is to be what became
// of it.
func (b *blob) settle(db *DB, stored bool) {
	if b.offer == nil {
		return
	}
	db.shared.mu.Lock()
	defer db.shared.mu.Unlock()
	if stored {
		b.offer.serial = b.serial // 0 where another visit brought the same bytes
	}
	if b.offer.serial == 0 {
		db.shared.remove(b.offer)
	}
	close(b.offer.stored)
}

// moveShared has streams begin on what took the place of dropped keys.
func (db *DB) moveShared(moved map[uint64]uint64) {
	s := &db.shared
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range slices.Clone(s.keys) {
		to, ok := moved[k.serial]
		if !ok {
			continue
		}
		if s.remove(k); to != 0 {
			s.add(&sharedKey{kind: k.kind, used: k.used, like: k.like, serial: to, stored: closed})
		}
	}
}

// unshare has nobody else begin on a key.
func (db *DB) unshare(k *sharedKey) {
	db.shared.mu.Lock()
	defer db.shared.mu.Unlock()
	db.shared.remove(k)
}

// knowShared reads the newest shared keys of the archive, once.
func (db *DB) knowShared() error {
	s := &db.shared
	if s.read {
		return nil
	}
	var found []*sharedKey
	err := db.peek(func(tx *bolt.Tx) error {
		c := tx.Bucket([]byte(bucketShared)).Cursor()
		for k, v := c.Last(); len(k) == 8 && len(found) < sharedKnown; k, v = c.Prev() {
			fields, err := unseal(bucketShared, k, v)
			if err != nil {
				continue
			}
			if x, ok := decodeShared(fields); ok && x.used < sharers {
				x.serial, x.stored = binary.BigEndian.Uint64(k), closed
				found = append(found, &x)
			}
		}
		return nil
	})
	if err == nil {
		for _, k := range slices.Backward(found) {
			s.add(k)
		}
		s.read = true
	}
	return err
}

// putShared keeps what a blob that was just stored means for sharing. Rows that
// nobody would look at again go.
func putShared(tx *bolt.Tx, b *blob, serial uint64) error {
	shared := tx.Bucket([]byte(bucketShared))
	if b.offer != nil {
		if err := shared.Delete(serialKey(b.offer.instead)); err != nil {
			return err
		}
		return put(tx, bucketShared, serialKey(serial), (&sharedKey{kind: b.offer.kind, like: b.offer.like}).encode())
	}
	if b.lent == nil {
		return nil
	}
	fields, err := getRow(tx, bucketShared, serialKey(b.key))
	if err != nil {
		return nil // a hint; Check tells
	}
	k, ok := decodeShared(fields)
	if !ok {
		return nil
	}
	if k.used++; k.used >= sharers {
		return shared.Delete(serialKey(b.key))
	}
	return put(tx, bucketShared, serialKey(b.key), k.encode())
}
