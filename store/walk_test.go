package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"policywatch/store"
	"policywatch/store/record"
)

// A walk sees every version once, in order of time, over more than one
// transaction, and every record is the one that the next carries the digest of.
func TestWalk(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	const sites, versions = 130, 5
	for n := 1; n <= versions; n++ {
		for i := range sites {
			db.commit(visitOf(fmt.Sprintf("s%03d.gov.ir", i), n, day.AddDate(0, 0, n), statement(uint64(n), 2)))
		}
	}
	seen, last := 0, 1
	if err := db.EachVersion(ctx, func(domain string, n int) error {
		if seen++; n < last {
			t.Errorf("version %d of %s after one of number %d", n, domain, last)
		}
		last = n
		return nil
	}); err != nil || seen != sites*versions {
		t.Errorf("%d versions, %v", seen, err)
	}
	kept := 0
	if err := db.EachKept(ctx, func(k record.Kept) error {
		kept++
		s, err := db.SnapshotAt(ctx, k)
		if err == nil && (store.Digest(s.Body) != k.Digest || !s.At.Equal(k.At)) {
			t.Errorf("%+v is %s of %s", k, store.Digest(s.Body), s.At)
		}
		return err
	}); err != nil || kept == 0 {
		t.Errorf("%d answers, %v", kept, err)
	}
	stop := errors.New("enough")
	if err := db.EachKept(ctx, func(record.Kept) error { return stop }); err != stop {
		t.Errorf("%v", err)
	}
	chain, err := db.Chain(ctx, "s007.gov.ir", 3)
	if err != nil || len(chain) != 3 {
		t.Fatalf("%d rows, %v", len(chain), err)
	}
	previous := ""
	for _, row := range chain {
		if row.Previous != previous || store.Digest(row.Bytes) != row.Digest {
			t.Errorf("row %d: %+v", row.Number, row)
		}
		previous = row.Digest
		for _, digest := range []string{row.Snapshot, row.Document} {
			if b, err := db.Content(ctx, digest); err != nil || store.Digest(b) != digest {
				t.Errorf("content %s: %v", digest, err)
			}
		}
	}
	if _, err := db.Chain(ctx, "s007.gov.ir", versions+1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a chain too long: %v", err)
	}
	if _, err := db.Content(ctx, "xyz"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no digest: %v", err)
	}
}
