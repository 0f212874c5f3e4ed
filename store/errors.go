package store

import (
	"errors"
	"fmt"
	"runtime/debug"
	"unicode/utf8"

	bolt "go.etcd.io/bbolt"
)

// The errors that a caller may want to tell apart, with errors.Is. What is
// returned wraps them and says what was being done to what.
var (
	// ErrNotFound: the archive has no such site, version, snapshot or alert.
	ErrNotFound = errors.New("not found")
	// ErrHeld: another process has the file open.
	ErrHeld = errors.New("held by another process")
	// ErrNotArchive: the file is not one that this program wrote.
	ErrNotArchive = errors.New("not a policywatch archive")
	// ErrNewer: a newer program wrote the file.
	ErrNewer = errors.New("written by a newer policywatch")
	// ErrDamaged: bytes in the file are not those that were written.
	ErrDamaged = errors.New("the archive is damaged")
	// ErrStale: a visit was judged on a past that is no longer the newest, so
	// committing it would leave a gap or a fork in the site's history.
	ErrStale = errors.New("another visit was committed meanwhile")
	// ErrReadOnly: the archive was opened for reading.
	ErrReadOnly = errors.New("the archive is open for reading only")
	// ErrClosed: the archive was closed.
	ErrClosed = errors.New("the archive is closed")
)

// DamageError is one place where the archive does not hold what was written.
type DamageError struct {
	Bucket string `json:"bucket"`
	// Key is written as a person would, DOMAIN@NUMBER, or else in hex.
	Key  string `json:"key"`
	What string `json:"what"`
}

// Error names the place and what is wrong with it.
func (e *DamageError) Error() string {
	return fmt.Sprintf("%s: bucket %s, key %s: %s", ErrDamaged, e.Bucket, e.Key, e.What)
}

// Unwrap makes errors.Is(err, ErrDamaged) true.
func (e *DamageError) Unwrap() error { return ErrDamaged }

func damage(bucket string, key []byte, format string, args ...any) *DamageError {
	return &DamageError{Bucket: bucket, Key: showKey(bucket, key), What: fmt.Sprintf(format, args...)}
}

// showKey writes a key so that a person can find the row.
func showKey(bucket string, key []byte) string {
	switch bucket {
	case bucketVersions:
		if domain, n, ok := splitVersionKey(key); ok {
			return fmt.Sprintf("%s@%d", domain, n)
		}
	case bucketSites, bucketStates, bucketAlertIDs, bucketMeta, bucketRobots:
		if utf8.Valid(key) {
			return string(key)
		}
	}
	return fmt.Sprintf("%x", key)
}

// getRow returns the fields of a row, nil where there is none. The result
// aliases the file's pages and must not outlive the transaction.
func getRow(tx *bolt.Tx, bucket string, key []byte) ([]byte, error) {
	v := tx.Bucket([]byte(bucket)).Get(key)
	if v == nil {
		return nil, nil
	}
	fields, err := unseal(bucket, key, v)
	if err != nil {
		return nil, damage(bucket, key, "the checksum does not match")
	}
	return fields, nil
}

func put(tx *bolt.Tx, bucket string, key, fields []byte) error {
	return putInto(tx.Bucket([]byte(bucket)), bucket, key, fields)
}

// putInto seals fields and stores them. bbolt keeps the slices until the
// transaction ends, so neither may be changed afterwards.
func putInto(b *bolt.Bucket, bucket string, key, fields []byte) error {
	if err := b.Put(key, seal(bucket, key, fields)); err != nil {
		return fmt.Errorf("put into %s: %w", bucket, err)
	}
	return nil
}

// guard turns a panic of the engine on a broken page, and a page that cannot be
// read from the disk, into an error. The file is mapped into memory, so a bad
// sector or a file cut short shows as a fault at an address; without this the
// program would end.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	return fn()
}
