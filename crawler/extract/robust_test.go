package extract_test

import (
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"policywatch/crawler/extract"
	"policywatch/store/record"
)

// check asserts what holds for every document, whatever it was read from.
func check(t *testing.T, d *record.Document) {
	t.Helper()
	if d.Extractor != extract.Version || d.Blocks == nil || d.Dir != "rtl" && d.Dir != "ltr" {
		t.Fatalf("a document without extractor, blocks or direction: %+v", d)
	}
	for _, b := range d.Blocks {
		if b.Text == "" || b.Text != strings.TrimSpace(b.Text) || !utf8.ValidString(b.Text) || strings.ContainsAny(b.Text, "\n\t\r") {
			t.Fatalf("block text %q", b.Text)
		}
		if b.Kind == record.Heading && (b.Level < 1 || b.Level > 6) {
			t.Fatalf("heading %q of level %d", b.Text, b.Level)
		}
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{
		"", "<", "<p>a<b>b</p>c</b>", "<table><tr><td>x<table><td>y", "<dl><dt>a<dd>b<dl>", "<details><summary>s</summary>t",
		`<a href="/cdn-cgi/l/email-protection#5a33">x</a>`, `<script type="application/json">{"a":["b",{"title":"c"}]}</script>`,
		"<template shadowrootmode=open><p>x</template>", "<svg><p>x</svg>", "<select><option>a</select>", "<frameset><frame src=a>",
		"<div id=a><a href='#a'>b</a></div>", "<h1><div><p>a</p></div></h1>", "<li><ol><li>1. a</ol>", "<pre>a\nb</pre><textarea>c\n\nd</textarea>",
		"\xff\xfe<p>\x00", "<p>name [at] host [dot] example</p>", "<table><caption>c</caption><th>a<th>b<tr><td>c<td>d</table>",
	} {
		f.Add([]byte(s))
	}
	if b, err := os.ReadFile("testdata/statements/fa.txt"); err == nil {
		f.Add(b)
	}
	r := newReader(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		s := strings.ToValidUTF8(string(b), "\uFFFD")
		d, err := r.HTML([]byte(s), extract.Options{URL: "https://agency.example/a/b"})
		if err == nil {
			check(t, d)
		}
		r.Frames([]byte(s), "https://agency.example/a/b")
	})
}

func FuzzText(f *testing.F) {
	for _, n := range []string{"text/damaged.txt", "text/wrapped.txt", "text/page.md", "statements/ar.txt"} {
		b, err := os.ReadFile("testdata/" + n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("[[[](<>)\\`**__|\n|-|\n====\n#\n1.\n(a)\n"))
	r := newReader(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, read := range []func([]byte, extract.Options) (*record.Document, error){r.Text, r.Markdown} {
			if d, err := read(b, extract.Options{}); err == nil {
				check(t, d)
			}
		}
	})
}

// Pages made to hurt: deep nesting, huge attributes, megabytes of data or of
// tags, tables in tables. They give a document in bounded time. C13, C14
func TestHostilePages(t *testing.T) {
	r := newReader(t)
	s := readStatement(t, "en")
	body := "<h1>" + s.title + "</h1>" + s.write(plainMarks)
	for name, src := range map[string]string{
		"deep divs":         strings.Repeat("<div>", 5000) + body + strings.Repeat("</div>", 5000),
		"deep bold":         strings.Repeat("<b>", 3000) + body,
		"deep tables":       strings.Repeat("<table><tr><td>", 300) + body,
		"deep lists":        strings.Repeat("<ul><li>", 240) + body,
		"huge attribute":    `<div data-x="` + strings.Repeat("y", 5<<20) + `">` + body + "</div>",
		"huge style":        "<style>" + strings.Repeat(".a{color:red}", 400_000) + "</style>" + body,
		"huge state":        `<script>window.__STATE__={"a":"` + strings.Repeat("z ", 3<<20) + `"}</script>` + body,
		"unclosed state":    `<script type="application/json">` + strings.Repeat(`{"a":[`, 100_000) + "</script>" + body,
		"many tags":         strings.Repeat("<i></i>", 600_000) + body,
		"many empty blocks": strings.Repeat("<p></p>", 300_000) + body,
		"many links":        strings.Repeat(`<a href="#x">y</a>`, 100_000) + body,
		"one long word":     "<p>" + strings.Repeat("w", 4<<20) + "</p>" + body,
		"no end of tag":     body + "<div " + strings.Repeat("a=b ", 500_000),
	} {
		began := time.Now()
		d, err := r.HTML([]byte("<html><body>"+src), extract.Options{})
		t.Logf("%s: %d KB in %v", name, len(src)>>10, time.Since(began).Round(time.Millisecond))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		check(t, d)
		// What comes after the limits may be lost, the statement otherwise not.
		if name != "many tags" && name != "unclosed state" && !strings.Contains(d.Text(), "One cookie keeps you signed in") {
			t.Errorf("%s: the statement is lost among %d blocks", name, len(d.Blocks))
		}
	}
}

// A text of megabytes without any structure is read in bounded time too. C13
func TestHostileTexts(t *testing.T) {
	r := newReader(t)
	for _, s := range []string{strings.Repeat("[", 1<<20), strings.Repeat("a ", 2<<20), strings.Repeat("# h\n", 200_000), strings.Repeat("**", 1<<20),
		strings.Repeat("<a", 1<<20), strings.Repeat("| a ", 1<<19), strings.Repeat("[a](", 1<<18), strings.Repeat("x\n\n", 300_000)} {
		for _, read := range []func([]byte, extract.Options) (*record.Document, error){r.Text, r.Markdown} {
			began := time.Now()
			d, err := read([]byte(s), extract.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%.8q: %d KB in %v", s, len(s)>>10, time.Since(began).Round(time.Millisecond))
			check(t, d)
		}
	}
}
