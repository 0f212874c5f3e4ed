package store

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"sync"

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

// codec compresses and decompresses blobs. A new encoder costs three times what
// compressing a page does, and a megabyte or two; so there are as many as
// processors, made when first needed and used again. The plain ones are shared
// and the library queues their callers; one with a dictionary belongs to its
// caller while in use, and gets its dictionary anew each time.
type codec struct {
	enc    *zstd.Encoder
	dec    *zstd.Decoder
	deltas chan *zstd.Encoder
	dicts  chan *zstd.Decoder
	// scratch lends memory to read a delta back into; it is as small as a window.
	scratch sync.Pool
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

// encoderOptions ask for speed: the next level saves a twentieth and takes half
// as long again. The frames carry no checksum, since rows and digests do.
func encoderOptions(n int) []zstd.EOption {
	return []zstd.EOption{
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(n), zstd.WithWindowSize(window),
		zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true),
	}
}

// decoderOptions hold a frame to the buffer that the row's own size allotted.
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

// delta compresses plain against base. It reports false when the length that it
// comes to does not pay.
func (c *codec) delta(plain, base []byte, pays func(int) bool) ([]byte, bool) {
	if len(base) < plainBelow || len(plain) < plainBelow || len(base)+len(plain) > window {
		return nil, false
	}
	out, err := c.deltaFrame(plain, base)
	if err != nil || !pays(len(out)) {
		return nil, false
	}
	// Dictionaries are the library's less trodden path, and what is kept can
	// never be fetched again. Reading it back costs half of what writing did.
	room, _ := c.scratch.Get().(*[]byte)
	if room == nil || cap(*room) < len(plain) {
		room = new(make([]byte, 0, len(plain)))
	}
	defer c.scratch.Put(room)
	back, err := c.decodeDelta(out, (*room)[:0:len(plain)], base)
	return out, err == nil && bytes.Equal(back, plain)
}

func (c *codec) deltaFrame(plain, base []byte) ([]byte, error) {
	enc := <-c.deltas
	defer func() { c.deltas <- enc }()
	var out bytes.Buffer
	dict := zstd.WithEncoderDictRaw(dictID, base)
	if enc == nil {
		fresh, err := zstd.NewWriter(&out, append(encoderOptions(1), dict)...)
		if err != nil {
			return nil, err
		}
		enc = fresh
	} else if err := enc.ResetWithOptions(&out, dict); err != nil {
		enc = nil
		return nil, err
	}
	_, err := enc.Write(plain)
	if err := errors.Join(err, enc.Close()); err != nil {
		enc = nil
		return nil, err
	}
	return out.Bytes(), nil
}

// plain decompresses a blob whose key blob, if it has one, is base.
func (c *codec) plain(h blobHead, base []byte) ([]byte, error) {
	if h.size == len(h.data) {
		return bytes.Clone(h.data), nil
	}
	// However well it compresses, a block is three bytes and gives 128 KiB at
	// most: a damaged size does not allot memory that no frame could fill.
	if h.size > (len(h.data)/3+1)<<17 {
		return nil, errCorrupt
	}
	buf := make([]byte, 0, h.size)
	var err error
	if h.key == 0 {
		buf, err = c.dec.DecodeAll(h.data, buf)
	} else {
		buf, err = c.decodeDelta(h.data, buf, base)
	}
	if err != nil {
		return nil, err
	}
	if len(buf) != h.size {
		return nil, fmt.Errorf("%d bytes where the row says %d", len(buf), h.size)
	}
	return buf, nil
}

func (c *codec) decodeDelta(data, buf, base []byte) ([]byte, error) {
	dec := <-c.dicts
	defer func() { c.dicts <- dec }()
	dict := zstd.WithDecoderDictRaw(dictID, base)
	if dec == nil {
		fresh, err := zstd.NewReader(nil, append(decoderOptions(1), dict)...)
		if err != nil {
			return nil, err
		}
		dec = fresh
	} else if err := dec.ResetWithOptions(nil, dict); err != nil {
		dec = nil
		return nil, err
	}
	return dec.DecodeAll(data, buf)
}
