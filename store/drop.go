package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// dropsPerWrite bounds how long a drop keeps visits from being committed.
const dropsPerWrite = 32

// Dropped counts bodies that were let go, and the bytes that they had.
type Dropped struct {
	Bodies int   `json:"bodies"`
	Bytes  int64 `json:"bytes"`
}

// droppedRow stands for a body that was dropped by policy, under its digest.
//
//	1 at  2 size  3 policy
func encodeDropped(d *record.DroppedBody) []byte {
	e := &encoder{}
	e.time(1, d.At)
	e.uint(2, uint64(d.Size))
	e.str(3, d.Policy)
	return e.b
}

func decodeDropped(sum digest, b []byte) (*record.DroppedBody, error) {
	r := &record.DroppedBody{Digest: hex.EncodeToString(sum[:])}
	d := decoder{b: b}
	for d.next() {
		switch d.num {
		case 1:
			r.At = d.time()
		case 2:
			r.Size = int64(d.uint())
		case 3:
			r.Policy = d.str()
		}
	}
	return r, d.err
}

// loadDropped returns nil for a body that was never dropped.
func loadDropped(tx *bolt.Tx, sum digest) (*record.DroppedBody, error) {
	if tx.Bucket([]byte(bucketDropped)) == nil { // an older format, open for reading
		return nil, nil
	}
	fields, err := getRow(tx, bucketDropped, sum[:])
	if fields == nil || err != nil {
		return nil, err
	}
	r, err := decodeDropped(sum, fields)
	if err != nil {
		return nil, damage(bucketDropped, sum[:], "%v", err)
	}
	return r, nil
}

// DropBodies lets go of the bodies of answers that all came before a time, and
// notes for each that it was dropped, at now and by which policy. What came with
// them stays, and so do records, texts and the chain of digests, which holds the
// bodies' digests. The bodies of every site's newest version, of its last answer
// and of a capture that waits for confirmation are kept however old they are.
//
// The file gets no smaller; Compact makes it so. A run that was cut short is
// finished by repeating it.
func (db *DB) DropBodies(ctx context.Context, before, now time.Time, policy string) (Dropped, error) {
	var all Dropped
	p, err := db.planDrops(ctx, before)
	if err == nil && len(p.drops) > 0 {
		err = db.seeKeys(ctx, p)
	}
	for part := range slices.Chunk(p.drops, dropsPerWrite) {
		if err != nil {
			break
		}
		var done Dropped
		if err = db.seeKeys(ctx, p); err != nil {
			break
		}
		err = db.write(ctx, groupBytes/8, func(tx *bolt.Tx) error {
			done = Dropped{} // it may run twice
			clear(p.moved)
			for i := range part {
				size, ok, err := db.drop(tx, p, &part[i], now, policy)
				if err != nil {
					return err
				}
				if ok {
					done.Bodies++
					done.Bytes += size
				}
			}
			return nil
		})
		if err == nil {
			db.moveShared(p.moved)
			all.Bodies, all.Bytes = all.Bodies+done.Bodies, all.Bytes+done.Bytes
		}
	}
	if err != nil {
		return all, fmt.Errorf("store: drop the bodies from before %s: %w", before.Format(time.RFC3339), err)
	}
	return all, nil
}

// dropping is one body that may go.
type dropping struct {
	sum    digest
	serial uint64
	key    uint64 // the blob that it is a delta on, 0 for none
	deltas int    // between it and a whole blob
}

// dropPlan is what a run has found out; each finding is checked again when it is
// acted on, since visits go on.
type dropPlan struct {
	before time.Time
	drops  []dropping
	// deltas are the blobs that were made against one that may go; all up to the
	// serial seen are known, but no longer so made are some.
	deltas map[uint64][]uint64
	seen   uint64
	// moved are the shared keys whose place another blob took.
	moved map[uint64]uint64
}

func (db *DB) planDrops(ctx context.Context, before time.Time) (*dropPlan, error) {
	p := &dropPlan{before: before, deltas: map[uint64][]uint64{}, moved: map[uint64]uint64{}}
	old := map[digest]bool{}
	var last digest // answers come in order of digest
	spoilt := false // one with it is not old
	if err := db.eachFields(ctx, bucketSnapshots, func(_ *bolt.Tx, k, _ []byte) error {
		sum, _, at, ok := splitSnapshotKey(k)
		if !ok {
			return damage(bucketSnapshots, k, "the key is malformed")
		}
		if sum != last {
			last, spoilt = sum, false
		}
		if spoilt = spoilt || !at.Before(before); spoilt {
			delete(old, sum)
		} else {
			old[sum] = true
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if len(old) == 0 {
		return p, nil
	}
	if err := db.spareOthers(ctx, old); err != nil {
		return nil, err
	}
	for sum := range old {
		if err := db.view(ctx, func(tx *bolt.Tx) error {
			serial, ok := serialOf(tx, sum)
			if !ok {
				return nil // dropped before, or damaged, which Check tells
			}
			may, err := mayDrop(tx, sum, before)
			if err != nil || !may {
				return err
			}
			d := dropping{sum: sum, serial: serial}
			if d.key, d.deltas, err = deltasOf(tx, serial); err != nil {
				return nil // what it is a delta on is damaged
			}
			p.drops = append(p.drops, d)
			p.deltas[serial] = nil
			return nil
		}); err != nil {
			return nil, err
		}
	}
	// Deltas go first, so that few are left to be made anew when their key goes.
	slices.SortFunc(p.drops, func(a, b dropping) int {
		return cmp.Or(cmp.Compare(b.deltas, a.deltas), cmp.Compare(a.serial, b.serial))
	})
	return p, nil
}

// deltasOf counts the deltas between a blob and a whole one, and names the first
// blob on that way.
func deltasOf(tx *bolt.Tx, serial uint64) (key uint64, n int, err error) {
	for ; n <= maxDeltas; n++ {
		row, err := getRow(tx, bucketBlobs, serialKey(serial))
		if err != nil {
			return 0, 0, err
		}
		h, err := parseBlob(row)
		if err != nil {
			return 0, 0, damage(bucketBlobs, serialKey(serial), "%v", err)
		}
		if n == 0 {
			key = h.key
		}
		if h.key == 0 {
			return key, n, nil
		}
		serial = h.key
	}
	return 0, 0, damage(bucketBlobs, serialKey(serial), "it is a delta where none may be")
}

// spareOthers takes out of a set of bodies those whose bytes are also some other
// content: a server may send whatever it likes.
func (db *DB) spareOthers(ctx context.Context, bodies map[digest]bool) error {
	spare := func(digests ...string) {
		for _, d := range digests {
			if sum, ok := parseDigest(d); ok {
				delete(bodies, sum)
			}
		}
	}
	for bucket, row := range map[string]func(k, fields []byte) error{
		bucketVersions: func(_, fields []byte) error {
			r, err := decodeVersionRow("", 0, fields)
			spare(r.document, r.findings, r.change)
			return err
		},
		bucketReadings: func(_, fields []byte) error {
			r, err := decodeReadingRow("", 0, 0, fields)
			spare(r.document, r.findings)
			return err
		},
		bucketAlerts: func(_, fields []byte) error {
			r, err := decodeAlertRow(fields)
			if err == nil {
				spare(r.event)
			}
			return err
		},
	} {
		if err := db.eachFields(ctx, bucket, func(_ *bolt.Tx, k, v []byte) error {
			fields, err := unseal(bucket, k, v)
			if err == nil {
				err = row(k, fields)
			}
			if err != nil {
				return damage(bucket, k, "%v", err)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// seeKeys finds the deltas on the keys that may go, among the blobs that are new
// since it last looked.
func (db *DB) seeKeys(ctx context.Context, p *dropPlan) error {
	if len(p.deltas) == 0 {
		return nil
	}
	for more := true; more; {
		if err := db.view(ctx, func(tx *bolt.Tx) error {
			c := tx.Bucket([]byte(bucketBlobs)).Cursor()
			n := 0
			k, v := c.Seek(serialKey(p.seen + 1))
			for ; k != nil && n < 8*keysPerView; k, v = c.Next() {
				n++
				p.see(k, v)
			}
			more = k != nil
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// see takes note of one blob. Its checksum is looked at when it is made anew.
func (p *dropPlan) see(k, row []byte) {
	p.seen = binary.BigEndian.Uint64(k)
	if h, err := parseBlob(row); err == nil && h.key != 0 {
		if list, ok := p.deltas[h.key]; ok {
			p.deltas[h.key] = append(list, p.seen)
		}
	}
}

// mayDrop reports whether nobody needs a body: all answers with it are old, and
// of none of their sites it is the standing one.
func mayDrop(tx *bolt.Tx, sum digest, before time.Time) (bool, error) {
	want := hex.EncodeToString(sum[:])
	c := tx.Bucket([]byte(bucketSnapshots)).Cursor()
	for k, _ := c.Seek(sum[:]); bytes.HasPrefix(k, sum[:]); k, _ = c.Next() {
		_, domain, at, ok := splitSnapshotKey(k)
		if !ok || !at.Before(before) {
			return false, nil
		}
		state, err := loadState(tx, domain)
		if err != nil {
			return false, err
		}
		if p := &state.past; p.Prior.BodyDigest == want || p.Pending != nil && p.Pending.Snapshot == want {
			return false, nil
		}
		if n := state.past.Version; n > 0 {
			v, err := loadVersion(tx, domain, n)
			if err != nil || v.version.Snapshot == want {
				return false, err
			}
		}
	}
	return true, nil
}

// splitSnapshotKey takes a snapshots key apart; ok is false for a malformed one.
func splitSnapshotKey(k []byte) (sum digest, domain string, at time.Time, ok bool) {
	if len(k) < digestSize+10 || k[len(k)-9] != 0 {
		return sum, "", at, false
	}
	return digest(k[:digestSize]), string(k[digestSize : len(k)-9]), time.Unix(0, int64(binary.BigEndian.Uint64(k[len(k)-8:]))).UTC(), true
}
