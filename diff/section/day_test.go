package section_test

import (
	"testing"
	"time"

	"policywatch/diff/section"
)

func TestDayTellsTheCalendarByTheYear(t *testing.T) {
	for in, want := range map[string]string{
		"2026-03-01":   "2026-03-01 gregorian",
		"2026/3/1":     "2026-03-01 gregorian",
		"1404-05-12":   "2025-08-03 jalali",
		"۱۴۰۴/۰۵/۱۲":   "2025-08-03 jalali",
		"١٤٤٧-٠٣-٠١":   "2025-08-25 hijri",
		"1447.03.01":   "2025-08-25 hijri",
		"1403-12-30":   "2025-03-20 jalali", // a leap year
		"1405 / 1 / 1": "2026-03-21 jalali",
	} {
		day, calendar, err := section.Day(in)
		if got := day.Format(time.DateOnly) + " " + calendar; err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", in, got, err, want)
		}
	}
	for _, bad := range []string{"", "yesterday", "2026-02-30", "1404-12-30", "1447-13-01", "12/05/1404", "26-01-02", "1700-01-01", "2026-01", "2026-01-02-03"} {
		if day, calendar, err := section.Day(bad); err == nil {
			t.Errorf("%s: %s %s", bad, day, calendar)
		}
	}
}
