package crawler

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"path"
	"strings"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// PageReader reads decoded text of three forms (crawler/extract).
type PageReader interface {
	HTML(text []byte, base string, site record.Site) (*record.Document, error)
	Text(text []byte, base string) (*record.Document, error)
	Markdown(text []byte, base string) (*record.Document, error)
	// Imprint is that of a document read from the text, and Fits reports whether
	// another text shows the same statement; the imprint that it returns has the
	// bytes of that text.
	Imprint(text []byte, doc *record.Document) record.Imprint
	Fits(text []byte, i record.Imprint, site record.Site) (record.Imprint, bool)
	// Frames lists the addresses of the frames of the same site on a page.
	Frames(text []byte, base string) []string
}

// PDFReader reads PDF files (crawler/pdf).
type PDFReader interface {
	PDF(ctx context.Context, body []byte) (*record.Document, error)
}

// Labeler fills in a document's sections and facts (diff/section).
type Labeler interface {
	Label(doc *record.Document)
}

// Judge says what kind of page a document is (crawler/gate). snap is nil for a
// document that came from a file.
type Judge interface {
	Judge(doc *record.Document, snap *record.Snapshot) record.Quality
}

// Desk is where snapshots are read: it decides what the bytes are, decodes
// them, has them read, labelled and judged. It is safe for concurrent use.
type Desk struct {
	Decode func(body []byte, contentType string) ([]byte, string)
	Pages  PageReader
	PDFs   PDFReader
	Label  Labeler
	Gate   Judge
	// Seats is how many pages are read at a time, as the capacity of the channel;
	// nil sets no bound. Reading is all computation: more readers than processors
	// only take the caches from each other and hold more pages in memory.
	Seats chan struct{}
}

// sit waits for a seat and returns what gives it back.
func (d *Desk) sit() func() {
	if d.Seats == nil {
		return func() {}
	}
	d.Seats <- struct{}{}
	return func() { <-d.Seats }
}

// Read gives the document of a snapshot, and the fault that says why it is no
// statement. The document is nil only when the bytes are no text. A text whose
// identity is known was judged when it was first seen: it comes back without
// sections and facts, which is what nearly every visit can do with.
func (d *Desk) Read(ctx context.Context, snap *record.Snapshot, site record.Site, prior record.Prior) (*record.Document, *record.Fault) {
	defer d.sit()()
	p := d.open(snap)
	doc, err := d.read(ctx, p, site, prior)
	if err != nil {
		f := asFault(err, snap.FinalURL)
		f.URL, f.Status = snap.FinalURL, snap.Status
		return nil, f
	}
	if prior.Identity != "" && doc.Identity == prior.Identity {
		// Text that an imprint in force did not know again will not be known by another.
		if doc.Exact != prior.Exact || prior.Imprint.Words == "" {
			d.imprint(doc, p)
		}
		doc.Quality = record.Quality{Verdict: record.VerdictStatement, Score: 1, Reasons: []string{"the same text as the version that stands"}}
		return doc, nil
	}
	d.judge(doc, snap)
	if doc.Quality.Verdict != record.VerdictStatement {
		return doc, &record.Fault{Kind: faultOf(doc.Quality.Verdict), URL: snap.FinalURL, Status: snap.Status,
			Detail: strings.Join(doc.Quality.Reasons, "; ")}
	}
	d.imprint(doc, p)
	return doc, nil
}

// Document reads, labels and judges a snapshot, whatever the verdict. An error
// is a *record.Fault: the bytes are no text.
func (d *Desk) Document(ctx context.Context, snap *record.Snapshot, site record.Site) (*record.Document, error) {
	doc, err := d.read(ctx, d.open(snap), site, record.Prior{})
	if err != nil {
		return nil, err
	}
	d.judge(doc, snap)
	return doc, nil
}

// opened is a snapshot on the desk. What is no text has none.
type opened struct {
	snap *record.Snapshot
	form form
	text []byte
}

func (d *Desk) open(snap *record.Snapshot) opened {
	o := opened{snap: snap, form: sniff(snap)}
	if o.form != formPDF && o.form != formBinary {
		o.text, _ = d.Decode(snap.Body, snap.ContentType())
	}
	return o
}

func (d *Desk) imprint(doc *record.Document, p opened) {
	if p.form == formHTML {
		doc.Imprint = d.Pages.Imprint(p.text, doc)
	}
}

// Fits reports whether a snapshot shows the statement of an imprint, so that it
// need not be read, and returns that with the bytes of the snapshot.
func (d *Desk) Fits(snap *record.Snapshot, i record.Imprint, site record.Site) (record.Imprint, bool) {
	defer d.sit()()
	if sniff(snap) != formHTML {
		return record.Imprint{}, false
	}
	// Most pages are UTF-8, where there is nothing to decode.
	if now, ok := d.Pages.Fits(snap.Body, i, site); ok {
		return now, true
	}
	text, _ := d.Decode(snap.Body, snap.ContentType())
	if len(text) == len(snap.Body) {
		return record.Imprint{}, false
	}
	return d.Pages.Fits(text, i, site)
}

// Frames lists the same-site frames of a snapshot that is a web page.
func (d *Desk) Frames(snap *record.Snapshot) []string {
	if sniff(snap) != formHTML {
		return nil
	}
	text, _ := d.Decode(snap.Body, snap.ContentType())
	return d.Pages.Frames(text, snap.FinalURL)
}

func (d *Desk) judge(doc *record.Document, snap *record.Snapshot) {
	d.Label.Label(doc)
	// A file on disk was not answered by a server: there is no status to judge.
	if snap.Status == 0 {
		snap = nil
	}
	doc.Quality = d.Gate.Judge(doc, snap)
}

func (d *Desk) read(ctx context.Context, p opened, site record.Site, prior record.Prior) (*record.Document, error) {
	doc, err := d.parse(ctx, p, site)
	if err != nil {
		return nil, err
	}
	texts := doc.Texts()
	doc.Exact = canon.Exact(texts)
	// Texts that are equal as shown need no canonical form to be known as equal.
	if prior.Exact != "" && doc.Exact == prior.Exact {
		doc.Identity = prior.Identity
	} else {
		doc.Identity = canon.Identity(texts)
	}
	return doc, nil
}

func (d *Desk) parse(ctx context.Context, p opened, site record.Site) (*record.Document, error) {
	base := p.snap.FinalURL
	switch p.form {
	case formPDF:
		return d.PDFs.PDF(ctx, p.snap.Body)
	case formBinary:
		return nil, &record.Fault{Kind: record.FaultNotText, Detail: fmt.Sprintf("the answer is %s, not a text document", kindOf(p.snap))}
	case formHTML:
		return d.Pages.HTML(p.text, base, site)
	case formMarkdown:
		return d.Pages.Markdown(p.text, base)
	}
	return d.Pages.Text(p.text, base)
}

type form int

const (
	formHTML form = iota
	formText
	formMarkdown
	formPDF
	formBinary
)

// sniff decides by the bytes first: servers send PDFs as HTML, HTML as text and
// text without any type (failure modes F8, F9).
func sniff(snap *record.Snapshot) form {
	head := snap.Body[:min(len(snap.Body), 1024)]
	if bytes.Contains(head, []byte("%PDF-")) {
		return formPDF
	}
	if bytes.IndexByte(head, 0) >= 0 && !wide(head) {
		return formBinary
	}
	media, _, _ := mime.ParseMediaType(snap.ContentType())
	ext := strings.ToLower(path.Ext(strings.TrimRight(snap.FinalURL, "/")))
	switch {
	case ext == ".md" || ext == ".markdown" || media == "text/markdown":
		return formMarkdown
	case media == "text/plain" && !looksLikeHTML(head), media == "" && ext == ".txt":
		return formText
	case media == "application/json" || strings.HasPrefix(media, "image/") || strings.HasPrefix(media, "video/") || strings.HasPrefix(media, "audio/"):
		if !looksLikeHTML(head) {
			return formBinary
		}
	}
	return formHTML
}

// wide reports whether NUL bytes come from UTF-16: behind a byte order mark, or
// as every other byte of Latin markup.
func wide(head []byte) bool {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return true
	}
	var nul [2]int
	for i, b := range head {
		if b == 0 {
			nul[i%2]++
		}
	}
	return max(nul[0], nul[1]) > len(head)/4 && min(nul[0], nul[1]) == 0
}

func looksLikeHTML(head []byte) bool {
	low := bytes.ToLower(head)
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body", "<title", "<meta"} {
		if bytes.Contains(low, []byte(tag)) {
			return true
		}
	}
	return false
}

func kindOf(snap *record.Snapshot) string {
	if ct := snap.ContentType(); ct != "" {
		return ct
	}
	return "binary data"
}

// faultOf is the fault that a verdict becomes. A page that is there but says
// something else is not_found: the statement no longer stands at that address.
func faultOf(v record.Verdict) record.FaultKind {
	switch v {
	case record.VerdictThin:
		return record.FaultThin
	case record.VerdictBlocked:
		return record.FaultBlocked
	case record.VerdictLogin:
		return record.FaultLogin
	case record.VerdictConsent:
		return record.FaultConsent
	case record.VerdictMaintenance:
		return record.FaultMaintenance
	case record.VerdictHub:
		return record.FaultHub
	case record.VerdictShell:
		return record.FaultShell
	case record.VerdictUnreadable:
		return record.FaultUnreadable
	}
	return record.FaultNotFound
}
