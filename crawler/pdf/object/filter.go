package object

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/ascii85"
	"errors"
	"io"
)

// maxStream bounds one unpacked stream: the text of a whole page takes a few
// hundred kilobytes.
const maxStream = 48 << 20

var errFilter = errors.New("a stream is packed in a way that holds no text")

// Data unpacks a stream. What could be unpacked of a damaged stream comes back
// beside the error; a check sum that does not fit is damage too, for turned bits
// may leave text that only reads a little differently.
func (f *File) Data(s *Stream) ([]byte, error) {
	if s == nil {
		return nil, nil
	}
	data := s.raw
	if f.crypt != nil && s.Dict["Type"] != Name("XRef") {
		data = f.crypt.stream(data, s)
	}
	filters, params := f.Resolve(s.Dict["Filter"]), f.Resolve(s.Dict["DecodeParms"])
	if params == nil {
		params = f.Resolve(s.Dict["DP"])
	}
	list, isList := filters.(Array)
	if !isList {
		if filters == nil {
			return data, nil
		}
		list, params = Array{filters}, Array{params}
	}
	if len(list) > 8 {
		return nil, errFilter
	}
	parms, _ := params.(Array)
	for i, name := range list {
		var p Dict
		if i < len(parms) {
			p = f.Dict(parms[i])
		}
		var err error
		data, err = f.filter(f.Name(name), p, data)
		if len(data) >= maxStream && f.budget.err == nil {
			f.budget.err = ErrBytes
		}
		if !f.budget.take(len(data)) {
			return nil, f.budget.Err()
		}
		if err != nil {
			return data, err
		}
	}
	return data, nil
}

func (f *File) filter(name Name, p Dict, data []byte) (out []byte, err error) {
	switch name {
	case "FlateDecode", "Fl":
		out, err = inflate(data)
	case "LZWDecode", "LZW":
		early := 1
		if n, ok := f.Float(p["EarlyChange"]); ok {
			early = int(n)
		}
		out = unlzw(data, early)
	case "ASCII85Decode", "A85":
		return unascii85(data)
	case "ASCIIHexDecode", "AHx":
		l := Lexer{data: append([]byte("<"), data...)}
		return l.hex(), nil
	case "RunLengthDecode", "RL":
		return unrun(data), nil
	case "Crypt":
		return data, nil
	default:
		return nil, errFilter
	}
	if n := f.Int(p["Predictor"]); n > 1 {
		out = f.unpredict(out, p, n)
	}
	return out, err
}

// inflate unpacks until the end, the limit or the damage.
func inflate(data []byte) ([]byte, error) {
	var r io.Reader
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err == nil {
		r = z
	} else if len(data) > 2 {
		r = flate.NewReader(bytes.NewReader(data[2:])) // a broken header, sound data
	} else {
		return nil, err
	}
	var out bytes.Buffer
	_, err = io.Copy(&out, io.LimitReader(r, maxStream))
	return out.Bytes(), err
}

func unascii85(data []byte) ([]byte, error) {
	data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("<~"))
	if i := bytes.IndexByte(data, '~'); i >= 0 {
		data = data[:i]
	}
	out := make([]byte, 0, len(data)/5*4+8)
	buf := make([]byte, 4*len(data)+4)
	n, _, err := ascii85.Decode(buf, data, true)
	return append(out, buf[:n]...), err
}

func unrun(data []byte) (out []byte) {
	for len(data) > 1 && len(out) < maxStream {
		n := int(data[0])
		switch {
		case n == 128:
			return out
		case n < 128:
			n = min(n+1, len(data)-1)
			out = append(out, data[1:1+n]...)
			data = data[1+n:]
		default:
			out = append(out, bytes.Repeat(data[1:2], 257-n)...)
			data = data[2:]
		}
	}
	return out
}

// unlzw unpacks the LZW of PDF and TIFF: most significant bit first, codes of 9
// to 12 bits that grow one code early.
func unlzw(data []byte, early int) []byte {
	const clear, end = 256, 257
	type node struct {
		prev int16
		last byte
		size int16
	}
	var table [4096]node
	var out []byte
	width, next, prev := 9, 258, -1
	acc, bits := 0, 0
	for _, c := range data {
		acc, bits = acc<<8|int(c), bits+8
		for bits >= width {
			code := acc >> (bits - width) & (1<<width - 1)
			bits -= width
			if code == clear {
				width, next, prev = 9, 258, -1
				continue
			}
			if code == end || code > next || code >= 258 && prev < 0 || len(out) > maxStream {
				return out
			}
			// Write the string of the code backwards; the one that is being
			// defined is the string before and its own first byte.
			from, c := len(out), code
			if code == next {
				c = prev
			}
			n := 1
			if c >= 258 {
				n = int(table[c].size)
			}
			out = append(out, make([]byte, n)...)
			for i := from + n - 1; i >= from; i-- {
				if c < 256 {
					out[i] = byte(c)
					break
				}
				out[i] = table[c].last
				c = int(table[c].prev)
			}
			first := out[from]
			if code == next {
				out = append(out, first)
			}
			if prev >= 0 && next < 4096 {
				size := int16(2)
				if prev >= 258 {
					size = table[prev].size + 1
				}
				table[next] = node{int16(prev), first, size}
				next++
			}
			prev = code
			if next+early >= 1<<width && width < 12 {
				width++
			}
		}
		acc &= 1<<bits - 1
	}
	return out
}

// unpredict undoes the filters of PNG (10 to 15) and of TIFF (2).
func (f *File) unpredict(data []byte, p Dict, kind int) []byte {
	get := func(key Name, def int) int {
		if n := f.Int(p[key]); n > 0 && n < 1<<20 {
			return n
		}
		return def
	}
	colours, bits, columns := get("Colors", 1), get("BitsPerComponent", 8), get("Columns", 1)
	pixel := max(1, colours*bits/8)
	row := (colours*bits*columns + 7) / 8
	if kind == 2 {
		if bits == 8 {
			for i := 0; i+row <= len(data); i += row {
				for j := pixel; j < row; j++ {
					data[i+j] += data[i+j-pixel]
				}
			}
		}
		return data
	}
	if row <= 0 || row > 1<<24 {
		return nil
	}
	out := make([]byte, 0, len(data))
	above := make([]byte, row)
	for len(data) > 1 {
		how := data[0]
		line := data[1:min(len(data), row+1)]
		data = data[1+len(line):]
		for i := range line {
			var left, corner byte
			if i >= pixel {
				left, corner = line[i-pixel], above[i-pixel]
			}
			switch how {
			case 1:
				line[i] += left
			case 2:
				line[i] += above[i]
			case 3:
				line[i] += byte((int(left) + int(above[i])) / 2)
			case 4:
				line[i] += paeth(left, above[i], corner)
			}
		}
		out = append(out, line...)
		copy(above, line)
	}
	return out
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	pa, pb, pc := abs(p-int(a)), abs(p-int(b)), abs(p-int(c))
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
