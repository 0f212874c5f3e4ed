package diff

import (
	"slices"
	"strings"

	"policywatch/store/record"
)

// pageWords are the phrases of one language that belong to web pages rather than
// to statements, in canonical form.
type pageWords struct {
	openings []string        // a line that begins so is furniture: "was this page helpful"
	whole    map[string]bool // a line that is just this is a button: "log in"
	consent  []string        // phrases of consent dialogs
	missing  []string        // phrases that stand where text should be: "not available in your region"
	privacy  []string        // words that any statement uses
}

func newPageWords(l record.Lexicon) *pageWords {
	fold := func(lists ...[]string) (out []string) {
		for _, list := range lists {
			for _, s := range list {
				if t := strings.Join(words(s), " "); t != "" {
					out = append(out, t)
				}
			}
		}
		return out
	}
	f, p := l.Furniture, l.Pages
	w := &pageWords{
		openings: fold(f.Skip, f.Share, f.Counter, f.Today),
		consent:  fold(p.Consent),
		missing:  fold(p.Blocked, p.Loading, p.Error, p.NeedsScript),
		privacy:  fold(p.Privacy),
		whole:    make(map[string]bool),
	}
	for _, s := range fold(f.Actions, f.News) {
		w.whole[s] = true
	}
	return w
}

// Lines longer than these are text, whatever words they hold.
const (
	lineWords        = 12
	placeholderWords = 14
)

// furniture reports whether a line is one of the page's own: a skip link, a
// share bar, a visitor counter, a feedback prompt, a button.
func (w *pageWords) furniture(text string) bool {
	ws := words(text)
	if len(ws) == 0 || len(ws) > lineWords {
		return false
	}
	line := strings.Join(ws, " ")
	return w.whole[line] || slices.ContainsFunc(w.openings, func(p string) bool { return startsWith(line, p) })
}

// placeholder reports whether a sentence stands where text should be.
func (w *pageWords) placeholder(text string) bool {
	ws := words(text)
	return len(ws) <= placeholderWords && w.has(ws, w.missing)
}

func (w *pageWords) has(ws []string, phrases []string) bool { return w.count(ws, phrases) > 0 }

// count tells how many different phrases stand among the words.
func (w *pageWords) count(ws []string, phrases []string) (n int) {
	line := " " + strings.Join(ws, " ") + " "
	for _, p := range phrases {
		if strings.Contains(line, " "+p+" ") {
			n++
		}
	}
	return n
}

// startsWith reports whether line begins with the whole words of p.
func startsWith(line, p string) bool {
	return strings.HasPrefix(line, p) && (len(line) == len(p) || line[len(p)] == ' ')
}
