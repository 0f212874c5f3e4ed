package export_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

type warcRecord struct {
	textproto.MIMEHeader
	block []byte
}

// readWarc is a reader of WARC 1.1 as the standard has it: a gzip member holds
// one record of a version line, fields, a block of Content-Length and two line
// breaks; the block is what its digest says.
func readWarc(t *testing.T, name string) (out []warcRecord) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewReader(f)
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	for {
		z.Multistream(false)
		plain, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		r := bufio.NewReader(bytes.NewReader(plain))
		if line, _ := r.ReadString('\n'); line != "WARC/1.1\r\n" {
			t.Fatalf("a record begins %q", line)
		}
		head, err := textproto.NewReader(r).ReadMIMEHeader()
		if err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(r)
		n, err := strconv.Atoi(head.Get("Content-Length"))
		if err != nil || len(rest) != n+4 || string(rest[n:]) != "\r\n\r\n" {
			t.Fatalf("a block of %d bytes where %s were announced: %v", len(rest), head.Get("Content-Length"), err)
		}
		if sum := fmt.Sprintf("sha256:%x", sha256.Sum256(rest[:n])); head.Get("Warc-Block-Digest") != sum {
			t.Errorf("%s: its block is %s", head.Get("Warc-Record-Id"), sum)
		}
		out = append(out, warcRecord{head, rest[:n]})
		if err := z.Reset(in); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWarc(t *testing.T) {
	name := filepath.Join(t.TempDir(), "kept.warc.gz")
	if err := exporter(ministry(t)).Warc(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	ids := map[string]bool{}
	bodies := map[string]bool{}
	for _, r := range readWarc(t, name) {
		kind := r.Get("Warc-Type")
		count[kind]++
		if id := r.Get("Warc-Record-Id"); ids[id] || !strings.HasPrefix(id, "<urn:uuid:") {
			t.Errorf("%s: id %s", kind, id)
		}
		ids[r.Get("Warc-Record-Id")] = true
		if ref := r.Get("Warc-Refers-To"); ref != "" && !ids[ref] {
			t.Errorf("%s refers to %s, which did not come before", kind, ref)
		}
		switch kind {
		case "response", "revisit":
			resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(r.block)), nil)
			if err != nil {
				t.Errorf("%s: %v", kind, err)
				continue
			}
			if resp.StatusCode != 200 || resp.Header.Get("Content-Encoding") != "" || len(resp.Header["Set-Cookie"]) != 2 {
				t.Errorf("%s: %v", kind, resp.Header)
			}
			if kind == "revisit" {
				if !bodies[r.Get("Warc-Payload-Digest")] {
					t.Errorf("revisit of bytes that did not come before")
				}
				continue
			}
			body, err := io.ReadAll(resp.Body)
			sum := fmt.Sprintf("sha256:%x", sha256.Sum256(body))
			if err != nil || r.Get("Warc-Payload-Digest") != sum {
				t.Errorf("payload %s, %v", sum, err)
			}
			bodies[sum] = true
		case "metadata":
			if strings.Contains(string(r.block), "via: http\r\n") && !strings.Contains(string(r.block), "redirect: 301 http://") {
				t.Errorf("%s", r.block)
			}
			if strings.Contains(string(r.block), "via: http\r\n") && !strings.Contains(string(r.block), "header: Content-Encoding: gzip\r\n") {
				t.Errorf("%s", r.block)
			}
		}
	}
	if fmt.Sprint(count) != "map[metadata:8 resource:1 response:4 revisit:3 warcinfo:1]" {
		t.Errorf("%v", count)
	}
}
