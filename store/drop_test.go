package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"policywatch/store"
	"policywatch/store/record"
)

// dropBefore drops what came before a day of the test's history.
func (a *archive) dropBefore(days int) store.Dropped {
	a.t.Helper()
	d, err := a.DropBodies(context.Background(), day.AddDate(0, 0, days), day.AddDate(9, 0, 0), "keep_bodies: 2y")
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

// bodyOf returns a version's body, nil where it was dropped.
func (a *archive) bodyOf(domain string, n int) []byte {
	a.t.Helper()
	v, err := a.Version(context.Background(), domain, n)
	if err != nil {
		a.t.Fatal(err)
	}
	s, err := a.SnapshotOf(context.Background(), domain, v.Snapshot)
	var gone *record.DroppedBody
	if errors.As(err, &gone) {
		if s == nil || s.URL == "" || s.Body != nil || gone.Digest != v.Snapshot || gone.Policy != "keep_bodies: 2y" || !gone.At.Equal(day.AddDate(9, 0, 0)) {
			a.t.Errorf("%s@%d: %+v, %+v", domain, n, s, gone)
		}
		return nil
	}
	if err != nil {
		a.t.Fatal(err)
	}
	return s.Body
}

// Old bodies go; records, texts and the chain stay, and verify finds no damage.
func TestDropBodies(t *testing.T) {
	ctx := context.Background()
	a := open(t)
	const versions = 40 // some streams
	for n := 1; n <= versions; n++ {
		for i := range 3 {
			a.commit(visitOf(fmt.Sprintf("s%d.gov.ir", i), n, day.AddDate(0, 0, n), statement(uint64(n/3), 40)))
		}
	}
	a.commit(visitOf("still.gov.ir", 1, day, statement(1, 5))) // old, and standing
	before := a.sound()
	bodies := map[string][]byte{}
	for n := 1; n <= versions; n++ {
		bodies[fmt.Sprint("s1@", n)] = a.bodyOf("s1.gov.ir", n)
	}

	got := a.dropBefore(21)
	after := a.sound()
	if got.Bodies == 0 || after.Dropped != got.Bodies || after.Contents != before.Contents-got.Bodies || after.Heads != before.Heads ||
		after.Plain != before.Plain-got.Bytes || after.Packed >= before.Packed {
		t.Fatalf("dropped %+v; before %v, after %v", got, before, after)
	}
	for n := 1; n <= versions; n++ {
		body := a.bodyOf("s1.gov.ir", n)
		if n <= 20 && body != nil || n > 20 && string(body) != string(bodies[fmt.Sprint("s1@", n)]) {
			t.Errorf("version %d: the body has %d bytes", n, len(body))
		}
		if v, err := a.Version(ctx, "s1.gov.ir", n); err != nil || v.Document == nil {
			t.Errorf("version %d: %v", n, err)
		}
	}
	if a.bodyOf("still.gov.ir", 1) == nil {
		t.Error("the body of a version that stands was dropped")
	}
	if again := a.dropBefore(21); again.Bodies != 0 {
		t.Errorf("dropped again: %+v", again)
	}
	// All but what stands, and the streams go on.
	a.dropBefore(1000)
	a.sound()
	for n := versions + 1; n <= versions+20; n++ {
		a.commit(visitOf("s1.gov.ir", n, day.AddDate(0, 0, n), statement(uint64(n/3), 40)))
	}
	a.sound()
	// A body that comes again is there again, for the old version too.
	v := visitOf("s1.gov.ir", versions+21, day.AddDate(0, 0, versions+21), statement(1, 40))
	v.Snapshot.Body, v.Version.Snapshot = bodies["s1@3"], store.Digest(bodies["s1@3"])
	a.commit(v)
	if string(a.bodyOf("s1.gov.ir", 3)) != string(bodies["s1@3"]) {
		t.Error("a body that came again is not there")
	}
}

// What waits for confirmation is kept however long it waits.
func TestPendingBodiesStay(t *testing.T) {
	a := open(t)
	a.commit(visitOf("a.gov.ir", 1, day, statement(1, 10)))
	p := a.past("a.gov.ir")
	body := []byte("a capture that looks like a loss, and is as long as one that is kept as a frame")
	p.Pending = &record.Pending{Kind: "collapse", TextDigest: store.Digest([]byte("x")), First: day, Seen: 1, Snapshot: store.Digest(body)}
	v := touch(p, day.Add(time.Hour))
	v.Snapshot = &record.Snapshot{URL: "https://a.gov.ir/p", Status: 200, At: day.Add(time.Hour), Body: body}
	a.commit(v)
	if d := a.dropBefore(1000); d.Bodies != 0 {
		t.Errorf("dropped %+v", d)
	}
}

// Whatever is dropped in whatever order, everything else stays as it was.
func TestDropBodiesProperty(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a := open(t)
		made := map[string]int{}
		for step := range rapid.IntRange(1, 40).Draw(r, "steps") {
			if rapid.IntRange(0, 6).Draw(r, "what") == 0 {
				a.dropBefore(rapid.IntRange(0, step+1).Draw(r, "before"))
				continue
			}
			domain := rapid.SampledFrom([]string{"a.gov.ir", "b.gov.ir"}).Draw(r, "site")
			made[domain]++
			seed := rapid.Uint64Range(1, 6).Draw(r, "text") // texts come again
			v := visitOf(domain, made[domain], day.AddDate(0, 0, step), statement(seed, 12))
			v.Snapshot.Body = page(v.Version.Document, 3000, seed)
			v.Version.Snapshot = store.Digest(v.Snapshot.Body)
			a.commit(v)
		}
		if report := a.sound(); !report.OK() {
			r.Fatal(report)
		}
		for domain, n := range made {
			if a.bodyOf(domain, n) == nil {
				r.Errorf("the body of %s@%d, which stands, is gone", domain, n)
			}
		}
		if t.Failed() {
			r.FailNow()
		}
	})
}

// Visits go on while bodies are dropped, also ones that were made ready against a
// body that goes.
func TestDropBodiesBesideVisits(t *testing.T) {
	ctx := context.Background()
	a := open(t)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			domain := fmt.Sprintf("s%d.gov.ir", i)
			for n := 1; n <= 60; n++ {
				if err := a.Commit(ctx, visitOf(domain, n, day.AddDate(0, 0, n), statement(uint64(n/4), 20))); err != nil {
					t.Errorf("%s@%d: %v", domain, n, err)
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for {
		a.dropBefore(1000)
		select {
		case <-done:
			a.dropBefore(1000)
			if r := a.sound(); r.Dropped == 0 {
				t.Error("nothing was dropped")
			}
			return
		default:
		}
	}
}

// Compaction gives back the room of what was dropped just before.
func TestDropAndCompact(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "policywatch.db")
	db, err := store.Open(ctx, store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 100; n++ {
		v := visitOf("a.gov.ir", n, day.AddDate(0, 0, n), statement(uint64(n), 60))
		v.Snapshot.Body = page(v.Version.Document, 60_000, uint64(n))
		v.Version.Snapshot = store.Digest(v.Snapshot.Body)
		if err := db.Commit(ctx, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	plain, err1 := store.Compact(ctx, store.Options{Path: path}, nil)
	var gone store.Dropped
	out, err2 := store.Compact(ctx, store.Options{Path: path}, func(db *store.DB) (err error) {
		gone, err = db.DropBodies(ctx, day.AddDate(0, 0, 200), day.AddDate(1, 0, 0), "keep_bodies: 1d")
		return err
	})
	if err := errors.Join(err1, err2); err != nil || gone.Bodies != 99 || out.Dropped != 99 || out.After >= plain.After {
		t.Errorf("%v; dropped %+v; %d bytes became %d", err, gone, plain.After, out.After)
	}
	t.Logf("%d bytes became %d", plain.After, out.After)
}
