package extract

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// skeleton prints a tree without what lean may leave out.
func skeleton(t *testing.T, r io.Reader) string {
	t.Helper()
	root, err := html.Parse(r)
	if err != nil {
		return "nested too deeply"
	}
	var drop func(n *html.Node)
	drop = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case c.Type == html.CommentNode:
				c.Data = ""
			case c.DataAtom == atom.Style && c.Namespace == "", c.DataAtom == atom.Script && c.Namespace == "" && stateOfFirst(c) == "":
				for c.FirstChild != nil {
					c.RemoveChild(c.FirstChild)
				}
			default:
				drop(c)
			}
		}
	}
	drop(root)
	var b strings.Builder
	if err := html.Render(&b, root); err != nil {
		return err.Error()
	}
	return b.String()
}

func stateOfFirst(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return stateOf(n)
}

func sameSkeleton(t *testing.T, text []byte) {
	t.Helper()
	got, want := skeleton(t, lean(text)), skeleton(t, bytes.NewReader(text))
	if got != want {
		i := 0
		for i < min(len(got), len(want)) && got[i] == want[i] {
			i++
		}
		t.Fatalf("leaving out scripts changed the page at %q\nlean  %.200q\nwhole %.200q", text[:min(len(text), 300)], got[max(0, i-40):], want[max(0, i-40):])
	}
}

// Scripts are to be left out, and nothing else (F13).
func TestLeanLosesNothingButScripts(t *testing.T) {
	fat := "<script>" + strings.Repeat("var x = '<p>no text</p>'; if (a < b) {}\n", 30) + "</script>"
	for _, page := range []string{
		fat + "<p>text</p>" + fat + "<p>text<!-- note -->more</p>",
		"<title>how to use <script> tags</title><p>text</p>" + fat,
		`<a title="how to use <script>" href="/x">text</a>` + fat,
		"<textarea><script></textarea><p>text</p>" + fat,
		"<script>window.__STATE__ = {\"a\":\"text\"}</script>" + fat,
		`<script type="application/json">{"a":"text"}</script>` + fat,
		`<script type=application/json type=x>{"a":"text"}</script>` + fat,
		"<script><!-- <script>x</script> --></script><p>text</p>" + fat,
		"<!-- <script> --><p>text</p><!--[if IE]><p>old</p><![endif]-->" + fat,
		"<svg><style>a{}</style><title>t</title></svg><p>text</p>" + fat,
		"<svg class='icon'/><p>text</p>" + fat + "<svg><path/></svg>",
		"<noscript><img><script></noscript><p>text</p>" + fat,
		fat + "<script>var never = 'ends'",
		fat + "<!-- never ends <p>text</p>",
		"<style>p > a {}</style>" + fat + "<style></style><p>text</p>",
		"<table><script>x</script><tr><td>text" + fat + "</td></table><p>text",
		"<SCRIPT TYPE='text/javascript'>x</SCRIPT><p>text</p>" + fat,
	} {
		sameSkeleton(t, []byte(page))
		if scripted([]byte(page)) < len(page)/worthLean {
			t.Errorf("the page has too few scripts to be left out: %.60q", page)
		}
	}
	names, _ := filepath.Glob("../../../shared/corpus/extract-dev/html/*.gz")
	for _, n := range names {
		f, err := os.Open(n)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(z)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		sameSkeleton(t, page)
	}
	if len(names) == 0 {
		t.Log("no real pages in ../../../shared/corpus/extract-dev")
	}
}
