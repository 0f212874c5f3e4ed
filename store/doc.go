// Package store keeps the archive: every site, every version of its statement,
// the bytes each was read from, the changes between them, and the alerts that
// are still to be told. It is one bbolt file; FORMAT.md describes it.
//
// What one visit adds is committed in one transaction or not at all, and
// committing the same visit twice is the same as committing it once. So a crash
// at any moment leaves either the archive as it was, or the archive with the
// visit, its version and the alerts about it together.
//
// Bodies and documents are content-addressed by the SHA-256 of their plain
// bytes, are never modified, and are verified on every read. Each version's
// record carries the digest of the record before it.
//
// A version that is read again by a later extractor stays as it was; the reading
// stands beside it.
//
// The package judges nothing: whether a text is a change, whether an alert is
// due to be raised, and how it is sent are decided elsewhere. It knows no
// configuration, no network and no markup.
package store
