package store

import (
	"bytes"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// loadState returns an empty row for a site that was never visited.
func loadState(tx *bolt.Tx, domain string) (*stateRow, error) {
	fields, err := getKeyed(tx, bucketStates, domain)
	if err != nil {
		return nil, err
	}
	r, err := decodeStateRow(fields)
	if err != nil {
		return nil, damage(bucketStates, []byte(domain), "%v", err)
	}
	return r, nil
}

// loadSite also returns the row's bytes, which end with the transaction.
func loadSite(tx *bolt.Tx, domain string) (*siteRow, []byte, error) {
	fields, err := getKeyed(tx, bucketSites, domain)
	if err != nil {
		return nil, nil, err
	}
	r, err := decodeSiteRow(domain, fields)
	if err != nil {
		return nil, nil, damage(bucketSites, []byte(domain), "%v", err)
	}
	return r, fields, nil
}

// getKeyed is getRow for a key that comes from outside; an empty one is in no
// bucket, and the engine would refuse it.
func getKeyed(tx *bolt.Tx, bucket, key string) ([]byte, error) {
	if key == "" {
		return nil, nil
	}
	return getRow(tx, bucket, []byte(key))
}

func (db *DB) peekSite(domain string) (row *siteRow, err error) {
	err = db.peek(func(tx *bolt.Tx) error {
		row, _, err = loadSite(tx, domain)
		return err
	})
	return row, err
}

func loadVersion(tx *bolt.Tx, domain string, n int) (*versionRow, error) {
	if n < 1 || uint64(n) > 1<<32-1 {
		return nil, ErrNotFound
	}
	key := versionKey(domain, n)
	val := tx.Bucket([]byte(bucketVersions)).Get(key)
	if val == nil {
		return nil, ErrNotFound
	}
	return openVersion(key, val)
}

func openVersion(key, val []byte) (*versionRow, error) {
	fields, err := unseal(bucketVersions, key, val)
	if err != nil {
		return nil, damage(bucketVersions, key, "the checksum does not match")
	}
	domain, n, ok := splitVersionKey(key)
	if !ok {
		return nil, damage(bucketVersions, key, "the key is malformed")
	}
	r, err := decodeVersionRow(domain, n, fields)
	if err != nil {
		return nil, damage(bucketVersions, key, "%v", err)
	}
	return r, nil
}

// isVersionOf tells whether a versions key is that of the site with the prefix.
func isVersionOf(k, prefix []byte) bool {
	return len(k) == len(prefix)+4 && bytes.HasPrefix(k, prefix)
}

// eachVersion walks a site's versions from the newest back until fn says no.
func (db *DB) eachVersion(tx *bolt.Tx, domain string, fn func(*versionRow) (bool, error)) error {
	prefix := sitePrefix(domain)
	c := tx.Bucket([]byte(bucketVersions)).Cursor()
	k, val := c.Seek(versionKey(domain, 1<<32-1))
	if k == nil {
		k, val = c.Last()
	}
	if k != nil && !isVersionOf(k, prefix) {
		k, val = c.Prev()
	}
	for ; isVersionOf(k, prefix); k, val = c.Prev() {
		row, err := openVersion(k, val)
		if err != nil {
			return err
		}
		if more, err := fn(row); err != nil || !more {
			return err
		}
	}
	return nil
}

// fill joins a version's row with its blobs.
func (db *DB) fill(tx *bolt.Tx, r *versionRow, document bool) (*record.Version, error) {
	v := r.version
	read := func(digest, what string) (decoder, error) {
		sum, _ := parseDigest(digest)
		plain, err := db.readBlob(tx, sum)
		if err != nil {
			err = fmt.Errorf("%s of version %d: %w", what, v.Number, err)
		}
		return decoder{b: plain}, err
	}
	if document && r.document != "" {
		d, err := read(r.document, "document")
		if err != nil {
			return nil, err
		}
		if v.Document, err = decodeDocument(d.b); err != nil {
			return nil, fmt.Errorf("document of version %d: %w", v.Number, err)
		}
		v.Document.Identity, v.Document.Exact = v.Identity, v.Exact
	}
	if r.findings != "" {
		d, err := read(r.findings, "findings")
		if err != nil {
			return nil, err
		}
		for d.next() {
			if d.num == 1 {
				d.message(func(d *decoder) { v.Findings = append(v.Findings, decodeFinding(d)) })
			}
		}
		if d.err != nil {
			return nil, fmt.Errorf("findings of version %d: %w", v.Number, d.err)
		}
	}
	if r.change != "" {
		d, err := read(r.change, "change")
		if err != nil {
			return nil, err
		}
		if v.Change = decodeChange(&d); d.err != nil {
			return nil, fmt.Errorf("change of version %d: %w", v.Number, d.err)
		}
	}
	return &v, nil
}
