package configs

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/robfig/cron/v3"
)

// Cron is when visits are due, as in a crontab: minute, hour, day of the month,
// month and day of the week, or a short word such as @daily. The zero Cron is
// never.
type Cron struct {
	text string
	spec *cron.SpecSchedule
}

// cronForm is what is allowed, for who wrote something else.
const cronForm = `write it as "30 2 * * *" (minute 0-59, hour 0-23, day of the month 1-31, month 1-12 or jan-dec, day of the week 0-6 or sun-sat; each also *, lists as 1,15, ranges as 8-18 and steps as */15), or as @hourly, @daily, @weekly, @monthly or @yearly`

// cronItem is one item of a field's list. The parser takes more, as *-5.
var cronItem = regexp.MustCompile(`^(?:\*|[0-9A-Za-z]+(?:-[0-9A-Za-z]+)?)(?:/([0-9]+))?$`)

// cronSchema is the form of an expression for editors, which cannot tell its values.
const cronSchema = `^\s*(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|([0-9A-Za-z*/,-]+\s+){4}[0-9A-Za-z*/,-]+)\s*$`

// cronMost is the largest value of each field.
var cronMost = [5]int{59, 23, 31, 12, 6}

// UnmarshalText reads an expression. One that never comes, as the 31st of February,
// is refused.
func (c *Cron) UnmarshalText(b []byte) error {
	text := strings.Join(strings.Fields(string(b)), " ")
	spec, err := parseCron(text)
	if err != nil {
		return fmt.Errorf("%q is not a cron expression: %w; %s", b, err, cronForm)
	}
	*c = Cron{text, spec}
	if c.In(time.UTC).Next(time.Unix(0, 0)).IsZero() {
		return fmt.Errorf("%q never comes; %s", b, cronForm)
	}
	return nil
}

func parseCron(text string) (*cron.SpecSchedule, error) {
	fields := strings.Fields(text)
	switch {
	case len(fields) == 0:
		return nil, errors.New("it is empty")
	case strings.Contains(fields[0], "="):
		return nil, errors.New("the time zone is a key of its own, zone")
	case fields[0] == "@every":
		return nil, errors.New("a time between visits is a key of its own, every")
	case len(fields) == 1 && fields[0][0] == '@':
	case len(fields) != 5:
		return nil, fmt.Errorf("it has %d fields instead of 5", len(fields))
	default:
		for i, f := range fields {
			for item := range strings.SplitSeq(f, ",") {
				m := cronItem.FindStringSubmatch(item)
				if m == nil {
					return nil, fmt.Errorf("%q means nothing", item)
				}
				if step, err := strconv.Atoi(m[1]); m[1] != "" && (err != nil || step > cronMost[i]) {
					return nil, fmt.Errorf("the step of %q is larger than the field", item) // */90 would mean every hour
				}
			}
		}
	}
	// Without a zone the parser means the machine's; ours is applied later.
	s, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor).Parse(text)
	if err != nil {
		return nil, err
	}
	spec, ok := s.(*cron.SpecSchedule)
	if !ok {
		return nil, errors.New("it is none of those")
	}
	spec.Location = time.UTC
	return spec, nil
}

// MarshalText writes the expression.
func (c Cron) MarshalText() ([]byte, error) { return []byte(c.text), nil }

func (c Cron) String() string { return c.text }

// UnmarshalYAML reads an expression and names its place when it is bad.
func (c *Cron) UnmarshalYAML(n ast.Node) error { return atNode(n, c.UnmarshalText) }

// IsZero reports whether there is no expression.
func (c Cron) IsZero() bool { return c.spec == nil }

// In is the expression by the clock on the wall of a zone.
func (c Cron) In(zone *time.Location) Turns { return Turns{c.spec, zone} }

// Turns are the times that an expression comes to in one time zone.
type Turns struct {
	spec *cron.SpecSchedule
	zone *time.Location
}

// everyHour is the parser's mark of a field that is *.
const everyHour = 1 << 63

// mostRepeated is more than any zone's clock was ever put back at a time, apart from
// those that moved over the date line.
const mostRepeated = 3 * time.Hour

// Next is the first turn after t; zero when there is none within five years.
//
// The parser's own reckoning is used on a clock that is never set, and what it shows
// is then looked up in the zone: a time that the zone's clock skips comes once, when
// the clock is put forward; one that it shows twice comes the first time only. A turn
// of every hour follows the hours as they pass: none of it is skipped and the
// repeated hour has its turns as well.
func (s Turns) Next(t time.Time) (next time.Time) {
	local := t.In(s.zone)
	shown := wall(local)
	clock := shown
	if begin, end := local.ZoneBounds(); !begin.IsZero() && t.Sub(begin) < mostRepeated || !end.IsZero() && end.Sub(t) < mostRepeated {
		clock = clock.Add(-mostRepeated) // what is shown again comes after what is shown once
	}
	for {
		if clock = s.spec.Next(clock); clock.IsZero() {
			return next
		}
		for _, at := range s.at(clock) {
			if at.After(t) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
		if !next.IsZero() && clock.Sub(shown) > 0 && clock.Sub(wall(next)) >= 0 {
			return next
		}
	}
}

// wall is what a clock shows at t, as the same time in UTC.
func wall(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// at lists when a turn comes for which the clock shows the given time.
func (s Turns) at(clock time.Time) []time.Time {
	y, m, d := clock.Date()
	at := time.Date(y, m, d, clock.Hour(), clock.Minute(), clock.Second(), 0, s.zone)
	begin, end := at.ZoneBounds()
	hourly := s.spec.Hour&everyHour != 0
	if shown := wall(at); !shown.Equal(clock) {
		// The clock skips that time, and Date took one of the two offsets.
		switch {
		case hourly:
			return nil
		case shown.Before(clock):
			return []time.Time{end}
		}
		return []time.Time{begin}
	}
	first, second := at, at
	_, offset := at.Zone()
	if !end.IsZero() {
		_, then := end.Zone()
		if x := at.Add(time.Duration(offset-then) * time.Second); !x.Before(end) {
			second = x
		}
	}
	if !begin.IsZero() {
		_, before := begin.Add(-time.Second).Zone()
		if x := at.Add(time.Duration(offset-before) * time.Second); x.Before(begin) {
			first = x
		}
	}
	if hourly && second.After(first) {
		return []time.Time{first, second}
	}
	return []time.Time{first}
}
