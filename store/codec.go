package store

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"math"
	"time"
)

// A row is a run of fields and a checksum. A field is
//
//	uvarint(number<<2 | wire) value
//
// with wire 0 for a uvarint, 1 for eight bytes little-endian and 2 for a
// uvarint length and as many bytes. A field that is zero is left out, a list is
// its field repeated, and a reader skips numbers that it does not know, so that
// a row may gain a field without a new format version. A number is never used
// again for something else.
//
// The checksum is the CRC-32C of the bucket's name, a zero byte, the key and
// the fields, four bytes little-endian: a value that was altered, cut, or moved
// under another key does not read back.
const (
	wireUvarint = 0
	wireFixed   = 1
	wireBytes   = 2
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errCorrupt is what every decoder says of bytes that it did not write.
var errCorrupt = errors.New("bytes are damaged")

const sumSize = 4

// checksum binds a value to its place.
func checksum(bucket string, key, value []byte) uint32 {
	sum, ok := nameSums[bucket]
	if !ok {
		sum = crc32.Checksum(append([]byte(bucket), 0), castagnoli)
	}
	return crc32.Update(crc32.Update(sum, castagnoli, key), castagnoli, value)
}

// nameSums are the checksums of the buckets' names and the byte behind them, with which
// every row's begins: a name put before a key took memory for each row that was read.
var nameSums = func() map[string]uint32 {
	sums := make(map[string]uint32, len(buckets))
	for _, name := range buckets {
		sums[name] = crc32.Checksum(append([]byte(name), 0), castagnoli)
	}
	return sums
}()

// seal appends the checksum to value, which the caller must own.
func seal(bucket string, key, value []byte) []byte {
	return binary.LittleEndian.AppendUint32(value, checksum(bucket, key, value))
}

// unseal verifies and removes the checksum. The result aliases row.
func unseal(bucket string, key, row []byte) ([]byte, error) {
	n := len(row) - sumSize
	if n < 0 || binary.LittleEndian.Uint32(row[n:]) != checksum(bucket, key, row[:n]) {
		return nil, errCorrupt
	}
	return row[:n:n], nil
}

// encoder builds the fields of a row.
type encoder struct{ b []byte }

func (e *encoder) head(n, wire int) { e.b = binary.AppendUvarint(e.b, uint64(n)<<2|uint64(wire)) }

func (e *encoder) uint(n int, v uint64) {
	if v != 0 {
		e.head(n, wireUvarint)
		e.b = binary.AppendUvarint(e.b, v)
	}
}

// int zigzags, so that a negative number stays short and comes back as it was.
func (e *encoder) int(n int, v int64) { e.uint(n, uint64(v<<1)^uint64(v>>63)) }

func (e *encoder) bool(n int, v bool) {
	if v {
		e.uint(n, 1)
	}
}

func (e *encoder) fixed(n int, v uint64) {
	if v != 0 {
		e.head(n, wireFixed)
		e.b = binary.LittleEndian.AppendUint64(e.b, v)
	}
}

func (e *encoder) float(n int, v float64) { e.fixed(n, math.Float64bits(v)) }

// time keeps nanoseconds since 1970. The zero Time is left out, and so is any
// other before 1678, where int64 nanoseconds begin; one after they end, in 2262,
// becomes the last of them.
func (e *encoder) time(n int, t time.Time) {
	nano := t.UnixNano()
	switch y := t.Year(); {
	case y < 1678:
		return
	case y > 2261:
		nano = math.MaxInt64
	}
	e.head(n, wireFixed)
	e.b = binary.LittleEndian.AppendUint64(e.b, uint64(nano))
}

func (e *encoder) str(n int, s string) {
	if s != "" {
		e.element(n, s)
	}
}

// element is a field of a list: it stands even when it is empty.
func (e *encoder) element(n int, s string) {
	e.head(n, wireBytes)
	e.b = binary.AppendUvarint(e.b, uint64(len(s)))
	e.b = append(e.b, s...)
}

// digest keeps a hex digest as its bytes; the first byte tells it from a string
// that is no SHA-256 in lower-case hex, which is kept as it is.
func (e *encoder) digest(n int, s string) {
	if s != "" {
		e.digestElement(n, s)
	}
}

func (e *encoder) digestElement(n int, s string) {
	if sum, ok := parseDigest(s); ok {
		e.head(n, wireBytes)
		e.b = append(e.b, digestSize+1, 0)
		e.b = append(e.b, sum[:]...)
		return
	}
	e.element(n, "\x01"+s)
}

// message encodes a nested run of fields.
func (e *encoder) message(n int, fields func(*encoder)) {
	e.head(n, wireBytes)
	at := len(e.b)
	fields(e)
	size := len(e.b) - at
	var length [binary.MaxVarintLen64]byte
	l := binary.PutUvarint(length[:], uint64(size))
	e.b = append(e.b, length[:l]...)
	copy(e.b[at+l:], e.b[at:at+size])
	copy(e.b[at:], length[:l])
}

// decoder walks the fields of a row:
//
//	for d.next() { switch d.num { case 1: x.Name = d.str() } }
//	return d.err
//
// Every value is copied out of the row. Wrong bytes end the walk with
// errCorrupt; they never panic and never allocate more than the row's own size.
type decoder struct {
	b   []byte
	num int
	u   uint64
	p   []byte
	err error
}

func (d *decoder) next() bool {
	if d.err != nil || len(d.b) == 0 {
		return false
	}
	h, ok := d.uvarint()
	if !ok || h>>2 > math.MaxInt32 {
		return d.fail()
	}
	d.num, d.u, d.p = int(h>>2), 0, nil
	switch h & 3 {
	case wireUvarint:
		if d.u, ok = d.uvarint(); !ok {
			return d.fail()
		}
	case wireFixed:
		if len(d.b) < 8 {
			return d.fail()
		}
		d.u, d.b = binary.LittleEndian.Uint64(d.b), d.b[8:]
	case wireBytes:
		n, ok := d.uvarint()
		if !ok || n > uint64(len(d.b)) {
			return d.fail()
		}
		d.p, d.b = d.b[:n:n], d.b[n:]
	default:
		return d.fail()
	}
	return true
}

func (d *decoder) uvarint() (uint64, bool) {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		return 0, false
	}
	d.b = d.b[n:]
	return v, true
}

func (d *decoder) fail() bool {
	d.err = errCorrupt
	return false
}

func (d *decoder) str() string    { return string(d.p) }
func (d *decoder) uint() uint64   { return d.u }
func (d *decoder) int() int64     { return int64(d.u>>1) ^ -int64(d.u&1) }
func (d *decoder) bool() bool     { return d.u != 0 }
func (d *decoder) float() float64 { return math.Float64frombits(d.u) }

func (d *decoder) time() time.Time { return time.Unix(0, int64(d.u)).UTC() }

func (d *decoder) digest() string {
	if len(d.p) == digestSize+1 && d.p[0] == 0 {
		return hex.EncodeToString(d.p[1:])
	}
	if len(d.p) == 0 || d.p[0] != 1 {
		d.err = errCorrupt
		return ""
	}
	return string(d.p[1:])
}

// message walks a nested run of fields and takes over its error.
func (d *decoder) message(fields func(*decoder)) {
	sub := decoder{b: d.p}
	fields(&sub)
	if sub.err != nil {
		d.err = sub.err
	}
}
