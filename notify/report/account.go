package report

import "policywatch/store/record"

// Account is an event in full as data, for whoever lays it out on a page of his
// own: the same cuts, folds and words as in a message, before any markup. Texts
// are clean, but not escaped; those of our own phrases may hold directional
// isolates.
type Account struct {
	Lang, Dir string
	Headline  string
	Level     record.Severity
	// Reason is why, in words; English says that it is in English although the
	// account is in another language.
	Reason  string
	English bool
	Lost    []LostElement
	Facts   []FactPair
	Flips   []Passage
	Groups  []Group
	// More says by "lost", "facts", "flips", "edits" what is left out, in words.
	More map[string]string
	// QuoteLang and QuoteDir are the statement's, for passages and headings;
	// QuoteDir is "auto" where it is not known.
	QuoteLang, QuoteDir string
}

// LostElement is an element of the profile that the statement no longer meets.
type LostElement struct{ Title, Citation string }

// FactPair is a fact before and after; an empty side is absent.
type FactPair struct{ Label, Before, After string }

// Group is the passages under one heading of the statement. Op says that the
// heading itself came or went; Same that nothing under it changed.
type Group struct {
	Heading  string
	Op       record.EditOp
	Same     bool
	Words    string // how many words stand, in words; empty for none
	Passages []Passage
}

// Passage is one place where the texts differ, or a stretch that stands: that one
// has Lines and no runs.
type Passage struct {
	Op    record.EditOp
	Label string
	// Dir is the direction of all its words together.
	Dir   string
	Runs  []Run
	Lines []Line
	Words string // of a stretch that stands, as Group.Words
}

// Line is one block of a stretch that stands.
type Line struct{ Text, Dir string }

// Run is a stretch of a passage: words that both sides have (Op ""), or only one.
type Run struct {
	Op   record.EditOp
	Text string
	// Folded says in words how many are in a long equal stretch that need not be
	// shown; empty for a run that is shown.
	Folded string
	// Space says that a space stands before the run.
	Space bool
	// Dir is the direction of the run's own words.
	Dir string
}

// Before returns the runs that the old side has.
func (p Passage) Before() []Run { return p.without(record.EditInsert) }

// After returns the runs that the new side has.
func (p Passage) After() []Run { return p.without(record.EditDelete) }

func (p Passage) without(op record.EditOp) []Run {
	var out []Run
	for _, r := range p.Runs {
		if r.Op != op {
			out = append(out, r)
		}
	}
	return out
}

// Account renders an event as data in the language. whole is both texts from
// beginning to end (diff.Whole); nil leaves the change's own edits.
func (w *Writer) Account(ev record.Event, lang string, whole []record.Edit) Account {
	p := w.page(ev, lang, full, whole)
	a := Account{Lang: p.Lang, Dir: p.Dir, Headline: p.Headline, Level: p.Level, More: p.More, QuoteLang: p.QuoteLang, QuoteDir: p.QuoteDir}
	a.Reason, a.English = p.voice.reason(ev)
	a.English = a.English && p.Lang != "en"
	for _, e := range p.Lost {
		a.Lost = append(a.Lost, LostElement(e))
	}
	for _, f := range p.Facts {
		a.Facts = append(a.Facts, FactPair(f))
	}
	d := document{page: p}
	for _, rs := range p.Flips {
		a.Flips = append(a.Flips, Passage{Op: record.EditReplace, Dir: p.way(rs), Runs: d.account(rs)})
	}
	for _, g := range p.Groups {
		group := Group{Heading: g.Heading, Op: g.Op, Same: g.Same, Words: d.words(g.Words)}
		for _, e := range g.Edits {
			x := Passage{Op: e.Op, Label: e.Label, Dir: p.way(e.Runs), Runs: d.account(e.Runs), Words: d.words(e.Words)}
			if e.Op != "" {
				x.Op = known(e.Op)
			}
			for _, l := range e.Lines {
				x.Lines = append(x.Lines, Line{l, d.LineWay(l)})
			}
			group.Passages = append(group.Passages, x)
		}
		a.Groups = append(a.Groups, group)
	}
	return a
}

func (d document) words(n int) string {
	if n == 0 {
		return ""
	}
	return d.folded(n)
}

func (d document) account(rs []run) []Run {
	s := d.With(rs)
	out := make([]Run, len(rs))
	for i, r := range rs {
		out[i] = Run{Op: r.Op, Text: r.Text, Folded: d.words(r.Folded), Space: s.Apart(i), Dir: s.Dir(r)}
	}
	return out
}
