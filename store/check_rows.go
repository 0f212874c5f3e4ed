package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// refer marks a content as used, and says so when it is not there.
func (c *checker) refer(digest, what string) error {
	sum, ok := parseDigest(digest)
	if !ok {
		return fmt.Errorf("its %s %q is no digest", what, digest)
	}
	x := c.contents[sum]
	if x == nil {
		c.lost[sum] = true
		return fmt.Errorf("its %s %s is not there", what, digest)
	}
	x.used, x.kind = true, what
	return nil
}

func (c *checker) digestRow(tx *bolt.Tx, k, fields []byte) error {
	if len(k) != digestSize || len(fields) != 8 {
		return errCorrupt
	}
	x := &content{serial: binary.BigEndian.Uint64(fields), kind: unreferred}
	c.contents[digest(k)] = x
	return nil
}

func (c *checker) snapshotRow(tx *bolt.Tx, k, fields []byte) error {
	c.report.Snapshots++
	if len(k) < digestSize+10 || k[len(k)-9] != 0 {
		return fmt.Errorf("the key is malformed")
	}
	if _, err := decodeSnapshot(fields); err != nil {
		return err
	}
	if _, gone := c.dropped[digest(k[:digestSize])]; gone {
		c.dropped[digest(k[:digestSize])] = true
		return nil
	}
	return c.refer(hex.EncodeToString(k[:digestSize]), "body")
}

func (c *checker) droppedRow(tx *bolt.Tx, k, fields []byte) error {
	c.report.Dropped++
	if len(k) != digestSize {
		return fmt.Errorf("the key is malformed")
	}
	c.dropped[digest(k)] = false
	if c.contents[digest(k)] != nil {
		c.add(bucketDropped, k, "the body is there")
	}
	_, err := decodeDropped(digest(k), fields)
	return err
}

// versionRow comes in order of site and number, so that a gap and a broken
// chain show at once.
func (c *checker) versionRow(tx *bolt.Tx, k, fields []byte) error {
	c.report.Versions++
	domain, n, ok := splitVersionKey(k)
	if !ok {
		return fmt.Errorf("the key is malformed")
	}
	before := c.last[domain]
	c.last[domain] = n
	row, err := decodeVersionRow(domain, n, fields)
	if err != nil {
		return err
	}
	if n != before+1 {
		c.add(bucketVersions, k, "version %d comes after version %d", n, before)
	}
	if n > 1 {
		prev := versionKey(domain, n-1)
		if link := linkDigest(prev, c.get(tx, bucketVersions, prev)); row.version.Previous != hex.EncodeToString(link[:]) {
			c.add(bucketVersions, k, "the version before is not the one that this one was chained to")
		}
	} else if row.version.Previous != "" {
		c.add(bucketVersions, k, "the first version is chained to another")
	}
	if !c.has(tx, bucketTimes, timeKey(row.version.At, domain, n)) {
		c.add(bucketTimes, timeKey(row.version.At, domain, n), "the row is missing")
	}
	for _, ref := range []struct{ what, digest string }{
		{"document", row.document}, {"findings", row.findings}, {"change", row.change},
	} {
		if ref.digest != "" {
			if err := c.refer(ref.digest, ref.what); err != nil {
				c.add(bucketVersions, k, "%v", err)
			}
		}
	}
	if s := row.version.Snapshot; s != "" {
		sum, ok := parseDigest(s)
		prefix := snapshotPrefix(sum, domain)
		b := tx.Bucket([]byte(bucketSnapshots))
		if !ok || b == nil {
			return fmt.Errorf("its snapshot %q is not there", s)
		}
		if at, _ := b.Cursor().Seek(prefix); !bytes.HasPrefix(at, prefix) {
			return fmt.Errorf("its snapshot %s is not there", s)
		}
	}
	return nil
}

func (c *checker) timeRow(tx *bolt.Tx, k, _ []byte) error {
	if len(k) < 8 {
		return fmt.Errorf("the key is malformed")
	}
	domain, n, ok := splitVersionKey(k[8:])
	if !ok {
		return fmt.Errorf("the key is malformed")
	}
	v := c.get(tx, bucketVersions, versionKey(domain, n))
	if v == nil {
		return fmt.Errorf("version %d of %s is not there", n, domain)
	}
	row, err := openVersion(versionKey(domain, n), v)
	if err != nil {
		return nil // told with the version
	}
	if !bytes.Equal(timeKey(row.version.At, domain, n), k) {
		return fmt.Errorf("version %d of %s is of another time, %s", n, domain, row.version.At.Format(time.RFC3339Nano))
	}
	return nil
}

func (c *checker) stateRow(tx *bolt.Tx, k, fields []byte) error {
	c.report.Sites++
	row, err := decodeStateRow(fields)
	if err != nil {
		return err
	}
	domain := string(k)
	if n := c.last[domain]; row.past.Version != n {
		c.add(bucketStates, k, "it says version %d, the newest is %d", row.past.Version, n)
	}
	if n := row.past.Version; n > 0 {
		key := versionKey(domain, n)
		link := linkDigest(key, c.get(tx, bucketVersions, key))
		c.heads = append(c.heads, link[:]...)
	}
	for serial := row.notes; serial > 0 && serial+notesKept > row.notes; serial-- {
		if !c.has(tx, bucketNotes, noteKey(domain, serial)) {
			c.add(bucketNotes, noteKey(domain, serial), "the row is missing")
		}
	}
	if !c.has(tx, bucketSites, k) {
		c.add(bucketSites, k, "the row is missing")
	}
	return nil
}

func (c *checker) siteRow(tx *bolt.Tx, k, fields []byte) error {
	row, err := decodeSiteRow(string(k), fields)
	if err != nil {
		return err
	}
	for _, s := range row.streams {
		if s.key != 0 && !c.has(tx, bucketBlobs, serialKey(s.key)) {
			c.add(bucketSites, k, "key blob %d is not there", s.key)
		}
	}
	if !c.has(tx, bucketStates, k) {
		c.add(bucketStates, k, "the row is missing")
	}
	return nil
}

func (c *checker) noteRow(tx *bolt.Tx, k, fields []byte) error {
	c.report.Notes++
	i := len(k) - 9
	if i < 1 || k[i] != 0 {
		return fmt.Errorf("the key is malformed")
	}
	if _, err := decodeNoteRow(fields); err != nil {
		return err
	}
	if !c.has(tx, bucketStates, k[:i]) {
		return fmt.Errorf("there is no site %q", k[:i])
	}
	return nil
}

func (c *checker) alertRow(tx *bolt.Tx, k, fields []byte) error {
	c.report.Alerts++
	row, err := decodeAlertRow(fields)
	if err != nil {
		return err
	}
	if len(k) != 8 {
		return fmt.Errorf("the key is malformed")
	}
	if id, err := unseal(bucketAlertIDs, []byte(row.id), c.get(tx, bucketAlertIDs, []byte(row.id))); err != nil || !bytes.Equal(id, k) {
		c.add(bucketAlertIDs, []byte(row.id), "it does not lead to the alert %x", k)
	}
	due := c.has(tx, bucketDue, dueKey(row.due, binary.BigEndian.Uint64(k)))
	if row.state == record.AlertWaiting {
		c.report.Waiting++
		if !due {
			c.add(bucketDue, dueKey(row.due, binary.BigEndian.Uint64(k)), "the row is missing, the alert would never be sent")
		}
	} else if due {
		c.add(bucketDue, dueKey(row.due, binary.BigEndian.Uint64(k)), "the alert is %s already", row.state)
	}
	return c.refer(row.event, "event")
}

func (c *checker) alertIDRow(tx *bolt.Tx, k, fields []byte) error {
	if !c.has(tx, bucketAlerts, fields) {
		return fmt.Errorf("alert %x is not there", fields)
	}
	return nil
}

func (c *checker) dueRow(tx *bolt.Tx, k, _ []byte) error {
	if len(k) != 16 {
		return fmt.Errorf("the key is malformed")
	}
	v := c.get(tx, bucketAlerts, k[8:])
	if v == nil {
		return fmt.Errorf("alert %x is not there", k[8:])
	}
	fields, err := unseal(bucketAlerts, k[8:], v)
	if err != nil {
		return nil // told with the alert
	}
	if row, err := decodeAlertRow(fields); err == nil && !bytes.Equal(dueKey(row.due, binary.BigEndian.Uint64(k[8:])), k) {
		return fmt.Errorf("alert %s is due at another time", row.id)
	}
	return nil
}

// sharedRow checks no more than that a row can be read: the rest is a hint.
func sharedRow(_ *bolt.Tx, k, fields []byte) error {
	if _, ok := decodeShared(fields); !ok || len(k) != 8 {
		return errCorrupt
	}
	return nil
}
