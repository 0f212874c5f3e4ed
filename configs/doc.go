// Package configs reads and checks what the user and the maintainers wrote
// down: the configuration file, lists of domains, and the embedded data files
// (lexicons, legal profiles, words for people).
//
// After an edit of a data file run go generate: the program starts from compiled
// forms of them (compiled.go), and reads the file itself until they are renewed.
//
// It knows the shape of the data and nothing of what is done with it.
package configs
