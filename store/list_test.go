package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"policywatch/store"
	"policywatch/store/record"
)

// Changes come the newest first, page by page, each once; first versions are none,
// and a rare severity costs no walk through everything.
func TestChangesComeByPages(t *testing.T) {
	db := open(t)
	for n := 1; n <= 7; n++ {
		for i := range 3 {
			v := visitOf(fmt.Sprintf("s%d.gov.ir", i), n, day.Add(time.Duration(3*n+i)*time.Hour), statement(uint64(10*n+i), 3))
			if n > 1 {
				v.Version.Change = &record.Change{Class: record.ClassMinor, Severity: record.SeverityMinor, Reason: "x"}
				if n == 2 {
					v.Version.Change.Severity = record.SeverityCritical
				}
			}
			db.commit(v)
		}
	}
	walk := func(f record.ChangeFilter) (got []string, pages int) {
		for {
			list, next, err := db.Changes(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range list {
				if v.Document != nil || v.Findings != nil || v.Change == nil {
					t.Errorf("version %d of %s is not as a list has it", v.Number, v.Site)
				}
				got = append(got, fmt.Sprintf("%s@%d", v.Site, v.Number))
			}
			pages++
			if f.Before = next; next == "" {
				return got, pages
			}
		}
	}
	var want []string
	for n := 7; n > 1; n-- {
		want = append(want, fmt.Sprintf("s2.gov.ir@%d", n), fmt.Sprintf("s1.gov.ir@%d", n), fmt.Sprintf("s0.gov.ir@%d", n))
	}
	for _, c := range []struct {
		f     record.ChangeFilter
		want  []string
		pages int
	}{
		{record.ChangeFilter{}, want, 1},
		{record.ChangeFilter{Limit: 5}, want, 4},
		{record.ChangeFilter{Limit: 6}, want, 3},
		{record.ChangeFilter{Limit: 18}, want, 1},
		{record.ChangeFilter{Least: record.SeverityCritical, Newest: 4}, want[15:], 5},
		{record.ChangeFilter{Since: day.Add(20 * time.Hour), Limit: 2}, want[:3], 2},
	} {
		if got, pages := walk(c.f); !slices.Equal(got, c.want) || pages != c.pages {
			t.Errorf("%+v: %v on %d pages, want %v on %d", c.f, got, pages, c.want, c.pages)
		}
	}
	for _, odd := range []string{"x", "1.2", "-1.2.a", "1.x.a", "1.2.", "99999999999999999999.2.a"} {
		if _, _, err := db.Changes(t.Context(), record.ChangeFilter{Before: odd}); err == nil {
			t.Errorf("went on from %q", odd)
		}
	}
	if list, next, err := db.Changes(t.Context(), record.ChangeFilter{Before: "1.2.nowhere"}); len(list) != 0 || next != "" || err != nil {
		t.Errorf("before all: %d %q %v", len(list), next, err)
	}
	if _, _, err := db.Changes(t.Context(), record.ChangeFilter{Before: "x"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("%v", err)
	}
}
