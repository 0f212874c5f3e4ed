package speech

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/jalaali/go-jalaali"
)

// Date writes a day. Persian readers count by the solar calendar, so they get
// that first; the Gregorian day stays beside it, since it is the one stored.
func (v Voice) Date(t time.Time) string {
	iso := t.Format(time.DateOnly)
	if s := v.solar(t); s != "" {
		return v.Say("date.both", s, iso)
	}
	return iso
}

// Moment writes a time in UTC.
func (v Voice) Moment(t time.Time) string {
	t = t.UTC()
	iso := t.Format("2006-01-02 15:04") + " UTC"
	if s := v.solar(t); s != "" {
		return v.Say("date.both", s, iso)
	}
	return v.isolate(iso)
}

// solar is the day by the calendar of Iran in a language that uses it, else
// empty.
func (v Voice) solar(t time.Time) string {
	if v.Book.Lang != "fa" {
		return ""
	}
	y, m, d, err := jalaali.ToJalaali(t.Date())
	if err != nil {
		return ""
	}
	return v.Digits(fmt.Sprintf("%04d/%02d/%02d", y, int(m), d))
}

var isoDuration = regexp.MustCompile(`^P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$`)

var units = []string{"unit.year", "unit.month", "unit.week", "unit.day", "unit.hour", "unit.minute", "unit.second"}

// Duration writes P1Y6M (ISO 8601) as "1 year and 6 months"; false where s is no
// such duration.
func (v Voice) Duration(s string) (string, bool) {
	m := isoDuration.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	var parts []string
	for i, unit := range units {
		if m[i+1] == "" {
			continue
		}
		n, err := strconv.Atoi(m[i+1])
		if err != nil {
			return "", false
		}
		parts = append(parts, v.Count(unit, n, v.Number(n)))
	}
	return v.enumerate(parts, 0), len(parts) > 0
}
