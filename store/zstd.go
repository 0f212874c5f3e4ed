package store

import (
	"fmt"
	"runtime"

	"github.com/klauspost/compress/zstd"
)

const (
	// window bounds both the memory of an encoder (about twice as much) and how
	// far back a match may lie. Deltas are tried only where the old and the new
	// text fit into it together.
	window = 1 << 20
	// Below plainBelow bytes a frame's header eats what it saves.
	plainBelow = 64
	// dictID stands in the frames of deltas; which bytes it means, the row says.
	dictID = 1
)

// codec compresses and decompresses blobs. Creating a zstd encoder costs more
// than compressing a page, so the plain ones are shared; the library queues
// callers beyond the given concurrency. Encoders with a dictionary are kept in
// a list of the same length and given their dictionary for each use.
type codec struct {
	enc    *zstd.Encoder
	dec    *zstd.Decoder
	deltas chan *zstd.Encoder
	dicts  chan *zstd.Decoder
}

func newCodec() (*codec, error) {
	n := runtime.GOMAXPROCS(0)
	enc, err := zstd.NewWriter(nil, encoderOptions(n)...)
	if err != nil {
		return nil, err
	}
	dec, err := zstd.NewReader(nil, decoderOptions(n)...)
	if err != nil {
		return nil, err
	}
	c := &codec{enc: enc, dec: dec, deltas: make(chan *zstd.Encoder, n), dicts: make(chan *zstd.Decoder, n)}
	for range n {
		c.deltas <- nil
		c.dicts <- nil
	}
	return c, nil
}

func (c *codec) close() {
	c.dec.Close()
	for range cap(c.dicts) {
		if d := <-c.dicts; d != nil {
			d.Close()
		}
	}
}

func encoderOptions(n int) []zstd.EOption {
	return []zstd.EOption{
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(n), zstd.WithWindowSize(window),
		zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true),
	}
}

// decoderOptions bound memory twice: the frame may not ask for more window than
// ours have, nor decode past the buffer that the row's own size allotted.
func decoderOptions(n int) []zstd.DOption {
	return []zstd.DOption{
		zstd.WithDecoderConcurrency(n), zstd.WithDecoderMaxMemory(maxBlob), zstd.WithDecodeAllCapLimit(true),
		zstd.WithDecoderLowmem(true),
	}
}

// append compresses plain onto dst, or copies it where that is not longer.
func (c *codec) append(dst, plain []byte) []byte {
	if len(plain) < plainBelow {
		return append(dst, plain...)
	}
	n := len(dst)
	dst = c.enc.EncodeAll(plain, dst)
	if len(dst)-n >= len(plain) {
		return append(dst[:n], plain...)
	}
	return dst
}

// delta compresses plain against base. It reports false when that does not pay.
func (c *codec) delta(plain, base []byte) ([]byte, bool) {
	if len(base) < plainBelow || len(plain) < plainBelow || len(base)+len(plain) > window {
		return nil, false
	}
	enc := <-c.deltas
	defer func() { c.deltas <- enc }()
	var err error
	if enc, err = zstd.NewWriter(nil, append(encoderOptions(1), zstd.WithEncoderDictRaw(dictID, base))...); err != nil {
		return nil, false
	}
	out := enc.EncodeAll(plain, nil)
	enc = nil
	return out, len(out) < len(plain)/8
}

// plain decompresses a blob whose key blob, if it has one, is base.
func (c *codec) plain(h blobHead, base []byte) ([]byte, error) {
	if h.size == len(h.data) {
		return append(make([]byte, 0, h.size), h.data...), nil
	}
	// A frame of this many bytes cannot hold more: zstd repeats one byte at most
	// 128 KiB a block. It keeps a damaged size from allotting memory.
	if h.size > (len(h.data)+1)<<17 {
		return nil, errCorrupt
	}
	dec := c.dec
	if h.key != 0 {
		slot := <-c.dicts
		defer func() { c.dicts <- slot }()
		var err error
		if dec, err = zstd.NewReader(nil, append(decoderOptions(1), zstd.WithDecoderDictRaw(dictID, base))...); err != nil {
			return nil, err
		}
		defer dec.Close()
	}
	out, err := dec.DecodeAll(h.data, make([]byte, 0, h.size))
	if err != nil {
		return nil, err
	}
	if len(out) != h.size {
		return nil, fmt.Errorf("%d bytes where the row says %d", len(out), h.size)
	}
	return out, nil
}

// unpackKey returns the plain bytes of a row that must be a key blob.
func (c *codec) unpackKey(row []byte) ([]byte, error) {
	if row == nil {
		return nil, fmt.Errorf("the row is missing")
	}
	h, err := parseBlob(row)
	if err != nil {
		return nil, err
	}
	if h.key != 0 {
		return nil, fmt.Errorf("it is a delta itself")
	}
	return c.plain(h, nil)
}
