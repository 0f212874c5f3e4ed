package configs

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"policywatch/store/record"
)

// WriteSites writes sites as the block `sites:` of a configuration file. What it
// wrote is read back before a byte goes out, so that no name, however strange,
// makes a file that says something else.
func WriteSites(w io.Writer, sites []record.Site) error {
	if len(sites) == 0 {
		_, err := io.WriteString(w, "sites: []\n")
		return err
	}
	var all bytes.Buffer
	all.WriteString(sitesKey)
	for part := range slices.Chunk(sites, readBack) {
		if err := writePart(&all, part); err != nil {
			return fmt.Errorf("write sites: %w", err)
		}
	}
	_, err := w.Write(all.Bytes())
	return err
}

const (
	sitesKey = "sites:\n"
	// readBack is how many sites are read back at a time: what a reader of YAML makes
	// of two hundred thousand takes a gigabyte.
	readBack = 1000
)

// writePart writes some of the sites, when they read back as they are.
func writePart(all *bytes.Buffer, sites []record.Site) error {
	var b bytes.Buffer
	b.WriteString(sitesKey)
	want := make([]record.Site, len(sites))
	for i, s := range sites {
		s = printable(s)
		want[i] = s
		fmt.Fprintf(&b, "  - domain: %s\n", scalar(s.Domain))
		for _, f := range [][2]string{{"name", s.Name}, {"url", s.URL}, {"profile", s.Profile}, {"select", s.Select}} {
			if f[1] != "" {
				fmt.Fprintf(&b, "    %s: %s\n", f[0], scalar(f[1]))
			}
		}
		writeStrings(&b, "remove", s.Remove)
		if s.Every != 0 {
			fmt.Fprintf(&b, "    every: %s\n", s.Every)
		}
		writeStrings(&b, "labels", s.Labels)
	}
	cfg, err := Parse("sites", b.Bytes(), func(string) (string, bool) { return "", false })
	if err != nil {
		return err
	}
	for i, s := range cfg.Sites {
		if got := s.Record(); !reflect.DeepEqual(got, want[i]) {
			return fmt.Errorf("%s would be read back as %+v", want[i].Domain, got)
		}
	}
	all.Write(b.Bytes()[len(sitesKey):])
	return nil
}

func writeStrings(b *bytes.Buffer, key string, list []string) {
	if len(list) == 0 {
		return
	}
	items := make([]string, len(list))
	for i, s := range list {
		items[i] = scalar(s)
	}
	fmt.Fprintf(b, "    %s: [%s]\n", key, strings.Join(items, ", "))
}

var plainScalar = regexp.MustCompile(`^[a-z][a-z0-9.-]*\.[a-z0-9.-]*[a-z]$`)

// scalar is a string as YAML reads it: a domain as it is, all else in double
// quotes as in JSON.
func scalar(s string) string {
	if plainScalar.MatchString(s) {
		return s
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""`
	}
	return strings.TrimSpace(b.String())
}

// printable folds white space and drops control characters: a name from outside
// is one line. Empty lists are nil, as they are read back.
func printable(s record.Site) record.Site {
	for _, f := range []*string{&s.Name, &s.URL, &s.Profile, &s.Select} {
		*f = printableText(*f)
	}
	clean := func(in []string) (out []string) {
		for _, x := range in {
			if x = printableText(x); x != "" {
				out = append(out, x)
			}
		}
		return out
	}
	s.Remove, s.Labels = clean(s.Remove), clean(s.Labels)
	return s
}

func printableText(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) || r == '\ufeff' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return strings.Join(strings.Fields(s), " ")
}

// ErrNoColumn means that a list cannot hold what a site has.
var ErrNoColumn = errors.New("a list has no column for remove; write the sites as a configuration instead")

// WriteList writes sites as CSV that ReadList reads.
func WriteList(w io.Writer, sites []record.Site) error {
	c := csv.NewWriter(w)
	c.Write([]string{"domain", "name", "url", "profile", "select", "every", "labels"})
	for _, s := range sites {
		s = printable(s)
		if len(s.Remove) > 0 {
			return fmt.Errorf("%s: %w", s.Domain, ErrNoColumn)
		}
		if i := slices.IndexFunc(s.Labels, func(l string) bool { return strings.ContainsAny(l, ";|") }); i >= 0 {
			return fmt.Errorf("%s: the label %q holds a separator", s.Domain, s.Labels[i])
		}
		every := ""
		if s.Every != 0 {
			every = s.Every.String()
		}
		c.Write([]string{s.Domain, s.Name, s.URL, s.Profile, s.Select, every, strings.Join(s.Labels, ";")})
	}
	c.Flush()
	return c.Error()
}
