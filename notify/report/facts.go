package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jalaali/go-jalaali"

	"policywatch/store/record"
)

// factLabel names a kind of fact.
func (v voice) factLabel(k record.FactKind) string {
	return firstOf(v.phrase("fact."+string(k)), strings.ReplaceAll(clean(string(k)), "_", " "))
}

// fact writes a fact's value for people; values are stored normalised, dates
// and durations by ISO 8601.
func (v voice) fact(k record.FactKind, value string, limit int) string {
	value = clean(value)
	switch k {
	case record.FactDate, record.FactUpdated, record.FactEffective:
		if t, err := time.Parse(time.DateOnly, value); err == nil {
			return v.date(t)
		}
	case record.FactDuration:
		if s, ok := v.duration(value); ok {
			return s
		}
	case record.FactDataItem:
		return firstOf(v.phrase("item."+value), clip(strings.ReplaceAll(value, "_", " "), limit))
	}
	return clip(value, limit)
}

// date writes a day. Persian readers count by the solar calendar, so they get
// that first; the Gregorian day stays beside it, since it is the one stored.
func (v voice) date(t time.Time) string {
	iso := t.Format(time.DateOnly)
	if s := v.solar(t); s != "" {
		return v.say("date.both", s, iso)
	}
	return iso
}

// moment writes a time in UTC.
func (v voice) moment(t time.Time) string {
	t = t.UTC()
	iso := t.Format("2006-01-02 15:04") + " UTC"
	if s := v.solar(t); s != "" {
		return v.say("date.both", s, iso)
	}
	return isolate(iso, v.book.Dir)
}

// solar is the day by the calendar of Iran in a language that uses it, else
// empty.
func (v voice) solar(t time.Time) string {
	if v.book.Lang != "fa" {
		return ""
	}
	y, m, d, err := jalaali.ToJalaali(t.Date())
	if err != nil {
		return ""
	}
	return v.digits(fmt.Sprintf("%04d/%02d/%02d", y, int(m), d))
}

var isoDuration = regexp.MustCompile(`^P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?)?$`)

// duration writes P1Y6M as "1 year and 6 months".
func (v voice) duration(s string) (string, bool) {
	m := isoDuration.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	var parts []string
	for i, unit := range []string{"year", "month", "week", "day", "hour", "minute"} {
		if m[i+1] == "" {
			continue
		}
		n, err := strconv.Atoi(m[i+1])
		if err != nil {
			return "", false
		}
		parts = append(parts, v.count("unit."+unit, n, v.number(n)))
	}
	return v.list(parts, len(parts)), len(parts) > 0
}
