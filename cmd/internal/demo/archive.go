package demo

import (
	"bufio"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

//go:embed sites/*.txtar
var sites embed.FS

// site is one agency's file, read and checked.
type site struct {
	Agency
	// Charset is the encoding on the wire; the HTML says for itself whether
	// and where it is declared.
	Charset string
	// Type is the Content-Type of its pages.
	Type string
	// Header lines go out with every answer.
	Header [][2]string
	// Etag makes the statement's page answer conditional requests.
	Etag bool
	Gzip bool
	// layout is the HTML of every page.
	layout  string
	source  string
	files   map[string]string // robots.txt, sitemap.xml and the like, by path
	menus   map[string][]link
	pages   []*page
	news    []*page
	banners []string
	epochs  []epoch // epochs[k] is epoch k; the first one holds the origin
}

// link is one entry of a menu.
type link struct {
	Text, Href string
	// Summary is the text of the page that the entry leads to, where the site
	// has no better one.
	Summary string
}

// page is one page other than the statement.
type page struct {
	Path, Date, Title string
	Blocks            []Block
	// Never marks a page that a polite visitor does not fetch.
	Never bool
}

// load reads every site of fsys, ordered by file name.
func load(fsys fs.FS) ([]*site, error) {
	names, err := fs.Glob(fsys, "sites/*.txtar")
	if err != nil {
		return nil, fmt.Errorf("list the sites: %w", err)
	}
	var out []*site
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		s, err := readSite(string(b))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if want := strings.TrimSuffix(path.Base(name), ".txtar"); !strings.HasSuffix(want, s.Slug) || s.Slug == "" {
			return nil, fmt.Errorf("read %s: it calls itself %q", name, s.Slug)
		}
		out = append(out, s)
	}
	return out, nil
}

// stanza is one file within a txtar archive.
type stanza struct{ name, body string }

// stanzas splits a txtar archive: "-- name --" begins a file; what stands
// before the first is a comment.
func stanzas(text string) []stanza {
	var out []stanza
	for line := range strings.Lines(text) {
		trimmed := strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(trimmed, "-- ") && strings.HasSuffix(trimmed, " --") && len(trimmed) > 6 {
			out = append(out, stanza{name: strings.TrimSpace(trimmed[3 : len(trimmed)-3])})
		} else if n := len(out); n > 0 {
			out[n-1].body += line
		}
	}
	return out
}

func readSite(text string) (*site, error) {
	s := &site{files: map[string]string{}, menus: map[string][]link{}, Charset: "utf-8", Type: "text/html; charset=utf-8"}
	for _, st := range stanzas(text) {
		var err error
		switch dir, base := path.Split(st.name); {
		case st.name == "site":
			err = s.readFacts(st.body)
		case st.name == "layout.html":
			s.layout = st.body
		case st.name == "statement":
			s.source = st.body
		case st.name == "menu":
			err = s.readMenu(st.body)
		case st.name == "pages":
			s.pages, err = readPages(st.body)
		case st.name == "news":
			s.news, err = readPages(st.body)
		case st.name == "banners":
			s.banners = strings.Split(strings.TrimSpace(st.body), "\n")
		case dir == "epoch/":
			var k int
			if k, err = strconv.Atoi(base); err == nil && k != len(s.epochs) {
				err = fmt.Errorf("stands out of order")
			}
			if err == nil {
				err = s.readEpoch(st.body)
			}
		case strings.HasPrefix(st.name, "/"):
			s.files[st.name] = st.body
		default:
			err = fmt.Errorf("no such stanza")
		}
		if err != nil {
			return nil, fmt.Errorf("-- %s --: %w", st.name, err)
		}
	}
	if s.layout == "" || s.source == "" || len(s.epochs) < 2 || len(s.news) == 0 || len(s.banners) == 0 {
		return nil, fmt.Errorf("layout.html, statement, news, banners, epoch/0 and epoch/1 are needed")
	}
	s.Story, s.Expect = s.epochs[1].Story, s.epochs[1].Expect
	return s, nil
}

// fields calls set with every "key: value" line; a line that begins with # is a
// comment.
func fields(body string, set func(key, value string) error) error {
	sc := bufio.NewScanner(strings.NewReader(body))
	for sc.Scan() {
		line := strings.TrimSpace(sc.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return fmt.Errorf("%q is not key: value", line)
		}
		if err := set(key, strings.TrimSpace(value)); err != nil {
			return err
		}
	}
	return sc.Err()
}

func (s *site) readFacts(body string) error {
	return fields(body, func(key, v string) error {
		switch key {
		case "slug":
			s.Slug = v
		case "name":
			s.Name = v
		case "lang":
			s.Lang = v
		case "profile":
			s.Profile = v
		case "form":
			s.Form = v
		case "charset":
			s.Charset = v
		case "type":
			s.Type = v
		case "header":
			name, value, _ := strings.Cut(v, ":")
			s.Header = append(s.Header, [2]string{name, strings.TrimSpace(value)})
		case "etag":
			s.Etag = v == "yes"
		case "gzip":
			s.Gzip = v == "yes"
		default:
			return fmt.Errorf("no such key: %s", key)
		}
		return nil
	})
}

// readMenu reads "[area]" lines and, below each, "text | address | summary".
func (s *site) readMenu(body string) error {
	area := ""
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "["):
			area = strings.Trim(line, "[]")
		default:
			f := append(split(line), "", "")
			if area == "" || f[1] == "" {
				return fmt.Errorf("%q has no area or no address", line)
			}
			s.menus[area] = append(s.menus[area], link{Text: f[0], Href: f[1], Summary: f[2]})
		}
	}
	return nil
}

// readPages reads pages divided by empty lines: "address | date | title", then
// a block a line. The body "panic" marks a page that must never be fetched.
func readPages(body string) ([]*page, error) {
	var out []*page
	for _, part := range strings.Split(strings.TrimSpace(body), "\n\n") {
		head, rest, _ := strings.Cut(strings.TrimSpace(part), "\n")
		f := split(head)
		if len(f) != 3 {
			return nil, fmt.Errorf("%q is not address | date | title", head)
		}
		p := &page{Path: f[0], Date: f[1], Title: f[2], Never: rest == "panic"}
		if rest != "" && !p.Never {
			st, err := parseStatement("# " + p.Title + "\n" + rest)
			if err != nil {
				return nil, err
			}
			for _, sec := range st.Sections {
				p.Blocks = append(p.Blocks, sec.Blocks...)
			}
		}
		out = append(out, p)
	}
	return out, nil
}

func split(line string) []string {
	f := strings.Split(line, "|")
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	return f
}
