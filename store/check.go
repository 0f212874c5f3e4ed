package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"
)

const (
	damageListed = 1000
	// blobsPerView bounds how long the check holds one transaction open.
	blobsPerView = 256
)

// Check reads everything: the engine's pages, every row's checksum and fields,
// every reference between rows, the chain of versions, and every content
// against its digest. What is wrong is listed in the report; the error is only
// for a check that could not be done. The archive stays usable meanwhile, and
// what is committed during the check may or may not be part of it.
func (db *DB) Check(ctx context.Context) (CheckReport, error) {
	c := &checker{db: db, contents: map[digest]*content{}, dropped: map[digest]bool{}, lost: map[digest]bool{}, last: map[string]int{},
		report: CheckReport{Damage: []*DamageError{}, Lost: []Lost{}}}
	for _, kind := range contentKinds {
		c.report.Room.Contents = append(c.report.Room.Contents, RoomOfContents{Kind: kind})
	}
	err := db.view(ctx, func(tx *bolt.Tx) error { return c.rows(ctx, tx) })
	if err == nil {
		err = c.blobs(ctx)
	}
	if err == nil {
		err = db.view(ctx, c.pages)
	}
	if err == nil {
		err = c.nameLost(ctx)
	}
	if err == nil && !c.broken {
		err = db.view(ctx, c.room)
	}
	switch {
	case err != nil || c.broken:
	case db.readOnly:
		err = db.view(ctx, c.engine)
	default:
		err = db.write(ctx, 0, c.engine)
	}
	if err != nil {
		return c.report, fmt.Errorf("store: check %s: %w", db.of, err)
	}
	return c.report, nil
}

// content is a row of digests during a check.
type content struct {
	serial uint64
	kind   string // what the last row that refers to it calls it
	used   bool
}

type checker struct {
	db       *DB
	report   CheckReport
	contents map[digest]*content
	// dropped says of each body that was dropped whether an answer names it.
	dropped map[digest]bool
	// lost are contents that cannot be read.
	lost map[digest]bool
	// last is the number of versions found of each site.
	last  map[string]int
	heads []byte
	// lastBlob is the key of the newest blob when the rows were read.
	lastBlob []byte
	// broken is set when pages cannot be walked; see check_pages.go.
	broken bool
}

func (c *checker) damage(d *DamageError) {
	if c.report.Damaged++; len(c.report.Damage) < damageListed {
		c.report.Damage = append(c.report.Damage, d)
	}
}

func (c *checker) add(bucket string, key []byte, format string, args ...any) {
	c.damage(damage(bucket, key, format, args...))
}

// since is the format that first had a bucket, where not all had it.
var since = map[string]int{bucketReadings: 2, bucketDropped: 3, bucketShared: 4}

// rows checks all rows but the contents. The order matters: what is referred
// to comes before what refers to it.
func (c *checker) rows(ctx context.Context, tx *bolt.Tx) error {
	format, err := formatOf(tx)
	if err != nil {
		c.add(bucketMeta, []byte("format"), "%v", err)
	}
	c.report.Format = format
	for _, walk := range []struct {
		bucket string
		plain  bool // its values are not sealed
		row    func(tx *bolt.Tx, k, fields []byte) error
	}{
		{bucketDigests, false, c.digestRow},
		{bucketDropped, false, c.droppedRow},
		{bucketSnapshots, false, c.snapshotRow},
		{bucketVersions, false, c.versionRow},
		{bucketTimes, true, c.timeRow},
		{bucketReadings, false, c.readingRow},
		{bucketStates, false, c.stateRow},
		{bucketSites, false, c.siteRow},
		{bucketNotes, false, c.noteRow},
		{bucketAlerts, false, c.alertRow},
		{bucketAlertIDs, false, c.alertIDRow},
		{bucketDue, true, c.dueRow},
		{bucketRobots, false, func(*bolt.Tx, []byte, []byte) error { return nil }},
		{bucketShared, false, sharedRow},
	} {
		if format < since[walk.bucket] {
			continue
		}
		if err := c.walk(ctx, tx, walk.bucket, walk.plain, walk.row); err != nil {
			return err
		}
	}
	for sum, used := range c.dropped {
		if !used {
			c.add(bucketDropped, sum[:], "no answer had that body")
		}
	}
	for domain := range c.last {
		if !c.has(tx, bucketStates, []byte(domain)) {
			c.add(bucketStates, []byte(domain), "the row is missing, but the site has versions")
		}
	}
	if err := guard(func() error {
		if b := tx.Bucket([]byte(bucketBlobs)); b != nil {
			c.lastBlob, _ = b.Cursor().Last()
			c.lastBlob = bytes.Clone(c.lastBlob)
		}
		return nil
	}); err != nil {
		c.broken = true
		c.add(bucketBlobs, nil, "its pages cannot be read: %v", err)
	}
	sum := sha256.Sum256(c.heads)
	c.report.Heads = hex.EncodeToString(sum[:])
	return nil
}

// walk hands every row of a bucket to row, which returns what is wrong with it.
func (c *checker) walk(ctx context.Context, tx *bolt.Tx, bucket string, plain bool, row func(*bolt.Tx, []byte, []byte) error) error {
	err := guard(func() error {
		b := tx.Bucket([]byte(bucket))
		if b == nil {
			c.add(bucket, nil, "the bucket is missing")
			return nil
		}
		return b.ForEach(func(k, v []byte) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			fields, err := v, error(nil)
			if !plain {
				fields, err = unseal(bucket, k, v)
			}
			if err == nil {
				err = guard(func() error { return row(tx, k, fields) })
			}
			if err != nil {
				if d := (*DamageError)(nil); errors.As(err, &d) {
					c.damage(d)
				} else {
					c.add(bucket, k, "%v", err)
				}
			}
			return nil
		})
	})
	if errors.Is(err, ErrDamaged) {
		c.broken = true
		c.add(bucket, nil, "its pages cannot be read: %v", err)
		return nil
	}
	return err
}

// get and has look a row up without trusting that its bucket is there.
func (c *checker) get(tx *bolt.Tx, bucket string, key []byte) []byte {
	if b := tx.Bucket([]byte(bucket)); b != nil && len(key) > 0 {
		return b.Get(key)
	}
	return nil
}

func (c *checker) has(tx *bolt.Tx, bucket string, key []byte) bool {
	b := tx.Bucket([]byte(bucket))
	if b == nil || len(key) == 0 {
		return false
	}
	k, _ := b.Cursor().Seek(key) // Get returns nil for an empty value too
	return bytes.Equal(k, key)
}

// blobs decompresses every content in the order of the file and holds it
// against its digest, a few at a time.
func (c *checker) blobs(ctx context.Context) error {
	sums := make([]digest, 0, len(c.contents))
	for sum := range c.contents {
		sums = append(sums, sum)
	}
	slices.SortFunc(sums, func(a, b digest) int {
		x, y := c.contents[a].serial, c.contents[b].serial
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return bytes.Compare(a[:], b[:])
	})
	var before uint64
	for part := range slices.Chunk(sums, blobsPerView) {
		err := c.db.view(ctx, func(tx *bolt.Tx) error {
			for _, sum := range part {
				if err := ctx.Err(); err != nil {
					return err
				}
				x := c.contents[sum]
				if x.serial == before {
					c.add(bucketDigests, sum[:], "blob %d has another digest already", x.serial)
				} else {
					c.unnamed(tx, before, serialKey(x.serial))
				}
				before = x.serial
				c.blob(tx, sum, x)
			}
			return nil
		})
		if err != nil && !errors.Is(err, ErrDamaged) {
			return err
		}
		if err != nil {
			c.broken = true
			c.add(bucketBlobs, nil, "its pages cannot be read: %v", err)
		}
	}
	return c.db.view(ctx, func(tx *bolt.Tx) error {
		c.unnamed(tx, before, append(c.lastBlob, 0))
		return nil
	})
}

func (c *checker) blob(tx *bolt.Tx, sum digest, x *content) {
	key := serialKey(x.serial)
	err := guard(func() error {
		plain, err := c.db.unpack(tx, key)
		if err != nil {
			return err
		}
		if sha256.Sum256(plain) != sum {
			return damage(bucketBlobs, key, "its content has another digest than %x", sum)
		}
		c.report.Contents++
		c.report.Plain += int64(len(plain))
		row := c.get(tx, bucketBlobs, key)
		c.report.Packed += int64(len(row))
		h, err := parseBlob(row)
		c.roomOf(x.kind, h.key != 0, len(plain), len(row))
		return err
	})
	if err != nil {
		c.lost[sum] = true
	}
	if d := (*DamageError)(nil); errors.As(err, &d) {
		c.damage(d)
	} else if err != nil {
		c.add(bucketBlobs, key, "%v", err)
	}
	if !x.used {
		c.add(bucketBlobs, key, "nothing refers to content %x", sum)
	}
}

// unnamed reports blobs that come after a serial and before a key: no digest
// leads to them.
func (c *checker) unnamed(tx *bolt.Tx, after uint64, before []byte) {
	b := tx.Bucket([]byte(bucketBlobs))
	if b == nil {
		return
	}
	cur := b.Cursor()
	for k, _ := cur.Seek(serialKey(after + 1)); k != nil && bytes.Compare(k, before) < 0; k, _ = cur.Next() {
		c.add(bucketBlobs, k, "no digest leads to it")
	}
}
