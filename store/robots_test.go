package store_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"policywatch/store"
)

func TestRobotsRulesOutliveTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	r := db.RobotsRules()
	if _, ok := r.Rules("https://a.gov"); ok {
		t.Error("rules out of nowhere")
	}
	for i := range 1000 { // more than one batch
		r.KeepRules(fmt.Sprintf("https://%d.gov", i), fmt.Appendf(nil, "rules %d", i))
	}
	if b, ok := r.Rules("https://999.gov"); !ok || string(b) != "rules 999" {
		t.Errorf("before the flush: %q %v", b, ok)
	}
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = store.Open(t.Context(), store.Options{Path: path, ReadOnly: true}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i := range 1000 {
		if b, ok := db.RobotsRules().Rules(fmt.Sprintf("https://%d.gov", i)); !ok || !bytes.Equal(b, fmt.Appendf(nil, "rules %d", i)) {
			t.Fatalf("%d: %q %v", i, b, ok)
		}
	}
	if report, err := db.Check(t.Context()); err != nil || !report.OK() {
		t.Errorf("%v %v", report, err)
	}
}
