package fetch

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
)

// Reasons not to keep a body.
var (
	errTooLarge = errors.New("the body is larger than the limit")
	errNotText  = errors.New("the body is not text")
	errEncoding = errors.New("the body is damaged")
)

// limiter hands every body on decoded and bounded. It stands in the transport,
// because only there the bytes can be counted as they come: colly's own limit
// cuts silently, and looks at the packed side of some encodings.
//
// A body that ends because of the limit ends with errTooLarge, never with EOF.
type limiter struct {
	next http.RoundTripper
	max  int64
}

// RoundTrip notes what came in the request's exchange and returns an answer
// whose body is the decoded entity. Redirects pass untouched.
func (l *limiter) RoundTrip(req *http.Request) (*http.Response, error) {
	x := exchangeOf(req.Context())
	if x == nil {
		return nil, errors.New("fetch: request without exchange")
	}
	x.asked = req.URL
	res, err := l.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	x.status, x.header, x.final = res.StatusCode, res.Header, req.URL
	if redirects(res) {
		return res, nil
	}
	x.doing.Store(doingBody)

	wire := res.Body
	body, length, err := l.open(res, req)
	if err != nil {
		// The status is known and may be all that matters: let the engine
		// weigh it against the reason.
		x.aside = err
		wire.Close()
		body, length = http.NoBody, 0
	}
	x.body, x.length = body, length
	// What colly sees is made neutral: it would unpack by content type and by
	// the path's ending, past every limit, and recode by charset, which
	// destroys PDFs. The header as it came is in the exchange.
	x.header.Del("Content-Encoding")
	x.header.Del("Content-Length")
	res.Header = http.Header{"Content-Type": {"application/octet-stream"}}
	res.Uncompressed = true
	res.ContentLength = -1
	res.Body = readCloser{body, wire}
	return res, nil
}

// redirects reports an answer that http.Client follows.
func redirects(res *http.Response) bool {
	switch res.StatusCode {
	case 301, 302, 303, 307, 308:
		return res.Header.Get("Location") != ""
	}
	return false
}

type readCloser struct {
	io.Reader
	io.Closer
}

// open returns the decoded, bounded body of an answer and its length as far as
// it is announced, else -1.
func (l *limiter) open(res *http.Response, req *http.Request) (body io.Reader, length int64, err error) {
	if res.ContentLength > l.max {
		return nil, 0, errTooLarge
	}
	codings, err := contentCodings(res.Header.Values("Content-Encoding"))
	if err != nil {
		return nil, 0, err
	}
	kind := mediaType(res.Header.Get("Content-Type"))
	if isGzipFile(kind, req.URL.Path) {
		codings = append([]string{"gzip"}, codings...)
	}
	body, length = res.Body, res.ContentLength
	if len(codings) > 0 {
		// The packed side is counted too: some packings swell rather than
		// shrink, and members without content could come for ever.
		body, length = &counted{r: body, left: l.max}, -1
	}
	for i := len(codings) - 1; i >= 0; i-- {
		if body, err = unpack(body, codings[i]); err != nil {
			return nil, 0, err
		}
	}
	if isBinary(kind) {
		if body, err = pdfOnly(body); err != nil {
			return nil, 0, err
		}
	}
	return &counted{r: body, left: l.max}, length, nil
}

// counted reads up to left bytes and then fails, where io.LimitReader would
// pretend that the text had ended.
type counted struct {
	r    io.Reader
	left int64
}

func (c *counted) Read(p []byte) (int, error) {
	// One byte past the limit tells a body that fits exactly from one that
	// does not.
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if int64(n) > c.left {
		n, c.left = int(c.left), 0
		return n, errTooLarge
	}
	c.left -= int64(n)
	return n, err
}

// mediaType is the bare type of a Content-Type header, in lower case. The
// header is too often malformed for mime.ParseMediaType.
func mediaType(header string) string {
	t, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// isGzipFile reports an entity that is itself a packed file, as sitemaps often
// are. They are unpacked here, so that no reader further up needs a limit.
func isGzipFile(kind, path string) bool {
	switch kind {
	case "application/gzip", "application/x-gzip", "application/gzip-compressed", "application/x-gunzip":
		return true
	}
	return strings.HasSuffix(strings.ToLower(path), ".gz")
}

// isBinary reports types that hold no text that we could read. Types that mean
// nothing, like octet-stream and x-download, are not among them.
func isBinary(kind string) bool {
	major, minor, _ := strings.Cut(kind, "/")
	switch major {
	case "video", "audio", "image", "font", "model":
		return true
	case "application":
		switch minor {
		case "zip", "x-zip", "x-zip-compressed", "x-rar", "x-rar-compressed", "vnd.rar", "x-7z-compressed", "x-tar",
			"x-bzip", "x-bzip2", "x-xz", "java-archive", "vnd.android.package-archive", "x-msdownload", "x-msdos-program",
			"x-shockwave-flash", "wasm", "x-iso9660-image", "msword", "ogg":
			return true
		}
		return strings.HasPrefix(minor, "vnd.ms-") || strings.HasPrefix(minor, "vnd.openxmlformats") ||
			strings.HasPrefix(minor, "vnd.oasis.") || strings.HasPrefix(minor, "font-") || strings.HasPrefix(minor, "x-font-")
	}
	return false
}

// pdfOnly looks at the first bytes of an entity that calls itself binary and
// lets it through only when it is a PDF under a wrong name. The mark may stand
// anywhere in the first 1024 bytes (ISO 32000-1, annex H.3.4.1).
func pdfOnly(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 1024)
	head, err := b.Peek(1024)
	if bytes.Contains(head, []byte("%PDF-")) {
		return b, nil
	}
	if err != nil && err != io.EOF {
		return nil, err
	}
	return nil, errNotText
}
