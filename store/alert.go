package store

import (
	"context"
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
//	9 due  10 type  11 site  12 event's time  13 cause...  14 digest  15 sentence...
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

	why    []record.Cause
	digest string // ID of the message that tells it with others
	told   []record.Sentence
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
	for i := range r.why {
		e.message(13, func(e *encoder) { encodeCause(e, &r.why[i]) })
	}
	e.str(14, r.digest)
	encodeSentences(e, 15, r.told)
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
		case 13:
			d.message(func(d *decoder) { r.why = append(r.why, decodeCause(d)) })
		case 14:
			r.digest = d.str()
		case 15:
			d.message(func(d *decoder) { r.told = append(r.told, decodeSentence(d)) })
		}
	}
	return r, d.err
}

// 1 route  2 event  3 least severity  4 label  5 site's pattern  6 profile
func encodeCause(e *encoder, c *record.Cause) {
	e.str(1, c.Route)
	e.str(2, string(c.Event))
	e.str(3, string(c.Floor))
	e.str(4, c.Label)
	e.str(5, c.Site)
	e.str(6, c.Profile)
}

func decodeCause(d *decoder) (c record.Cause) {
	for d.next() {
		switch d.num {
		case 1:
			c.Route = d.str()
		case 2:
			c.Event = record.EventType(d.str())
		case 3:
			c.Floor = record.Severity(d.str())
		case 4:
			c.Label = d.str()
		case 5:
			c.Site = d.str()
		case 6:
			c.Profile = d.str()
		}
	}
	return c
}

// outgoing is an alert made ready to be put.
type outgoing struct {
	row   alertRow
	event blob
}

func (db *DB) prepareAlert(ctx context.Context, a *record.Alert) (outgoing, error) {
	if a.ID == "" || len(a.ID) > maxKey {
		return outgoing{}, fmt.Errorf("an alert for %s has an ID of %d bytes; 1 to %d are allowed", a.Channel, len(a.ID), maxKey)
	}
	var e encoder
	encodeEvent(&e, &a.Event)
	b, err := db.pack(ctx, e.b, noStream, nil)
	if err != nil {
		return outgoing{}, fmt.Errorf("keep the event of alert %s: %w", a.ID, err)
	}
	r := alertRow{
		id: a.ID, channel: a.Channel, event: hex.EncodeToString(b.sum[:]), state: a.State, tries: a.Tries, next: a.Next,
		settled: a.Settled, reason: a.Reason, due: a.Next, kind: a.Event.Type, site: a.Event.Site, at: a.Event.At,
		why: a.Why, digest: a.Digest, told: a.Told,
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
		ID: r.id, Channel: r.channel, State: r.state, Tries: r.tries, Next: r.next, Settled: r.settled, Reason: r.reason, Told: r.told,
		Why: r.why, Digest: r.digest,
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
