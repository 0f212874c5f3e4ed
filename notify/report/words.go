package report

import (
	"strings"

	"policywatch/store/record"
	"policywatch/store/speech"
)

// voice speaks of events in one language.
type voice struct{ speech.Voice }

// voice returns the voice for lang; without its phrasebook, the English one.
func (w *Writer) voice(lang string) voice { return voice{w.voices.In(lang)} }

func (v voice) topics(ts []record.Topic) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = v.Topic(t)
	}
	return out
}

// factLabel names a kind of fact.
func (v voice) factLabel(k record.FactKind) string {
	return speech.First(v.Phrase("fact."+string(k)), strings.ReplaceAll(speech.Clean(string(k)), "_", " "))
}

// reasonLimit bounds a reason, in runes.
const reasonLimit = 1000

// reason says why, in the voice's language where the event brings the reason as
// data. What was kept before there was such a thing stays in English, and the
// second result says so.
func (v voice) reason(ev record.Event) (text string, english bool) {
	told, reason := ev.Told, ev.Reason
	if c := ev.Change; c != nil {
		if len(told) == 0 && (reason == "" || reason == c.Reason) {
			told = c.Told
		}
		reason = speech.First(reason, c.Reason)
	}
	if len(told) > 0 {
		return clipIsolated(v.Tell(told), reasonLimit), false
	}
	return speech.IsolateQuotes(clip(speech.Clean(reason), reasonLimit), speech.LTR), true
}
