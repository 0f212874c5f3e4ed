package demo_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"policywatch/cmd/internal/demo"
)

func open(t *testing.T) *demo.World {
	t.Helper()
	w, err := demo.Start(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return w
}

// direct shows redirects as they are.
var direct = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{DisableKeepAlives: true},
}

type answer struct {
	*http.Response
	Body []byte
}

func get(t *testing.T, url string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := direct.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	return answer{res, b}
}

// decoders by what the sites really send.
var decoders = map[string]encoding.Encoding{"windows-1256": charmap.Windows1256, "iso-8859-6": charmap.ISO8859_6}

// declared finds the declaration of an answer, in the header or the markup.
func declared(a answer) string {
	for _, where := range []string{a.Header.Get("Content-Type"), string(a.Body[:min(len(a.Body), 2048)])} {
		_, rest, ok := strings.Cut(strings.ToLower(where), "charset=")
		if ok {
			return strings.TrimFunc(strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(`"'; />`, r) })[0], func(r rune) bool { return r == '"' })
		}
	}
	return ""
}

// text returns the visible and hidden text of a page without its white space,
// decoded as the page says.
func text(t *testing.T, a answer) string {
	t.Helper()
	body := a.Body
	if enc := decoders[declared(a)]; enc != nil {
		var err error
		if body, err = enc.NewDecoder().Bytes(body); err != nil {
			t.Fatal(err)
		}
	}
	if !utf8.Valid(body) {
		t.Fatalf("%s: %s does not decode", a.Request.URL, declared(a))
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", a.Request.URL, err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			b.WriteString(n.Data)
		}
	}
	return bare(b.String())
}

// bare takes all white space out, since markup may put it anywhere, and the
// stars of a Markdown source.
func bare(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), ""), "**", "")
}

// missing returns the first line of the statement that the text lacks, in order.
func missing(text string, st demo.Statement) string {
	for _, line := range st.Lines() {
		_, rest, ok := strings.Cut(text, bare(line))
		if !ok {
			return line
		}
		text = rest
	}
	return ""
}

// Every site shows its whole statement, in order, at every epoch at which it
// shows it at all.
func TestStatementIsComplete(t *testing.T) {
	w := open(t)
	for epoch := range w.Epochs() {
		w.Advance(epoch)
		for _, a := range w.Agencies() {
			if w.Turn(a.Slug, epoch).Expect.State == "fault" {
				continue
			}
			st, url := w.Statement(a.Slug, epoch)
			page := get(t, url)
			if page.StatusCode != http.StatusOK {
				t.Errorf("%s at %d: status %d", url, epoch, page.StatusCode)
				continue
			}
			if line := missing(text(t, page), st); line != "" {
				t.Errorf("%s at epoch %d lacks %q", a.Slug, epoch, line)
			}
			words := 0
			for _, l := range st.Lines() {
				words += len(strings.Fields(l))
			}
			if words < 450 || words > 1300 {
				t.Errorf("%s: the statement has %d words", a.Slug, words)
			}
			if !slices.Contains([]string{"fa", "ar", "en"}, a.Lang) {
				t.Errorf("%s: language %q", a.Slug, a.Lang)
			}
		}
	}
}

// ending is a context that ends as soon as somebody wants to hear of it.
type ending struct {
	context.Context
	done chan struct{}
}

func (e ending) Done() <-chan struct{} { return e.done }

func (e ending) Err() error {
	select {
	case <-e.done:
		return context.Canceled
	default:
		return nil
	}
}

func (e ending) AfterFunc(f func()) (stop func() bool) {
	close(e.done)
	go f()
	return func() bool { return false }
}

// A world whose context ends while it begins is closed.
func TestTheContextEndsAtTheStart(t *testing.T) {
	w, err := demo.Start(ending{context.Background(), make(chan struct{})}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(time.Minute); ; {
		conn, err := net.Dial("tcp", w.Agencies()[0].Host)
		if err != nil {
			break
		}
		conn.Close()
		if time.Now().After(late) {
			t.Fatal("the world goes on")
		}
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}
