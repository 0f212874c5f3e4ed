package section

import "policywatch/store/record"

// CompileLexicon reports the first phrase of a lexicon that cannot be read.
func CompileLexicon(l record.Lexicon) error {
	_, err := newMatcher(l)
	return err
}

// CompilePhrases reports the first of words that cannot be read.
func CompilePhrases(lang string, words []string) error {
	b := newPhraseBuilder(affixesOf(lang), nil)
	for _, w := range words {
		b.add(phrase{text: w})
	}
	return b.err
}

// KnownCalendar reports whether a lexicon may name months of a calendar.
func KnownCalendar(name string) bool {
	_, ok := calendars[name]
	return ok
}
