// Package report puts what happened to a statement into words: one rendering
// for mail, webhook, folder, feed, dashboard and command line, so that no two
// of them can tell the same event differently.
//
// It speaks through phrasebooks that it is given and knows no channel, no
// store and no configuration. Everything that comes from a statement is
// hostile: it is cleaned, bounded and escaped here, once.
package report

import (
	"fmt"
	"log/slog"
	"sync"

	"policywatch/store/record"
	"policywatch/store/speech"
)

// Message is one alert, ready to be sent by any channel.
type Message struct {
	// ID is the alert's, stable across retries.
	ID    string
	Event record.Event
	// Lang is the language that it is written in, Dir "rtl" or "ltr".
	Lang, Dir string
	// Subject is one line without control characters, at most some 250 letters.
	Subject string
	// Text and HTML say the same, briefly. Text is folded and ends its lines with
	// \n; HTML is a document for mail programs, with its styles in the elements.
	Text string
	HTML string
	// Short is the same in a few lines, for a chat: subject, reason, addresses, ID.
	Short string
	// Feed is the same as a piece of HTML without styles, for an entry of a feed.
	Feed string
	// JSON is the webhook's body.
	JSON []byte
}

// Writer writes messages. It is safe for concurrent use once its fields are
// set.
type Writer struct {
	voices speech.Voices
	// Links gives further addresses of an event by what they lead to: "dashboard",
	// and "version" for the statement as the archive has it; nil means none.
	Links func(record.Event) map[string]string
	// Log hears of a template of the user's that fails; nil means nobody does.
	Log *slog.Logger

	own   map[string]forms // the user's templates, by language
	mu    sync.Mutex
	built map[string]forms
}

// New returns a writer that speaks the languages of books. English is used for
// every word that another book lacks.
func New(books []record.Phrasebook) *Writer {
	return &Writer{voices: speech.New(books)}
}

// Write renders the alert's event in the language; English when no phrasebook
// speaks it. The same alert gives the same message.
func (w *Writer) Write(a record.Alert, lang string) (Message, error) {
	if w.voices.Mute() {
		return Message{}, fmt.Errorf("write alert %s: no phrasebook is loaded", a.ID)
	}
	body, err := w.body(a, w.voice(lang))
	if err != nil {
		return Message{}, fmt.Errorf("write alert %s: %w", a.ID, err)
	}
	m, err := w.message(a.Event, w.letter(a, lang, brief), body)
	if err != nil {
		return Message{}, fmt.Errorf("write alert %s: %w", a.ID, err)
	}
	return m, nil
}

// Subject is the line that names the site, what happened and how much it
// matters.
func (w *Writer) Subject(ev record.Event, lang string) string { return w.voice(lang).subject(ev) }

// Headline is what happened alone, for a list that names the site beside it.
func (w *Writer) Headline(ev record.Event, lang string) string { return w.voice(lang).headline(ev) }

// Fault says in words why a visit failed.
func (w *Writer) Fault(k record.FaultKind, lang string) string { return w.voice(lang).Fault(k) }

// Severity says a severity in words.
func (w *Writer) Severity(s record.Severity, lang string) string { return w.voice(lang).Severity(s) }

// Topic says a topic in words.
func (w *Writer) Topic(t record.Topic, lang string) string {
	return w.voice(lang).Topic(t)
}
