package section

import (
	"fmt"
	"strings"
	"time"

	"policywatch/store/canon"
)

// firstHijri is the year from which Day takes a year for a lunar one. The solar
// year 1430 begins in March 2051, the lunar one began in December 2008; so for
// every day between, a year below is solar and one from here on is lunar.
const firstHijri = 1430

// Day reads the date of a day as a person gives it to a program: year, month and
// day in figures of any script, with -, / or . between. The year tells the
// calendar: below 1430 Solar Hijri (1404/05/12), up to 1599 Islamic
// (1447-03-01, tabular: the official day may be the one before or after), from
// 1800 Gregorian. The result is midnight UTC; calendar is "jalali", "hijri" or
// "gregorian".
func Day(s string) (day time.Time, calendar string, err error) {
	parts := strings.FieldsFunc(canon.Text(s), func(r rune) bool { return r == '-' || r == '/' || r == '.' || r == ' ' })
	var n [3]int
	ok := len(parts) == 3 && len(parts[0]) == 4
	for i := 0; ok && i < 3; i++ {
		n[i], ok = digits(parts[i])
	}
	if !ok {
		return time.Time{}, "", fmt.Errorf("%q is no date: write year, month and day, as 2026-01-31, 1404-11-11 or 1447-08-12", s)
	}
	c, calendar := gregorian, "gregorian"
	switch {
	case n[0] < firstHijri:
		c, calendar = jalali, "jalali"
	case n[0] < 1600:
		c, calendar = hijri, "hijri"
	}
	value, ok := iso(c, n[0], n[1], n[2])
	if !ok {
		return time.Time{}, "", fmt.Errorf("%q is a day that the %s calendar does not have", s, calendar)
	}
	day, err = time.Parse(time.DateOnly, value)
	return day, calendar, err
}
