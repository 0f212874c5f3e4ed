package markup_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"policywatch/crawler/markup"
)

// The page has what tokenizers disagree about.
const page = `<!DOCTYPE html><?xml v?><!-- a > b --><!--> x --!><HTML Lang=fa><title>a <b> &amp; c</title>
<script>if (a < b) { x = "</p>" }</script><script><!-- <script>"</script>" --></script><style>p > a {}</style>
<a href="/x?a=1&copy=2&amp;lang=fa&notit;&lt" title='a > b' data-x=a/b/ class>1 < 2 &nbsp; &copy 3 </ a></a ><br/><p a="x"b=y =z="1" / c= >
<noscript><img src=x></noscript><textarea><b></textarea><svg><title>t</title></svg><![CDATA[ x ]]></>` + "a\r\nb\rc" + `<plaintext><b>`

// reference tells a page's tokens as the parser of the program's trees sees them.
func reference(text []byte) (out []string) {
	z := html.NewTokenizer(bytes.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.TextToken:
			out = append(out, "text "+string(z.Text()))
		case html.CommentToken, html.DoctypeToken:
			out = append(out, "comment "+string(z.Raw()))
		case html.EndTagToken:
			name, _ := z.TagName()
			out = append(out, "close "+string(name))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			s := "open " + string(name)
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				s += fmt.Sprintf(" %q=%q", k, v)
			}
			out = append(out, s)
		}
	}
}

func ours(text []byte) (out []string) {
	l := markup.Lexer{Source: text}
	for {
		switch l.Next() {
		case markup.End:
			return out
		case markup.Text:
			out = append(out, "text "+string(l.Text()))
		case markup.Comment:
			out = append(out, "comment "+string(text[l.From:l.To]))
		case markup.Close:
			out = append(out, "close "+string(l.Name()))
		case markup.Open:
			s, seen := "open "+string(l.Name()), map[string]bool{}
			for k, v := range l.Attributes() {
				if !seen[string(k)] {
					s += fmt.Sprintf(" %q=%q", k, v)
				}
				seen[string(k)] = true
			}
			out = append(out, s)
		}
	}
}

func same(t *testing.T, text []byte) {
	t.Helper()
	kept := bytes.Clone(text)
	got, want := ours(text), reference(bytes.Clone(text))
	if !bytes.Equal(text, kept) {
		t.Error("the page was changed")
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("token %d of\n%q\ngot  %q\nwant %q", i, text, got[min(i, len(got)):min(i+1, len(got))], want[min(i, len(want)):min(i+1, len(want))])
		}
	}
}

// pages are real ones where they are at hand.
func pages(t testing.TB) (out [][]byte) {
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
		p, err := io.ReadAll(z)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

func TestTokensAreThoseOfTheParser(t *testing.T) {
	for i := range len(page) + 1 {
		same(t, []byte(page[:i]))
		same(t, []byte(page[i:]))
	}
	all := pages(t)
	if len(all) == 0 {
		t.Log("no real pages in ../../../shared/corpus/extract-dev")
	}
	for _, p := range all {
		same(t, p)
	}
}

// What costs little for one element must not cost the rest of the page for each.
func TestManyHiddenScripts(t *testing.T) {
	page := []byte(strings.Repeat("<script><!-- x --></script>", 100_000))
	l, n := markup.Lexer{Source: page}, 0
	for l.Next() != markup.End {
		n++
	}
	if n != 300_000 {
		t.Errorf("%d tokens", n)
	}
}

func FuzzTokens(f *testing.F) {
	f.Add(page)
	for _, s := range []string{"<a b", "</", "<", "<!", "<!-", "<!--", "<!---", "<!----", "<script>", "<script></script", "<title></titlex></title >", "<a =b= c='", "<a\x00b \x00=\x00>", "&#x;&#65&#x41;&#0;"} {
		f.Add(s)
		f.Add("<a b='" + s + "'>" + s)
	}
	f.Fuzz(func(t *testing.T, text string) { same(t, []byte(strings.ToValidUTF8(text, "?"))) })
}

func BenchmarkTokens(b *testing.B) {
	all := pages(b)
	if len(all) == 0 {
		all = [][]byte{[]byte(strings.Repeat(page, 100))}
	}
	size := 0
	for _, p := range all {
		size += len(p)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range all {
			l := markup.Lexer{Source: p}
			for l.Next() != markup.End {
			}
		}
	}
}
