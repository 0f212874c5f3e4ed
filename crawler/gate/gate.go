// Package gate judges whether a document is a privacy statement, and if not,
// what kind of page came instead: a bot wall, a login, a cookie dialog, an
// error page sent with status 200, a page of links, an empty script shell.
//
// It reads the document and, where there is one, the snapshot that it came
// from. It must not fetch, and it knows neither versions nor the archive.
//
// One rule stands above all others: text that reads like a statement wins. A
// captcha widget, a bot wall's script or the words "log in" on a page that
// carries the statement say nothing; a good page called bad would silence the
// monitor for as long as the page stays as it is.
package gate

import (
	"fmt"
	"math"
	"sync"

	"policywatch/store/record"
)

// Gate judges documents. It is built once from the lexicons and may be used by
// several goroutines at a time.
type Gate struct {
	words func() *lexicon
}

// New prepares a Gate for the languages of lex. Its words are read when the
// first document comes: most commands judge none.
func New(lex []record.Lexicon) *Gate {
	return &Gate{words: sync.OnceValue(func() *lexicon { return newLexicon(lex) })}
}

// Bounds of the judgement, in words and in the score from 0 to 1.
const (
	// enough is the score from which text reads like a statement.
	enough = 0.5
	// fewest is the least running text of a statement: three short sentences.
	fewest = 20
	// thin is the size below which a page says too little to be told "other":
	// that verdict means that the statement is gone.
	thin = 80
	// notice is the size up to which a page may be nothing but a message.
	notice = 160
	// dialog is the size up to which a page may be nothing but a cookie dialog.
	dialog = 420
)

// judging is one document on the desk.
type judging struct {
	words  *lexicon
	doc    *record.Document
	snap   *record.Snapshot
	source []byte // the page's source in lower case, nil for a file
	shape
	inLabels, inText tally
	inTop            []tally
	// named is how surely title or headings call the page a statement.
	named   float64
	namedBy string
	score   float64
}

// Judge returns the verdict on doc with its score and the reasons in words.
// doc.Sections, where they are filled, count towards the score. snap is nil for
// a document that came from a file.
func (g *Gate) Judge(doc *record.Document, snap *record.Snapshot) record.Quality {
	if doc == nil {
		doc = &record.Document{}
	}
	words := g.words()
	j := &judging{words: words, doc: doc, snap: snap}
	title := ""
	if snap != nil {
		title = pageTitle(snap.Body)
	}
	j.shape = measure(doc, title)
	j.inLabels = words.count(j.labels)
	j.inText = words.count(j.text)
	for _, line := range j.top {
		t := words.count(line)
		j.inTop = append(j.inTop, t)
		if t.named > j.named {
			j.named, j.namedBy = t.named, t.namedBy
		}
	}
	sum := j.read()
	v, why := j.verdict()
	return record.Quality{Verdict: v, Score: math.Round(j.score*100) / 100, Reasons: []string{why, sum}}
}

// read scores how much the text reads like a statement, and says from what.
func (j *judging) read() string {
	// Distinct terms, so that one repeated word proves nothing; and how dense
	// they stand, so that a long text about anything does not collect them.
	vocabulary := 1 - math.Exp(-float64(j.inText.terms)/9)
	density := float64(j.inText.total[privacy]) / float64(max(j.sampled, 1))
	vocabulary *= min(1, density/0.015)
	topics := 0
	for topic := range j.doc.Covers() {
		if topic != record.Other {
			topics++
		}
	}
	j.score = 1 - (1-0.8*vocabulary)*(1-0.5*j.named)*(1-0.4*min(1, float64(topics)/6))
	if j.running < fewest {
		j.score *= float64(j.running) / fewest
	}
	sum := fmt.Sprintf("%d words of running text with %d terms of privacy statements", j.running, j.inText.distinct[privacy])
	if topics > 0 {
		sum += fmt.Sprintf(", %d topics", topics)
	}
	if j.namedBy != "" {
		sum += fmt.Sprintf(", called “%s”", j.namedBy)
	}
	return sum
}

// verdict weighs the kinds of page against each other, the surest first.
func (j *judging) verdict() (record.Verdict, string) {
	if ok, why := j.statement(); ok {
		return record.VerdictStatement, why
	}
	if j.snap != nil {
		j.source = sourceOf(j.snap)
	}
	for _, kind := range [...]func() (record.Verdict, string){j.unreadable, j.wall, j.status, j.cookieDialog, j.message, j.loginForm, j.shell, j.index, j.legalText} {
		if v, why := kind(); v != "" {
			return v, why
		}
	}
	switch {
	case j.all == 0:
		return record.VerdictThin, "the page holds no text"
	case j.running < thin || j.named > 0.5 && j.running < notice:
		return record.VerdictThin, fmt.Sprintf("only %d words of running text", j.running)
	}
	return record.VerdictOther, "the text does not read like a privacy statement"
}
