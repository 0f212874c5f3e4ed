// Package object reads the file format of PDF below the level of pages: the
// tokens, the objects, where they stand in the file, how their streams are
// packed and encrypted (ISO 32000-1, clause 7).
//
// Files come from strangers. The readers of this format at hand panic, loop or
// allocate without bound on damaged ones, so this one is built the other way
// round: no function panics or fails half-way, what is broken reads as null, a
// cross-reference table that leads nowhere is rebuilt from the objects found in
// the file, and a Budget that is used up ends all work.
//
// The package knows nothing of text, fonts or pages, and nothing of the rest of
// the program.
package object
