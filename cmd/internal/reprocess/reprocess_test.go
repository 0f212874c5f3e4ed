package reprocess_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/cmd/internal/reprocess"
	"policywatch/store"
	"policywatch/store/record"
)

var day = time.Date(2026, 3, 21, 6, 30, 0, 0, time.UTC)

// reader reads a page as one section of a topic; it counts and can be stopped.
type reader struct {
	mu    sync.Mutex
	topic record.Topic
	reads int
	stop  func(reads int)
}

func (r *reader) Document(_ context.Context, snap *record.Snapshot, _ record.Site) (*record.Document, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reads++; r.stop != nil {
		r.stop(r.reads)
	}
	if strings.Contains(string(snap.Body), "binary") {
		return nil, &record.Fault{Kind: record.FaultNotText, Detail: "no text"}
	}
	text := string(snap.Body)
	return &record.Document{Extractor: "html/9", Blocks: []record.Block{{Kind: record.Paragraph, Text: text}},
		Sections: []record.Section{{Topics: []record.Topic{r.topic}, Implicit: true, To: 1}}, Quality: record.Quality{Verdict: record.VerdictStatement},
		Identity: store.Digest([]byte(text)), Exact: store.Digest([]byte(text))}, nil
}

func (r *reader) Check(d *record.Document, _ record.Profile) []record.Finding {
	status := record.StatusAbsent
	if d.Covers()[record.Rights] {
		status = record.StatusPresent
	}
	return []record.Finding{{ID: "rights", Must: true, Status: status, Topics: []record.Topic{}}}
}

// archive has two sites of three versions, read by html/1 as covering Use, and
// one whose bytes are no text today.
func archive(t *testing.T, r *reader) *store.DB {
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if rep, err := db.Check(context.Background()); err != nil || !rep.OK() {
			t.Errorf("%v, %v", rep, err)
		}
		db.Close()
	})
	for i, domain := range []string{"a.gov", "a.gov", "a.gov", "b.gov", "b.gov", "b.gov", "c.gov"} {
		n := i%3 + 1
		at := day.AddDate(0, 0, i)
		body := fmt.Appendf(nil, "statement %d of %s", n, domain)
		if domain == "c.gov" {
			body = []byte("binary")
		}
		doc := &record.Document{Extractor: "html/1", Blocks: []record.Block{{Kind: record.Paragraph, Text: string(body)}},
			Sections: []record.Section{{Topics: []record.Topic{record.Use}, Implicit: true, To: 1}}, Identity: store.Digest(body), Exact: store.Digest(body)}
		if err := db.Commit(t.Context(), record.Visit{Site: record.Site{Domain: domain}, At: at,
			Past:     record.Past{Site: domain, State: record.StateOK, Version: n, TextDigest: doc.Identity, LastVisit: at},
			Snapshot: &record.Snapshot{URL: "https://" + domain, Status: 200, At: at, Body: body},
			Version:  &record.Version{Number: n, At: at, Identity: doc.Identity, Exact: doc.Exact, Snapshot: store.Digest(body), Document: doc, Findings: r.Check(doc, record.Profile{})},
		}); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func runner(db *store.DB, r *reader, by string) *reprocess.Runner {
	return &reprocess.Runner{Archive: db, Read: r, Sections: r, Site: func(d string) record.Site { return record.Site{Domain: d} },
		Profile: func(record.Site) record.Profile { return record.Profile{ID: "core"} }, By: func(record.Site, record.Profile) string { return by },
		Clock: func() time.Time { return day.AddDate(1, 0, 0) }, Workers: 3}
}

func all(string) bool { return true }

// What a better reader sees stands beside what was read, is told to nobody, and
// is not read twice.
func TestReadsOnceAndTellsNobody(t *testing.T) {
	r := &reader{topic: record.Rights}
	db := archive(t, r)
	before, _ := db.Check(t.Context())
	got := map[string]reprocess.Result{}
	tally, err := runner(db, r, "html/9").Run(t.Context(), all, func(x reprocess.Result) { got[fmt.Sprint(x.Site, x.Version)] = x })
	if want := (reprocess.Tally{Differs: 6, Unread: 1}); err != nil || tally != want {
		t.Fatalf("%+v, %v", tally, err)
	}
	x := got["a.gov2"]
	if x.Text || !reflect.DeepEqual(x.Gained, []record.Topic{record.Rights}) || !reflect.DeepEqual(x.Lost, []record.Topic{record.Use}) ||
		!reflect.DeepEqual(x.Elements, []reprocess.Element{{ID: "rights", Before: record.StatusAbsent, After: record.StatusPresent}}) {
		t.Errorf("%+v", x)
	}
	if x := got["c.gov1"]; !strings.Contains(x.Reason, "not_text") {
		t.Errorf("%+v", x)
	}
	after, _ := db.Check(t.Context())
	if after.Heads != before.Heads || after.Alerts != 0 || after.Notes != before.Notes || after.Readings != 6 {
		t.Errorf("%v\n%v", before, after)
	}
	r.reads = 0
	if tally, err := runner(db, r, "html/9").Run(t.Context(), all, func(reprocess.Result) {}); err != nil || tally.Passed != 6 || r.reads != 1 {
		t.Errorf("%+v, %d read, %v", tally, r.reads, err)
	}
	again := runner(db, r, "html/9")
	again.Again = true
	if tally, err := again.Run(t.Context(), func(d string) bool { return d == "b.gov" }, func(reprocess.Result) {}); err != nil || tally.Differs != 3 {
		t.Errorf("%+v, %v", tally, err)
	}
}

// A run that is cut short is finished by the next, which does the rest only.
func TestGoesOnWhereItEnded(t *testing.T) {
	r := &reader{topic: record.Use}
	db := archive(t, r)
	ctx, cancel := context.WithCancel(t.Context())
	r.stop = func(n int) {
		if n == 3 {
			cancel()
		}
	}
	first := runner(db, r, "html/9")
	first.Workers = 1
	tally, err := first.Run(ctx, all, func(reprocess.Result) {})
	if !errors.Is(err, context.Canceled) || tally.Same != 2 {
		t.Fatalf("%+v, %v", tally, err)
	}
	r.stop = nil
	tally, err = runner(db, r, "html/9").Run(t.Context(), all, func(reprocess.Result) {})
	if want := (reprocess.Tally{Same: 4, Passed: 2, Unread: 1}); err != nil || tally != want {
		t.Errorf("%+v, %v", tally, err)
	}
}
