// Package section reads what a privacy statement says: it cuts a document's
// blocks into sections, gives each section its topics, reads dates, legal
// texts, addresses and other facts, and holds the whole against a legal
// profile.
//
// It is pure: same document, same lexicons, same answer. It knows neither the
// web nor the archive, and it judges one document at a time; comparing two is
// package diff's work.
package section
