package store

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// S2: an archive of an older format is brought up to date step by step, and a
// step that fails or would lose sites leaves it as it was.
func TestMigrations(t *testing.T) {
	ctx := context.Background()
	o := Options{Path: filepath.Join(t.TempDir(), "policywatch.db")}
	db, err := open(ctx, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Commit(ctx, plainVisit("a.gov.ir", 1)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	rename := migration{"sites get a label", false, func(tx *bolt.Tx) error {
		row, _, err := loadSite(tx, "a.gov.ir")
		if err != nil {
			return err
		}
		row.site.Labels = append(row.site.Labels, "migrated")
		return put(tx, bucketSites, []byte("a.gov.ir"), row.encode())
	}}
	breaks := migration{"breaks half-way", false, func(tx *bolt.Tx) error {
		if err := tx.DeleteBucket([]byte(bucketStates)); err != nil {
			return err
		}
		return errDisk
	}}
	empties := migration{"loses the sites", false, func(tx *bolt.Tx) error {
		if err := tx.DeleteBucket([]byte(bucketSites)); err != nil {
			return err
		}
		_, err := tx.CreateBucket([]byte(bucketSites))
		return err
	}}
	labels := func(db *DB) string {
		t.Helper()
		s, err := db.Sites(ctx)
		if err != nil || len(s) != 1 || s[0].Past.Version != 1 {
			t.Fatalf("%v, %v", s, err)
		}
		return strings.Join(s[0].Site.Labels, " ")
	}

	read := o
	read.ReadOnly = true
	if _, err := open(ctx, read, []migration{rename}); err == nil || !strings.Contains(err.Error(), "open it once for writing") {
		t.Errorf("an old format, to read: %v", err)
	}
	for i, steps := range [][]migration{{breaks}, {empties}, {rename, breaks}, {rename, empties}} {
		if _, err := open(ctx, o, steps); err == nil || !strings.Contains(err.Error(), "it stays at format") {
			t.Errorf("steps %d: %v", i, err)
		}
	}
	// The first step of the third list stood, and is not made again.
	db, err = open(ctx, o, []migration{rename, {"nothing", false, func(*bolt.Tx) error { return nil }}})
	if err != nil {
		t.Fatal(err)
	}
	if got := labels(db); got != "migrated" {
		t.Errorf("labels %q", got)
	}
	if r, err := db.Check(ctx); err != nil || !r.OK() || r.Format != 3 {
		t.Errorf("%v, %v", r, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := open(ctx, o, []migration{rename}); !errors.Is(err, ErrNewer) {
		t.Errorf("an older program: %v", err)
	}
}
