package section

import (
	"fmt"
	"time"
)

// calendar is one of the three that statements date in.
type calendar uint8

const (
	gregorian calendar = iota
	jalali             // Solar Hijri, Iran's and Afghanistan's
	hijri              // Islamic, the Gulf states'
)

// calendars maps the names that lexicons use.
var calendars = map[string]calendar{"gregorian": gregorian, "jalali": jalali, "hijri": hijri}

// iso converts a date to ISO 8601, Gregorian. It reports false for a date that
// its calendar does not have (30 Esfand of a common year, month 13) and for
// years that no statement can mean.
func iso(c calendar, y, m, d int) (string, bool) {
	if m < 1 || m > 12 || d < 1 || d > monthLength(c, y, m) {
		return "", false
	}
	switch c {
	case jalali:
		if y < 1250 || y > 1500 {
			return "", false
		}
		return fromDay(jalaliDay(y, m, d)), true
	case hijri:
		if y < 1250 || y > 1550 {
			return "", false
		}
		return fromDay(hijriDay(y, m, d)), true
	}
	if y < 1800 || y > 2200 {
		return "", false
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d), true
}

func monthLength(c calendar, y, m int) int {
	switch c {
	case jalali:
		switch {
		case m <= 6:
			return 31
		case m < 12 || jalaliLeap(y):
			return 30
		}
		return 29
	case hijri:
		// Months alternate; which day a month begins on is announced, so both
		// lengths are accepted for all.
		return 30
	}
	return time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// day numbers count days from 1970-01-01.
func fromDay(n int) string { return time.Unix(int64(n)*86400, 0).UTC().Format(time.DateOnly) }

func toDay(y int, m time.Month, d int) int {
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// jalaliLeap follows the 33-year cycle, which agrees with the astronomical
// calendar of Iran from 1244 to 1502.
func jalaliLeap(y int) bool {
	switch y % 33 {
	case 1, 5, 9, 13, 17, 22, 26, 30:
		return true
	}
	return false
}

// jalaliDay counts from 1 Farvardin 1300, which was 21 March 1921.
func jalaliDay(y, m, d int) int {
	n := toDay(1921, time.March, 21)
	for k := 1300; k < y; k++ {
		n += 365
		if jalaliLeap(k) {
			n++
		}
	}
	for k := y; k < 1300; k++ {
		n -= 365
		if jalaliLeap(k) {
			n--
		}
	}
	for k := 1; k < m; k++ {
		n += monthLength(jalali, y, k)
	}
	return n + d - 1
}

// hijriDay is the tabular (civil) calendar. Umm al-Qura, the official one of
// Saudi Arabia, goes by computed moons and differs from it by a day in some
// months; for telling one date from another that is enough.
func hijriDay(y, m, d int) int {
	// 1 Muharram 1 was 16 July 622 Julian, 19 July 622 Gregorian.
	epoch := toDay(622, time.July, 19)
	return epoch + (y-1)*354 + (3+11*y)/30 + (59*(m-1)+1)/2 + d - 1
}
