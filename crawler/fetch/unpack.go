package fetch

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
)

// acceptEncoding is what we ask for. Servers also send what nobody asked for,
// so unpack knows a little more.
const acceptEncoding = "gzip"

// maxCodings bounds how often a body may be packed, maxMembers how many pieces
// one gzip stream may have: empty ones cost us more than they cost the sender.
const (
	maxCodings = 3
	maxMembers = 4096
)

// contentCodings splits Content-Encoding headers into the codings in the order
// in which they were applied (RFC 9110, section 8.4).
func contentCodings(headers []string) ([]string, error) {
	var out []string
	for _, h := range headers {
		for c := range strings.SplitSeq(h, ",") {
			switch c = strings.ToLower(strings.TrimSpace(c)); c {
			case "", "identity", "none", "utf-8", "binary": // no coding; the last ones are common mistakes
			case "gzip", "x-gzip":
				out = append(out, "gzip")
			case "deflate":
				out = append(out, "deflate")
			default:
				return nil, fmt.Errorf("%w: its encoding %.20q was not asked for", errEncoding, c)
			}
		}
	}
	if len(out) > maxCodings {
		return nil, fmt.Errorf("%w: it is packed %d times over", errEncoding, len(out))
	}
	return out, nil
}

// unpack undoes one coding. A body that is not packed although the header says
// so passes as it is: servers that compress twice in configuration and once in
// fact are common.
func unpack(r io.Reader, coding string) (io.Reader, error) {
	b := bufio.NewReader(r)
	head, err := b.Peek(2)
	if err != nil {
		if err == io.EOF {
			return b, nil // nothing there, or one byte that is no packing
		}
		return nil, err
	}
	switch {
	case coding == "gzip" && head[0] == 0x1f && head[1] == 0x8b:
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errEncoding, err)
		}
		z.Multistream(false)
		return &members{b: b, z: z, left: maxMembers}, nil
	case coding == "deflate" && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0:
		z, err := zlib.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errEncoding, err)
		}
		return &damaged{z}, nil
	case coding == "deflate" && head[0] != '<' && head[0] != '%':
		return &damaged{flate.NewReader(b)}, nil // what old IIS calls deflate
	}
	return b, nil
}

// members reads the members of a gzip stream and stops at whatever follows the
// last one: some servers add padding, and browsers do not mind it.
type members struct {
	b    *bufio.Reader
	z    *gzip.Reader
	left int
}

func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.z.Read(p)
		if err == nil || n > 0 && err == io.EOF {
			return n, nil // the end is met again by the next call
		}
		if err != io.EOF {
			return n, blame(err)
		}
		head, err := m.b.Peek(2)
		if err != nil || head[0] != 0x1f || head[1] != 0x8b {
			if err != nil && err != io.EOF {
				return n, err
			}
			return n, io.EOF
		}
		if m.left--; m.left == 0 {
			return n, fmt.Errorf("%w: it has too many pieces", errEncoding)
		}
		if err := m.z.Reset(m.b); err != nil {
			return n, blame(err)
		}
		m.z.Multistream(false)
	}
}

// damaged marks the errors of a decompressor.
type damaged struct{ r io.Reader }

func (d *damaged) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	return n, blame(err)
}

// blame marks errors that the packed data itself is to blame for; errors of the
// network below pass as they are.
func blame(err error) error {
	switch err.(type) {
	case flate.CorruptInputError, flate.InternalError:
		return fmt.Errorf("%w: %w", errEncoding, err)
	}
	switch err {
	case gzip.ErrChecksum, gzip.ErrHeader, zlib.ErrChecksum, zlib.ErrHeader, zlib.ErrDictionary:
		return fmt.Errorf("%w: %w", errEncoding, err)
	}
	return err
}
