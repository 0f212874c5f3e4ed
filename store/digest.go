package store

import (
	"crypto/sha256"
	"encoding/hex"
)

const digestSize = sha256.Size

type digest = [digestSize]byte

// Digest is the address of a body in the archive: the SHA-256 of its bytes in
// lower-case hex.
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// parseDigest accepts exactly what Digest returns, so that formatting it again
// gives the same string.
func parseDigest(s string) (sum digest, ok bool) {
	if len(s) != 2*digestSize {
		return sum, false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return sum, false
		}
	}
	_, err := hex.Decode(sum[:], []byte(s))
	return sum, err == nil
}
