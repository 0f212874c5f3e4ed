package fetch_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"policywatch/crawler/fetch"
	"policywatch/store/record"
)

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func zlibbed(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func deflated(s string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestSpeed)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

// bomb packs a lot of nothing.
func bomb(size int) string {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	block := make([]byte, 1<<20)
	for ; size > 0; size -= len(block) {
		w.Write(block)
	}
	w.Close()
	return b.String()
}

// answer serves fixed bytes under fixed headers ("Name: value").
func answer(t testing.TB, body string, headers ...string) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for _, h := range headers {
			k, v, _ := strings.Cut(h, ": ")
			w.Header()[k] = nil
			if v != "" {
				w.Header().Set(k, v)
			}
		}
		io.WriteString(w, body)
	}).URL
}

// F13: exactly the limit is fine, one byte more is a fault; never a cut text.
func TestSizeLimit(t *testing.T) {
	const limit = 10_000
	c := client(t, fetch.Options{MaxBody: limit})
	for _, size := range []int{0, 1, limit - 1, limit, limit + 1, 3 * limit} {
		text := strings.Repeat("x", size)
		for name, headers := range map[string][]string{
			"length known":   {"Content-Length: " + strconv.Itoa(size)},
			"length unknown": {"Transfer-Encoding: identity"},
		} {
			snap, err := get(t, c, answer(t, text, headers...))
			if size <= limit {
				if err != nil || string(snap.Body) != text {
					t.Errorf("%d bytes, %s: %v", size, name, err)
				}
				continue
			}
			wantFault(t, err, record.FaultTooLarge)
			if snap == nil || snap.Status != 200 || len(snap.Body) != 0 {
				t.Errorf("%d bytes, %s: a cut text was kept: %d bytes", size, name, len(snap.Body))
			}
		}
		// Packed, the same limit counts the text.
		snap, err := get(t, c, answer(t, gzipped(text), "Content-Encoding: gzip"))
		if size <= limit && (err != nil || string(snap.Body) != text) {
			t.Errorf("%d bytes, packed: %v", size, err)
		} else if size > limit {
			wantFault(t, err, record.FaultTooLarge)
		}
	}
}

// F13: 64 MB in 64 KB, in every wrapping that has ever got past a limit.
func TestCompressionBombs(t *testing.T) {
	packed := bomb(64 << 20)
	c := client(t, fetch.Options{MaxBody: 1 << 20})
	cases := map[string]struct {
		path    string
		body    string
		headers []string
	}{
		"content encoding":    {"/", packed, []string{"Content-Encoding: gzip"}},
		"x-gzip":              {"/", packed, []string{"Content-Encoding: x-gzip"}},
		"deflate":             {"/", packed[10:], []string{"Content-Encoding: deflate"}},
		"gzip as a type":      {"/", packed, []string{"Content-Type: application/gzip"}},
		"x-gzip as a type":    {"/", packed, []string{"Content-Type: application/x-gzip"}},
		"sitemap.xml.gz":      {"/sitemap.xml.gz", packed, nil},
		"type and encoding":   {"/", packed, []string{"Content-Type: application/gzip", "Content-Encoding: gzip"}},
		"packed twice":        {"/", gzipped(packed), []string{"Content-Encoding: gzip, gzip"}},
		"as a broken PDF":     {"/", packed, []string{"Content-Encoding: gzip", "Content-Type: application/pdf"}},
		"as an error page":    {"/", packed, []string{"Content-Encoding: gzip", "Content-Type: text/plain"}},
		"endless empty parts": {"/", strings.Repeat(gzipped(""), 10_000), []string{"Content-Encoding: gzip"}},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			at := answer(t, k.body, k.headers...) + k.path
			runtime.ReadMemStats(&before)
			snap, err := get(t, c, at)
			runtime.ReadMemStats(&after)
			if name == "endless empty parts" {
				wantFault(t, err, record.FaultUnreachable)
			} else {
				wantFault(t, err, record.FaultTooLarge)
			}
			if snap == nil || len(snap.Body) != 0 {
				t.Errorf("kept %d bytes", len(snap.Body))
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
				t.Errorf("took %d MiB for a limit of 1", grown>>20)
			}
		})
	}
}

// F13: a body without end stops at the limit, one without speed at the timeout.
func TestEndlessBody(t *testing.T) {
	at := rawServer(t, func(conn net.Conn) {
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		for {
			if _, err := io.WriteString(conn, strings.Repeat("all work and no play ", 1000)); err != nil {
				return
			}
		}
	})
	_, err := get(t, client(t, fetch.Options{MaxBody: 1 << 20}), at)
	wantFault(t, err, record.FaultTooLarge)

	at = serve(t, func(w http.ResponseWriter, r *http.Request) {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				io.WriteString(w, "x")
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	}).URL
	_, err = get(t, client(t, fetch.Options{Timeout: 200 * time.Millisecond}), at)
	wantFault(t, err, record.FaultTimeout)
}

// What servers do to content encodings, and what the reader gets to see of it.
func TestContentEncodings(t *testing.T) {
	const page = "<html><body>بیانیه حریم خصوصی</body></html>"
	const damaged = record.FaultUnreachable
	cases := []struct {
		name, body string
		fault      record.FaultKind
		headers    []string
	}{
		{"gzip", gzipped(page), "", []string{"Content-Encoding: gzip"}},
		{"gzip, odd case", gzipped(page), "", []string{"Content-Encoding: GZip"}},
		{"gzip in two members", gzipped(page[:10]) + gzipped(page[10:]), "", []string{"Content-Encoding: gzip"}},
		{"gzip with padding behind", gzipped(page) + "\x00\x00\x00\x00", "", []string{"Content-Encoding: gzip"}},
		{"gzip announced, not done", page, "", []string{"Content-Encoding: gzip"}},
		{"gzip announced, nothing there", "", "", []string{"Content-Encoding: gzip"}},
		{"gzip twice", gzipped(gzipped(page)), "", []string{"Content-Encoding: gzip, gzip"}},
		{"zlib", zlibbed(page), "", []string{"Content-Encoding: deflate"}},
		{"raw deflate", deflated(page), "", []string{"Content-Encoding: deflate"}},
		{"a charset as encoding", page, "", []string{"Content-Encoding: utf-8"}},
		{"cut gzip", gzipped(page)[:40], damaged, []string{"Content-Encoding: gzip"}},
		{"wrong checksum", gzipped(page)[:len(gzipped(page))-8] + "12345678", damaged, []string{"Content-Encoding: gzip"}},
		{"brotli unasked", "\x0b\x02\x80", damaged, []string{"Content-Encoding: br"}},
		{"packed over and over", page, damaged, []string{"Content-Encoding: gzip, gzip, gzip, gzip"}},
	}
	c := client(t, fetch.Options{})
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			snap, err := get(t, c, answer(t, k.body, k.headers...))
			if k.fault != "" {
				wantFault(t, err, k.fault)
				return
			}
			want := page
			if k.body == "" {
				want = ""
			}
			if err != nil || string(snap.Body) != want {
				t.Fatalf("got %v, %v", snap, err)
			}
			if snap.Header["Content-Encoding"] != nil || snap.Header["Content-Length"] != nil {
				t.Error("the headers speak of the packed body")
			}
		})
	}
}

// F8, F9: a PDF arrives byte for byte whatever the server calls it, and a page
// is a page although its address says PDF.
func TestTypesDoNotTouchTheBytes(t *testing.T) {
	pdf := "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + strings.Repeat("\x00\xff\x80\xcd", 3000) + "\n%%EOF"
	c := client(t, fetch.Options{})
	for _, headers := range [][]string{
		{"Content-Type: application/pdf"},
		{"Content-Type: application/pdf; charset=windows-1256"},
		{"Content-Type: text/html; charset=windows-1256"},
		{"Content-Type: application/octet-stream", "Content-Disposition: attachment; filename=privacy.pdf"},
		{"Content-Type: application/x-download"},
		{"Content-Type: image/jpeg"},
		{"Content-Type: application/zip"},
		{"Content-Type: video/mp4"},
		{"Content-Type: "},
		{"Content-Type: binary"},
	} {
		snap, err := get(t, c, answer(t, pdf, headers...)+"/privacy")
		if err != nil || string(snap.Body) != pdf {
			t.Errorf("%v: not what was sent: %v", headers, err)
		}
	}
	page := "<html><p>\xcd\xd1\xed\xe3</html>"
	snap, err := get(t, c, answer(t, page)+"/files/privacy.pdf")
	if err != nil || string(snap.Body) != page || snap.ContentType() != "text/html" {
		t.Errorf("page under a PDF address: %+v, %v", snap, err)
	}
	// F8: a PDF behind a 403 comes with the fault.
	at := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403); io.WriteString(w, pdf) }).URL
	snap, err = get(t, c, at)
	wantFault(t, err, record.FaultBlocked)
	if string(snap.Body) != pdf {
		t.Error("the body behind the 403 is lost")
	}
}

// A film is not read to its end to find out that it is none.
func TestMediaAreNotDownloaded(t *testing.T) {
	c := client(t, fetch.Options{})
	for _, kind := range []string{"video/mp4", "audio/mpeg", "image/png", "font/woff2", "application/zip", "application/vnd.ms-excel",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Image/GIF; x=y"} {
		sent := make(chan int, 1)
		at := rawServer(t, func(conn net.Conn) {
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: 19000000\r\n\r\n", kind)
			n := 0
			for range 19 {
				m, err := conn.Write(make([]byte, 1_000_000))
				if n += m; err != nil {
					break
				}
			}
			sent <- n
		})
		snap, err := get(t, c, at)
		if f := wantFault(t, err, record.FaultNotText); !strings.Contains(f.Detail, strings.ToLower(kind[:5])) {
			t.Errorf("detail %q does not name the type", f.Detail)
		}
		if snap == nil || len(snap.Body) != 0 || snap.ContentType() != kind {
			t.Errorf("snapshot %+v", snap)
		}
		if n := <-sent; n > 15_000_000 { // what the sockets' buffers swallow is not read
			t.Errorf("%s: %d bytes were taken", kind, n)
		}
	}
}

// F10: servers answer HEAD otherwise than GET; nothing but GET is asked.
func TestOnlyGETIsAsked(t *testing.T) {
	var methods []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		methods = append(methods, r.Method)
		if r.Method != http.MethodGet {
			w.WriteHeader(405)
		}
	})
	c := client(t, fetch.Options{Robots: true})
	if _, err := get(t, c, s.URL+"/a"); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(methods, " "); got != "GET GET" {
		t.Errorf("asked %s, want robots.txt and the page by GET", got)
	}
}

// What one body leaves in memory that was given back is never part of the next.
func TestRecycledMemoryShowsNothing(t *testing.T) {
	c := client(t, fetch.Options{})
	long := answer(t, strings.Repeat("old", 1000), "Content-Length: 3000")
	for _, next := range []struct{ body, length string }{{"new", "3"}, {"", "0"}, {strings.Repeat("new", 2000), "6000"}} {
		snap, err := c.Fetch(t.Context(), record.Request{URL: long})
		if err != nil {
			t.Fatal(err)
		}
		kept := snap.Body
		c.Recycle(snap)
		if snap.Body != nil || len(kept) != 3000 {
			t.Errorf("a body of %d bytes was not taken back", len(kept))
		}
		got, err := c.Fetch(t.Context(), record.Request{URL: answer(t, next.body, "Content-Length: "+next.length)})
		if err != nil || string(got.Body) != next.body {
			t.Errorf("%q came as %.20q, %v", next.body, got.Body, err)
		}
	}
	// A body that ends too early is none, also in memory that was another's.
	snap, err := c.Fetch(t.Context(), record.Request{URL: answer(t, "new", "Content-Length: 2000")})
	if err == nil || snap != nil && snap.Body != nil {
		t.Errorf("a body that broke off: %+v, %v", snap, err)
	}
}
