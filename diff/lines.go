package diff

import (
	"slices"
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// pageWords are the phrases of one language that belong to web pages rather than
// to statements, in canonical form: words parted by single spaces.
type pageWords struct {
	openings []string        // a line that begins so is furniture: "skip to content"
	counters []string        // with a number behind it: "visitors today", "Monday"
	buttons  map[string]bool // a line that is just this: "log in"
	consent  []string        // phrases of consent dialogs
	missing  []string        // stand where text should be: "not available in your region"
	rights   []string        // copyright lines
	privacy  []string        // words that any statement uses
}

func newPageWords(l record.Lexicon) *pageWords {
	fold := func(lists ...[]string) (out []string) {
		for _, s := range slices.Concat(lists...) {
			if t := strings.Join(words(s), " "); t != "" {
				out = append(out, t)
			}
		}
		return out
	}
	f, p := l.Furniture, l.Pages
	w := &pageWords{
		openings: fold(f.Skip, f.Share),
		counters: fold(f.Counter, f.Today, f.Weekdays),
		buttons:  make(map[string]bool),
		consent:  fold(p.Consent),
		missing:  fold(p.Blocked, p.Loading, p.Error, p.NeedsScript),
		rights:   fold(f.Rights),
		privacy:  fold(p.Privacy),
	}
	for _, s := range fold(f.Actions, f.News) {
		w.buttons[s] = true
	}
	return w
}

// Lines longer than these, in words, are text whatever they hold. A line of
// furniture goes on for at most trail words behind its phrase.
const (
	placeholderWords = 14
	trail            = 5
	shortLine        = 120 // letters
)

// furniture reports whether a line is one of the page's own: a skip link, a
// share bar, a visitor counter, the date of the day, a button.
func (w *pageWords) furniture(text string) bool {
	if utf8.RuneCountInString(text) > shortLine || strings.HasSuffix(text, ".") {
		return false
	}
	ws := words(text)
	line := strings.Join(ws, " ")
	if w.buttons[line] {
		return true
	}
	short := func(p string) bool {
		return startsWith(line, p) && len(ws) <= strings.Count(p, " ")+1+trail
	}
	return slices.ContainsFunc(w.openings, short) || len(numbers(ws)) > 0 && slices.ContainsFunc(w.counters, short)
}

// foot reports whether a line is of those at the foot of a page: a row of links,
// or who holds the rights.
func (w *pageWords) foot(text string) bool {
	if len(text) > 4*shortLine {
		return false
	}
	line := strings.Join(words(text), " ")
	return (strings.Contains(text, "©") || has(line, w.rights)) && !has(line, w.privacy)
}

// placeholder reports whether a sentence stands where text should be.
func (w *pageWords) placeholder(text string) bool {
	ws := words(text)
	return len(ws) <= placeholderWords && has(strings.Join(ws, " "), w.missing)
}

// private reports whether a text has a word that any statement uses.
func (w *pageWords) private(text string) bool { return has(strings.Join(words(text), " "), w.privacy) }

// consents adds the phrases of consent dialogs that a line holds to found.
func (w *pageWords) consents(text string, found map[string]bool) {
	line := " " + strings.Join(words(text), " ") + " "
	for _, p := range w.consent {
		if strings.Contains(line, " "+p+" ") {
			found[p] = true
		}
	}
}

func has(line string, phrases []string) bool {
	line = " " + line + " "
	return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(line, " "+p+" ") })
}

// startsWith reports whether line begins with the whole words of p.
func startsWith(line, p string) bool {
	return strings.HasPrefix(line, p) && (len(line) == len(p) || line[len(p)] == ' ')
}
