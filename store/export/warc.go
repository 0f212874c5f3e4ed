package export

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"policywatch/store/record"
)

// revisitProfile is that of a capture with the same bytes as another
// (WARC 1.1, section 6.7.2).
const revisitProfile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"

// Warc writes all answers that are kept as one WARC 1.1 file (ISO 28500:2017),
// a gzip member a record. An answer is a response, or a revisit where the same
// bytes came before; what a browser made of a page is a resource, since no server
// sent it. Each has a metadata record with the redirects that led to it.
//
// The archive keeps bodies without content and transfer encoding; the header
// fields that told of one are left out of the response and stand in its metadata.
func (x *Exporter) Warc(ctx context.Context, path string) error {
	if err := x.file(path, func(w io.Writer) error { return x.warc(ctx, w, filepath.Base(path)) }); err != nil {
		return fmt.Errorf("export WARC to %s: %w", path, err)
	}
	return nil
}

// warcRecord is one record: its own fields in order, then the block.
type warcRecord struct {
	fields [][2]string
	block  []byte
}

func (r *warcRecord) set(name, value string) { r.fields = append(r.fields, [2]string{name, value}) }

// writeTo writes the record as a gzip member of its own, so that an index can
// point at it.
func (r *warcRecord) writeTo(w io.Writer) error {
	z := gzip.NewWriter(w)
	fmt.Fprint(z, "WARC/1.1\r\n")
	for _, f := range r.fields {
		fmt.Fprintf(z, "%s: %s\r\n", f[0], oneLine(f[1]))
	}
	fmt.Fprintf(z, "WARC-Block-Digest: sha256:%s\r\nContent-Length: %d\r\n\r\n", hexDigest(r.block), len(r.block))
	z.Write(r.block)
	fmt.Fprint(z, "\r\n\r\n")
	return z.Close()
}

func (x *Exporter) warc(ctx context.Context, w io.Writer, name string) error {
	info := x.warcInfo(name)
	if err := info.writeTo(w); err != nil {
		return err
	}
	var first *capture // the first with the bytes that are being written
	return x.Archive.EachKept(ctx, func(k record.Kept) error {
		snap, gone, err := left(x.Archive.SnapshotAt(ctx, k))
		if err != nil {
			return err
		}
		c := &capture{Kept: k, snap: snap, info: info.id(), gone: gone}
		if gone != nil { // there is nothing to make a response of
			x.step(k.Site)
			return c.metadata().writeTo(w)
		}
		if first != nil && first.Digest == k.Digest && first.byServer() && c.byServer() {
			c.like = first
		} else {
			first = c
		}
		if err := c.main().writeTo(w); err != nil {
			return err
		}
		x.step(k.Site)
		return c.metadata().writeTo(w)
	})
}

func (x *Exporter) warcInfo(name string) *warcRecord {
	r := &warcRecord{block: fields([][2]string{
		{"software", x.Program}, {"format", "WARC File Format 1.1"},
		{"conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"},
		{"description", "Answers that the archive of policywatch keeps; bodies are without content encoding."},
	})}
	r.set("WARC-Type", "warcinfo")
	r.set("WARC-Record-ID", recordID("info", name, x.Now.String()))
	r.set("WARC-Date", warcDate(x.Now))
	r.set("WARC-Filename", name)
	r.set("Content-Type", "application/warc-fields")
	return r
}

func (r *warcRecord) id() string { return r.fields[1][1] }

// capture is one answer on its way into the file.
type capture struct {
	record.Kept
	snap *record.Snapshot
	info string
	like *capture // an earlier one with the same bytes
	gone *record.DroppedBody
}

// byServer tells an answer that a server sent from what a browser made.
func (c *capture) byServer() bool { return c.snap.Via != "browser" && c.snap.Status > 0 }

func (c *capture) id(part string) string {
	return recordID(part, c.Digest, c.Site, c.At.Format(time.RFC3339Nano))
}

func (c *capture) main() *warcRecord {
	r := &warcRecord{}
	head := httpHead(c.snap)
	kind := "resource"
	switch {
	case c.like != nil:
		kind, r.block = "revisit", head
	case c.byServer():
		kind, r.block = "response", append(head, c.snap.Body...)
	default:
		r.block = c.snap.Body
	}
	r.set("WARC-Type", kind)
	r.set("WARC-Record-ID", c.id("answer"))
	r.set("WARC-Date", warcDate(c.At))
	r.set("WARC-Target-URI", uri(c.snap))
	r.set("WARC-Warcinfo-ID", c.info)
	r.set("WARC-Payload-Digest", "sha256:"+c.Digest)
	if c.like != nil {
		r.set("WARC-Profile", revisitProfile)
		r.set("WARC-Refers-To", c.like.id("answer"))
		r.set("WARC-Refers-To-Target-URI", uri(c.like.snap))
		r.set("WARC-Refers-To-Date", warcDate(c.like.At))
	}
	if kind == "resource" {
		r.set("Content-Type", orOctets(c.snap.ContentType()))
	} else {
		r.set("Content-Type", "application/http; msgtype=response")
	}
	return r
}

// metadata says what a response cannot: which site it was for, how it was come
// by, and the header fields that no longer fit the body.
func (c *capture) metadata() *warcRecord {
	list := [][2]string{{"site", c.Site}, {"requested", c.snap.URL}, {"via", c.snap.Via},
		{"fetchTimeMs", strconv.FormatInt(c.snap.Took.Milliseconds(), 10)}}
	for _, h := range c.snap.Chain {
		list = append(list, [2]string{"redirect", fmt.Sprintf("%d %s %s", h.Status, h.From, h.To)})
	}
	for _, name := range slices.Sorted(maps.Keys(c.snap.Header)) {
		if encoded[http.CanonicalHeaderKey(name)] || !c.byServer() || c.gone != nil {
			for _, v := range c.snap.Header[name] {
				list = append(list, [2]string{"header", name + ": " + v})
			}
		}
	}
	if !c.byServer() || c.gone != nil {
		list = append(list, [2]string{"status", strconv.Itoa(c.snap.Status)})
	}
	if c.gone != nil {
		list = append(list, [2]string{"bodyDropped", c.gone.Error()})
	}
	r := &warcRecord{block: fields(list)}
	r.set("WARC-Type", "metadata")
	r.set("WARC-Record-ID", c.id("metadata"))
	r.set("WARC-Date", warcDate(c.At))
	r.set("WARC-Target-URI", uri(c.snap))
	r.set("WARC-Warcinfo-ID", c.info)
	if c.gone == nil {
		r.set("WARC-Refers-To", c.id("answer"))
	}
	r.set("Content-Type", "application/warc-fields")
	return r
}

// encoded are the header fields that speak of the body as it was sent, not as
// it is kept.
var encoded = map[string]bool{"Content-Encoding": true, "Transfer-Encoding": true, "Content-Length": true, "Trailer": true}

// httpHead is the answer's status line and header, true of the body as kept.
func httpHead(s *record.Snapshot) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %03d %s\r\n", s.Status, http.StatusText(s.Status))
	for _, name := range slices.Sorted(maps.Keys(s.Header)) {
		if encoded[http.CanonicalHeaderKey(name)] {
			continue
		}
		for _, v := range s.Header[name] {
			fmt.Fprintf(&b, "%s: %s\r\n", strings.ReplaceAll(oneLine(name), ":", ""), oneLine(v))
		}
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(s.Body))
	return b.Bytes()
}

// fields is a block of application/warc-fields.
func fields(list [][2]string) []byte {
	var b bytes.Buffer
	for _, f := range list {
		if f[1] != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", f[0], oneLine(f[1]))
		}
	}
	return b.Bytes()
}

// uri is the address in ASCII, as the format wants it: also in the query, which
// servers are sent as it was written.
func uri(s *record.Snapshot) string {
	raw := s.FinalURL
	if raw == "" {
		raw = s.URL
	}
	if u, err := url.Parse(raw); err == nil {
		var b strings.Builder
		for _, c := range []byte(u.String()) {
			if c <= ' ' || c >= 0x7f {
				fmt.Fprintf(&b, "%%%02X", c)
			} else {
				b.WriteByte(c)
			}
		}
		return b.String()
	}
	return "urn:unparsed:" + url.QueryEscape(raw)
}

func warcDate(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func orOctets(kind string) string {
	if kind == "" {
		return "application/octet-stream"
	}
	return kind
}

// recordID is a UUID (RFC 9562, version 8) made of what names the record, so
// that the same archive gives the same file.
func recordID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("<urn:uuid:%x-%x-%x-%x-%x>", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
