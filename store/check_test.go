package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"policywatch/store"
	"policywatch/store/record"
)

// damaged opens a copy of the archive after something was done to its rows,
// and returns what the check says of it.
func damaged(t *testing.T, original []byte, do func(*bolt.Tx) error) (*store.DB, store.CheckReport) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, original, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Update(do), b.Close()); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(context.Background(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	r, err := db.Check(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return db, r
}

// rich is an archive in which every bucket has rows.
func rich(t *testing.T) []byte {
	t.Helper()
	path := makeArchive(t)
	a := openAt(t, path)
	if err := a.Enqueue(context.Background(), []record.Alert{alert("scan", day)}); err != nil {
		t.Fatal(err)
	}
	a.lease(day.AddDate(0, 0, 9), 1, 3)
	seed := uint64(1000) // no two are alike, so that none can go unseen
	err := a.EachVersion(context.Background(), func(domain string, n int) error {
		a.reread(domain, n, seed, "html/2")
		a.reread(domain, n, seed+1, "html/3")
		seed += 2
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	a.sound()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var allBuckets = []string{"sites", "states", "notes", "versions", "times", "snapshots", "blobs", "digests", "alerts", "alertids", "due", "readings"}

// sample returns some keys of a bucket: the first, the last, and others.
func sample(t *testing.T, original []byte, bucket string, r *rand.Rand) [][]byte {
	t.Helper()
	var keys [][]byte
	damaged(t, original, func(tx *bolt.Tx) error {
		return tx.Bucket([]byte(bucket)).ForEach(func(k, _ []byte) error {
			keys = append(keys, bytes.Clone(k))
			return nil
		})
	})
	if len(keys) == 0 {
		t.Fatalf("bucket %s is empty", bucket)
	}
	picked := [][]byte{keys[0], keys[len(keys)-1]}
	for range 3 {
		picked = append(picked, keys[r.IntN(len(keys))])
	}
	return picked
}

func TestCheckFindsDamage(t *testing.T) {
	original := rich(t)
	r := rand.New(rand.NewPCG(5, 6))
	for _, bucket := range allBuckets {
		for _, key := range sample(t, original, bucket, r) {
			flip := func(tx *bolt.Tx) error {
				b := tx.Bucket([]byte(bucket))
				v := bytes.Clone(b.Get(key))
				v[r.IntN(len(v))] ^= 1 << r.IntN(8)
				return b.Put(key, v)
			}
			if bucket != "times" && bucket != "due" { // whose values are empty
				if _, rep := damaged(t, original, flip); rep.OK() || !names(rep, bucket) {
					t.Errorf("a bit of %s %x: %v", bucket, key, rep.Damage)
				}
			}
			if _, rep := damaged(t, original, func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Delete(key) }); rep.OK() {
				t.Errorf("%s %x is missing, and nobody says so", bucket, key)
			}
			alien := append([]byte("\x7f"), key...)
			if _, rep := damaged(t, original, func(tx *bolt.Tx) error {
				b := tx.Bucket([]byte(bucket))
				return b.Put(alien, b.Get(key))
			}); rep.OK() || !names(rep, bucket) {
				t.Errorf("a row of %s under another key: %v", bucket, rep.Damage)
			}
		}
		if _, rep := damaged(t, original, func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte(bucket)) }); rep.OK() || !names(rep, bucket) {
			t.Errorf("without bucket %s: %v", bucket, rep.Damage)
		}
	}
}

func names(r store.CheckReport, bucket string) bool {
	for _, d := range r.Damage {
		if d.Bucket == bucket && d.What != "" && d.Key != "" {
			return true
		}
	}
	return strings.Contains(r.String(), "bucket "+bucket)
}

// A reader meets damage as an error that says where, not as other text.
func TestDamageIsNotServed(t *testing.T) {
	ctx := context.Background()
	db, rep := damaged(t, rich(t), func(tx *bolt.Tx) error {
		for _, bucket := range allBuckets {
			b := tx.Bucket([]byte(bucket))
			c := b.Cursor()
			for k, v := c.First(); k != nil; k, v = c.Next() {
				if len(v) == 0 {
					continue
				}
				v = bytes.Clone(v)
				v[len(v)/2] ^= 4
				if err := b.Put(k, v); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if rep.Damaged < 100 || !strings.Contains(rep.String(), fmt.Sprintf("damage in %d places", rep.Damaged)) {
		t.Errorf("%v", rep)
	}
	_, errPast := db.Past(ctx, "s01.gov.ir")
	_, errVersion := db.Version(ctx, "s01.gov.ir", 2)
	_, errHistory := db.History(ctx, "s01.gov.ir")
	_, errSites := db.Sites(ctx)
	_, errAlerts := db.Alerts(ctx, record.AlertFilter{})
	_, errVisits := db.Visits(ctx, "s01.gov.ir", 0)
	_, errSince := db.Since(ctx, day, 0)
	errCommit := db.Commit(ctx, visitOf("s01.gov.ir", 4, day.AddDate(1, 0, 0), statement(1, 1)))
	for i, err := range []error{errPast, errVersion, errHistory, errSites, errAlerts, errVisits, errSince, errCommit} {
		var d *store.DamageError
		if !errors.Is(err, store.ErrDamaged) || !errors.As(err, &d) || d.Bucket == "" {
			t.Errorf("call %d: %v", i, err)
		}
	}
	// One bad site leaves the others alone.
	if err := db.Commit(ctx, visitOf("new.gov.ir", 1, day, statement(77, 3))); err != nil {
		t.Error(err)
	}
}

// An alert that cannot be read does not stop the ones behind it.
func TestDamagedAlertIsPutOff(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "x.db")
	a := openAt(t, path)
	if err := a.Enqueue(ctx, []record.Alert{alert("a", day), alert("b", day), alert("c", day)}); err != nil {
		t.Fatal(err)
	}
	a.Close()
	original, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	db, _ := damaged(t, original, func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("alerts")).Put([]byte{0, 0, 0, 0, 0, 0, 0, 1}, []byte("nonsense"))
	})
	if got, err := db.Lease(ctx, day, 1, 10); err != nil || len(got) != 2 {
		t.Errorf("%d leased, %v", len(got), err)
	}
}

// The heads of the chains change with any version, whoever recomputes the rest.
func TestHeadsTellTampering(t *testing.T) {
	ctx := context.Background()
	make := func(title string) store.CheckReport {
		db := open(t)
		for n := 1; n <= 3; n++ {
			v := visitOf("a.gov.ir", n, day.AddDate(0, 0, n), statement(uint64(n), 5))
			if n == 1 {
				v.Version.Document.Title = title
			}
			if err := db.Commit(ctx, v); err != nil {
				t.Fatal(err)
			}
		}
		return db.sound()
	}
	one, same, other := make("بیانیه"), make("بیانیه"), make("بیانیهٔ دیگر")
	if one.Heads != same.Heads || one.Heads == other.Heads {
		t.Errorf("heads %s, %s, %s", one.Heads, same.Heads, other.Heads)
	}
}

// S1: bytes of the file itself go bad. Whatever is hit, nothing panics.
func TestBadBytesInTheFile(t *testing.T) {
	ctx := context.Background()
	original := rich(t)
	r := rand.New(rand.NewPCG(7, 8))
	used := len(bytes.TrimRight(original, "\x00"))
	found, refused := 0, 0
	var last error
	path := filepath.Join(t.TempDir(), "x.db")
	rounds := 150
	if testing.Short() {
		rounds = 30
	}
	for range rounds {
		b := bytes.Clone(original)
		page := r.IntN(used/4096) * 4096
		switch r.IntN(4) {
		case 0: // one bit
			b[page+r.IntN(4096)] ^= 1 << r.IntN(8)
		case 1: // one bit of a page's head or its first keys
			b[page+r.IntN(64)] ^= 1 << r.IntN(8)
		case 2: // a sector never written
			clear(b[page : page+512])
		case 3: // a page in the place of another
			from := r.IntN(used/4096) * 4096
			copy(b[page:page+4096], original[from:])
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := store.Open(ctx, store.Options{Path: path})
		if errors.Is(err, store.ErrHeld) {
			t.Fatalf("a damaged archive stays locked after %v", last)
		}
		last = err
		if err != nil {
			refused++
			continue
		}
		rep, err := db.Check(ctx)
		if err != nil || !rep.OK() {
			found++
		}
		db.Sites(ctx)
		db.History(ctx, "s01.gov.ir")
		db.Commit(ctx, visitOf("s01.gov.ir", 4, day.AddDate(1, 0, 0), statement(5, 5)))
		if err := db.Close(); err != nil {
			last = err
		}
	}
	t.Logf("%d refused, %d found by the check, %d without effect", refused, found, rounds-refused-found)
	if refused+found < rounds/3 {
		t.Errorf("only %d of %d noticed", refused+found, rounds)
	}
}
