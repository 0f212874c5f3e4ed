package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// Enqueue adds alerts that belong to no visit, in one transaction. An alert
// whose ID is there already is left as it is.
func (db *DB) Enqueue(ctx context.Context, alerts []record.Alert) error {
	if len(alerts) == 0 {
		return ctx.Err()
	}
	out := make([]outgoing, len(alerts))
	size := 0
	for i := range alerts {
		var err error
		if out[i], err = db.prepareAlert(&alerts[i]); err != nil {
			return fmt.Errorf("store: enqueue: %w", err)
		}
		size += len(out[i].event.row) + 512
	}
	err := db.write(ctx, size, func(tx *bolt.Tx) error {
		for i := range out {
			if _, _, err := putBlob(tx, &out[i].event); err != nil {
				return err
			}
			if err := out[i].put(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store: enqueue %d alerts: %w", len(alerts), err)
	}
	return nil
}

// Lease returns waiting alerts whose time has come, the longest due first, at
// most max, and puts their time off until now+lease: no other call returns them
// before. A dispatcher that dies leaves them to be leased again then; one that
// lives must Settle within the lease.
func (db *DB) Lease(ctx context.Context, now time.Time, lease time.Duration, max int) ([]record.Alert, error) {
	// Most calls find nothing; they need not write.
	var some bool
	if err := db.view(ctx, func(tx *bolt.Tx) error {
		some = len(dueKeys(tx, now, 1)) > 0
		return nil
	}); err != nil {
		return nil, fmt.Errorf("store: lease: %w", err)
	}
	if !some || max <= 0 {
		return nil, nil
	}
	var out []record.Alert
	err := db.write(ctx, 64<<10, func(tx *bolt.Tx) error {
		out = nil
		due := tx.Bucket([]byte(bucketDue))
		for _, k := range dueKeys(tx, now, max) {
			serial := binary.BigEndian.Uint64(k[8:])
			row, alert, err := db.loadAlert(tx, serialKey(serial))
			if err != nil {
				// One damaged row must not stop the others: put it off all the same.
				db.log.Error("an alert cannot be read", "serial", serial, "error", err)
			} else {
				out = append(out, alert)
				row.due = now.Add(lease)
				if err := put(tx, bucketAlerts, serialKey(serial), row.encode()); err != nil {
					return err
				}
			}
			if err := due.Delete(k); err != nil {
				return err
			}
			if err := due.Put(dueKey(now.Add(lease), serial), nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: lease: %w", err)
	}
	return out, nil
}

// Unlease ends every lease and returns how many there were. One process at a time
// has the archive open, so whoever has just opened it knows that a lease is left
// from a process that ended before it settled.
func (db *DB) Unlease(ctx context.Context) (n int, err error) {
	err = db.write(ctx, 64<<10, func(tx *bolt.Tx) error {
		n = 0
		due := tx.Bucket([]byte(bucketDue))
		for _, k := range dueKeys(tx, time.Unix(0, math.MaxInt64), math.MaxInt) {
			serial := binary.BigEndian.Uint64(k[8:])
			fields, err := getRow(tx, bucketAlerts, serialKey(serial))
			if err != nil || fields == nil {
				continue // Lease reports it
			}
			row, err := decodeAlertRow(fields)
			if err != nil || row.due.Equal(row.next) {
				continue
			}
			n++
			row.due = row.next
			if err := put(tx, bucketAlerts, serialKey(serial), row.encode()); err != nil {
				return err
			}
			if err := due.Delete(k); err != nil {
				return err
			}
			if err := due.Put(dueKey(row.due, serial), nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("store: end the leases: %w", err)
	}
	return n, nil
}

// dueKeys returns copies of the due keys up to now, at most max. What is no due
// key must not hold up those behind it.
func dueKeys(tx *bolt.Tx, now time.Time, max int) (keys [][]byte) {
	end := dueKey(now, 1<<64-1)
	c := tx.Bucket([]byte(bucketDue)).Cursor()
	for k, _ := c.First(); k != nil && bytes.Compare(k, end) <= 0 && len(keys) < max; k, _ = c.Next() {
		if len(k) == len(end) {
			keys = append(keys, bytes.Clone(k))
		}
	}
	return keys
}

// Settle records what became of an alert: its State, Tries, Next, Settled and
// Reason. What was sent or given up stays so, whatever a dispatcher whose lease
// ran out says later; only "sent" may follow "given up".
func (db *DB) Settle(ctx context.Context, a record.Alert) error {
	err := db.write(ctx, 512, func(tx *bolt.Tx) error {
		k, err := getRow(tx, bucketAlertIDs, []byte(a.ID))
		if err != nil {
			return err
		}
		if k == nil {
			return refusal{ErrNotFound}
		}
		key := bytes.Clone(k)
		fields, err := getRow(tx, bucketAlerts, key)
		if err != nil {
			return err
		}
		row, err := decodeAlertRow(fields)
		if err != nil {
			return damage(bucketAlerts, key, "%v", err)
		}
		if row.state == record.AlertSent || row.state == record.AlertGivenUp && a.State != record.AlertSent {
			return nil
		}
		due := tx.Bucket([]byte(bucketDue))
		if err := due.Delete(dueKey(row.due, binary.BigEndian.Uint64(key))); err != nil {
			return err
		}
		row.state, row.tries, row.next, row.settled, row.reason = a.State, a.Tries, a.Next, a.Settled, a.Reason
		row.due = a.Next
		if err := put(tx, bucketAlerts, key, row.encode()); err != nil {
			return err
		}
		if row.state != record.AlertWaiting {
			return nil
		}
		return due.Put(dueKey(row.due, binary.BigEndian.Uint64(key)), nil)
	})
	if err != nil {
		return fmt.Errorf("store: settle alert %s: %w", a.ID, err)
	}
	return nil
}

// Alerts returns the alerts that f selects, the newest first.
func (db *DB) Alerts(ctx context.Context, f record.AlertFilter) ([]record.Alert, error) {
	var out []record.Alert
	err := db.view(ctx, func(tx *bolt.Tx) error {
		c := tx.Bucket([]byte(bucketAlerts)).Cursor()
		for k, v := c.Last(); k != nil; k, v = c.Prev() {
			fields, err := unseal(bucketAlerts, k, v)
			if err != nil {
				return damage(bucketAlerts, k, "the checksum does not match")
			}
			row, err := decodeAlertRow(fields)
			if err != nil {
				return damage(bucketAlerts, k, "%v", err)
			}
			if !row.selected(&f) {
				continue
			}
			a, err := db.alert(tx, row)
			if err != nil {
				return err
			}
			if out = append(out, a); len(out) == f.Limit {
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: list alerts: %w", err)
	}
	return out, nil
}
