package store

import (
	"context"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Lost is a content that cannot be read any more, by what refers to it.
type Lost struct {
	// What is body, document, findings, change or event.
	What string `json:"what"`
	Site string `json:"site"`
	// Version is the version's number; 0 for a body or an event.
	Version int `json:"version,omitempty"`
	// Reading is the reading's number where it is not the version's own content.
	Reading int `json:"reading,omitempty"`
	// At is when the body was fetched.
	At time.Time `json:"at,omitzero"`
	// Alert is the alert's ID.
	Alert string `json:"alert,omitempty"`
}

// String names it for a person.
func (l Lost) String() string {
	switch {
	case l.Alert != "":
		return fmt.Sprintf("%s of alert %s, %s", l.What, l.Alert, l.Site)
	case l.Reading > 0:
		return fmt.Sprintf("%s of reading %d of %s@%d", l.What, l.Reading, l.Site, l.Version)
	case l.Version > 0:
		return fmt.Sprintf("%s of %s@%d", l.What, l.Site, l.Version)
	}
	return fmt.Sprintf("%s of %s, fetched %s", l.What, l.Site, l.At.Format(time.RFC3339))
}

// lose notes that a content of the site cannot be read, if so.
func (c *checker) lose(digest string, l Lost) {
	if sum, ok := parseDigest(digest); !ok || !c.lost[sum] {
		return
	}
	if c.report.Losses++; len(c.report.Lost) < damageListed {
		c.report.Lost = append(c.report.Lost, l)
	}
}

// nameLost says whose the contents are that could not be read. Rows that cannot be
// read have been told already.
func (c *checker) nameLost(ctx context.Context) error {
	if len(c.lost) == 0 || c.broken {
		return nil
	}
	for _, b := range []struct {
		bucket string
		row    func(k, fields []byte)
	}{
		{bucketSnapshots, func(k, _ []byte) {
			if sum, domain, at, ok := splitSnapshotKey(k); ok {
				c.lose(fmt.Sprintf("%x", sum), Lost{What: "body", Site: domain, At: at})
			}
		}},
		{bucketVersions, func(k, fields []byte) {
			domain, n, _ := splitVersionKey(k)
			if r, err := decodeVersionRow(domain, n, fields); err == nil {
				c.lose(r.document, Lost{What: "document", Site: domain, Version: n})
				c.lose(r.findings, Lost{What: "findings", Site: domain, Version: n})
				c.lose(r.change, Lost{What: "change", Site: domain, Version: n})
			}
		}},
		{bucketReadings, func(k, fields []byte) {
			domain, version, n, _ := splitReadingKey(k)
			if r, err := decodeReadingRow(domain, version, n, fields); err == nil {
				c.lose(r.document, Lost{What: "document", Site: domain, Version: version, Reading: n})
				c.lose(r.findings, Lost{What: "findings", Site: domain, Version: version, Reading: n})
			}
		}},
		{bucketAlerts, func(_, fields []byte) {
			if r, err := decodeAlertRow(fields); err == nil {
				c.lose(r.event, Lost{What: "event", Site: r.site, Alert: r.id})
			}
		}},
	} {
		if err := c.db.eachFields(ctx, b.bucket, func(_ *bolt.Tx, k, v []byte) error {
			if fields, err := unseal(b.bucket, k, v); err == nil {
				b.row(k, fields)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
