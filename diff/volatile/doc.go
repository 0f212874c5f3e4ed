// Package volatile finds the places of a statement that its server fills in anew
// for every reader: counters, clocks, tokens, the date of the day. They stand in
// the statement's own paragraphs, where no rule about pages finds them; what
// betrays them is that they differ between two captures of which nothing else
// does.
//
// The package cuts a document into what people wrote and the places that could be
// volatile, and compares two documents place by place. Whether a place is volatile
// needs visits; the caller, who has them, says so with a set of shapes.
//
// It is pure and knows no fetcher, archive or clock: days and times come in.
package volatile
