package section

import (
	"testing"
	"time"

	"github.com/jalaali/go-jalaali"
	"pgregory.net/rapid"
)

func TestISO(t *testing.T) {
	for _, tt := range []struct {
		c       calendar
		y, m, d int
		want    string
	}{
		{jalali, 1395, 11, 28, "2017-02-16"},
		{jalali, 1395, 12, 28, "2017-03-18"},
		{jalali, 1399, 12, 30, "2021-03-20"},
		{jalali, 1400, 12, 30, ""},
		{jalali, 1403, 1, 1, "2024-03-20"},
		{hijri, 1445, 9, 1, "2024-03-11"},
		{hijri, 1445, 13, 1, ""},
		{gregorian, 2024, 2, 29, "2024-02-29"},
		{gregorian, 2023, 2, 29, ""},
		{gregorian, 1024, 2, 2, ""},
	} {
		got, ok := iso(tt.c, tt.y, tt.m, tt.d)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%v %d-%d-%d: %q %v, want %q", tt.c, tt.y, tt.m, tt.d, got, ok, tt.want)
		}
	}
}

// TestJalali compares the 33-year cycle with an independent reckoning, day by
// day over the years that statements can name.
func TestJalali(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 50000).Draw(t, "day"))
		y, m, d, err := jalaali.ToJalaali(day.Year(), day.Month(), day.Day())
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := iso(jalali, y, int(m), d); got != day.Format(time.DateOnly) {
			t.Fatalf("%d-%d-%d is %s, want %s", y, m, d, got, day.Format(time.DateOnly))
		}
	})
}
