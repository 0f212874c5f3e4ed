package store

import "encoding/binary"

// A sketch tells cheaply how much of two contents is the same: of the hashes over
// all runs of 64 bytes it keeps the least. The share of numbers that two sketches
// have in common is about the share of such runs that their contents have in
// common, wherever in them these stand.
type sketch [sketchSize]uint32 // in order, each once; the rest of a short content's is all ones

const (
	sketchSize  = 24
	sketchBytes = 4 * sketchSize
	// sketchLeast numbers in common mean that a delta is worth trying.
	sketchLeast = 3
)

// gear is the table of a rolling hash: a byte's number is shifted out after 64
// more bytes. Sketches are kept in archives, so it stays as it is.
var gear = func() (t [256]uint64) {
	for i := range t { // SplitMix64 of the byte
		x := uint64(i+1) * 0x9E3779B97F4A7C15
		x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
		x = (x ^ x>>27) * 0x94D049BB133111EB
		t[i] = x ^ x>>31
	}
	return t
}()

func sketchOf(b []byte) (s sketch) {
	for i := range s {
		s[i] = 1<<32 - 1
	}
	var h uint64
	for i, c := range b {
		h = h<<1 + gear[c]
		if x := uint32(h >> 32); x < s[sketchSize-1] && i >= 63 { // only the upper half sees all 64 bytes
			s.insert(x)
		}
	}
	return s
}

func (s *sketch) insert(x uint32) {
	i := sketchSize - 1
	for i > 0 && s[i-1] > x {
		i--
	}
	if i > 0 && s[i-1] == x {
		return
	}
	copy(s[i+1:], s[i:])
	s[i] = x
}

// common counts the numbers that two sketches share.
func (s *sketch) common(o *sketch) (n int) {
	for i, j := 0, 0; i < sketchSize && j < sketchSize && s[i]&o[j] != 1<<32-1; {
		switch {
		case s[i] < o[j]:
			i++
		case s[i] > o[j]:
			j++
		default:
			n, i, j = n+1, i+1, j+1
		}
	}
	return n
}

func (s *sketch) bytes() []byte {
	b := make([]byte, 0, sketchBytes)
	for _, x := range s {
		b = binary.LittleEndian.AppendUint32(b, x)
	}
	return b
}

func parseSketch(b []byte) (s sketch, ok bool) {
	if len(b) != sketchBytes {
		return s, false
	}
	for i := range s {
		s[i] = binary.LittleEndian.Uint32(b[4*i:])
		if i > 0 && s[i] < s[i-1] {
			return s, false
		}
	}
	return s, true
}
