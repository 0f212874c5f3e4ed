package report

import (
	"policywatch/store/record"
	"policywatch/store/speech"
)

// View is how a comparison is shown on a terminal or in a text file.
type View struct {
	// Whole is both texts from beginning to end (diff.Whole), what stands folded.
	// Without it only the change's own edits are shown.
	Whole []record.Edit
	// Old and New are what the two sides are called; empty for "before", "after".
	Old, New string
	// Side sets both texts beside each other, where Width has the room.
	Side bool
	// Width is in columns; 0 breaks no line.
	Width int
	// Colour allows ANSI colours.
	Colour bool
}

// narrowest is how many columns two texts beside each other need.
const narrowest = 60

// ChangeText renders an event in full for a terminal or a text file: wrapped
// at width columns (0: not at all), with ANSI colours when colour is set. An
// event without a site, as of two files compared, is told without one.
func (w *Writer) ChangeText(ev record.Event, lang string, width int, colour bool) string {
	return w.CompareText(ev, lang, View{Width: width, Colour: colour})
}

// CompareText is ChangeText with a choice of the view.
func (w *Writer) CompareText(ev record.Event, lang string, v View) string {
	v.Side = v.Side && v.Width >= narrowest
	p := w.page(ev, lang, full, v.Whole)
	p.Names = [2]string{v.Old, v.New}
	return p.text(v)
}

// ChangeHTML renders an event in full as a page that needs nothing else: no
// script, no font, no address is loaded. It shows the text side by side and
// inline; two buttons of the page itself choose.
func (w *Writer) ChangeHTML(ev record.Event, lang string) (string, error) {
	return w.CompareHTML(ev, lang, View{})
}

// CompareHTML is ChangeHTML of both texts in full.
func (w *Writer) CompareHTML(ev record.Event, lang string, v View) (string, error) {
	p := w.page(ev, lang, full, v.Whole)
	p.Names = [2]string{v.Old, v.New}
	return p.html()
}

// way is the direction of words of the statement: the statement's own, unless all
// of them run the other way, as an English clause of a Persian statement.
func (p page) way(rs []run) string {
	left, right := false, false
	for _, r := range rs {
		l, r, _ := speech.Script(r.Text)
		left, right = left || l, right || r
	}
	switch {
	case left && !right:
		return speech.LTR
	case right && !left:
		return speech.RTL
	}
	return p.QuoteDir
}

// name is what a side is called.
func (p page) name(new bool) string {
	name, key := p.Names[0], "label.before"
	if new {
		name, key = p.Names[1], "label.after"
	}
	if name == "" {
		return p.voice.Say(key)
	}
	return p.voice.Say("cited", p.voice.Say(key), clip(speech.Clean(name), nameLimit))
}
