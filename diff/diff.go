// Package diff judges what changed between two versions of a statement: which
// class of change it is, how severe, what was dropped, added, altered or moved,
// which facts changed and which sentences were turned round, with a reason in
// words.
//
// It aligns the texts (diff/align), weighs every place where they differ, and
// draws the conclusion from the weights. What looks different without saying
// anything else — spelling variants, the order, menus that slipped into the
// text, renumbered lists — weighs nothing.
//
// The package is pure: the same two documents give the same change, whatever
// the time and the machine. It must not know how a document was fetched, what
// the archive holds, or whom to tell.
package diff

import (
	"maps"
	"slices"
	"strings"

	"policywatch/diff/align"
	"policywatch/store/canon"
	"policywatch/store/record"
	"policywatch/store/speech"
)

// Side is one version of a statement.
type Side struct {
	// Document comes labelled: sections, facts and, where a gate judged it, the
	// quality are filled in.
	Document *record.Document
	// Findings are the verdicts of the site's profile, nil when none was asked.
	Findings []record.Finding
	// Profile is the one they were drawn from; it names what is lost in the
	// languages that it speaks. Without it the findings' English does.
	Profile record.Profile
}

// Comparer compares statements. It is never modified after New and safe for
// concurrent use.
type Comparer struct {
	tongues map[string]*tongue
	// any serves documents whose language is not known.
	any *tongue
	// english says the reasons.
	english speech.Voice
}

// tongue is what the comparison knows of one language.
type tongue struct {
	*polarity
	page *pageWords
	// numerals are words that numbers are made of; labels and ordinals number the
	// parts of a text.
	numerals, labels, ordinals map[string]bool
}

func newTongue(l record.Lexicon) *tongue {
	t := &tongue{polarity: newPolarity(l.Polarity), page: newPageWords(l), numerals: make(map[string]bool)}
	for n := range l.Facts.Numbers {
		for _, w := range words(n) {
			t.numerals[w] = true
		}
	}
	set := func(list []string) map[string]bool {
		m := make(map[string]bool)
		for _, s := range list {
			m[strings.Join(words(s), " ")] = true
		}
		return m
	}
	t.labels, t.ordinals = set(l.Clauses.Labels), set(l.Clauses.Ordinals)
	return t
}

// mark is cutMark for marks in words as well: "أولاً:", "المادة (3):".
func (t *tongue) mark(line string, heading bool) (mark, rest string) {
	if mark, rest = cutMark(line, heading); mark != "" {
		return mark, rest
	}
	end := strings.IndexAny(line, ":.)-–")
	if end <= 0 || end > shortLine {
		return "", line
	}
	ws := words(line[:end])
	if len(ws) == 0 || len(ws) > 5 {
		return "", line
	}
	mark = strings.Join(ws, " ")
	label, number := strings.Join(ws[:len(ws)-1], " "), ws[len(ws)-1]
	if !t.ordinals[mark] && !(t.labels[label] && (t.ordinals[number] || len(numbers([]string{number})) > 0)) {
		return "", line
	}
	return mark, strings.TrimLeft(line[end:], ":.)-– ")
}

// counts reports whether a number in words is among ws.
func (t *tongue) counts(ws []string) bool {
	return slices.ContainsFunc(ws, func(w string) bool { return t.numerals[w] })
}

// New returns a Comparer that knows denial and duty in the lexicons' languages
// and gives its reasons in English besides.
func New(lex []record.Lexicon, english speech.Voice) *Comparer {
	c := &Comparer{tongues: make(map[string]*tongue, len(lex)), english: english.Plain()}
	var all record.Lexicon
	for _, l := range lex {
		c.tongues[l.Lang] = newTongue(l)
		all.Polarity.Negators = append(all.Polarity.Negators, l.Polarity.Negators...)
		all.Polarity.Exceptions = append(all.Polarity.Exceptions, l.Polarity.Exceptions...)
	}
	c.any = newTongue(all)
	return c
}

// comparison is one pair of documents being judged.
type comparison struct {
	lang       *tongue
	al         *align.Alignment
	old, new   *side
	renumbered map[string]string
	counts     bool // both sides number their headings
	passages   []passage
	losses     []loss
	gains      []loss
	shifts     []shift
	change     record.Change
	// ahead means that the new side's date of last update has not come yet, and the
	// old side's had.
	ahead bool

	name     map[string]bool
	covering map[record.Topic]string
}

// Compare judges what changed from old to new. Documents read by different
// extractors are not comparable: what differs may be ours. They give the class
// none and a reason that says so. Documents are not modified.
func (c *Comparer) Compare(old, new Side) record.Change {
	_, ch := c.compare(old, new)
	ch.Reason = c.english.Tell(ch.Told)
	return ch
}

// compare also returns the judged comparison, nil where there was none to make. The
// change is not yet put into words.
func (c *Comparer) compare(old, new Side) (*comparison, record.Change) {
	a, b := old.Document, new.Document
	if a == nil || b == nil {
		return nil, unusable(record.Say("told.no_document"))
	}
	if a.Extractor != b.Extractor {
		return nil, none(record.Say("told.extractors", record.Text(a.Extractor), record.Text(b.Extractor)))
	}
	same, links := sameText(a, b), sameLinks(a, b)
	if same && links {
		return nil, none(record.Say("told.equal"))
	}
	if same || sameWords(a, b) {
		if !links {
			return nil, record.Change{Class: record.ClassLinks, Severity: record.SeverityInfo, Told: []record.Sentence{record.Say("told.links_only")}}
		}
		return nil, record.Change{Class: record.ClassCosmetic, Severity: record.SeverityInfo, Told: []record.Sentence{record.Say("told.cosmetic")}}
	}
	x := &comparison{lang: c.tongues[b.Lang], al: align.Align(a, b)}
	if x.lang == nil {
		x.lang = c.any
	}
	if ch, ok := refuse(a, b, x.kept()); ok {
		return nil, ch
	}
	x.old = newSide(a, x.lang, x.al.Old, x.al.OldGroup, x.al.Groups)
	x.old.old = true
	x.new = newSide(b, x.lang, x.al.New, x.al.NewGroup, x.al.Groups)
	x.examine()
	x.sections()
	why, suspect := x.half()
	if why != nil {
		return x, unusable(*why)
	}
	x.change.Suspect = suspect
	x.change.Lost = lost(old.Findings, new.Findings)
	x.ahead = violates(new.Findings, record.FutureDate) && !violates(old.Findings, record.FutureDate)
	x.conclude(elements(x.change.Lost, new))
	return x, x.change
}

func none(why record.Sentence) record.Change {
	return record.Change{Class: record.ClassNone, Severity: record.SeverityNone, Told: []record.Sentence{why}}
}

// kept is the part of the old text, 0 to 1, that the new one still has word for
// word.
func (x *comparison) kept() float64 {
	all, kept := 0, 0
	for _, g := range x.al.Groups {
		for _, s := range x.al.Old[g.Old.From:g.Old.To] {
			all += len(s.Text)
			if g.Equal {
				kept += len(s.Text)
			}
		}
	}
	if all == 0 {
		return 0
	}
	return float64(kept) / float64(all)
}

// sameWords compares the canonical texts, leaving out the blocks that both
// begin and end with.
func sameWords(a, b *record.Document) bool {
	head, tail := align.Common(a.Blocks, b.Blocks)
	middle := func(d *record.Document) string {
		var out []string
		for _, b := range d.Blocks[head : len(d.Blocks)-tail] {
			out = append(out, b.Text)
		}
		return canon.Identity(out)
	}
	return middle(a) == middle(b)
}

func sameText(a, b *record.Document) bool {
	if len(a.Blocks) != len(b.Blocks) {
		return false
	}
	for i := range a.Blocks {
		if a.Blocks[i].Text != b.Blocks[i].Text {
			return false
		}
	}
	return true
}

// sameLinks compares the links in order, wherever the blocks end.
func sameLinks(a, b *record.Document) bool {
	list := func(d *record.Document) (out []record.Link) {
		for i := range d.Blocks {
			out = append(out, d.Blocks[i].Links...)
		}
		return out
	}
	x, y := list(a), list(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i].URL != y[i].URL {
			return false
		}
	}
	return true
}

// lost lists the required elements that the profile found on the old side and
// not on the new one. Unknown is not absent.
func lost(old, new []record.Finding) (out []string) {
	had := make(map[string]bool)
	for _, f := range old {
		had[f.ID] = f.Status == record.StatusPresent
	}
	for _, f := range new {
		if f.Must && f.Status == record.StatusAbsent && had[f.ID] {
			out = append(out, f.ID)
		}
	}
	return out
}

func violates(findings []record.Finding, observation string) bool {
	return slices.ContainsFunc(findings, func(f record.Finding) bool { return f.ID == observation && f.Status == record.StatusAbsent })
}

// elements names the elements of the new side's findings by every language that
// their profile speaks.
func elements(ids []string, s Side) (out []record.ElementName) {
	for _, f := range s.Findings {
		if !slices.Contains(ids, f.ID) {
			continue
		}
		n := record.ElementName{ID: f.ID, Title: map[string]string{}, Citation: map[string]string{"en": f.Citation}}
		for _, e := range s.Profile.Elements {
			if e.ID == f.ID {
				maps.Copy(n.Title, e.Title)
				maps.Copy(n.Citation, e.Cited)
			}
		}
		n.Title["en"] = f.Title
		out = append(out, n)
	}
	return out
}
