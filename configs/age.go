package configs

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Age is a span of days, months or years of the calendar, written as 90d, 18mo or
// 2y. Empty means that there is no limit.
type Age struct {
	n    int
	unit string
}

var ageForm = regexp.MustCompile(`^([1-9][0-9]{0,3})(d|mo|y)$`)

// Before returns the time that is the age before now; ok is false where there is
// no limit.
func (a Age) Before(now time.Time) (t time.Time, ok bool) {
	switch a.unit {
	case "d":
		return now.AddDate(0, 0, -a.n), true
	case "mo":
		return now.AddDate(0, -a.n, 0), true
	case "y":
		return now.AddDate(-a.n, 0, 0), true
	}
	return time.Time{}, false
}

// UnmarshalText reads an age.
func (a *Age) UnmarshalText(b []byte) error {
	text := strings.TrimSpace(string(b))
	if text == "" {
		*a = Age{}
		return nil
	}
	m := ageForm.FindStringSubmatch(text)
	if m == nil {
		return fmt.Errorf("%q is not an age; write it as 90d, 18mo or 2y, or leave it out for no limit", b)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return err
	}
	*a = Age{n, m[2]}
	return nil
}

// MarshalText writes an age.
func (a Age) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

func (a Age) String() string {
	if a.unit == "" {
		return ""
	}
	return strconv.Itoa(a.n) + a.unit
}

// UnmarshalYAML reads an age and names its place when it is bad.
func (a *Age) UnmarshalYAML(n ast.Node) error { return atNode(n, a.UnmarshalText) }
