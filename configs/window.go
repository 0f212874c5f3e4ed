package configs

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Window is a stretch of the day in which visits may begin, written as
// 22:00-06:00, or with the days on which it opens as Sat-Wed 22:00-06:00 or
// Fri 00:00-24:00.
type Window struct {
	// Days has a bit for each time.Weekday; 0 means every day.
	Days uint8
	// From and To are times of the day. One that does not end after it begins
	// ends on the next day.
	From, To time.Duration
}

var windowForm = regexp.MustCompile(`^(?:([A-Z][a-z]{2})(?:-([A-Z][a-z]{2}))? +)?([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})$`)

// UnmarshalText reads a window.
func (w *Window) UnmarshalText(b []byte) error {
	bad := fmt.Errorf("%q is not a window; write it as 22:00-06:00 or Mon-Fri 22:00-06:00", b)
	m := windowForm.FindStringSubmatch(strings.TrimSpace(string(b)))
	if m == nil {
		return bad
	}
	var out Window
	if m[1] != "" {
		first, ok1 := weekday(m[1])
		last, ok2 := first, true
		if m[2] != "" {
			last, ok2 = weekday(m[2])
		}
		if !ok1 || !ok2 {
			return bad
		}
		for d := first; ; d = (d + 1) % 7 {
			out.Days |= 1 << d
			if d == last {
				break
			}
		}
		out.Days %= 1<<7 - 1 // all seven are every day
	}
	var ok1, ok2 bool
	if out.From, ok1 = timeOfDay(m[3], m[4]); !ok1 || out.From == 24*time.Hour {
		return bad
	}
	if out.To, ok2 = timeOfDay(m[5], m[6]); !ok2 {
		return bad
	}
	*w = out
	return nil
}

// MarshalText writes a window.
func (w Window) MarshalText() ([]byte, error) {
	days := ""
	for first := range 7 {
		// The run of days begins where the day before is not in it.
		if w.Days>>first&1 == 1 && w.Days>>((first+6)%7)&1 == 0 {
			last := first
			for w.Days>>((last+1)%7)&1 == 1 {
				last = (last + 1) % 7
			}
			days = dayName(first) + "-" + dayName(last) + " "
		}
	}
	clock := func(d time.Duration) string { return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60) }
	return []byte(days + clock(w.From) + "-" + clock(w.To)), nil
}

// UnmarshalYAML reads a window and names its place when it is bad.
func (w *Window) UnmarshalYAML(n ast.Node) error { return atNode(n, w.UnmarshalText) }

func dayName(d int) string { return time.Weekday(d).String()[:3] }

func weekday(name string) (d int, ok bool) {
	for d := range 7 {
		if dayName(d) == name {
			return d, true
		}
	}
	return 0, false
}

func timeOfDay(hour, minute string) (time.Duration, bool) {
	h, err1 := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(minute)
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute, err1 == nil && err2 == nil && m < 60 && h*60+m <= 24*60
}
