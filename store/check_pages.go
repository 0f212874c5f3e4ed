package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	bolt "go.etcd.io/bbolt"
)

// The engine's own check trusts what a page says of itself and runs in a
// goroutine of its own, where a bad offset ends the program. So the pages are
// walked here first, out of the file and with every bound checked; only a tree
// that is sound is handed on.
//
// A page begins with id (8 bytes), flags (2), count (2) and overflow (4), the
// number of pages that it runs on for. A branch's elements are pos, ksize (4
// each) and child (8); a leaf's are flags, pos, ksize, vsize (4 each); pos
// counts from the element itself. A leaf element with flag 1 is a bucket: its
// value is root page (8) and sequence (8), and where the root is 0 a whole
// small page follows.
const (
	pageHead    = 16
	elementSize = 16
	pageBranch  = 0x01
	pageLeaf    = 0x02
	pageFree    = 0x10
	leafBucket  = 0x01
	freeInFirst = 0xFFFF
	// maxDepth is far beyond any tree; it ends a walk in circles.
	maxDepth = 64
)

var order = binary.NativeEndian

// pageWalk checks the pages of one transaction.
type pageWalk struct {
	file     io.ReaderAt
	pageSize uint64
	pages    uint64 // all pages have lower numbers
	seen     []byte // what is known of each: pageBranch, pageLeaf, pageFree
	report   func(page uint64, format string, args ...any)
}

// pages checks the tree and the list of free pages, and has the engine do the
// same when they are sound.
func (c *checker) pages(tx *bolt.Tx) error {
	sound := true
	w := &pageWalk{
		file: c.db.file, pageSize: uint64(c.db.bolt.Info().PageSize),
		report: func(page uint64, format string, args ...any) {
			sound = false
			c.damage(&DamageError{Bucket: "(pages)", Key: fmt.Sprint(page), What: fmt.Sprintf(format, args...)})
		},
	}
	w.pages = uint64(tx.Size()) / w.pageSize
	w.seen = make([]byte, w.pages)
	// The walk reads the tree of tx, whose pages stay while it is open. The meta
	// page does not: after two more commits the list of free pages is not known
	// any more, and is let be.
	list, known := w.freeList(uint64(tx.ID()))
	w.tree(uint64(tx.Cursor().Bucket().Root()), 0, nil, nil)
	if known && sound {
		w.free(list)
	}
	c.broken = c.broken || !sound
	return nil
}

// engine runs the engine's own check. It looks at the writer's list of free
// pages, so it runs where nothing is written meanwhile.
func (c *checker) engine(tx *bolt.Tx) error {
	for err := range tx.Check() {
		c.damage(&DamageError{Bucket: "(pages)", Key: "-", What: err.Error()})
	}
	return nil
}

// freeList finds the page of the list in the meta page of a transaction. There
// are two meta pages, written in turn, and the engine takes the newest that is
// sound: where one is not, what was committed last may be gone.
func (w *pageWalk) freeList(tx uint64) (page uint64, known bool) {
	for i := range uint64(2) {
		m := w.meta(i)
		if m == nil {
			w.report(i, "the meta page is damaged; the newest transaction may be lost")
		} else if order.Uint64(m[48:]) == tx {
			page, known = order.Uint64(m[32:]), true
		}
	}
	return page, known
}

// meta reads a meta page, more than once since it may just be being written.
func (w *pageWalk) meta(i uint64) []byte {
	var b [metaAt + metaSize]byte
	for range 3 {
		if _, err := w.file.ReadAt(b[:], int64(i*w.pageSize)); err == nil && metaSound(b[metaAt:]) {
			return b[metaAt:]
		}
	}
	return nil
}

// load reads a page with what it runs on for. It reports and returns nil for
// one that cannot be.
func (w *pageWalk) load(id uint64) []byte {
	if id < 2 || id >= w.pages {
		w.report(id, "there is no such page")
		return nil
	}
	var head [pageHead]byte
	if _, err := w.file.ReadAt(head[:], int64(id*w.pageSize)); err != nil {
		w.report(id, "cannot be read: %v", err)
		return nil
	}
	over := uint64(order.Uint32(head[12:]))
	if at := order.Uint64(head[:]); at != id {
		w.report(id, "says that it is page %d", at)
		return nil
	}
	if id+over >= w.pages {
		w.report(id, "runs on past the last page")
		return nil
	}
	kind := byte(order.Uint16(head[8:]))
	for i := id; i <= id+over; i++ {
		if w.seen[i] != 0 {
			w.report(id, "page %d is in use twice", i)
			return nil
		}
		w.seen[i] = kind | 0x80
	}
	b := make([]byte, (over+1)*w.pageSize)
	if n, err := w.file.ReadAt(b, int64(id*w.pageSize)); n < len(b) && !errors.Is(err, io.EOF) {
		w.report(id, "cannot be read: %v", err)
		return nil
	}
	return b
}

// tree checks a page and those below it. Its keys must lie in [lo, hi), where
// nil means no bound.
func (w *pageWalk) tree(id uint64, depth int, lo, hi []byte) {
	if depth > maxDepth {
		w.report(id, "the tree is too deep")
		return
	}
	b := w.load(id)
	if b == nil {
		return
	}
	switch flags := order.Uint16(b[8:]); flags {
	case pageBranch:
		w.branch(id, b, depth, lo, hi)
	case pageLeaf:
		w.leaf(id, b, depth, lo, hi)
	default:
		w.report(id, "is of kind %#x where a branch or leaf should be", flags)
	}
}

func (w *pageWalk) branch(id uint64, b []byte, depth int, lo, hi []byte) {
	count := int(order.Uint16(b[10:]))
	if count == 0 || pageHead+count*elementSize > len(b) {
		w.report(id, "cannot hold %d branches", count)
		return
	}
	keys := make([][]byte, count)
	for i := range count {
		at := pageHead + i*elementSize
		if keys[i] = part(b, at, order.Uint32(b[at:]), order.Uint32(b[at+4:])); keys[i] == nil {
			w.report(id, "branch %d lies outside of it", i)
			return
		}
	}
	// The first key may be higher than the lowest below it once was, not lower.
	if !w.inOrder(id, keys, lo, hi) {
		return
	}
	for i := range count {
		next := hi
		if i+1 < count {
			next = keys[i+1]
		}
		w.tree(order.Uint64(b[pageHead+i*elementSize+8:]), depth+1, keys[i], next)
	}
}

func (w *pageWalk) leaf(id uint64, b []byte, depth int, lo, hi []byte) {
	count := int(order.Uint16(b[10:]))
	if pageHead+count*elementSize > len(b) {
		w.report(id, "cannot hold %d rows", count)
		return
	}
	keys := make([][]byte, count)
	for i := range count {
		at := pageHead + i*elementSize
		flags, pos, ksize, vsize := order.Uint32(b[at:]), order.Uint32(b[at+4:]), order.Uint32(b[at+8:]), order.Uint32(b[at+12:])
		row := part(b, at, pos, uint64(ksize)+uint64(vsize))
		if row == nil || flags > leafBucket {
			w.report(id, "row %d lies outside of it", i)
			return
		}
		keys[i] = row[:ksize]
		if flags == leafBucket {
			w.bucket(id, row[ksize:], depth)
		}
	}
	w.inOrder(id, keys, lo, hi)
}

// bucket checks the bucket that a leaf's value is.
func (w *pageWalk) bucket(id uint64, value []byte, depth int) {
	if len(value) < 16 {
		w.report(id, "holds half a bucket")
		return
	}
	if root := order.Uint64(value); root != 0 {
		w.tree(root, depth+1, nil, nil)
		return
	}
	inline := value[16:]
	if len(inline) < pageHead || order.Uint16(inline[8:]) != pageLeaf {
		w.report(id, "holds half a bucket")
		return
	}
	w.leaf(id, inline, depth+1, nil, nil)
}

func (w *pageWalk) inOrder(id uint64, keys [][]byte, lo, hi []byte) bool {
	for i, k := range keys {
		if i > 0 && bytes.Compare(keys[i-1], k) >= 0 || i == 0 && lo != nil && bytes.Compare(k, lo) < 0 ||
			hi != nil && bytes.Compare(k, hi) >= 0 {
			w.report(id, "row %d is out of order", i)
			return false
		}
	}
	return true
}

// part cuts size bytes at an element's offset, nil when they are not all there.
func part[N uint32 | uint64](b []byte, at int, pos uint32, size N) []byte {
	from := uint64(at) + uint64(pos)
	if from > uint64(len(b)) || uint64(size) > uint64(len(b))-from {
		return nil
	}
	return b[from : from+uint64(size) : from+uint64(size)]
}

// free checks that every page is in the tree or in the list, and none in both.
func (w *pageWalk) free(list uint64) {
	if list == 1<<64-1 { // the list is not kept on disk
		return
	}
	b := w.load(list)
	if b == nil {
		return
	}
	if kind := order.Uint16(b[8:]); kind != pageFree {
		w.report(list, "is of kind %#x where the list of free pages should be", kind)
		return
	}
	ids := b[pageHead:]
	count := uint64(order.Uint16(b[10:]))
	if count == freeInFirst && len(ids) >= 8 {
		count, ids = order.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids)/8) {
		w.report(list, "cannot hold %d numbers", count)
		return
	}
	for i := range count {
		id := order.Uint64(ids[8*i:])
		switch {
		case id < 2 || id >= w.pages:
			w.report(id, "is listed as free and not there")
		case w.seen[id] != 0:
			w.report(id, "is listed as free and in use")
		default:
			w.seen[id] = pageFree
		}
	}
	for id := uint64(2); id < w.pages; id++ {
		if w.seen[id] == 0 {
			w.report(id, "is neither in use nor free")
		}
	}
}
