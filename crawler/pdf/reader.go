package pdf

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"policywatch/crawler/pdf/object"
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
	if ctx.Err() != nil {
		return nil, &record.Fault{Kind: record.FaultCancelled, Detail: "the reading of a PDF file was stopped"}
	}
	if err != nil {
		return nil, unreadable(err)
	}
	text := doc.Text()
	if s := r.judge.measure(doc.Texts()).score(); s < readable {
		return nil, unreadable(errGarbled)
	}
	doc.Dir = "ltr"
	if r.o.Language != nil {
		doc.Lang, doc.Dir = r.o.Language(text)
	}
	return doc, nil
}

var errGarbled = errors.New("its letters cannot be told: the fonts do not say which signs stand for which letters")

func unreadable(err error) *record.Fault {
	return &record.Fault{Kind: record.FaultUnreadable, Detail: "the PDF file cannot be read: " + err.Error()}
}

// open reads with this package's own reader. A bug in it must not take the
// program down: a panic reads as damage.
func (r *Reader) open(ctx context.Context, body []byte) (doc *record.Document, err error) {
	defer func() {
		if p := recover(); p != nil {
			doc, err = nil, fmt.Errorf("it is damaged (%v)", p)
		}
	}()
	if len(body) > r.limits.Bytes {
		return nil, fmt.Errorf("it has %d MiB, more than the %d that are read", len(body)>>20, r.limits.Bytes>>20)
	}
	ctx, cancel := context.WithTimeout(ctx, r.limits.Time)
	defer cancel()
	f, err := object.Open(body, object.NewBudget(ctx, r.limits.Unpacked, r.limits.Objects, r.limits.Steps))
	if err != nil {
		return nil, err
	}
	return r.read(f)
}
