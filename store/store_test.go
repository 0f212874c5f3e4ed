package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"policywatch/store"
	"policywatch/store/record"
)

func TestRoute(t *testing.T) {
	ctx := context.Background()
	p := filepath.Join(t.TempDir(), "a", "b", "policywatch.db")
	db, err := store.Open(ctx, store.Options{Path: p})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	for n := 1; n < 40; n++ {
		at = at.Add(time.Hour)
		v := record.Visit{Site: record.Site{Domain: "a.gov.ir"}, At: at, Past: record.Past{Version: n},
			Snapshot: &record.Snapshot{Body: []byte("x" + at.String()), At: at},
			Version:  &record.Version{Number: n, At: at, Document: &record.Document{Title: at.String()}},
			Alerts:   []record.Alert{{ID: at.String(), Channel: "c", Event: record.Event{Site: "a.gov.ir"}}},
		}
		for range 2 {
			if err := db.Commit(ctx, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	h, err := db.History(ctx, "a.gov.ir")
	t.Log(len(h), err)
	a, err := db.Lease(ctx, at, time.Minute, 5)
	t.Log(len(a), err)
	v, err := db.Version(ctx, "a.gov.ir", 7)
	t.Log(v, err)
	v, err = db.VersionAt(ctx, "a.gov.ir", at.Add(-5*time.Hour-1))
	t.Log(v, err)
	t.Log(db.Sites(ctx))
	t.Log(db.Visits(ctx, "a.gov.ir", 3))
	s, err := db.Snapshot(ctx, v.Snapshot)
	t.Log(s, err)
	_, err = store.Open(ctx, store.Options{Path: p})
	t.Log(err)
	t.Log(db.Check(ctx))
	t.Log(db.Backup(ctx, p+".copy"))
	t.Log(db.Backup(ctx, p+".copy"))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
