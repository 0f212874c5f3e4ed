package store

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// The engine maps the file and trusts its length: a page past the end is a
// fault at an address, in the engine's own goroutines too, where nothing can
// catch it. So the length is held against what the file says of itself before
// the engine sees it. The two meta pages hold, in the machine's byte order, after a page
// header of 16 bytes: magic, version, page size, flags (4 bytes each), root
// page and sequence, free list, first unused page, transaction (8 bytes each)
// and an FNV-1a checksum of all that.
const (
	boltMagic   = 0xED0CDAED
	metaAt      = 16
	metaSize    = 64
	metaSumAt   = 56
	metaPageMax = 64 << 10
)

// whole refuses a file that is no bbolt database, or shorter than one. It
// neither locks nor changes it. A file that is being written is never shorter
// than its meta pages say, since it grows before they are written.
func whole(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	// The second page's place depends on the page size, which the first may no
	// longer tell: try the sizes that machines have.
	var need, newest uint64
	found := false
	for at := int64(0); at <= metaPageMax; at = max(2*at, 1<<10) {
		var page [metaAt + metaSize]byte
		if _, err := f.ReadAt(page[:], at); err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return err
		}
		m := page[metaAt:]
		if !metaSound(m) {
			continue
		}
		pageSize := uint64(order.Uint32(m[8:]))
		pages, tx := order.Uint64(m[40:]), order.Uint64(m[48:])
		if !found || tx > newest {
			found, newest, need = true, tx, pages*pageSize
		}
	}
	if !found {
		return fmt.Errorf("%w: it does not begin like a database", ErrNotArchive)
	}
	info, err := f.Stat() // after the pages: a writer may just be making both longer
	if err != nil {
		return err
	}
	if have := uint64(info.Size()); have < need {
		return fmt.Errorf("%w: the file has %d bytes and should have at least %d; it was cut short", ErrDamaged, have, need)
	}
	return nil
}

func metaSound(m []byte) bool {
	h := fnv.New64a()
	h.Write(m[:metaSumAt])
	return order.Uint32(m) == boltMagic && order.Uint64(m[metaSumAt:]) == h.Sum64()
}
