// Package house pins the import rules of the module in a test, so that the
// structure of the code cannot drift unseen. It holds nothing else.
package house
