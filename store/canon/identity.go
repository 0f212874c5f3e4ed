package canon

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"sync"
	"unicode/utf8"
)

// Identity returns the digest (hex SHA-256) of what the texts say: equal for
// texts that differ only in how they are written, see Key. Where one text ends
// and the next begins does not count, so a change of markup alone changes
// nothing.
func Identity(texts []string) string {
	h := sha256.New()
	k := keyers.Get().(*keyer)
	defer k.free()
	for _, t := range texts {
		k.add(t)
		if len(k.out) >= 4096 {
			h.Write(k.out)
			k.out = k.out[:0]
		}
	}
	h.Write(k.out)
	return hex.EncodeToString(h.Sum(nil))
}

// Exact returns the digest (hex SHA-256) of the texts as shown, letter by
// letter and block by block.
func Exact(texts []string) string {
	h := sha256.New()
	for _, t := range texts {
		io.WriteString(h, t)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Key returns the words of s run together as Identity digests them: no
// punctuation, a space only between two words or numbers outside the Arabic script. Two strings with equal keys say the same.
//
// In the Arabic script spacing carries no identity: half of what differs
// between two editors' Persian is a space, a joiner or neither. Two different
// sentences with the same letters in the same order do not occur.
func Key(s string) string {
	k := keyers.Get().(*keyer)
	defer k.free()
	k.add(s)
	return string(k.out)
}

// keyer builds a key over several texts.
type keyer struct {
	cs  []char
	out []byte
	// open: the last character written is a letter or digit outside the Arabic
	// script, so that another one needs a space before it.
	open bool
}

// keyers keeps the buffers of one text for the next.
var keyers = sync.Pool{New: func() any { return new(keyer) }}

// maxKept is how many characters a buffer may have room for that is kept: one text
// of a megabyte must not hold its memory for good.
const maxKept = 1 << 16

func (k *keyer) free() {
	if cap(k.cs) > maxKept {
		return
	}
	k.out, k.open = k.out[:0], false
	keyers.Put(k)
}

func (k *keyer) add(s string) {
	if !k.addPlain(s) {
		k.addFolded(s)
	}
}

// addPlain adds a text in one pass over its bytes, and gives up where a character
// may decompose or compose or a comma may group digits, which is rare.
func (k *keyer) addPlain(s string) bool {
	out, open := k.out, k.open
	gap := open
	for i := 0; i < len(s); {
		r, n := slow, 1
		if s[i] < 0xe0 {
			r, n = lookUp(s[i:])
		} else { // more bytes than the table holds
			var in rune
			if in, n = utf8.DecodeRuneInString(s[i:]); in == zwnj {
				r = drop // in a key a joiner is nothing, between whatever letters
			} else if to, ok := rare[in]; ok {
				r = to
			}
		}
		if i += n; r == slow || composes(s, i) || r == ',' && open && classOf(rune(out[len(out)-1])) == digit {
			return false
		}
		if r == drop {
			continue
		}
		switch classOf(r) {
		case arabic, symbol:
			gap, open = false, false
		case latin, digit:
			if gap {
				out = append(out, ' ')
			}
			gap, open = false, true
		default:
			gap = open
			continue
		}
		out = utf8.AppendRune(out, r)
	}
	k.out, k.open = out, open
	return true
}

// addFolded adds any text.
func (k *keyer) addFolded(s string) {
	k.cs = fold(k.cs[:0], s)
	gap := k.open
	for i := range k.cs {
		r := k.cs[i].r
		switch classOf(r) {
		case arabic:
			gap, k.open = false, false
		case symbol:
			gap, k.open = false, false
		case latin, digit:
			if gap {
				k.out = append(k.out, ' ')
			}
			gap, k.open = false, true
		default:
			gap = k.open
			continue
		}
		k.out = utf8.AppendRune(k.out, r)
	}
}
