// Package pdf reads the text of a privacy statement out of a PDF file: pages of
// placed glyphs become a record.Document of headings, paragraphs, list items
// and table rows in reading order.
//
// A PDF holds no text but drawn glyphs: words, lines and paragraphs are
// inferred from where they stand, and right-to-left lines are put from the
// order in which they are seen into the order in which they are read.
//
// The package takes a file as hostile: every loop has a budget, damage gives a
// fault of kind unreadable that says in words what was wrong. It knows nothing
// of the network, of topics or of the archive.
package pdf
