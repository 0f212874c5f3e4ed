package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
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
		if out[i], err = db.prepareAlert(ctx, &alerts[i]); err != nil {
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
	return db.LeaseFor(ctx, now, lease, max, nil)
}

// LeaseFor is Lease without the alerts that skip tells by their ID, channel and digest:
// they stay due. skip may be asked twice about an alert.
func (db *DB) LeaseFor(ctx context.Context, now time.Time, lease time.Duration, max int, skip func(id, channel, digest string) bool) ([]record.Alert, error) {
	// Most calls find nothing; they need not write.
	var some bool
	if err := db.view(ctx, func(tx *bolt.Tx) error {
		some = len(dueKeys(tx, now, 1, skip)) > 0
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
		for _, k := range dueKeys(tx, now, max, skip) {
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
		for _, k := range dueKeys(tx, time.Unix(0, math.MaxInt64), math.MaxInt, nil) {
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

// dueKeys returns copies of the due keys up to now, at most max, without those of
// alerts that are skipped. What is no due key must not hold up those behind it, nor
// is a row that cannot be read passed over here: who leases it tells of it.
func dueKeys(tx *bolt.Tx, now time.Time, max int, skip func(id, channel, digest string) bool) (keys [][]byte) {
	end := dueKey(now, 1<<64-1)
	c := tx.Bucket([]byte(bucketDue)).Cursor()
	for k, _ := c.First(); k != nil && bytes.Compare(k, end) <= 0 && len(keys) < max; k, _ = c.Next() {
		if len(k) == len(end) && !(skip != nil && skipped(tx, k[8:], skip)) {
			keys = append(keys, bytes.Clone(k))
		}
	}
	return keys
}

func skipped(tx *bolt.Tx, serial []byte, skip func(id, channel, digest string) bool) bool {
	fields, err := getRow(tx, bucketAlerts, serial)
	if err != nil || fields == nil {
		return false
	}
	var id, channel, digest string
	d := decoder{b: fields}
	for d.next() {
		switch d.num {
		case 1:
			id = d.str()
		case 2:
			channel = d.str()
		case 14:
			digest = d.str()
		}
	}
	return d.err == nil && skip(id, channel, digest)
}

// Settle records what became of alerts: State, Tries, Next, Settled, Reason and
// Digest of each, of all or of none. What was sent or given up stays so,
// whatever a dispatcher whose lease ran out says later; only "sent" may follow
// "given up".
func (db *DB) Settle(ctx context.Context, alerts ...record.Alert) error {
	err := db.write(ctx, 512*len(alerts), func(tx *bolt.Tx) error {
		rows, err := kept(tx, alerts)
		if err != nil {
			return err
		}
		for i := range rows {
			a, row := &alerts[i], &rows[i]
			if row.state == record.AlertSent || row.state == record.AlertGivenUp && a.State != record.AlertSent {
				continue
			}
			if err := row.replace(tx, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store: settle %s: %w", named(alerts), err)
	}
	return nil
}

// Requeue puts alerts that were sent or given up back among those that wait,
// due at once, as if they had never been tried, of all or of none. Their IDs stay,
// so that a receiver that has got one knows it again.
func (db *DB) Requeue(ctx context.Context, now time.Time, ids ...string) ([]record.Alert, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	alerts := make([]record.Alert, len(ids))
	for i, id := range ids {
		alerts[i].ID = id
	}
	err := db.write(ctx, 512*len(ids), func(tx *bolt.Tx) error {
		rows, err := kept(tx, alerts)
		if err != nil {
			return err
		}
		for i := range rows {
			if alerts[i], err = db.alert(tx, &rows[i].alertRow); err != nil {
				return refusal{err}
			}
		}
		for i := range rows {
			a := &alerts[i]
			a.State, a.Tries, a.Next, a.Settled, a.Digest = record.AlertWaiting, 0, now, time.Time{}, ""
			a.Reason, a.Told = "to be sent again on request", []record.Sentence{record.Say("told.alert.again")}
			if err := rows[i].replace(tx, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: put %s back into the outbox: %w", named(alerts), err)
	}
	return alerts, nil
}

func named(alerts []record.Alert) string {
	if len(alerts) == 1 {
		return "alert " + alerts[0].ID
	}
	return fmt.Sprintf("%d alerts", len(alerts))
}

// keptRow is a row of the outbox and its key.
type keptRow struct {
	alertRow
	key []byte
}

// kept loads the rows of alerts by their IDs. It puts nothing, and an ID that is
// not there refuses them all.
func kept(tx *bolt.Tx, alerts []record.Alert) ([]keptRow, error) {
	rows := make([]keptRow, len(alerts))
	for i := range alerts {
		k, err := getRow(tx, bucketAlertIDs, []byte(alerts[i].ID))
		if err != nil {
			return nil, refusal{err}
		}
		if k == nil {
			return nil, refusal{fmt.Errorf("%s: %w", alerts[i].ID, ErrNotFound)}
		}
		key := bytes.Clone(k)
		fields, err := getRow(tx, bucketAlerts, key)
		if err != nil {
			return nil, refusal{err}
		}
		row, err := decodeAlertRow(fields)
		if err != nil {
			return nil, refusal{damage(bucketAlerts, key, "%v", err)}
		}
		rows[i] = keptRow{*row, key}
	}
	return rows, nil
}

// replace writes the row with what a says of the delivery.
func (r *keptRow) replace(tx *bolt.Tx, a *record.Alert) error {
	serial := binary.BigEndian.Uint64(r.key)
	due := tx.Bucket([]byte(bucketDue))
	if err := due.Delete(dueKey(r.due, serial)); err != nil {
		return err
	}
	r.state, r.tries, r.next, r.settled, r.reason, r.told, r.digest = a.State, a.Tries, a.Next, a.Settled, a.Reason, a.Told, a.Digest
	r.due = a.Next
	if err := put(tx, bucketAlerts, r.key, r.encode()); err != nil {
		return err
	}
	if r.state != record.AlertWaiting {
		return nil
	}
	return due.Put(dueKey(r.due, serial), nil)
}

// Alerts returns the alerts that f selects, the newest first.
func (db *DB) Alerts(ctx context.Context, f record.AlertFilter) ([]record.Alert, error) {
	var out []record.Alert
	err := db.view(ctx, func(tx *bolt.Tx) error {
		return eachAlert(tx, f.Before, f.Newest, func(row *alertRow) (bool, error) {
			if !row.selected(&f) {
				return true, nil
			}
			a, err := db.alert(tx, row)
			if err != nil {
				return false, err
			}
			out = append(out, a)
			return len(out) != f.Limit, nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("store: list alerts: %w", err)
	}
	return out, nil
}
