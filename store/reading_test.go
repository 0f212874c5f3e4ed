package store_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"policywatch/store"
	"policywatch/store/record"
)

// reread keeps a reading of a version, of a document made from seed.
func (a *archive) reread(domain string, n int, seed uint64, by string) {
	a.t.Helper()
	doc := statement(seed, 6)
	if err := a.AddReading(context.Background(), record.Reading{Site: domain, Version: n, At: day.AddDate(1, 0, int(seed%300)), By: by, Profile: "ir-gov",
		Identity: doc.Identity, Exact: doc.Exact, Document: doc,
		Findings: []record.Finding{{ID: "rights", Status: record.StatusPresent, Topics: []record.Topic{}, Reason: by}}}); err != nil {
		a.t.Fatal(err)
	}
}

// Readings stand beside the version: it, the chain and the site's state stay as
// they were, and nobody is told.
func TestReadings(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	for n := 1; n <= 3; n++ {
		db.commit(visitOf("a.gov.ir", n, day.AddDate(0, 0, n), statement(uint64(n), 10)))
	}
	if _, err := db.Reading(ctx, "a.gov.ir", 2); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("before there is one: %v", err)
	}
	before, past := db.sound(), db.past("a.gov.ir")
	for range 3 { // the same again is nothing
		db.reread("a.gov.ir", 2, 77, "html/2")
	}
	db.reread("a.gov.ir", 2, 78, "html/3")
	db.reread("a.gov.ir", 2, 77, "html/2") // but a return is something
	after := db.sound()
	if after.Readings != 3 || after.Heads != before.Heads || after.Alerts != before.Alerts || after.Versions != before.Versions {
		t.Errorf("before\n%v\nafter\n%v", before, after)
	}
	if now := db.past("a.gov.ir"); now.TextDigest != past.TextDigest || !now.LastVisit.Equal(past.LastVisit) {
		t.Errorf("%+v", now)
	}
	r, err := db.Reading(ctx, "a.gov.ir", 2)
	if err != nil || r.Number != 3 || r.By != "html/2" || r.Document.Text() != statement(77, 6).Text() || len(r.Findings) != 1 || r.Findings[0].Reason != "html/2" {
		t.Errorf("%+v, %v", r, err)
	}
	if v, _ := db.Version(ctx, "a.gov.ir", 2); v.Document.Text() != statement(2, 10).Text() {
		t.Error("the version is no longer what it was")
	}
	if by, at, err := db.ReadBy(ctx, "a.gov.ir", 2); by != "html/2" || at.IsZero() || err != nil {
		t.Errorf("%s, %s, %v", by, at, err)
	}
	if by, _, err := db.ReadBy(ctx, "a.gov.ir", 1); by != "" || err != nil {
		t.Errorf("%s, %v", by, err)
	}
	if err := db.AddReading(ctx, record.Reading{Site: "a.gov.ir", Version: 9, At: day, Document: statement(1, 2)}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of a version that is not there: %v", err)
	}
	db.commit(visitOf("a.gov.ir", 4, day.AddDate(2, 0, 0), statement(4, 10)))
}

// S2: archives that the programs of older formats wrote. They are read as they
// are, and brought up to date when they are written to; nothing of them is lost.
func TestArchivesOfOlderFormats(t *testing.T) {
	ctx := context.Background()
	for _, old := range []struct {
		format, sites, blocks, readings int
		heads                           string // noted down when it was made
	}{
		{1, 3, 10, 0, "97b9f8d229f50372baf6fe845fb68e34e2659f61e4be2d9c8a9f47bc644d5fa4"},
		{2, 2, 4, 1, "d3206def18cbb3a930bd8d2c996d9cd21805dec26bfbe189aaf33185a354f608"},
	} {
		path := fixture(t, fmt.Sprintf("testdata/format-%d.db.gz", old.format))
		for _, o := range []struct {
			readOnly bool
			format   int
		}{{true, old.format}, {false, 4}, {true, 4}} {
			db, err := store.Open(ctx, store.Options{Path: path, ReadOnly: o.readOnly})
			if err != nil {
				t.Fatal(err)
			}
			r, err := db.Check(ctx)
			if err != nil || !r.OK() || r.Format != o.format || r.Heads != old.heads || r.Sites != old.sites || r.Versions != 4 ||
				r.Alerts != 4 || r.Readings != old.readings {
				t.Errorf("%+v: %v, %v", o, r, err)
			}
			v, err := db.Version(ctx, "a.gov.ir", 3)
			if err != nil || v.Document.Text() != statement(3, old.blocks).Text() {
				t.Errorf("%+v: %v", o, err)
			}
			if _, err := db.Reading(ctx, "a.gov.ir", 3); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%+v: %v", o, err)
			}
			if _, err := db.SnapshotOf(ctx, "a.gov.ir", store.Digest(nil)); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%+v: a body that was never there: %v", o, err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		a := openAt(t, path)
		a.reread("a.gov.ir", 3, 5, "html/2")
		a.commit(visitOf("a.gov.ir", 4, day.AddDate(0, 1, 0), statement(4, 10)))
		if d := a.dropBefore(1000); d.Bodies == 0 {
			t.Errorf("format %d: nothing could be dropped", old.format)
		}
	}
}

// fixture unpacks a file of testdata.
func fixture(t *testing.T, name string) (path string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "old.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
