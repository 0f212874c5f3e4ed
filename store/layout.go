package store

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"
)

// The buckets. Keys: DOMAIN is the site's key as the user gave it, ‖ joins,
// be32 and be64 are big-endian, so that a cursor walks in order of number or
// time. Rows are sealed (codec.go) unless noted. Content is written once; rows
// under sites, states, alerts are replaced; only notes and due lose rows, and
// blobs and digests those of bodies that are dropped by policy.
//
//	meta       "application", "format" -> plain text; not sealed, so that any version can read them
//	sites      DOMAIN -> siteRow: the site as listed, and what rarely changes about it
//	states     DOMAIN -> stateRow: where the site stands after its last visit; all that a quiet visit writes
//	notes      DOMAIN ‖ 0 ‖ be64 serial -> noteRow: a visit that had something to say; the newest notesKept
//	versions   DOMAIN ‖ 0 ‖ be32 number -> versionRow
//	times      be64 UnixNano ‖ DOMAIN ‖ 0 ‖ be32 number -> empty: versions in order of time
//	snapshots  SHA-256 of the body ‖ DOMAIN ‖ 0 ‖ be64 UnixNano -> snapshotRow
//	blobs      be64 serial -> blobRow: a body, document, change, list of findings or event
//	digests    SHA-256 of the plain bytes -> be64 serial of the blob
//	alerts     be64 serial -> alertRow: the outbox
//	alertids   alert ID -> be64 serial of the alert
//	robots     origin -> rules of its robots.txt as the fetcher keeps them; may be lost at any time
//	readings   DOMAIN ‖ 0 ‖ be32 version ‖ be32 number -> readingRow: a version read again; only ever added to
//	dropped    SHA-256 of a body -> droppedRow: that it was dropped by policy
//	shared     be64 serial of a blob -> sharedKey: streams of other sites may begin on it; a hint, may be lost at any time
//	due        be64 UnixNano ‖ be64 serial of the alert -> empty: waiting alerts in order of when to try
//
// Blobs lie under a serial number and not under their digest because pages of
// a B+ tree are rewritten whole: random keys would rewrite a neighbour's 30 KB
// with every 10 KB put, and leave the pages half empty.
const (
	bucketMeta      = "meta"
	bucketSites     = "sites"
	bucketStates    = "states"
	bucketNotes     = "notes"
	bucketVersions  = "versions"
	bucketTimes     = "times"
	bucketSnapshots = "snapshots"
	bucketBlobs     = "blobs"
	bucketDigests   = "digests"
	bucketAlerts    = "alerts"
	bucketAlertIDs  = "alertids"
	bucketDue       = "due"
	bucketRobots    = "robots"
	bucketReadings  = "readings" // since format 2
	bucketDropped   = "dropped"  // since format 3
	bucketShared    = "shared"   // since format 4
)

var buckets = []string{
	bucketSites, bucketStates, bucketNotes, bucketVersions, bucketTimes, bucketSnapshots,
	bucketBlobs, bucketDigests, bucketAlerts, bucketAlertIDs, bucketDue,
	bucketRobots, bucketReadings, bucketDropped, bucketShared,
}

// maxKey bounds domains and alert IDs well below bbolt's limit of 32 KiB.
const maxKey = 1024

// checkDomain refuses what cannot be part of a key. Any other byte may stand in
// a domain; keys are compared and cut as bytes.
func checkDomain(domain string) error {
	switch {
	case domain == "":
		return fmt.Errorf("store: the site has no domain")
	case len(domain) > maxKey:
		return fmt.Errorf("store: the domain %.40q... has %d bytes; %d are allowed", domain, len(domain), maxKey)
	case strings.IndexByte(domain, 0) >= 0:
		return fmt.Errorf("store: the domain %q holds a zero byte", domain)
	}
	return nil
}

// siteKey is the prefix of all of a site's keys in notes and versions.
func sitePrefix(domain string) []byte {
	k := make([]byte, 0, len(domain)+9)
	return append(append(k, domain...), 0)
}

func versionKey(domain string, n int) []byte {
	return binary.BigEndian.AppendUint32(sitePrefix(domain), uint32(n))
}

func noteKey(domain string, serial uint64) []byte {
	return binary.BigEndian.AppendUint64(sitePrefix(domain), serial)
}

func timeKey(at time.Time, domain string, n int) []byte {
	k := make([]byte, 0, len(domain)+13)
	return append(binary.BigEndian.AppendUint64(k, uint64(at.UnixNano())), versionKey(domain, n)...)
}

func snapshotPrefix(sum digest, domain string) []byte {
	k := make([]byte, 0, digestSize+len(domain)+9)
	return append(append(append(k, sum[:]...), domain...), 0)
}

func snapshotKey(sum digest, domain string, at time.Time) []byte {
	return binary.BigEndian.AppendUint64(snapshotPrefix(sum, domain), uint64(at.UnixNano()))
}

func serialKey(n uint64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 0, 8), n) }

// dueKey takes any time: one before 1970, as the zero Time, is due at once, and
// one that nanoseconds cannot hold is due last.
func dueKey(at time.Time, serial uint64) []byte {
	nano := uint64(0)
	switch y := at.Year(); {
	case y > 2261:
		nano = math.MaxInt64
	case y >= 1970:
		nano = uint64(at.UnixNano())
	}
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(make([]byte, 0, 16), nano), serial)
}

// splitVersionKey takes a versions key apart; ok is false for a malformed one.
func splitVersionKey(k []byte) (domain string, n int, ok bool) {
	i := len(k) - 5
	if i < 1 || k[i] != 0 {
		return "", 0, false
	}
	return string(k[:i]), int(binary.BigEndian.Uint32(k[i+1:])), true
}
