package store

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"policywatch/store/record"
)

// packed returns the key blob's serial and the stored size of every content, in
// the order in which they were stored.
func packed(t *testing.T, db *DB) (keys []uint64, sizes []int) {
	t.Helper()
	err := db.peek(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte(bucketBlobs)).ForEach(func(k, v []byte) error {
			h, err := parseBlob(v[:len(v)-sumSize])
			keys, sizes = append(keys, h.key), append(sizes, len(v))
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys, sizes
}

func essay(edits int) *record.Document {
	doc := &record.Document{Title: "بیانیه"}
	for i := range 120 {
		text := fmt.Sprintf("بند %d: اطلاعات کاربران با شماره %d نگهداری می‌شود و به دیگران داده نمی‌شود.", i, i*i*7919%100003)
		if i < edits {
			text = fmt.Sprintf("بند %d: این بند در بازنگری %d نوشته شد.", i, edits)
		}
		doc.Blocks = append(doc.Blocks, record.Block{Kind: record.Paragraph, Text: text})
	}
	return doc
}

// A version costs what was edited, and any version is three decompressions away:
// deltas are on the key of their stream, keys on a whole one, never on each other.
func TestVersionsAreDeltas(t *testing.T) {
	ctx := context.Background()
	db := openHere(t)
	const n = 40
	for i := 1; i <= n; i++ {
		v := plainVisit("a.gov.ir", i)
		v.Snapshot, v.Alerts, v.Version.Document = nil, nil, essay(i%20)
		v.Version.Document.Title = fmt.Sprint(i)
		if err := db.Commit(ctx, v); err != nil {
			t.Fatal(err)
		}
	}
	keys, sizes := packed(t, db)
	if len(keys) != n {
		t.Fatalf("%d contents for %d versions", len(keys), n)
	}
	for i, key := range keys {
		want := uint64(i/keyEvery)*keyEvery + 1
		if i%keyEvery == 0 {
			want = min(1, uint64(i)) // the first is whole
		}
		if key != want || i%keyEvery > 0 && sizes[i] > 1000 || key > 0 && sizes[i] > 2500 {
			t.Errorf("content %d has %d bytes on %d, not on %d", i+1, sizes[i], key, want)
		}
	}
	for i := 1; i <= n; i++ {
		if v, err := db.Version(ctx, "a.gov.ir", i); err != nil || v.Document.Text() != essay(i%20).Text() {
			t.Errorf("version %d: %v", i, err)
		}
	}
}

// A text that has nothing in common with the key becomes the next key, and a
// page that fails does not come between the good ones.
func TestNewKeyWhereDeltaDoesNotPay(t *testing.T) {
	ctx := context.Background()
	db := openHere(t)
	r := rand.New(rand.NewPCG(1, 2))
	random := func() []byte {
		b := make([]byte, 20000)
		for i := range b {
			b[i] = "0123456789abcdef"[r.IntN(16)]
		}
		return b
	}
	good, bad := random(), random()
	bodies := [][]byte{good, bad, append([]byte("x"), good...), append([]byte("y"), bad...), random()}
	for i, body := range bodies {
		v := plainVisit("a.gov.ir", 0)
		v.At = noon.AddDate(0, 0, i)
		v.Version, v.Alerts, v.Snapshot.Body = nil, nil, body
		if i%2 == 1 {
			v.Fault = &record.Fault{Kind: record.FaultBlocked}
		}
		if err := db.Commit(ctx, v); err != nil {
			t.Fatal(err)
		}
	}
	if keys, _ := packed(t, db); fmt.Sprint(keys) != "[0 0 1 2 0]" {
		t.Errorf("key blobs: %v", keys)
	}
}

// Whatever bytes two bodies hold, the second comes back as it was.
func TestDeltasComeBack(t *testing.T) {
	z, err := newCodec()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SliceOfN(rapid.Byte(), 64, 3000).Draw(t, "base")
		base = bytes.Repeat(base, rapid.IntRange(1, 200).Draw(t, "times"))
		plain := bytes.Clone(base)
		for range rapid.IntRange(0, 5).Draw(t, "edits") {
			i := rapid.IntRange(0, len(plain)).Draw(t, "at")
			plain = append(plain[:i:i], append(rapid.SliceOf(rapid.Byte()).Draw(t, "new"), plain[i:]...)...)
		}
		out, ok := z.delta(plain, base, func(int) bool { return true })
		if !ok {
			return
		}
		back, err := z.plain(blobHead{size: len(plain), key: 1, data: out}, base)
		if err != nil || !bytes.Equal(back, plain) {
			t.Fatalf("%d bytes on %d came back as %d, %v", len(plain), len(base), len(back), err)
		}
	})
}

func TestOddBodies(t *testing.T) {
	ctx := context.Background()
	db := openHere(t)
	bodies := [][]byte{{}, {0}, []byte("x"), bytes.Repeat([]byte{0}, 5<<20), []byte(strings.Repeat("ب", 63)), make([]byte, plainBelow)}
	r := rand.New(rand.NewPCG(3, 4))
	for _, size := range []int{plainBelow - 1, plainBelow, window - 1, window + 1, 3 * window} {
		b := make([]byte, size)
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		bodies = append(bodies, b)
	}
	for i, body := range bodies {
		v := plainVisit("a.gov.ir", i+1)
		v.Snapshot.Body, v.Alerts = body, nil
		if err := db.Commit(ctx, v); err != nil {
			t.Fatal(err)
		}
	}
	for _, body := range bodies {
		s, err := db.Snapshot(ctx, Digest(body))
		if err != nil || !bytes.Equal(s.Body, body) {
			t.Errorf("a body of %d bytes: %v", len(body), err)
		}
	}
}

// Damaged rows are told, never trusted for a size, and never panic.
func FuzzRows(f *testing.F) {
	z, err := newCodec()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("\x80\x80\x80\x40\x00\x28\xb5\x2f\xfd"))
	f.Add(z.append([]byte{200, 1, 0}, bytes.Repeat([]byte("متن"), 34)))
	f.Add(encodeDocument(essay(3)))
	v := plainVisit("a", 1)
	row := stateRow{past: v.Past, at: noon, print: 7}
	f.Add(row.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		decodeDocument(b)
		decodeSiteRow("a", b)
		decodeStateRow(b)
		decodeVersionRow("a", 1, b)
		decodeNoteRow(b)
		decodeSnapshot(b)
		decodeShared(b)
		decodeAlertRow(b)
		decodeChange(&decoder{b: b})
		decodeEvent(&decoder{b: b})
		decodeFinding(&decoder{b: b})
		if h, err := parseBlob(b); err == nil && h.size < 1<<22 {
			z.plain(h, bytes.Repeat([]byte("base"), 40))
		}
		unseal("x", b, b)
	})
}
