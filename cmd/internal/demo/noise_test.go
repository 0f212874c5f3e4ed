package demo

import (
	"testing"
	"time"
)

func TestCalendars(t *testing.T) {
	for _, c := range []struct{ day, jalali, hijri string }{
		{"2017-02-16", "1395/11/28", "19/5/1438"},
		{"2023-07-19", "1402/04/28", "1/1/1445"},
		{"2026-11-21", "1405/08/30", "10/6/1448"},
		{"2024-03-19", "1402/12/29", "9/9/1445"},
		{"2025-03-20", "1403/12/30", "20/9/1446"},
	} {
		at, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		n := newNoise(1, "x", 1, at)
		if got := n.JalaliNumbers(); got != c.jalali {
			t.Errorf("%s is %s in the Iranian calendar, want %s", c.day, got, c.jalali)
		}
		y, m, d := hijri(at)
		if got := itoa(d) + "/" + itoa(m) + "/" + itoa(y); got != c.hijri {
			t.Errorf("%s is %s in the Islamic calendar, want %s", c.day, got, c.hijri)
		}
	}
}

func itoa(n int) string { return withDigits("en", n) }

// Every day of two 30-year cycles follows the one before.
func TestHijriHasNoGaps(t *testing.T) {
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	y, m, d := hijri(at)
	for range 2 * 10631 {
		at = at.AddDate(0, 0, 1)
		y2, m2, d2 := hijri(at)
		switch {
		case y2 == y && m2 == m && d2 == d+1:
		case y2 == y && m2 == m+1 && d2 == 1 && (d == 29 || d == 30):
		case y2 == y+1 && m2 == 1 && d2 == 1 && m == 12 && (d == 29 || d == 30):
		default:
			t.Fatalf("%d-%d-%d is followed by %d-%d-%d", y, m, d, y2, m2, d2)
		}
		y, m, d = y2, m2, d2
	}
}

func TestBadFilesAreRefused(t *testing.T) {
	for name, body := range map[string]string{
		"unknown stanza":     "-- nothing --\n",
		"unknown key":        "-- site --\ncolour: red\n",
		"no layout":          "-- site --\nslug: x\n",
		"unknown topic":      "-- epoch/0 --\nstate: new\nstatement: /p\n-- statement --\n# T\n## H {retentoin}\ntext\n-- epoch/1 --\nstate: unchanged\n-- layout.html --\nx\n-- news --\n/n | d | t\n-- banners --\nb\n",
		"epochs in disorder": "-- epoch/1 --\nstate: new\n",
		"open edit":          "-- epoch/0 --\nstate: new\n<<<<\nold\n====\nnew\n",
		"bad letters":        "-- epoch/0 --\nletters: a b\n",
		"later text":         "-- epoch/0 --\ntext: 3\n",
	} {
		s, err := readSite(body)
		if err == nil {
			_, err = s.moments()
		}
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// An edit that would hit nothing, or two places, is a mistake in the file.
func TestEditsMustHitOnce(t *testing.T) {
	for _, source := range []string{"no such words", "old and old"} {
		if _, err := (edit{Old: "old", New: "new"}).apply(source); err == nil {
			t.Errorf("an edit of %q went through", source)
		}
	}
	got, err := edit{Old: "old", New: "new"}.apply("the old text")
	if err != nil || got != "the new text" {
		t.Errorf("got %q, %v", got, err)
	}
}
