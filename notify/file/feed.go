package file

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"policywatch/notify/atom"
	"policywatch/notify/report"
	"policywatch/notify/trace"
)

const (
	// feedEntries is how many entries a feed keeps: some weeks of a long list.
	feedEntries = 100
	// maxFeed bounds what is read of a feed, in bytes; ours stay far below.
	maxFeed = 64 << 20
)

// FeedOptions configure a Feed.
type FeedOptions struct {
	// Path is the file; its folder is made when it is missing.
	Path string
	// Name is the feed's, from which its identity follows: another name is another
	// feed to every reader.
	Name string
	// Title is what readers show. Lang is its language.
	Title, Lang string
	// URL is where readers find the feed; empty leaves it out.
	URL string
	// Authority is the host in the identities (RFC 4151); empty means localhost.
	Authority string
}

// Feed keeps the newest messages in one Atom file (RFC 4287). It is safe for
// concurrent use within one process; two must not write one file.
type Feed struct {
	o  FeedOptions
	mu sync.Mutex
}

// NewFeed makes the folder and returns a feed. The file is made by the first
// message.
func NewFeed(o FeedOptions) (*Feed, error) {
	if o.Path == "" {
		return nil, errors.New("feed: no path is given")
	}
	if err := os.MkdirAll(filepath.Dir(o.Path), 0o755); err != nil {
		return nil, fmt.Errorf("feed: make the folder: %w", err)
	}
	o.Authority = cmp.Or(o.Authority, "localhost")
	return &Feed{o: o}, nil
}

// String names the file.
func (f *Feed) String() string { return "feed " + f.o.Path }

// Send puts the message's entry into the feed. A repeated delivery replaces its
// own entry. The file is replaced at once, so that a reader never sees half of one.
func (f *Feed) Send(ctx context.Context, m report.Message) (retry bool, err error) {
	return f.SendAll(ctx, []report.Message{m})
}

// SendAll is Send for several messages: the file, which is read and written whole for
// each delivery, is written once for them all.
func (f *Feed) SendAll(ctx context.Context, list []report.Message) (retry bool, err error) {
	if err := ctx.Err(); err != nil || len(list) == 0 {
		return true, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	entries, err := f.read()
	if err != nil {
		return true, err
	}
	for _, m := range list {
		e := f.entry(m)
		entries = append(slices.DeleteFunc(entries, func(old atom.Entry) bool { return old.ID == e.ID }), e)
	}
	// Times of one form and zone compare as texts.
	slices.SortStableFunc(entries, func(a, b atom.Entry) int {
		return cmp.Or(strings.Compare(b.Updated, a.Updated), strings.Compare(a.ID, b.ID))
	})
	entries = entries[:min(len(entries), feedEntries)]
	doc := atom.Feed{Lang: f.o.Lang, ID: f.tag("feed", f.o.Name), Title: atom.Printable(cmp.Or(f.o.Title, f.o.Name)), Updated: entries[0].Updated,
		Author: atom.Person{Name: "policywatch"}, Entries: entries}
	if f.o.URL != "" {
		doc.Links = []atom.Link{{Rel: "self", Type: "application/atom+xml", Href: f.o.URL}}
	}
	b, err := xml.MarshalIndent(doc, "", " ")
	if err != nil {
		return false, fmt.Errorf("write %s: %w", f.o.Path, err)
	}
	if err := write(filepath.Dir(f.o.Path), filepath.Base(f.o.Path), append([]byte(xml.Header), append(b, '\n')...)); err != nil {
		return true, err
	}
	trace.Step(ctx, "wrote %s, which has %d entries now", f.o.Path, len(entries))
	return false, nil
}

// read returns the entries that the file holds. One that is not ours is left as
// it is, for somebody to look at.
func (f *Feed) read() ([]atom.Entry, error) {
	info, err := os.Stat(f.o.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	var old atom.Feed
	b := []byte(nil)
	if info.Size() <= maxFeed {
		if b, err = os.ReadFile(f.o.Path); err != nil {
			return nil, fmt.Errorf("read the feed: %w", err)
		}
	}
	if err := xml.Unmarshal(b, &old); err != nil || old.Author.Name != "policywatch" {
		return nil, fmt.Errorf("%s is no feed of policywatch and is not written over; move it away or name another path", f.o.Path)
	}
	return old.Entries, nil
}

func (f *Feed) entry(m report.Message) atom.Entry {
	at := m.Event.At.UTC().Format(time.RFC3339)
	e := atom.Entry{Lang: m.Lang, ID: f.tag("alert", m.ID), Title: atom.Printable(plainMarks.Replace(m.Subject)), Published: at, Updated: at,
		Categories: []atom.Category{{Term: string(m.Event.Type)}}, Content: &atom.Text{Type: "html", Text: atom.Printable(m.Feed)}}
	if s := string(m.Event.Severity); s != "" {
		e.Categories = append(e.Categories, atom.Category{Term: atom.Printable(s)})
	}
	if u := m.Event.URL; strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://") {
		e.Links = []atom.Link{{Rel: "alternate", Href: atom.Printable(u)}}
	}
	return e
}

// tag is an identity that no move of the file changes, RFC 4151.
func (f *Feed) tag(kind, name string) string {
	return "tag:" + f.o.Authority + ",2026:policywatch/" + kind + "/" + url.PathEscape(name)
}

// plainMarks takes the isolates out of a title, which readers show alone and not
// all know how to honour.
var plainMarks = strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "")
