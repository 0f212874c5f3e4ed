package main

import (
	"strings"
	"testing"
	"time"
)

func message(kind, site string) (t told) {
	t.Type, t.Data.Site = kind, site
	return t
}

// What was due and told is in order; all else is not.
func TestReckoning(t *testing.T) {
	for name, c := range map[string]struct {
		due         []notice
		told        []told
		wrong, left int
	}{
		"in order":            {[]notice{{"a", change}, {"a", recovered}}, []told{message("site.recovered", "a"), message("statement.dropped_section", "a")}, 0, 0},
		"not told":            {[]notice{{"a", change}}, nil, 0, 1},
		"told twice":          {[]notice{{"a", change}}, []told{message("statement.changed", "a"), message("statement.changed", "a")}, 1, 0},
		"told of another":     {[]notice{{"a", change}}, []told{message("statement.changed", "b")}, 1, 1},
		"a fault as a change": {[]notice{{"a", failing}}, []told{message("statement.gone", "a")}, 1, 1},
		"the monitor's own":   {[]notice{{"", outage}, {"", recovered}}, []told{message("monitor.outage", ""), message("site.recovered", ""), message("site.failing", "a")}, 1, 0},
	} {
		tr := newTruth(nil)
		for _, n := range c.due {
			tr.due[n]++
		}
		if wrong := tr.reckon(c.told); len(wrong) != c.wrong || len(tr.missing()) != c.left {
			t.Errorf("%s: %q, %q", name, wrong, tr.missing())
		}
	}
}

// A number that alone changes for the third time may be told or not; any other edit
// must be.
func TestANumberThatChangesAgain(t *testing.T) {
	number := func(before, after string) edit {
		return edit{Ops: []op{{Kind: "c_yeh"}, {Kind: "number", Real: true, Before: before, After: after}}}
	}
	if b, a, ok := number("1", "2").number(); b != "1" || a != "2" || !ok {
		t.Error("a number that changed alone is not known")
	}
	if _, _, ok := (edit{Ops: []op{{Kind: "negate", Real: true}}}).number(); ok {
		t.Error("another edit is taken for a number's")
	}
	tr := newTruth(nil)
	tr.may[notice{"a", change}]++
	if wrong := tr.reckon([]told{message("statement.changed", "a")}); len(wrong) != 0 || len(tr.missing()) != 0 {
		t.Errorf("told once: %q", wrong)
	}
	if wrong := tr.reckon([]told{message("statement.changed", "a")}); len(wrong) != 1 {
		t.Errorf("told twice: %q", wrong)
	}
}

// A life that keeps its size passes, peaks and an early rise included; one that grows
// does not, and one that was too short says nothing.
func TestGrowth(t *testing.T) {
	life := func(minutes int, size func(minute int) int) (out []sample) {
		at := time.Now()
		for s := range minutes * 60 {
			out = append(out, sample{at: at.Add(time.Duration(s) * time.Second), life: 2, anon: size(s/60) << 20, files: 50})
			if s%40 == 0 {
				out[len(out)-1].goroutines = 100 + size(s/60)
			}
		}
		return out
	}
	flat := func(minute int) int {
		if minute < 2 {
			return 30
		}
		return 100 + 30*(minute%2)
	}
	if got := grown(append([]sample{{life: 1, anon: 1}}, life(15, flat)...)); len(got) != 0 {
		t.Errorf("flat: %q", got)
	}
	got := grown(life(15, func(minute int) int { return 100 + 10*minute }))
	if len(got) != 2 || !strings.Contains(got[0], "memory") || !strings.Contains(got[1], "goroutines") {
		t.Errorf("growing: %q", got)
	}
	if got := grown(life(5, func(minute int) int { return 100 + 100*minute })); len(got) != 0 {
		t.Errorf("short: %q", got)
	}
}
