package configs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Clock is a time of day, from midnight by the clock on the wall, written as
// 08:00.
type Clock time.Duration

// UnmarshalText reads a time of day.
func (c *Clock) UnmarshalText(b []byte) error {
	hour, minute, ok := strings.Cut(strings.TrimSpace(string(b)), ":")
	h, herr := strconv.ParseUint(hour, 10, 8)
	m, merr := strconv.ParseUint(minute, 10, 8)
	if !ok || herr != nil || merr != nil || len(minute) != 2 || h > 23 || m > 59 {
		return fmt.Errorf("%q is not a time of day; write it as 08:00", b)
	}
	*c = Clock(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute)
	return nil
}

// MarshalText writes a time of day.
func (c Clock) MarshalText() ([]byte, error) {
	d := time.Duration(c)
	return fmt.Appendf(nil, "%02d:%02d", int(d/time.Hour), int(d%time.Hour/time.Minute)), nil
}

// Hours are a part of the day, written as 22:00-07:00; it goes over midnight where
// it ends earlier than it begins. The zero Hours are none.
type Hours struct{ From, To Clock }

// UnmarshalText reads a part of the day.
func (h *Hours) UnmarshalText(b []byte) error {
	from, to, ok := strings.Cut(string(b), "-")
	var out Hours
	if !ok || out.From.UnmarshalText([]byte(from)) != nil || out.To.UnmarshalText([]byte(to)) != nil || out.From == out.To {
		return fmt.Errorf("%q is not a part of the day; write it as 22:00-07:00", b)
	}
	*h = out
	return nil
}

// MarshalText writes a part of the day.
func (h Hours) MarshalText() ([]byte, error) {
	if h == (Hours{}) {
		return nil, nil
	}
	from, _ := h.From.MarshalText()
	to, _ := h.To.MarshalText()
	return append(append(from, '-'), to...), nil
}

// Weekday is a day of the week by its first three letters: mon to sun.
type Weekday string

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // as time.Weekday counts

// UnmarshalText reads a day of the week.
func (d *Weekday) UnmarshalText(b []byte) error {
	if !slices.Contains(weekdays, string(b)) {
		return fmt.Errorf("%q is not a day of the week; write it as mon, tue, wed, thu, fri, sat or sun", b)
	}
	*d = Weekday(b)
	return nil
}

// Day is the day as the standard library counts it; Monday where none is given.
func (d Weekday) Day() time.Weekday {
	if i := slices.Index(weekdays, string(d)); i >= 0 {
		return time.Weekday(i)
	}
	return time.Monday
}

// Rate is a number of messages within a time, written as 20/h, 5/m, 100/d or
// 20/90m. The zero Rate is no limit.
type Rate struct {
	Messages int
	Per      time.Duration
}

// UnmarshalText reads a rate.
func (r *Rate) UnmarshalText(b []byte) error {
	count, per, _ := strings.Cut(string(b), "/")
	n, err := strconv.Atoi(strings.TrimSpace(count))
	per = strings.TrimSpace(per)
	d, known := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[per]
	if !known {
		d, _ = time.ParseDuration(per)
	}
	if err != nil || n < 1 || n > 1_000_000 || d <= 0 {
		return fmt.Errorf("%q is not a number of messages within a time; write it as 20/h", b)
	}
	*r = Rate{n, d}
	return nil
}

// MarshalText writes a rate.
func (r Rate) MarshalText() ([]byte, error) {
	switch r.Per {
	case 0:
		return nil, nil
	case time.Minute:
		return fmt.Appendf(nil, "%d/m", r.Messages), nil
	case time.Hour:
		return fmt.Appendf(nil, "%d/h", r.Messages), nil
	}
	return fmt.Appendf(nil, "%d/%s", r.Messages, r.Per), nil
}

// UnmarshalYAML reads a time of day and names its place when it is bad.
func (c *Clock) UnmarshalYAML(n ast.Node) error { return atNode(n, c.UnmarshalText) }

// UnmarshalYAML reads a part of the day and names its place when it is bad.
func (h *Hours) UnmarshalYAML(n ast.Node) error { return atNode(n, h.UnmarshalText) }

// UnmarshalYAML reads a day of the week and names its place when it is bad.
func (d *Weekday) UnmarshalYAML(n ast.Node) error { return atNode(n, d.UnmarshalText) }

// UnmarshalYAML reads a rate and names its place when it is bad.
func (r *Rate) UnmarshalYAML(n ast.Node) error { return atNode(n, r.UnmarshalText) }
