package wire_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"policywatch/cmd/internal/wire"
	"policywatch/store"
	"policywatch/store/record"
)

// aged makes an archive with three versions, of which two have old bodies that no
// longer stand.
func aged(t *testing.T, path string) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 3; n++ {
		at := time.Now().AddDate(-4, n, 0)
		body := []byte(strings.Repeat(fmt.Sprintf("<p>What was said in year %d.</p>", n), 20))
		doc := &record.Document{Title: "Privacy", Lang: "en", Dir: "ltr", Extractor: "html/1",
			Blocks: []record.Block{{Kind: record.Paragraph, Text: string(body)}}}
		doc.Identity, doc.Exact = store.Digest(body), store.Digest(body)
		if err := db.Commit(t.Context(), record.Visit{Site: record.Site{Domain: "a.example.gov"}, At: at,
			Past:     record.Past{Site: "a.example.gov", State: record.StateOK, Version: n, LastVisit: at, LastSuccess: at, Prior: record.Prior{BodyDigest: store.Digest(body)}},
			Snapshot: &record.Snapshot{URL: "https://a.example.gov/privacy", Status: 200, At: at, Body: body},
			Version:  &record.Version{Number: n, At: at, URL: "https://a.example.gov/privacy", Identity: doc.Identity, Exact: doc.Exact, Snapshot: store.Digest(body), Document: doc}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func droppedIn(t *testing.T, path string) int {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: path, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r, err := db.Check(t.Context())
	if err != nil || !r.OK() || r.Versions != 3 {
		t.Fatalf("%v, %v", r, err)
	}
	return r.Dropped
}

// store.keep_bodies rules the daemon and compact; without it nothing goes.
func TestKeepBodies(t *testing.T) {
	dir := t.TempDir()
	write := func(store string) wire.Options {
		path := filepath.Join(dir, "c.yaml")
		if err := os.WriteFile(path, []byte("store: {path: a.db"+store+"}\ncrawl: {browser: 'off'}\nschedule: {every: 1000h}\nsites: [{domain: a.example.gov}]\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return wire.Options{ConfigPath: path, Env: os.LookupEnv, Log: slog.New(slog.DiscardHandler)}
	}
	db := filepath.Join(dir, "a.db")

	aged(t, db)
	if out, err := wire.Compact(t.Context(), write("")); err != nil || out.Bodies != 0 || droppedIn(t, db) != 0 {
		t.Errorf("kept for ever: %+v, %v", out, err)
	}
	if out, err := wire.Compact(t.Context(), write(", keep_bodies: 9y")); err != nil || out.Bodies != 0 || droppedIn(t, db) != 0 {
		t.Errorf("kept for nine years: %+v, %v", out, err)
	}
	if out, err := wire.Compact(t.Context(), write(", keep_bodies: 2y")); err != nil || out.Bodies != 2 || droppedIn(t, db) != 2 {
		t.Errorf("kept for two years: %+v, %v", out, err)
	}

	if err := os.Remove(db); err != nil {
		t.Fatal(err)
	}
	aged(t, db)
	o := write(", keep_bodies: 2y")
	said := make(chan string, 100)
	o.Log = slog.New(slog.NewTextHandler(sayer(said), nil))
	w, s, err := wire.NewWatcher(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for line := range said {
		if strings.Contains(line, "bodies were dropped") {
			break
		}
	}
	// compact says who has the archive.
	if _, err := wire.Compact(t.Context(), o); err == nil || !strings.Contains(err.Error(), "the daemon (policywatch watch, process") {
		t.Errorf("beside the daemon: %v", err)
	}
	s.Close()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if n := droppedIn(t, db); n != 2 {
		t.Errorf("the daemon dropped %d", n)
	}
}

// sayer hands on what is logged.
type sayer chan string

func (s sayer) Write(b []byte) (int, error) {
	s <- string(b)
	return len(b), nil
}
