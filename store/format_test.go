package store

import (
	"os"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// The page that describes the format names every bucket that there is.
func TestFormatPageIsComplete(t *testing.T) {
	page, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	db := openHere(t)
	if err := db.peek(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, _ *bolt.Bucket) error {
			if !strings.Contains(string(page), "| `"+string(name)+"` |") {
				t.Errorf("FORMAT.md does not describe bucket %s", name)
			}
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
}
