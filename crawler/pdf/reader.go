package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"policywatch/crawler/pdf/object"
	"policywatch/store/record"
)

// Version names the behaviour of this reader; it changes whenever the text that
// comes out of some file changes.
//
// It does not tell whether pdftotext helped. That program is only asked about
// files that this package cannot read itself, so that a machine without it has
// a fault where another has a text, and a fault is never compared: no two
// machines get two texts of one file. The other ways would be worse. Choosing
// the better of two readings for every file would make the text depend on what
// is installed; a version of its own for the other reading would make a
// statement incomparable, and its change unseen, whenever the choice flips.
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
	// Limits bound the work on one file; zero fields take the defaults.
	Limits Limits
}

// Limits bound the work on one file. What goes beyond is unreadable.
type Limits struct {
	Bytes    int           // of the file; 64 MiB
	Unpacked int64         // bytes of all streams together; 256 MiB
	Pages    int           // 1500
	Objects  int           // 400000
	Steps    int64         // tokens, signs and other small pieces of work; 400 million
	Time     time.Duration // 20 s
}

func (l Limits) withDefaults() Limits {
	or := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	or(&l.Bytes, 64<<20)
	or(&l.Pages, 1500)
	or(&l.Objects, 400000)
	if l.Unpacked <= 0 {
		l.Unpacked = 256 << 20
	}
	if l.Steps <= 0 {
		l.Steps = 400e6
	}
	if l.Time <= 0 {
		l.Time = 20 * time.Second
	}
	return l
}

// Reader reads PDF files. It is safe for concurrent use.
type Reader struct {
	o       Options
	limits  Limits
	judge   judge
	leadIns []string
	look    sync.Once
	path    string // of pdftotext
}

// New prepares a Reader.
func New(o Options) *Reader {
	r := &Reader{o: o, limits: o.Limits.withDefaults(), judge: newJudge(o.Lexicons)}
	for _, l := range o.Lexicons {
		for _, w := range l.Furniture.LeadIns {
			r.leadIns = append(r.leadIns, strings.ToLower(w))
		}
	}
	return r
}

// PDF reads a file. Every error is a *record.Fault: of kind unreadable with the
// reason in words, or of kind cancelled when ctx ended.
func (r *Reader) PDF(ctx context.Context, body []byte) (*record.Document, error) {
	doc, err := r.open(ctx, body)
	if _, again := err.(damaged); again {
		if other, e := r.second(ctx, body); e == nil && r.legible(other) {
			doc, err = other, nil
		}
	}
	if ctx.Err() != nil {
		return nil, &record.Fault{Kind: record.FaultCancelled, Detail: "the reading of a PDF file was stopped"}
	}
	if err != nil {
		return nil, &record.Fault{Kind: record.FaultUnreadable, Detail: "the PDF file cannot be read: " + err.Error()}
	}
	doc.Dir = "ltr"
	if r.o.Language != nil {
		doc.Lang, doc.Dir = r.o.Language(doc.Text())
	}
	return doc, nil
}

// damaged is why a file could not be read that another program might read. What
// is too large, locked or a picture is not asked about again.
type damaged string

func (d damaged) Error() string { return string(d) }

// legible reports whether a document reads like language.
func (r *Reader) legible(doc *record.Document) bool {
	return r.judge.measure(doc.Texts()).score() >= readable
}

// open reads with this package's own reader. A bug in it must not take the
// program down: a panic reads as damage.
func (r *Reader) open(ctx context.Context, body []byte) (doc *record.Document, err error) {
	defer func() {
		if p := recover(); p != nil {
			doc, err = nil, damaged(fmt.Sprintf("it is damaged (%v)", p))
		}
	}()
	if len(body) > r.limits.Bytes {
		return nil, fmt.Errorf("it has %d MiB, more than the %d that are read", len(body)>>20, r.limits.Bytes>>20)
	}
	ctx, cancel := context.WithTimeout(ctx, r.limits.Time)
	defer cancel()
	budget := object.NewBudget(ctx, r.limits.Unpacked, r.limits.Objects, r.limits.Steps)
	f, err := object.Open(body, budget)
	if err == nil {
		doc, err = r.read(f)
	}
	// What another program makes of a file without its end may be half of it.
	whole := f != nil && f.Whole() || bytes.Contains(body[max(0, len(body)-2048):], []byte("%%EOF"))
	switch over := budget.Err(); {
	case over != nil && errors.Is(over, context.DeadlineExceeded):
		return nil, fmt.Errorf("it takes longer than %s to read", r.limits.Time)
	case over != nil:
		return nil, over
	case err != nil && !whole && !errors.Is(err, object.ErrNotPDF) && !errors.Is(err, object.ErrEncrypted):
		return nil, fmt.Errorf("%w; its end is missing", err)
	case err == object.ErrDamaged:
		return nil, damaged(err.Error())
	case err != nil:
		return nil, err
	case !r.legible(doc):
		return nil, damaged("its letters cannot be told: the fonts do not say which signs stand for which letters")
	}
	return doc, nil
}
