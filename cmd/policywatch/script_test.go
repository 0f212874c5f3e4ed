package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"policywatch": main, "nats-server": natsMain})
}

// The command line as its users meet it. Scripts are under testdata/script; a
// website is the folder `site` of a script, served by the command `serve`.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":  serve,
			"closed": closed,
			"make":   makeFile,
			"edit":   edit,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("TZ", "UTC")
			fixtures, err := filepath.Abs("testdata")
			e.Setenv("FIXTURES", fixtures)
			return err
		},
	})
}

// serve NAME FOLDER serves a folder on loopback and puts host and port into the
// variable NAME. A file that begins with "HTTP/1.1 " is sent as it stands, one
// that says "panic" must never be fetched, and index.html answers for "/".
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: serve NAME FOLDER")
	}
	dir := ts.MkAbs(args[1])
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := filepath.Join(dir, filepath.Clean("/"+r.URL.Path))
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			name = filepath.Join(name, "index.html")
		}
		b, err := os.ReadFile(name)
		switch {
		case err != nil:
			http.NotFound(w, r)
		case strings.TrimSpace(string(b)) == "panic":
			panic("fetched " + r.URL.Path + ", which must never be fetched")
		case bytes.HasPrefix(b, []byte("HTTP/1.1 ")):
			conn, rw, err := w.(http.Hijacker).Hijack()
			if err == nil {
				rw.Write(bytes.ReplaceAll(b, []byte("$HOST"), []byte(r.Host)))
				rw.Flush()
				conn.Close()
			}
		default:
			w.Write(b) // without a date: a script edits faster than a second
		}
	})}
	go srv.Serve(l)
	ts.Defer(func() { srv.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// closed NAME puts an address into NAME on which nobody listens.
func closed(ts *testscript.TestScript, neg bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	l.Close()
}

// edit FILE OLD NEW replaces a text that must stand in the file.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	b := ts.ReadFile(args[0])
	if !strings.Contains(b, args[1]) {
		ts.Fatalf("%s lacks %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(b, args[1], args[2], 1)), 0o644))
}

// makeFile KIND FILE [ARG...] writes what a script cannot hold: "bomb", an
// answer whose gzip body inflates to 300 MB; "large", a page of 12 MB; "binary",
// an answer with NUL bytes; "lines", its arguments one a line.
func makeFile(ts *testscript.TestScript, neg bool, args []string) {
	var b bytes.Buffer
	switch kind := args[0]; kind {
	case "bomb":
		b.WriteString("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n")
		z := gzip.NewWriter(&b)
		chunk := bytes.Repeat([]byte("<p>privacy</p>"), 1<<16)
		for n := 0; n < 300<<20; n += len(chunk) {
			z.Write(chunk)
		}
		z.Close()
	case "large":
		b.WriteString("<html><body>")
		for b.Len() < 12<<20 {
			b.WriteString("<p>We collect personal data and say so at length.</p>\n")
		}
	case "binary":
		b.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n\r\n")
		for i := range 4096 {
			b.WriteByte(byte(i * 7))
		}
	case "lines":
		for _, line := range args[2:] {
			b.WriteString(line + "\n")
		}
	default:
		ts.Fatalf("make: unknown kind %s", kind)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o644))
}

// An interrupt in mid-scan ends it with exit code 3 and keeps what was
// committed: the sites that were done are in the archive afterwards.
func TestInterruptKeepsWhatWasCommitted(t *testing.T) {
	statement, err := os.ReadFile("testdata/statement.html")
	if err != nil {
		t.Fatal(err)
	}
	quick := http.NewServeMux()
	quick.HandleFunc("/privacy", func(w http.ResponseWriter, r *http.Request) { w.Write(statement) })
	fetched := make(chan struct{})
	slow := http.NewServeMux()
	slow.HandleFunc("/privacy", func(w http.ResponseWriter, r *http.Request) {
		close(fetched)
		<-r.Context().Done()
	})
	dir := t.TempDir()
	var sites strings.Builder
	for name, h := range map[string]http.Handler{"quick": quick, "slow": slow} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		srv := &http.Server{Handler: h}
		go srv.Serve(l)
		defer srv.Close()
		host := l.Addr().String()
		sites.WriteString("  - {domain: '" + host + "', name: " + name + ", url: 'http://" + host + "/privacy'}\n")
	}
	cfg := filepath.Join(dir, "policywatch.yaml")
	text := "crawl: {per_host_interval: 0s, allow_addresses: [127.0.0.0/8], scheme: http, browser: off}\nsites:\n" + sites.String()
	if err := os.WriteFile(cfg, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, errs bytes.Buffer
	lines, write := io.Pipe()
	p := &program{out: io.MultiWriter(&out, write), err: &errs, env: os.LookupEnv}
	go func() { // interrupt when the quick site is done and the slow one hangs
		sc := bufio.NewScanner(lines)
		for sc.Scan() {
			if strings.Contains(sc.Text(), `"quick"`) {
				<-fetched
				cancel()
			}
		}
	}()
	code := p.run(ctx, []string{"scan", "--config", cfg, "--format", "json"})
	write.Close()
	if code != exitUnfinish || !strings.Contains(errs.String(), "1 of 2 sites done") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
	out.Reset()
	p = &program{out: &out, err: &errs, env: os.LookupEnv}
	if code := p.run(t.Context(), []string{"sites", "--config", cfg, "--format", "json"}); code != 0 {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	if n := strings.Count(out.String(), "\n"); n != 1 || !strings.Contains(out.String(), `"version":1`) {
		t.Errorf("the archive holds:\n%s", out.String())
	}
	if code := p.run(t.Context(), []string{"verify", "--config", cfg}); code != 0 {
		t.Errorf("verify: exit %d: %s", code, errs.String())
	}
}
