package store

import (
	"fmt"
	"log/slog"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// A migration brings an archive from one format to the next, in a transaction
// of its own, which also writes the new number: an archive is always wholly of
// the format that it says.
type migration struct {
	what string
	// light marks a step that only makes room: who opens the archive for reading
	// need not wait until somebody opened it for writing.
	light bool
	run   func(*bolt.Tx) error
}

// migrations lead from format 1 on: the first makes format 2 of format 1. One
// is added for every change that an older program could not read or that older
// rows must follow; it is never changed afterwards.
var migrations = []migration{
	{"room for versions that are read again", true, func(tx *bolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists([]byte(bucketReadings))
		return err
	}},
	{"room for bodies that are dropped by policy", true, func(tx *bolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists([]byte(bucketDropped))
		return err
	}},
	// What is stored stays as it is: its key blobs are whole.
	{"key blobs that sites share", true, func(tx *bolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists([]byte(bucketShared))
		return err
	}},
}

// allLight reports whether an archive of a format can be read without the steps
// that it has not had yet.
func allLight(format int, steps []migration) bool {
	for _, s := range steps[format-1:] {
		if !s.light {
			return false
		}
	}
	return true
}

func formatAfter(steps []migration) int { return 1 + len(steps) }

// lay makes the buckets of a new archive.
func lay(tx *bolt.Tx, format int) error {
	meta, err := tx.CreateBucketIfNotExists([]byte(bucketMeta))
	if err != nil {
		return err
	}
	if err := meta.Put([]byte("application"), []byte(application)); err != nil {
		return err
	}
	for _, name := range buckets {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	return setFormat(tx, format)
}

func setFormat(tx *bolt.Tx, format int) error {
	return tx.Bucket([]byte(bucketMeta)).Put([]byte("format"), []byte(strconv.Itoa(format)))
}

// formatOf reads the format's number, and refuses a file of another program.
func formatOf(tx *bolt.Tx) (int, error) {
	meta := tx.Bucket([]byte(bucketMeta))
	if meta == nil || string(meta.Get([]byte("application"))) != application {
		return 0, fmt.Errorf("%w: it is a bbolt database of another program", ErrNotArchive)
	}
	format, err := strconv.Atoi(string(meta.Get([]byte("format"))))
	if err != nil || format < 1 {
		return 0, fmt.Errorf("%w: its format is %q", ErrDamaged, meta.Get([]byte("format")))
	}
	return format, nil
}

// migrate runs the steps that the archive has not had yet.
func migrate(b *bolt.DB, from int, steps []migration, log *slog.Logger) error {
	for format := from; format < formatAfter(steps); format++ {
		step := steps[format-1]
		log.Info("bring the archive up to date", "from", format, "to", format+1, "what", step.what)
		err := b.Update(func(tx *bolt.Tx) error {
			before := tx.Bucket([]byte(bucketSites)).Inspect().KeyN
			if err := step.run(tx); err != nil {
				return err
			}
			// An upgrade that goes wrong must not present an empty archive.
			sites := tx.Bucket([]byte(bucketSites))
			if sites == nil || sites.Inspect().KeyN < before {
				return fmt.Errorf("it would lose sites")
			}
			return setFormat(tx, format+1)
		})
		if err != nil {
			return fmt.Errorf("bring format %d to %d (%s): %w; it stays at format %d", format, format+1, step.what, err, format)
		}
	}
	return nil
}
