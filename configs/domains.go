package configs

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"policywatch/store/record"
)

// Domain brings what a person writes for a site into the form of a key: lower
// case, punycode (RFC 5891), no scheme, path or trailing dot; a port is kept.
func Domain(s string) (string, error) {
	in := s
	s = strings.TrimSpace(s)
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	s, _, _ = strings.Cut(s, "/")
	host, port := s, ""
	if h, p, err := net.SplitHostPort(s); err == nil {
		host, port = h, p
	}
	if port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", fmt.Errorf("%q has no valid port", in)
		}
		port = ":" + port
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		if a.Is6() {
			return "[" + a.String() + "]" + port, nil
		}
		return a.String() + port, nil
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || ascii == "" || strings.ContainsAny(ascii, " @,;<>?") || strings.Contains(ascii, "..") || !strings.Contains(ascii, ".") && ascii != "localhost" {
		return "", fmt.Errorf("%q is not a domain; write it as example.gov.ir", in)
	}
	return ascii + port, nil
}

// maxListed bounds how many bad lines one error names.
const maxListed = 10

// ReadList reads a file of domains: one a line with # comments, or CSV with a
// header that has a "domain" column and, where wanted, name, url, profile,
// select, every and labels (separated by ";"); the lists that governments publish
// are read as they are (see columns.go). Commas, semicolons and tabs are taken as
// separators. A domain that stands twice is taken once. Every bad line is
// named; a list with bad lines gives no sites, so that none is dropped unseen.
func ReadList(path string) ([]record.Site, error) {
	sites, err := ReadListAnyway(path)
	if err != nil {
		return nil, err
	}
	return sites, nil
}

// ReadListAnyway is ReadList that also gives the sites of the good lines where
// the error names bad ones; for a caller who tells a person of both.
func ReadListAnyway(path string) ([]record.Site, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, &Error{File: path, Message: "cannot be read: " + err.Error()}
	}
	return parseList(path, bytes.NewReader(b))
}

// ParseList is ReadList for any reader; name serves messages.
func ParseList(name string, r io.Reader) ([]record.Site, error) {
	sites, err := parseList(name, r)
	if err != nil {
		return nil, err
	}
	return sites, nil
}

func parseList(name string, r io.Reader) ([]record.Site, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	if bom, _ := br.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		br.Discard(3)
	}
	head, _ := br.Peek(64 << 10)
	if sep, ok := separator(head); ok {
		return parseCSV(name, br, sep)
	}
	return parsePlain(name, br)
}

// separator looks at the first line that is not a comment: a CSV file has a
// header with a known column there.
func separator(head []byte) (rune, bool) {
	for line := range bytes.Lines(head) {
		text := strings.TrimSpace(string(line))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		for _, sep := range []rune{',', ';', '\t'} {
			cols := strings.Split(strings.ToLower(text), string(sep))
			for _, c := range cols {
				if slices.Contains(domainColumns, strings.Trim(strings.TrimSpace(c), `"`)) {
					return sep, true
				}
			}
		}
		return 0, false
	}
	return 0, false
}

// lister gathers sites and bad lines.
type lister struct {
	name  string
	sites []record.Site
	seen  map[string]bool
	errs  []error
	bad   int
}

func (l *lister) add(line int, s record.Site) {
	d, err := Domain(s.Domain)
	if err != nil {
		l.fail(line, err.Error())
		return
	}
	s.Domain = d
	if !l.seen[d] {
		l.seen[d] = true
		l.sites = append(l.sites, s)
	}
}

func (l *lister) fail(line int, msg string) {
	if l.bad++; l.bad <= maxListed {
		l.errs = append(l.errs, &Error{File: l.name, Line: line, Message: msg})
	}
}

func (l *lister) done() ([]record.Site, error) {
	if l.bad > maxListed {
		l.errs = append(l.errs, &Error{File: l.name, Message: fmt.Sprintf("and %d more bad lines", l.bad-maxListed)})
	}
	return l.sites, errors.Join(l.errs...)
}

func parsePlain(name string, r io.Reader) ([]record.Site, error) {
	l := lister{name: name, seen: map[string]bool{}}
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 64<<10)
	line := 0
	for sc.Scan() {
		line++
		text, _, _ := strings.Cut(sc.Text(), "#")
		if text = strings.TrimSpace(text); text != "" {
			l.add(line, record.Site{Domain: text})
		}
	}
	if err := sc.Err(); err != nil {
		l.fail(line+1, "cannot be read as a list of domains: "+err.Error())
	}
	return l.done()
}

func parseCSV(name string, r io.Reader, sep rune) ([]record.Site, error) {
	l := lister{name: name, seen: map[string]bool{}}
	cr := csv.NewReader(r)
	cr.Comma, cr.Comment, cr.FieldsPerRecord, cr.TrimLeadingSpace = sep, '#', -1, sep != '\t'
	head, err := cr.Read()
	if err != nil {
		return nil, &Error{File: name, Message: "its header cannot be read: " + err.Error()}
	}
	cols := newColumns(head)
	for {
		rec, err := cr.Read()
		if err == io.EOF {
			return l.done()
		}
		line, _ := cr.FieldPos(0)
		if err != nil {
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				line = pe.Line
			}
			l.fail(line, "is not valid CSV: "+err.Error())
			return l.done()
		}
		s, wanted, err := cols.site(rec)
		switch {
		case err != nil:
			l.fail(line, err.Error())
		case wanted:
			l.add(line, s)
		}
	}
}
