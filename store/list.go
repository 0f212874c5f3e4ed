package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// summarise fills in what a list says of the site's version n. It reads only that
// out of the row: of ten thousand sites the digests alone would be half the work.
func summarise(tx *bolt.Tx, r *record.SiteRow, n int) error {
	key := versionKey(r.Site.Domain, n)
	val := tx.Bucket([]byte(bucketVersions)).Get(key)
	if val == nil {
		return ErrNotFound
	}
	fields, err := unseal(bucketVersions, key, val)
	if err != nil {
		return damage(bucketVersions, key, "the checksum does not match")
	}
	d := decoder{b: fields}
	for d.next() {
		switch d.num {
		case 1:
			r.Changed = d.time()
		case 10:
			r.Title = d.str()
		case 11:
			r.Lang = d.str()
		case 12:
			r.Dir = d.str()
		case 13:
			r.Topics = append(r.Topics, record.Topic(d.str()))
		case 14:
			r.AbsentRequired = append(r.AbsentRequired, d.str())
		}
	}
	if d.err != nil {
		return damage(bucketVersions, key, "%v", d.err)
	}
	return nil
}

// Changes returns the versions that changed something, the newest first, without
// documents and findings, and where to go on: what f.Before takes for the next
// page, empty at the end. A page may be short, or empty, and yet not be the last
// where f.Newest ended it. First versions are passed over by their number alone: a
// new list brings thousands of them.
func (db *DB) Changes(ctx context.Context, f record.ChangeFilter) (out []record.Version, next string, err error) {
	err = db.view(ctx, func(tx *bolt.Tx) error {
		c := tx.Bucket([]byte(bucketTimes)).Cursor()
		k, _ := c.Last()
		if f.Before != "" {
			key, ok := bookmarkKey(f.Before)
			if !ok {
				return ErrNotFound
			}
			if k, _ = c.Seek(key); k == nil {
				k, _ = c.Last()
			}
			for bytes.Compare(k, key) >= 0 {
				k, _ = c.Prev()
			}
		}
		opened := 0
		for ; len(k) > 8; k, _ = c.Prev() {
			at := time.Unix(0, int64(binary.BigEndian.Uint64(k))).UTC()
			if !f.Since.IsZero() && !at.After(f.Since) {
				break
			}
			domain, n, ok := splitVersionKey(k[8:])
			if !ok {
				return damage(bucketTimes, k, "the key is malformed")
			}
			if n == 1 {
				continue
			}
			if f.Limit > 0 && len(out) == f.Limit || f.Newest > 0 && opened == f.Newest {
				return nil // and next says where
			}
			opened++
			next = bookmark(at, domain, n)
			row, err := loadVersion(tx, domain, n)
			if err != nil {
				return err
			}
			row.findings = ""
			v, err := db.fill(tx, row, false)
			if err != nil {
				return err
			}
			if v.Change != nil && v.Change.Severity.AtLeast(f.Least) {
				out = append(out, *v)
			}
		}
		next = ""
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("store: list changes: %w", err)
	}
	return out, next, nil
}

// bookmark names a version's place in the order of time; bookmarkKey is its key there.
func bookmark(at time.Time, domain string, n int) string {
	return fmt.Sprintf("%d.%d.%s", at.UnixNano(), n, domain)
}

func bookmarkKey(s string) ([]byte, bool) {
	parts := strings.SplitN(s, ".", 3)
	if len(parts) != 3 || checkDomain(parts[2]) != nil {
		return nil, false
	}
	at, err1 := strconv.ParseInt(parts[0], 10, 64)
	n, err2 := strconv.ParseUint(parts[1], 10, 32)
	if err1 != nil || err2 != nil || at < 0 {
		return nil, false
	}
	return timeKey(time.Unix(0, at), parts[2], int(n)), true
}
