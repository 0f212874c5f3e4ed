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

	"policywatch/store/record"
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
	// Text and HTML say the same, briefly. Text ends its lines with \n; HTML is a
	// document for mail programs, with its styles in the elements.
	Text string
	HTML string
	// Short is the same in a few lines, for a chat: subject, reason, address.
	Short string
	// JSON is the webhook's body.
	JSON []byte
}

// Writer writes messages. It is safe for concurrent use once its fields are
// set.
type Writer struct {
	books map[string]record.Phrasebook
	// Links gives further addresses of an event by what they lead to, as
	// "dashboard"; nil means none. They stand in the webhook's body.
	Links func(record.Event) map[string]string
}

// New returns a writer that speaks the languages of books. English is used for
// every word that another book lacks.
func New(books []record.Phrasebook) *Writer {
	w := &Writer{books: make(map[string]record.Phrasebook, len(books))}
	for _, b := range books {
		w.books[b.Lang] = b
	}
	return w
}

// Write renders the alert's event in the language; English when no phrasebook
// speaks it. The same alert gives the same message.
func (w *Writer) Write(a record.Alert, lang string) (Message, error) {
	if len(w.books) == 0 {
		return Message{}, fmt.Errorf("write alert %s: no phrasebook is loaded", a.ID)
	}
	p := w.page(a.Event, lang, brief)
	p.Why = p.voice.why(a.Why)
	html, err := p.html(false)
	if err != nil {
		return Message{}, fmt.Errorf("write alert %s: %w", a.ID, err)
	}
	body, err := w.body(a)
	if err != nil {
		return Message{}, fmt.Errorf("write alert %s: %w", a.ID, err)
	}
	return Message{
		ID: a.ID, Event: a.Event, Lang: p.Lang, Dir: p.Dir, Subject: p.Subject, Text: p.text(0, false), HTML: html, Short: p.short(), JSON: body,
	}, nil
}

// ChangeText renders an event in full for a terminal or a text file: wrapped
// at width columns (0: not at all), with ANSI colours when colour is set. An
// event without a site, as of two files compared, is told without one.
func (w *Writer) ChangeText(ev record.Event, lang string, width int, colour bool) string {
	return w.page(ev, lang, full).text(width, colour)
}

// ChangeHTML renders an event in full as a page that needs nothing else: no
// script, no font, no address is loaded.
func (w *Writer) ChangeHTML(ev record.Event, lang string) (string, error) {
	return w.page(ev, lang, full).html(true)
}

// Subject is the line that names the site, what happened and how much it
// matters.
func (w *Writer) Subject(ev record.Event, lang string) string { return w.voice(lang).subject(ev) }

// Headline is what happened alone, for a list that names the site beside it.
func (w *Writer) Headline(ev record.Event, lang string) string { return w.voice(lang).headline(ev) }

// Fault says in words why a visit failed.
func (w *Writer) Fault(k record.FaultKind, lang string) string { return w.voice(lang).fault(k) }

// Severity says a severity in words.
func (w *Writer) Severity(s record.Severity, lang string) string { return w.voice(lang).severity(s) }

// Topic says a topic in words.
func (w *Writer) Topic(t record.Topic, lang string) string {
	return w.voice(lang).topics([]record.Topic{t})[0]
}
