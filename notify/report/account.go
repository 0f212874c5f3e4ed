package report

import "policywatch/store/record"

// Account is an event in full as data, for whoever lays it out on a page of his
// own: the same cuts, folds and words as in a message, before any markup. Texts
// are clean, but not escaped; those of our own phrases may hold directional
// isolates.
type Account struct {
	// Lang and Dir are the language and its direction, "rtl" or "ltr".
	Lang, Dir string
	// Headline is what happened, in half a sentence. It may hold isolates.
	Headline string
	// Level is how much it matters: "critical", "major", "minor", "info", or empty.
	Level record.Severity
	// Reason is why, in words. It may hold isolates.
	Reason string
	// English says that Reason is in English although the rest is in another
	// language.
	English bool
	// Lost are the elements of the law or norm that the statement no longer meets.
	Lost []LostElement
	// Facts are the dates, numbers and addresses that changed.
	Facts []FactPair
	// Flips are the sentences that now say the opposite.
	Flips []Passage
	// Groups are the passages that changed, by the headings of the statement.
	Groups []Group
	// More says by "lost", "facts", "flips", "edits" what is left out, in words.
	More map[string]string
	// QuoteLang and QuoteDir are the statement's, for passages and headings;
	// QuoteDir is "auto" where it is not known.
	QuoteLang, QuoteDir string
}

// LostElement is an element of the profile that the statement no longer meets.
type LostElement struct {
	// Title names it, Citation the place in the law.
	Title, Citation string
}

// FactPair is a fact before and after.
type FactPair struct {
	// Label names the kind of fact.
	Label string
	// Before and After are its values, empty where it is absent. They may hold
	// isolates.
	Before, After string
}

// Group is the passages under one heading of the statement.
type Group struct {
	// Heading is the statement's own, empty for none.
	Heading string
	// Op is "insert" or "delete" where the heading itself came or went.
	Op record.EditOp
	// Same says that nothing under it changed.
	Same bool
	// Words says how many words stand, empty for none.
	Words string
	// Passages are the places that differ, and the stretches that stand.
	Passages []Passage
}

// Passage is one place where the texts differ, or a stretch that stands: that one
// has Lines and no runs.
type Passage struct {
	// Op is "insert", "delete", "replace" or "move"; empty for a stretch that stands.
	Op record.EditOp
	// Label says Op in words.
	Label string
	// Dir is the direction of all its words together.
	Dir string
	// Runs are the words of both sides in order.
	Runs []Run
	// Lines are the blocks of a stretch that stands.
	Lines []Line
	// Words says how many words such a stretch has.
	Words string
}

// Line is one block of a stretch that stands.
type Line struct {
	// Text is the block, Dir its direction.
	Text, Dir string
}

// Run is a stretch of a passage: words that both sides have (Op ""), or only one.
type Run struct {
	// Op is "delete" or "insert"; empty for words of both sides.
	Op record.EditOp
	// Text is the words.
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
	return p.account(ev)
}

// account is the page as data. Where it is brief, so are its passages.
func (p page) account(ev record.Event) Account {
	cut := func(rs []run) []run {
		if p.limits == full {
			return rs
		}
		return shown(rs, p.limits.quote)
	}
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
		rs = cut(rs)
		a.Flips = append(a.Flips, Passage{Op: record.EditReplace, Label: p.voice.Say("edit.replace"), Dir: p.way(rs), Runs: d.account(rs)})
	}
	for _, g := range p.Groups {
		group := Group{Heading: g.Heading, Op: g.Op, Same: g.Same, Words: d.words(g.Words)}
		for _, e := range g.Edits {
			rs := cut(e.Runs)
			x := Passage{Op: e.Op, Label: e.Label, Dir: p.way(rs), Runs: d.account(rs), Words: d.words(e.Words)}
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
