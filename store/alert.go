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

// alertRow is one alert of the outbox. The event lies in a blob, so that the
// same event to five channels is kept once.
//
//	1 id  2 channel  3 event blob  4 state  5 tries  6 next  7 settled  8 reason
//	9 due  10 type  11 site  12 event's time
type alertRow struct {
	id      string
	channel string
	event   string
	state   record.AlertState
	tries   int
	next    time.Time
	settled time.Time
	reason  string
	// due is the time in the alert's due key: next, or the end of a lease.
	due time.Time
	// Copies of the event's fields, to filter by.
	kind record.EventType
	site string
	at   time.Time
}

func (r *alertRow) encode() []byte {
	e := &encoder{b: make([]byte, 0, 192)}
	e.str(1, r.id)
	e.str(2, r.channel)
	e.digest(3, r.event)
	e.str(4, string(r.state))
	e.int(5, int64(r.tries))
	e.time(6, r.next)
	e.time(7, r.settled)
	e.str(8, r.reason)
	e.time(9, r.due)
	e.str(10, string(r.kind))
	e.str(11, r.site)
	e.time(12, r.at)
	return e.b
}

func decodeAlertRow(b []byte) (*alertRow, error) {
	r := &alertRow{}
	d := decoder{b: b}
	for d.next() {
		switch d.num {
		case 1:
			r.id = d.str()
		case 2:
			r.channel = d.str()
		case 3:
			r.event = d.digest()
		case 4:
			r.state = record.AlertState(d.str())
		case 5:
			r.tries = int(d.int())
		case 6:
			r.next = d.time()
		case 7:
			r.settled = d.time()
		case 8:
			r.reason = d.str()
		case 9:
			r.due = d.time()
		case 10:
			r.kind = record.EventType(d.str())
		case 11:
			r.site = d.str()
		case 12:
			r.at = d.time()
		}
	}
	return r, d.err
}

// outgoing is an alert made ready to be put.
type outgoing struct {
	row   alertRow
	event blob
}

func (db *DB) prepareAlert(a *record.Alert) (outgoing, error) {
	if a.ID == "" || len(a.ID) > maxKey {
		return outgoing{}, fmt.Errorf("an alert for %s has an ID of %d bytes; 1 to %d are allowed", a.Channel, len(a.ID), maxKey)
	}
	var e encoder
	encodeEvent(&e, &a.Event)
	b, err := db.pack(e.b, noStream, nil)
	if err != nil {
		return outgoing{}, fmt.Errorf("keep the event of alert %s: %w", a.ID, err)
	}
	r := alertRow{
		id: a.ID, channel: a.Channel, event: hex.EncodeToString(b.sum[:]), state: a.State, tries: a.Tries, next: a.Next,
		settled: a.Settled, reason: a.Reason, due: a.Next, kind: a.Event.Type, site: a.Event.Site, at: a.Event.At,
	}
	if r.state == "" {
		r.state = record.AlertWaiting
	}
	return outgoing{row: r, event: b}, nil
}

// put adds the alert unless its ID is there: what became of an alert since it
// was first put is never undone by putting it again.
func (o *outgoing) put(tx *bolt.Tx) error {
	if known, err := getRow(tx, bucketAlertIDs, []byte(o.row.id)); err != nil || known != nil {
		return err
	}
	alerts := tx.Bucket([]byte(bucketAlerts))
	serial, err := alerts.NextSequence()
	if err != nil {
		return err
	}
	if err := put(tx, bucketAlertIDs, []byte(o.row.id), serialKey(serial)); err != nil {
		return err
	}
	if err := putInto(alerts, bucketAlerts, serialKey(serial), o.row.encode()); err != nil {
		return err
	}
	if o.row.state != record.AlertWaiting {
		return nil
	}
	return tx.Bucket([]byte(bucketDue)).Put(dueKey(o.row.due, serial), nil)
}

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
		k, _ := tx.Bucket([]byte(bucketDue)).Cursor().First()
		some = k != nil && isDue(k, now)
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
		var keys [][]byte
		c := due.Cursor()
		for k, _ := c.First(); k != nil && isDue(k, now) && len(keys) < max; k, _ = c.Next() {
			keys = append(keys, bytes.Clone(k))
		}
		for _, k := range keys {
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

func isDue(key []byte, now time.Time) bool {
	return len(key) == 16 && bytes.Compare(key[:8], dueKey(now, 0)[:8]) <= 0
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

func (r *alertRow) selected(f *record.AlertFilter) bool {
	return (f.State == "" || f.State == r.state) && (f.Type == "" || f.Type == r.kind) &&
		(f.Channel == "" || f.Channel == r.channel) && (f.Site == "" || f.Site == r.site) &&
		(f.Since.IsZero() || !r.at.Before(f.Since))
}

func (db *DB) loadAlert(tx *bolt.Tx, key []byte) (*alertRow, record.Alert, error) {
	fields, err := getRow(tx, bucketAlerts, key)
	if err != nil {
		return nil, record.Alert{}, err
	}
	if fields == nil {
		return nil, record.Alert{}, damage(bucketAlerts, key, "the row is missing")
	}
	row, err := decodeAlertRow(fields)
	if err != nil {
		return nil, record.Alert{}, damage(bucketAlerts, key, "%v", err)
	}
	a, err := db.alert(tx, row)
	return row, a, err
}

// alert joins a row and its event.
func (db *DB) alert(tx *bolt.Tx, r *alertRow) (record.Alert, error) {
	a := record.Alert{
		ID: r.id, Channel: r.channel, State: r.state, Tries: r.tries, Next: r.next, Settled: r.settled, Reason: r.reason,
	}
	sum, _ := parseDigest(r.event)
	plain, err := db.readBlob(tx, sum)
	if err != nil {
		return a, fmt.Errorf("event of alert %s: %w", r.id, err)
	}
	d := decoder{b: plain}
	a.Event = decodeEvent(&d)
	return a, d.err
}
