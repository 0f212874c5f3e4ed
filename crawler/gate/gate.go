// Package gate judges whether a document is a privacy statement, and if not,
// what kind of page came instead: a bot wall, a login, a cookie dialog, an
// error page sent with status 200, a page of links, an empty script shell.
//
// It reads the document and, where there is one, the snapshot that it came
// from. It must not fetch, and it knows neither versions nor the archive.
package gate

import (
	"fmt"
	"strings"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// Gate judges documents. It is built once from the lexicons and may be used by
// several goroutines at a time.
type Gate struct {
	privacy canon.Phrases
}

// New prepares a Gate for the languages of lex.
func New(lex []record.Lexicon) *Gate {
	g := &Gate{}
	n := int32(0)
	for _, l := range lex {
		for _, p := range l.Pages.Privacy {
			g.privacy.Add(canon.Text(p), n)
			n++
		}
	}
	return g
}

// Judge returns the verdict on doc with its score and reasons in words. snap is
// nil for a document that came from a file.
func (g *Gate) Judge(doc *record.Document, snap *record.Snapshot) record.Quality {
	text := doc.Text()
	seen := map[int32]bool{}
	g.privacy.Find(canon.Text(text), func(m canon.Match) bool {
		seen[m.ID] = true
		return true
	})
	words := len(strings.Fields(text))
	score := min(1, float64(len(seen))/10)
	q := record.Quality{Verdict: record.VerdictOther, Score: score, Reasons: []string{fmt.Sprintf("%d words with %d terms of privacy statements", words, len(seen))}}
	switch {
	case words < 20:
		q.Verdict = record.VerdictThin
	case len(seen) >= 3:
		q.Verdict = record.VerdictStatement
	}
	return q
}
