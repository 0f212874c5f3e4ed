package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"policywatch/store/record"
)

// noise is text that compresses badly and has nothing in common with another's.
func noise(seed uint64, size int) []byte {
	r := rand.New(rand.NewPCG(seed, 99))
	b := make([]byte, size)
	for i := range b {
		b[i] = "0123456789abcdef"[r.IntN(16)]
	}
	return b
}

// likePage is a page of a system that many sites are made with.
func likePage(system uint64, domain string, visit int) []byte {
	return fmt.Appendf(noise(system, 20_000), "<h1>%s</h1><p>visit %d</p>%s", domain, visit, noise(uint64(len(domain)+visit), 200))
}

// bodyVisit is a visit that keeps a body and makes no version.
func bodyVisit(domain string, day int, body []byte) record.Visit {
	v := plainVisit(domain, 0)
	v.At = noon.AddDate(0, 0, day)
	v.Version, v.Alerts, v.Snapshot.Body, v.Snapshot.At = nil, nil, body, v.At
	return v
}

// wholes counts the contents that are stored whole, and those on each of them.
func wholes(t *testing.T, db *DB) (whole int, on map[uint64]int) {
	t.Helper()
	keys, _ := packed(t, db)
	on = map[uint64]int{}
	for _, key := range keys {
		if on[key]++; key == 0 {
			whole++
		}
	}
	delete(on, 0)
	return whole, on
}

// Sites that are made with one system share one key, and no more of them than are
// to be lost with it, also when all come at once and after the archive was opened
// again.
func TestLikeSitesShareAKey(t *testing.T) {
	ctx := context.Background()
	o := Options{Path: filepath.Join(t.TempDir(), "policywatch.db")}
	const sites = 3*sharers - 10
	for _, part := range [][2]int{{0, sites / 2}, {sites / 2, sites}} {
		db, err := Open(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for i := part[0]; i < part[1]; i++ {
			wg.Go(func() {
				domain := fmt.Sprintf("s%02d.gov", i)
				if err := db.Commit(ctx, bodyVisit(domain, 0, likePage(uint64(i%2), domain, 0))); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	db, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	whole, on := wholes(t, db)
	if want := 2 * (sites/2/(sharers+1) + 1); whole != want {
		t.Errorf("%d whole pages of two systems, not %d: %v", whole, want, on)
	}
	for key, n := range on {
		if n > sharers {
			t.Errorf("%d sites on page %d", n, key)
		}
	}
	for i := range sites {
		domain := fmt.Sprintf("s%02d.gov", i)
		body := likePage(uint64(i%2), domain, 0)
		if s, err := db.SnapshotOf(ctx, domain, Digest(body)); err != nil || !bytes.Equal(s.Body, body) {
			t.Errorf("%s: %v", domain, err)
		}
	}
	if r, err := db.Check(ctx); err != nil || !r.OK() {
		t.Error(r, err)
	}
}

// Who waits for a page to share goes on where its visit comes to nothing.
func TestSharedKeyThatIsGivenUp(t *testing.T) {
	ctx := context.Background()
	db := openHere(t)
	real := db.update
	held, entered := make(chan struct{}), make(chan struct{})
	var once sync.Once
	db.update = func(fn func(*bolt.Tx) error) error {
		fail := false
		once.Do(func() {
			fail = true
			close(entered)
			<-held
		})
		if fail {
			return errDisk
		}
		return real(fn)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := db.Commit(ctx, bodyVisit("a.gov", 0, likePage(1, "a.gov", 0))); !errors.Is(err, errDisk) {
			t.Errorf("on a broken disk: %v", err)
		}
	})
	<-entered
	impatient, cancel := context.WithCancel(ctx)
	cancel()
	if err := db.Commit(impatient, bodyVisit("b.gov", 0, likePage(1, "b.gov", 0))); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled visit: %v", err)
	}
	for i := range 5 {
		wg.Go(func() {
			domain := fmt.Sprintf("c%d.gov", i)
			if err := db.Commit(ctx, bodyVisit(domain, 0, likePage(1, domain, 0))); err != nil {
				t.Error(err)
			}
		})
	}
	close(held)
	wg.Wait()
	if whole, on := wholes(t, db); whole != 1 {
		t.Errorf("%d pages are whole: %v", whole, on)
	}
}

// A damaged key takes those on it with it, by name, and nobody else; what comes
// later does not build on it, and what comes again is kept again.
func TestDamagedSharedKey(t *testing.T) {
	ctx := context.Background()
	db, err := Open(ctx, Options{Path: filepath.Join(t.TempDir(), "policywatch.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	keep := func(domain string, visit int) {
		t.Helper()
		if err := db.Commit(ctx, bodyVisit(domain, visit, likePage(uint64(domain[0]), domain, visit))); err != nil {
			t.Fatal(err)
		}
	}
	for visit := range 3 {
		for _, domain := range []string{"a1.gov", "a2.gov", "a3.gov", "b1.gov", "b2.gov"} {
			keep(domain, visit)
		}
	}
	if err := db.write(ctx, 0, func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte(bucketBlobs))
		v := bytes.Clone(b.Get(serialKey(1))) // the first page of a1.gov
		v[len(v)/2] ^= 8
		return b.Put(serialKey(1), v)
	}); err != nil {
		t.Fatal(err)
	}
	check := func(lost int) string {
		t.Helper()
		r, err := db.Check(ctx)
		if err != nil || r.Losses != lost || len(r.Lost) != lost {
			t.Fatalf("%v, %v; %d are lost, not %d", r, err, r.Losses, lost)
		}
		for _, l := range r.Lost {
			if l.What != "body" || l.Site[0] != 'a' || !strings.Contains(r.String(), "lost       body of "+l.Site+", fetched ") {
				t.Errorf("lost: %v", l)
			}
		}
		return r.String()
	}
	if s := check(9); !strings.Contains(s, "it is a delta on blob 0000000000000001, which cannot be read") {
		t.Error(s)
	}
	keep("a4.gov", 0)
	keep("a2.gov", 5)
	keep("b1.gov", 5)
	check(9)
	for _, visit := range []int{5, 1} { // the latter was lost, and comes again
		keep("a2.gov", visit)
		if _, err := db.SnapshotOf(ctx, "a2.gov", Digest(likePage('a', "a2.gov", visit))); err != nil {
			t.Error(err)
		}
	}
}

// Bytes in common are seen wherever they stand, and bytes that are not are not.
func TestSketches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		a := noise(seed, rapid.IntRange(sharedLeast, 5000).Draw(t, "size"))
		s := sketchOf(a)
		if back, ok := parseSketch(s.bytes()); !ok || back != s {
			t.Fatal("a sketch does not come back")
		}
		if n := s.common(&s); n != sketchSize {
			t.Errorf("with itself: %d", n)
		}
		moved := sketchOf(append(noise(seed+1, 100), a...))
		if n := s.common(&moved); len(a) > 1000 && n < sketchSize/2 {
			t.Errorf("with a little before it: %d", n)
		}
		other := sketchOf(noise(seed+2, len(a)))
		if n := s.common(&other); n >= sketchLeast {
			t.Errorf("with other bytes: %d", n)
		}
	})
	for _, short := range []string{"", "x", strings.Repeat("x", 1000)} {
		s := sketchOf([]byte(short))
		if back, ok := parseSketch(s.bytes()); !ok || back != s || s.common(&s) >= sketchLeast {
			t.Errorf("%.3q: %v", short, s)
		}
	}
	if _, ok := parseSketch(make([]byte, 5)); ok {
		t.Error("a sketch that is cut is taken")
	}
}

func BenchmarkSketch(b *testing.B) {
	page := likePage(1, "a.gov", 1)
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		sketchOf(page)
	}
}

// A visit whose keys are dropped again and again under it needs none in the end.
func TestCommitAlone(t *testing.T) {
	ctx := context.Background()
	db := openHere(t)
	for i, domain := range []string{"a.gov", "b.gov", "c.gov"} {
		body := likePage(1, "a.gov", min(i, 1)) // c.gov sends what b.gov sent
		if err := db.commit(ctx, bodyVisit(domain, i, body), i > 0); err != nil {
			t.Fatal(err)
		}
		if s, err := db.SnapshotOf(ctx, domain, Digest(body)); err != nil || !bytes.Equal(s.Body, body) {
			t.Errorf("%s: %v", domain, err)
		}
	}
	if keys, _ := packed(t, db); fmt.Sprint(keys) != "[0 0]" {
		t.Errorf("key blobs: %v", keys)
	}
}

// What is remembered of shared keys is bounded, in memory and in the file.
func TestSharedKeysAreBounded(t *testing.T) {
	ctx := context.Background()
	db := openHere(t)
	db.shared.read = true
	for i := range sharedKnown { // as many as there may be, long ago
		db.shared.add(&sharedKey{kind: 9, like: sketchOf(noise(uint64(i), 300)), serial: uint64(i + 1e6), stored: closed})
	}
	if err := db.write(ctx, 0, func(tx *bolt.Tx) error { return put(tx, bucketShared, serialKey(1e6), (&sharedKey{kind: 9}).encode()) }); err != nil {
		t.Fatal(err)
	}
	for i := range sharers + 2 {
		domain := fmt.Sprintf("s%02d.gov", i)
		if err := db.Commit(ctx, bodyVisit(domain, 0, likePage(1, domain, 0))); err != nil {
			t.Fatal(err)
		}
	}
	var rows []uint64
	if err := db.peek(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte(bucketShared)).ForEach(func(k, _ []byte) error {
			rows = append(rows, binary.BigEndian.Uint64(k))
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(rows) != fmt.Sprint([]uint64{sharers + 2}) || len(db.shared.keys) != sharedKnown || len(db.shared.places) > sharedPlaces*sharedKnown {
		t.Errorf("rows %v, %d keys, %d places", rows, len(db.shared.keys), len(db.shared.places))
	}
}
