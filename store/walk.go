package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// keysPerView bounds how long a walk over the archive holds one transaction.
const keysPerView = 512

// eachKey calls fn with every key of a bucket in order. fn runs outside of any
// transaction and may take its time; what is added meanwhile may or may not be
// seen.
func (db *DB) eachKey(ctx context.Context, bucket string, fn func([]byte) error) error {
	var last []byte
	for {
		var keys [][]byte
		if err := db.view(ctx, func(tx *bolt.Tx) error {
			c := tx.Bucket([]byte(bucket)).Cursor()
			k, _ := c.First()
			if last != nil {
				if k, _ = c.Seek(last); bytes.Equal(k, last) {
					k, _ = c.Next()
				}
			}
			for ; k != nil && len(keys) < keysPerView; k, _ = c.Next() {
				keys = append(keys, bytes.Clone(k))
			}
			return nil
		}); err != nil {
			return err
		}
		for _, k := range keys {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := fn(k); err != nil {
				return err
			}
		}
		if len(keys) < keysPerView {
			return nil
		}
		last = keys[len(keys)-1]
	}
}

// eachFields calls fn with every row of a bucket in order, some in a transaction.
// A bucket that an older format lacks has none.
func (db *DB) eachFields(ctx context.Context, bucket string, fn func(tx *bolt.Tx, k, v []byte) error) error {
	var last []byte
	for more := true; more; {
		if err := db.view(ctx, func(tx *bolt.Tx) error {
			more = false
			b := tx.Bucket([]byte(bucket))
			if b == nil {
				return nil
			}
			c := b.Cursor()
			k, v := c.First()
			if last != nil {
				if k, v = c.Seek(last); bytes.Equal(k, last) {
					k, v = c.Next()
				}
			}
			for n := 0; k != nil; k, v = c.Next() {
				if n++; n > keysPerView {
					more = true
					return nil
				}
				if err := fn(tx, k, v); err != nil {
					return err
				}
				last = append(last[:0], k...)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// EachVersion calls fn with the site and the number of every version, in order
// of time. An error of fn ends the walk and is returned as it is.
func (db *DB) EachVersion(ctx context.Context, fn func(domain string, n int) error) error {
	return db.eachKey(ctx, bucketTimes, func(k []byte) error {
		domain, n, ok := "", 0, false
		if len(k) > 8 {
			domain, n, ok = splitVersionKey(k[8:])
		}
		if !ok {
			return damage(bucketTimes, k, "the key is malformed")
		}
		return fn(domain, n)
	})
}

// EachKept calls fn with every answer that is kept, in order of digest, site and
// time, so that those with equal bytes follow each other.
func (db *DB) EachKept(ctx context.Context, fn func(record.Kept) error) error {
	return db.eachKey(ctx, bucketSnapshots, func(k []byte) error {
		if len(k) < digestSize+9 || k[len(k)-9] != 0 {
			return damage(bucketSnapshots, k, "the key is malformed")
		}
		return fn(record.Kept{
			Digest: hex.EncodeToString(k[:digestSize]), Site: string(k[digestSize : len(k)-9]),
			At: time.Unix(0, int64(binary.BigEndian.Uint64(k[len(k)-8:]))).UTC(),
		})
	})
}

// SnapshotAt returns one answer that is kept, with its body. Of one whose body was
// dropped by policy it returns what is left, and a *record.DroppedBody as the error.
func (db *DB) SnapshotAt(ctx context.Context, k record.Kept) (*record.Snapshot, error) {
	var s *record.Snapshot
	err := db.view(ctx, func(tx *bolt.Tx) error {
		sum, ok := parseDigest(k.Digest)
		if !ok {
			return ErrNotFound
		}
		key := snapshotKey(sum, k.Site, k.At)
		fields, err := getRow(tx, bucketSnapshots, key)
		if err != nil {
			return err
		}
		if fields == nil {
			return ErrNotFound
		}
		if s, err = decodeSnapshot(fields); err != nil {
			return damage(bucketSnapshots, key, "%v", err)
		}
		s.Body, err = db.readBlob(tx, sum)
		return err
	})
	if err != nil {
		return bodiless(s, err), fmt.Errorf("store: snapshot %s of %s: %w", k.Digest, k.Site, err)
	}
	return s, nil
}

// Chain returns the records of a site's versions up to number n, the oldest
// first, byte for byte.
func (db *DB) Chain(ctx context.Context, domain string, n int) ([]record.ChainRow, error) {
	var out []record.ChainRow
	err := db.view(ctx, func(tx *bolt.Tx) error {
		prefix := sitePrefix(domain)
		c := tx.Bucket([]byte(bucketVersions)).Cursor()
		for k, val := c.Seek(prefix); isVersionOf(k, prefix); k, val = c.Next() {
			row, err := openVersion(k, val)
			if err != nil {
				return err
			}
			if row.version.Number > n {
				break
			}
			link := linkDigest(k, val)
			out = append(out, record.ChainRow{
				Number: row.version.Number, Bytes: append(bytes.Clone(k), val...), Digest: hex.EncodeToString(link[:]),
				Previous: row.version.Previous, Snapshot: row.version.Snapshot,
				Document: row.document, Findings: row.findings, Change: row.change,
			})
		}
		if len(out) < n {
			return ErrNotFound
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: chain of %s up to version %d: %w", domain, n, err)
	}
	return out, nil
}

// Content returns the plain bytes of any content by their SHA-256 in hex.
func (db *DB) Content(ctx context.Context, digest string) ([]byte, error) {
	var plain []byte
	err := db.view(ctx, func(tx *bolt.Tx) (err error) {
		sum, ok := parseDigest(digest)
		if !ok {
			return ErrNotFound
		}
		plain, err = db.readBlob(tx, sum)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: content %s: %w", digest, err)
	}
	return plain, nil
}
