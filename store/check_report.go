package store

import (
	"fmt"
	"strings"
)

// CheckReport is what a look at every byte of the archive found.
type CheckReport struct {
	Format    int `json:"format"`
	Sites     int `json:"sites"`
	Versions  int `json:"versions"`
	Snapshots int `json:"snapshots"`
	Readings  int `json:"readings"`
	Notes     int `json:"notes"`
	Alerts    int `json:"alerts"`
	Waiting   int `json:"waiting"`
	// Contents is the number of bodies, documents, changes, findings and events;
	// Plain and Packed are their bytes, before and after compression.
	Contents int `json:"contents"`
	// Dropped is the number of bodies that are not there any more by policy, which
	// is no damage.
	Dropped int   `json:"dropped"`
	Plain   int64 `json:"plain_bytes"`
	Packed  int64 `json:"packed_bytes"`
	// Heads is a digest over the newest version's record of every site, hex.
	// Each record carries the digest of the one before; so whoever noted this
	// value down can later tell whether any version of that time was altered.
	Heads string `json:"heads"`
	// Damage lists what is wrong, at most damageListed; Damaged counts all.
	Damage  []*DamageError `json:"damage"`
	Damaged int            `json:"damaged"`
	// Lost lists whose contents the damage has made unreadable, at most
	// damageListed; Losses counts all.
	Lost   []Lost `json:"lost"`
	Losses int    `json:"losses"`
	Room   Room   `json:"room"`
}

// OK reports whether nothing is wrong.
func (r CheckReport) OK() bool { return r.Damaged == 0 }

// String is the report for a person, a line an item.
func (r CheckReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "format     %d\n", r.Format)
	fmt.Fprintf(&b, "sites      %d\nversions   %d\nsnapshots  %d\nreadings   %d\nnotes      %d\n", r.Sites, r.Versions, r.Snapshots, r.Readings, r.Notes)
	fmt.Fprintf(&b, "alerts     %d, %d waiting\n", r.Alerts, r.Waiting)
	fmt.Fprintf(&b, "contents   %d, %d bytes in %d\n", r.Contents, r.Plain, r.Packed)
	if r.Dropped > 0 {
		fmt.Fprintf(&b, "dropped    %d bodies by policy; their digests stand\n", r.Dropped)
	}
	fmt.Fprintf(&b, "heads      %s\n", r.Heads)
	for _, d := range r.Damage {
		fmt.Fprintf(&b, "damage     bucket %s, key %s: %s\n", d.Bucket, d.Key, d.What)
	}
	for _, l := range r.Lost {
		fmt.Fprintf(&b, "lost       %v\n", l)
	}
	if more := r.Losses - len(r.Lost); more > 0 {
		fmt.Fprintf(&b, "lost       %d more\n", more)
	}
	switch more := r.Damaged - len(r.Damage); {
	case r.OK():
		b.WriteString("everything is as it was written\n")
	case more > 0:
		fmt.Fprintf(&b, "damage in %d places, %d of them not listed\n", r.Damaged, more)
	default:
		fmt.Fprintf(&b, "damage in %d places\n", r.Damaged)
	}
	return b.String()
}
