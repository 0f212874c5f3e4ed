// Package extract reads the text of a privacy statement out of a page: HTML,
// plain text or Markdown becomes a record.Document of headings, paragraphs,
// list items and table rows in reading order.
//
// It decides by the shape of the text and by the words of the lexicons, never
// by the name of one site's class or id. It knows nothing of the network, of
// topics or of the archive: given the same bytes and options it returns the
// same document, it does not look at the clock, and it never panics.
package extract
