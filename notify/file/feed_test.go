package file_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/notify/file"
	"policywatch/notify/report"
	"policywatch/store/record"
)

// atom is a feed as any reader sees it.
type atom struct {
	ID      string `xml:"http://www.w3.org/2005/Atom id"`
	Title   string `xml:"http://www.w3.org/2005/Atom title"`
	Updated string `xml:"http://www.w3.org/2005/Atom updated"`
	Author  string `xml:"http://www.w3.org/2005/Atom author>name"`
	Links   []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	} `xml:"http://www.w3.org/2005/Atom link"`
	Entries []struct {
		Lang    string `xml:"lang,attr"`
		ID      string `xml:"http://www.w3.org/2005/Atom id"`
		Title   string `xml:"http://www.w3.org/2005/Atom title"`
		Updated string `xml:"http://www.w3.org/2005/Atom updated"`
		Link    []struct {
			Href string `xml:"href,attr"`
		} `xml:"http://www.w3.org/2005/Atom link"`
		Content struct {
			Type string `xml:"type,attr"`
			Text string `xml:",chardata"`
		} `xml:"http://www.w3.org/2005/Atom content"`
	} `xml:"http://www.w3.org/2005/Atom entry"`
}

func readFeed(t *testing.T, path string) atom {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var a atom
	d := xml.NewDecoder(strings.NewReader(string(b)))
	d.Strict = true
	if err := d.Decode(&a); err != nil {
		t.Fatalf("%v in\n%s", err, b)
	}
	for _, at := range []string{a.Updated} {
		if _, err := time.Parse(time.RFC3339, at); err != nil {
			t.Error(err)
		}
	}
	return a
}

func item(n int) report.Message {
	return report.Message{ID: fmt.Sprintf("pw_%03d", n), Lang: "fa", Dir: "rtl", Subject: fmt.Sprintf("\u2066site %d\u2069: بخش حذف شد", n),
		Feed:  "<div lang=\"fa\" dir=\"rtl\"><p>متن &lt;b&gt; &amp; " + fmt.Sprint(n) + "</p></div>",
		Event: record.Event{Type: record.EventChanged, Severity: "major", At: time.Date(2026, 11, 21, 9, 0, n, 0, time.FixedZone("", 12600)), URL: "https://a.example/?a=1&b=2"}}
}

func newFeed(t *testing.T, o file.FeedOptions) *file.Feed {
	t.Helper()
	f, err := file.NewFeed(o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func send(t *testing.T, f *file.Feed, m report.Message) {
	t.Helper()
	if retry, err := f.Send(t.Context(), m); err != nil {
		t.Fatalf("retry %t: %v", retry, err)
	}
}

func TestFeed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "feeds", "all.xml")
	f := newFeed(t, file.FeedOptions{Path: path, Name: "همه all", Title: "Statements", URL: "https://w.example/all.xml", Authority: "w.example"})
	for _, n := range []int{2, 1, 3} {
		send(t, f, item(n))
	}
	a := readFeed(t, path)
	if a.ID != "tag:w.example,2026:policywatch/feed/%D9%87%D9%85%D9%87%20all" || a.Title != "Statements" || a.Author == "" || a.Updated != "2026-11-21T05:30:03Z" ||
		len(a.Links) != 1 || a.Links[0].Href != "https://w.example/all.xml" || a.Links[0].Rel != "self" {
		t.Errorf("%+v", a)
	}
	if len(a.Entries) != 3 {
		t.Fatalf("%d entries", len(a.Entries))
	}
	e := a.Entries[0]
	if e.ID != "tag:w.example,2026:policywatch/alert/pw_003" || e.Title != "site 3: بخش حذف شد" || e.Lang != "fa" || e.Content.Type != "html" ||
		e.Content.Text != "<div lang=\"fa\" dir=\"rtl\"><p>متن &lt;b&gt; &amp; 3</p></div>" || e.Link[0].Href != "https://a.example/?a=1&b=2" {
		t.Errorf("%+v", e)
	}
	if a.Entries[2].ID != "tag:w.example,2026:policywatch/alert/pw_001" {
		t.Error("not the newest first")
	}
}

// A repeated delivery shows nobody the same thing twice, and the file does not
// depend on how often and in what order things came.
func TestFeedIsStable(t *testing.T) {
	dir := t.TempDir()
	one, two := filepath.Join(dir, "1.xml"), filepath.Join(dir, "2.xml")
	f, g := newFeed(t, file.FeedOptions{Path: one, Name: "x"}), newFeed(t, file.FeedOptions{Path: two, Name: "x"})
	for _, n := range []int{1, 2, 3} {
		send(t, f, item(n))
	}
	for _, n := range []int{3, 1, 3, 2, 1} {
		// A new process goes on with the file that is there.
		g = newFeed(t, file.FeedOptions{Path: two, Name: "x"})
		send(t, g, item(n))
	}
	a, _ := os.ReadFile(one)
	b, _ := os.ReadFile(two)
	if string(a) != string(b) || len(a) == 0 {
		t.Errorf("the feeds differ:\n%s\n%s", a, b)
	}
}

func TestFeedKeepsTheNewest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.xml")
	f := newFeed(t, file.FeedOptions{Path: path, Name: "x"})
	var wg sync.WaitGroup
	for n := range 130 {
		wg.Go(func() { send(t, f, item(n)) })
	}
	wg.Wait()
	a := readFeed(t, path)
	if len(a.Entries) != 100 || !strings.HasSuffix(a.Entries[0].ID, "pw_129") || !strings.HasSuffix(a.Entries[99].ID, "pw_030") {
		t.Errorf("%d entries, %s to %s", len(a.Entries), a.Entries[0].ID, a.Entries[len(a.Entries)-1].ID)
	}
}

// One control character, one half of a surrogate, and every reader refuses the file.
func TestFeedOfHostileWords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.xml")
	f := newFeed(t, file.FeedOptions{Path: path, Name: "x", Title: "a\x00b"})
	m := item(1)
	m.Subject = "a\x01b\x0b\x1b[2J\ufffe\xff ]]> <script> \u0085"
	m.Feed = "]]>\x00\x08<b>ی\u200cها</b>\ufffe\xed\xa0\x80"
	m.Event.URL = "javascript:alert(1)"
	send(t, f, m)
	send(t, f, item(2)) // which reads it back
	a := readFeed(t, path)
	e := a.Entries[1]
	if e.Title != "ab[2J\ufffd ]]> <script> " || !strings.Contains(e.Content.Text, "ی\u200cها") || len(e.Link) != 0 || a.Title != "ab" {
		t.Errorf("%q %q %v %q", e.Title, e.Content.Text, e.Link, a.Title)
	}
}

func TestForeignFileIsLeftAlone(t *testing.T) {
	for _, content := range []string{"", "my thesis", "<feed xmlns='http://www.w3.org/2005/Atom'><author><name>somebody</name></author></feed>"} {
		path := filepath.Join(t.TempDir(), "all.xml")
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := newFeed(t, file.FeedOptions{Path: path, Name: "x"}).Send(t.Context(), item(1))
		if err == nil || !strings.Contains(err.Error(), "move it away") {
			t.Errorf("%q: %v", content, err)
		}
		if b, _ := os.ReadFile(path); string(b) != content {
			t.Errorf("%q was written over", content)
		}
	}
}

// Many messages at once leave the file that they leave one by one.
func TestFeedTakesMessagesTogether(t *testing.T) {
	dir := t.TempDir()
	one, all := newFeed(t, file.FeedOptions{Path: filepath.Join(dir, "one"), Name: "x"}), newFeed(t, file.FeedOptions{Path: filepath.Join(dir, "all"), Name: "x"})
	var list []report.Message
	for n := range 130 {
		m := item(n * 7 % 130)
		list = append(list, m)
		if _, err := one.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	list = append(list, list[3]) // repeated
	if retry, err := all.SendAll(t.Context(), list[:60]); retry || err != nil {
		t.Fatal(err)
	}
	if retry, err := all.SendAll(t.Context(), list[60:]); retry || err != nil {
		t.Fatal(err)
	}
	if a, b := readFeed(t, filepath.Join(dir, "one")), readFeed(t, filepath.Join(dir, "all")); !reflect.DeepEqual(a, b) {
		t.Errorf("%v\n%v", a, b)
	}
}
