package configs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"policywatch/store/record"
)

// The headers under which public lists keep what we ask for, the best first:
// our own, those of the United States' register of .gov domains and index of
// federal websites, of the site scanner's results, and of the United Kingdom's
// list of domains and its register.
var (
	domainColumns = []string{"domain", "domain name", "domain_name", "host", "hostname", "website", "initial_domain"}
	nameColumns   = []string{"name", "organization name", "organisation name", "owner", "registrant", "bureau", "agency", "organization", "organisation"}
	// labelColumns hold one label each; labels holds several.
	labelColumns = []string{"domain type", "branch", "agency"}
)

// ukRegister is a column of the register of government domains, in which host
// names lack their ending and those given up stay with an end-date.
const ukRegister = "government-domain"

// columns finds a site's fields in the rows of a list.
type columns map[string]int

func newColumns(head []string) columns {
	c := columns{}
	for i, h := range head {
		if h = strings.ToLower(strings.TrimSpace(h)); h != "" {
			if _, twice := c[h]; !twice {
				c[h] = i
			}
		}
	}
	return c
}

func (c columns) has(key string) bool { _, ok := c[key]; return ok }

// first is the first of the columns that the row fills.
func (c columns) first(row []string, keys ...string) string {
	for _, k := range keys {
		if i, ok := c[k]; ok && i < len(row) {
			if v := strings.TrimSpace(row[i]); v != "" {
				return v
			}
		}
	}
	return ""
}

// site reads one row. wanted is false for a row that stands for no site.
func (c columns) site(row []string) (s record.Site, wanted bool, err error) {
	s = record.Site{Domain: c.first(row, domainColumns...), Name: c.first(row, nameColumns...), Profile: c.first(row, "profile"),
		Select: c.first(row, "select")}
	if !c.has("initial_url") { // there url is the home page, not the statement's
		s.URL = c.first(row, "url")
	}
	if s.Every, err = every(c.first(row, "every")); err != nil {
		return s, false, err
	}
	for _, label := range strings.FieldsFunc(c.first(row, "labels"), func(r rune) bool { return r == ';' || r == '|' }) {
		s.Labels = append(s.Labels, strings.TrimSpace(label))
	}
	for _, key := range labelColumns {
		if label := c.first(row, key); label != "" && label != s.Name && !slices.Contains(s.Labels, label) {
			s.Labels = append(s.Labels, label)
		}
	}
	if c.has(ukRegister) {
		if c.first(row, "end-date") != "" {
			return s, false, nil
		}
		s.Name = "" // a code of another register
		if !strings.HasSuffix(s.Domain, ".uk") {
			s.Domain += ".gov.uk"
		}
	}
	return s, true, nil
}

// every reads a time between visits: seconds, or as in the configuration file.
func every(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return time.Duration(n) * time.Second, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("every: %q is not a time between visits; write it as 12h", s)
	}
	return d, nil
}
