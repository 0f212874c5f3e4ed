package gate_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"

	"policywatch/configs"
	"policywatch/crawler/gate"
	"policywatch/store/record"
)

func newGate(t testing.TB) *gate.Gate {
	t.Helper()
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	return gate.New(lex)
}

// Every response of the golden corpus gets its verdict. Each file names the
// failure mode that it stands for; F1, F11, F15, C1-C8, C11, C15, K8
func TestGolden(t *testing.T) {
	g := newGate(t)
	for _, file := range goldens(t) {
		t.Run(strings.TrimSuffix(filepath.ToSlash(file), ".txtar"), func(t *testing.T) {
			snap, want := golden(t, file)
			q := g.Judge(blocks(snap.Body), snap)
			reasons := strings.Join(q.Reasons, "; ")
			if string(q.Verdict) != want[0] {
				t.Errorf("verdict %s, want %s (score %.2f: %s)", q.Verdict, want[0], q.Score, reasons)
			}
			for _, w := range want[1:] {
				if !strings.Contains(reasons, w) {
					t.Errorf("reasons %q do not contain %q", reasons, w)
				}
			}
		})
	}
}

func goldens(t testing.TB) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(os.DirFS("testdata"), ".", func(path string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".txtar") {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("only %d golden files", len(out))
	}
	return out
}

// golden reads one file: "answer" holds status and address, then the final
// address where it differs, then headers; "want" the verdict and what the
// reasons must contain.
func golden(t testing.TB, file string) (*record.Snapshot, []string) {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	snap := &record.Snapshot{Header: map[string][]string{}, Via: "http"}
	var want []string
	for _, f := range a.Files {
		text := strings.TrimSpace(string(f.Data))
		switch f.Name {
		case "answer":
			lines := strings.Split(text, "\n")
			status, address, _ := strings.Cut(lines[0], " ")
			if snap.Status, err = strconv.Atoi(status); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			snap.URL, snap.FinalURL = address, address
			for _, l := range lines[1:] {
				if to, ok := strings.CutPrefix(l, "final "); ok {
					snap.FinalURL = to
				} else if k, v, ok := strings.Cut(l, ": "); ok {
					snap.Header[k] = append(snap.Header[k], v)
				}
			}
		case "body.html":
			snap.Body = f.Data
		case "want":
			want = strings.Split(text, "\n")
		}
	}
	if len(want) == 0 || snap.Status == 0 {
		t.Fatalf("%s: answer or want is missing", file)
	}
	return snap, want
}

// blocks reads a page the plain way, one block an element of text, so that the
// gate is tested without the extractor's own judgement of what is main text.
func blocks(page []byte) *record.Document {
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		panic(fmt.Sprintf("parse a page from memory: %v", err))
	}
	doc := &record.Document{}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "title":
				doc.Title, _ = words(n)
				return
			case "html":
				for _, a := range n.Attr {
					if a.Key == "lang" {
						doc.Lang, _, _ = strings.Cut(a.Val, "-")
					}
				}
			case "script", "style", "noscript", "iframe":
				return
			case "h1", "h2", "h3", "h4", "p", "li", "tr", "label":
				text, links := words(n)
				b := record.Block{Kind: record.Paragraph, Text: text, Links: links}
				switch n.Data[0] {
				case 'h':
					b.Kind, b.Level = record.Heading, int(n.Data[1]-'0')
				case 'l':
					b.Kind = record.Item
				case 't':
					b.Kind = record.Row
				}
				if text != "" {
					doc.Blocks = append(doc.Blocks, b)
				}
				return
			case "a":
				if text, links := words(n); text != "" {
					doc.Blocks = append(doc.Blocks, record.Block{Kind: record.Paragraph, Text: text, Links: links})
				}
				return
			}
		}
		if n.Type == html.TextNode {
			if text := strings.Join(strings.Fields(n.Data), " "); text != "" {
				doc.Blocks = append(doc.Blocks, record.Block{Kind: record.Paragraph, Text: text})
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	return doc
}

func words(n *html.Node) (text string, links []record.Link) {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		from := b.Len()
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if n.Data == "a" {
			l := record.Link{Text: strings.Join(strings.Fields(b.String()[from:]), " ")}
			for _, a := range n.Attr {
				if a.Key == "href" {
					l.URL = a.Val
				}
			}
			links = append(links, l)
		}
		if n.Type == html.ElementNode {
			b.WriteByte(' ')
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " "), links
}
