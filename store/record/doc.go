// Package record holds the nouns of policywatch: what a site is, what a visit
// brought back, what a statement says and how two versions of it differ.
//
// The package is plain data on top of the standard library. It does no I/O,
// knows no database, no network and no markup, and holds no state; every other
// package speaks in these types, so that the parts of the program can be taken
// apart at any joint.
package record
