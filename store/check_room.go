package store

import (
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// Room says what takes the room in the file.
type Room struct {
	// File is the file's length, Free the part of it that no row needs now: pages
	// that will be used again, and what the file was made longer by in advance.
	File int64 `json:"file_bytes"`
	Free int64 `json:"free_bytes"`
	// Contents are the rows of bucket blobs by what they hold, Buckets all buckets.
	Contents []RoomOfContents `json:"contents"`
	Buckets  []RoomOfBucket   `json:"buckets"`
}

// RoomOfContents is the room of one kind of content: the number of those that are
// stored whole and of those that are deltas, and the bytes before and after.
type RoomOfContents struct {
	Kind   string `json:"kind"`
	Whole  int    `json:"whole"`
	Deltas int    `json:"deltas"`
	Plain  int64  `json:"plain_bytes"`
	Packed int64  `json:"packed_bytes"`
}

// RoomOfBucket is the room of one bucket: Bytes are those of its keys and values,
// Pages those of the pages that they lie in.
type RoomOfBucket struct {
	Bucket string `json:"bucket"`
	Rows   int    `json:"rows"`
	Bytes  int64  `json:"bytes"`
	Pages  int64  `json:"page_bytes"`
}

// Table is the room for a person, a line an item.
func (r Room) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %9s %9s %14s %14s\n", "content", "whole", "deltas", "bytes", "packed into")
	for _, c := range r.Contents {
		if c.Whole+c.Deltas == 0 {
			continue
		}
		fmt.Fprintf(&b, "%-10s %9d %9d %14d %14d\n", c.Kind, c.Whole, c.Deltas, c.Plain, c.Packed)
	}
	fmt.Fprintf(&b, "\n%-10s %9s %9s %14s %14s\n", "bucket", "rows", "", "bytes", "in pages of")
	for _, x := range r.Buckets {
		fmt.Fprintf(&b, "%-10s %9d %9s %14d %14d\n", x.Bucket, x.Rows, "", x.Bytes, x.Pages)
	}
	fmt.Fprintf(&b, "%-10s %9s %9s %14s %14d\n", "free", "", "", "", r.Free)
	fmt.Fprintf(&b, "%-10s %9s %9s %14s %14d\n", "file", "", "", "", r.File)
	return b.String()
}

// unreferred is the kind of a content that no row refers to, which is damage.
const unreferred = "orphan"

// contentKinds are those that rows refer to, in the order of a report.
var contentKinds = []string{"body", "document", "findings", "change", "event", unreferred}

// roomOf counts a content that was read.
func (c *checker) roomOf(kind string, delta bool, plain, packed int) {
	r := &c.report.Room
	for i := range r.Contents {
		if x := &r.Contents[i]; x.Kind == kind {
			x.Plain += int64(plain)
			x.Packed += int64(packed)
			if delta {
				x.Deltas++
			} else {
				x.Whole++
			}
		}
	}
}

// room measures the buckets. The engine counts by walking their pages, which must
// be sound.
func (c *checker) room(tx *bolt.Tx) error {
	r := &c.report.Room
	size, err := c.db.Size()
	if err != nil {
		return err
	}
	r.File, r.Free = size, size
	return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
		s := b.Stats()
		x := RoomOfBucket{Bucket: string(name), Rows: s.KeyN, Pages: int64(s.BranchAlloc + s.LeafAlloc)}
		if err := b.ForEach(func(k, v []byte) error {
			x.Bytes += int64(len(k) + len(v))
			return nil
		}); err != nil {
			return err
		}
		r.Free -= x.Pages
		r.Buckets = append(r.Buckets, x)
		return nil
	})
}
