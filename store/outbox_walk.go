package store

import (
	"context"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"policywatch/store/record"
)

// eachAlert walks the alerts that are older than the one of the ID before, or all
// where that is empty, from the newest back until fn says no, at most newest of
// them; 0 means all. It opens no event.
func eachAlert(tx *bolt.Tx, before string, newest int, fn func(*alertRow) (bool, error)) error {
	c := tx.Bucket([]byte(bucketAlerts)).Cursor()
	k, val := c.Last()
	if before != "" {
		serial, err := getKeyed(tx, bucketAlertIDs, before)
		if err != nil || serial == nil {
			return err
		}
		c.Seek(serial)
		k, val = c.Prev()
	}
	for n := 0; k != nil && (newest <= 0 || n < newest); k, val = c.Prev() {
		n++
		fields, err := unseal(bucketAlerts, k, val)
		if err != nil {
			return damage(bucketAlerts, k, "the checksum does not match")
		}
		row, err := decodeAlertRow(fields)
		if err != nil {
			return damage(bucketAlerts, k, "%v", err)
		}
		if more, err := fn(row); err != nil || !more {
			return err
		}
	}
	return nil
}

// Outbox counts the alerts by state, the newest so many of them; 0 means all.
func (db *DB) Outbox(ctx context.Context, newest int) (record.OutboxCount, error) {
	var n record.OutboxCount
	err := db.view(ctx, func(tx *bolt.Tx) error {
		seen := 0
		limit := 0
		if newest > 0 {
			limit = newest + 1 // one more tells whether there are more
		}
		return eachAlert(tx, "", limit, func(r *alertRow) (bool, error) {
			if seen++; newest > 0 && seen > newest {
				n.Partial = true
				return false, nil
			}
			switch r.state {
			case record.AlertSent:
				n.Sent++
			case record.AlertGivenUp:
				n.GivenUp++
			default:
				n.Waiting++
				if n.Oldest.IsZero() || r.at.Before(n.Oldest) {
					n.Oldest = r.at
				}
			}
			return true, nil
		})
	})
	if err != nil {
		return record.OutboxCount{}, fmt.Errorf("store: count the outbox: %w", err)
	}
	return n, nil
}
