package pdf

import (
	"context"

	"policywatch/store/record"
)

// Version names the behaviour of this reader; it changes whenever the text that
// comes out of some file changes.
const Version = "pdf/1"

// Options configures a Reader.
type Options struct {
	// Lexicons tell readable text from garbled one, by its function words.
	Lexicons []record.Lexicon
	// Language tells the language code and the direction ("rtl" or "ltr") of a
	// text. Without it documents have no language.
	Language func(text string) (lang, dir string)
	// PDFToText is the path of poppler's pdftotext: empty looks it up in PATH
	// once, "off" does without.
	PDFToText string
}

// Reader reads PDF files. It is safe for concurrent use.
type Reader struct {
	o Options
}

// New prepares a Reader.
func New(o Options) *Reader { return &Reader{o: o} }

// PDF reads a file. Every error is a *record.Fault of kind unreadable, or of
// kind cancelled when ctx ended.
func (r *Reader) PDF(ctx context.Context, body []byte) (*record.Document, error) {
	return nil, &record.Fault{Kind: record.FaultUnreadable, Detail: "PDF files cannot be read yet"}
}
