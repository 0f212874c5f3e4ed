package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"policywatch/store"
	"policywatch/store/record"
)

// Whatever bodies come from however many sites, in whatever order they are
// written, dropped and compacted: each comes back byte for byte, or is noted as
// dropped, and everything else is as it was.
func TestBodiesComeBackProperty(t *testing.T) {
	ctx := context.Background()
	rapid.Check(t, func(r *rapid.T) {
		path := t.TempDir() + "/policywatch.db"
		db, err := store.Open(ctx, store.Options{Path: path})
		if err != nil {
			r.Fatal(err)
		}
		defer func() { db.Close() }()
		check := func(what string, err error) {
			if err != nil {
				r.Fatalf("%s: %v", what, err)
			}
		}
		again := func() {
			db, err = store.Open(ctx, store.Options{Path: path})
			check("open", err)
		}
		type kept struct {
			domain, digest string
			body           []byte
		}
		var all []kept
		made := map[string]int{}
		sites := rapid.IntRange(1, 60).Draw(r, "sites")
		for step := range rapid.IntRange(1, 80).Draw(r, "steps") {
			switch rapid.IntRange(0, 20).Draw(r, "what") {
			case 0:
				_, err := db.DropBodies(ctx, day.AddDate(0, 0, rapid.IntRange(0, step+1).Draw(r, "before")), day.AddDate(9, 0, 0), "all")
				check("drop", err)
			case 1:
				check("close", db.Close())
				_, err := store.Compact(ctx, store.Options{Path: path}, nil)
				check("compact", err)
				again()
			case 2:
				check("close", db.Close())
				again()
			default:
				domain := fmt.Sprintf("s%d.gov.ir", rapid.IntRange(0, sites).Draw(r, "site"))
				made[domain]++
				v := visitOf(domain, made[domain], day.AddDate(0, 0, step), statement(rapid.Uint64Range(1, 6).Draw(r, "text"), 12))
				v.Snapshot.Body = page(v.Version.Document, rapid.SampledFrom([]int{0, 3000, 9000}).Draw(r, "furniture"), rapid.Uint64Range(1, 90).Draw(r, "noise"))
				if rapid.IntRange(0, 9).Draw(r, "odd") == 0 {
					v.Snapshot.Body = rapid.SliceOfN(rapid.Byte(), 0, 2000).Draw(r, "body")
				}
				v.Version.Snapshot = store.Digest(v.Snapshot.Body)
				check("commit", db.Commit(ctx, v))
				all = append(all, kept{domain, v.Version.Snapshot, v.Snapshot.Body})
			}
		}
		for _, k := range all {
			s, err := db.SnapshotOf(ctx, k.domain, k.digest)
			if gone := (*record.DroppedBody)(nil); errors.As(err, &gone) && gone.Size == int64(len(k.body)) {
				continue
			}
			if err != nil || !bytes.Equal(s.Body, k.body) {
				r.Errorf("a body of %d bytes of %s: %v", len(k.body), k.domain, err)
			}
		}
		report, err := db.Check(ctx)
		if err != nil || !report.OK() {
			r.Fatal(report, err)
		}
	})
}

// Dropping what many sites share leaves them what they have, and little larger.
func TestDropOfASharedKey(t *testing.T) {
	a := open(t)
	type version struct {
		domain string
		n      int
	}
	bodies := map[version][]byte{}
	visit := func(domain string, n, days int) {
		v := visitOf(domain, n, day.AddDate(0, 0, days), statement(1, 12))
		v.Snapshot.Body = page(v.Version.Document, 30_000, uint64(1000*days+len(bodies)))
		v.Version.Snapshot = store.Digest(v.Snapshot.Body)
		a.commit(v)
		bodies[version{domain, n}] = v.Snapshot.Body
	}
	for n := 1; n <= 3; n++ {
		for i := range 20 {
			visit(fmt.Sprintf("s%02d.gov.ir", i), n, 10*n)
		}
	}
	before := a.sound()
	if d := a.dropBefore(15); d.Bodies != 20 {
		t.Fatalf("dropped %+v", d)
	}
	after := a.sound()
	for _, c := range after.Room.Contents {
		if c.Kind == "body" && (c.Whole > 2 || c.Whole+c.Deltas != 40) {
			t.Errorf("%+v", c)
		}
	}
	if after.Packed > before.Packed {
		t.Errorf("%d bytes became %d", before.Packed, after.Packed)
	}
	visit("new.gov.ir", 1, 40) // begins on what took the key's place
	for i := range 20 {
		visit(fmt.Sprintf("s%02d.gov.ir", i), 4, 50)
	}
	for v, body := range bodies {
		if have := a.bodyOf(v.domain, v.n); (v.n > 1 || v.domain == "new.gov.ir") && !bytes.Equal(have, body) {
			t.Errorf("%+v: %d bytes, not %d", v, len(have), len(body))
		}
	}
	for _, c := range a.sound().Room.Contents {
		if c.Kind == "body" && c.Whole > 2 {
			t.Errorf("%+v", c)
		}
	}
}
