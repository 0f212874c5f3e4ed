package render

import (
	"context"
	"time"

	"policywatch/store/record"
)

// When a page counts as settled. There is no such moment in the browser: a page
// may ask for more at any time.
const (
	// quiet is how long nothing may have been asked for and no text have come.
	quiet = 500 * time.Millisecond
	// enough is the text, in letters, with which a quiet page is done. One with
	// less may have a timer running and is watched for patience.
	enough   = 400
	patience = 3 * time.Second
	// standing is how long the text must have stood still where requests never
	// end: a chat window, a counter. It is longer than a slow server takes for
	// the text itself, which comes after the menu and the footer.
	standing = 10 * time.Second
	// look is the time between two looks at the text.
	look = 150 * time.Millisecond
)

// state is where a page stands.
type state struct {
	doc   document
	fault *record.Fault
	shown bool // there is a document to look at
	whole bool // and all of its own bytes are there
	calm  bool // and nothing else was under way for a while
	empty bool // the server had nothing to show
}

func (w *watch) state() state {
	w.mu.Lock()
	defer w.mu.Unlock()
	resting := len(w.under) == 0 && time.Since(w.active) >= quiet
	s := state{doc: w.doc, fault: w.fault, shown: w.shown && w.doc.failed == ""}
	s.whole = s.shown && w.parsed && w.doc.ended
	s.calm = s.whole && resting
	// A document that was given up for another one fails just before the other
	// is asked for.
	if w.doc.failed != "" && resting && s.fault == nil {
		if s.empty = w.doc.status >= 400 || bodiless(w.doc.status); !s.empty {
			s.fault = w.unreached(w.doc.url)
		}
		if !s.empty && s.fault == nil {
			s.fault = loadFault(w.doc.url, w.doc.status, w.doc.failed)
		}
	}
	return s
}

// settle waits until the page has come to rest, at most until the given time;
// letters looks at the amount of text. It reports whether there is a document to
// read. An error that is a *record.Fault is the page's.
func (w *watch) settle(ctx context.Context, until time.Time, letters func() (int, error)) (bool, error) {
	text, since := -1, time.Now()
	for ctx.Err() == nil {
		s := w.state()
		if s.fault != nil || s.empty {
			return false, s.asError()
		}
		if s.shown {
			// An error that is not the context's means that the document was
			// replaced meanwhile.
			if n, err := letters(); err == nil && n != text {
				text, since = n, time.Now()
			}
			still := time.Since(since)
			calm := s.calm && still >= quiet
			if calm && (text >= enough || still >= patience) || s.whole && text >= enough && still >= standing {
				return true, nil
			}
		}
		if time.Now().After(until) {
			if s.whole {
				return true, nil
			}
			// A text is never cut.
			return false, &record.Fault{Kind: record.FaultTimeout, URL: s.doc.url, Status: s.doc.status, Detail: "the document did not end"}
		}
		select {
		case <-time.After(look):
		case <-ctx.Done():
		}
	}
	return false, ctx.Err()
}

func (s state) asError() error {
	if s.fault == nil {
		return nil
	}
	return s.fault
}
