package diff

import (
	"fmt"
	"slices"
	"strings"

	"policywatch/diff/align"
	"policywatch/store/record"
)

// Bounds of a reason: a person reads it in a mail's first line and on a
// dashboard; the edits tell the rest.
const (
	mostSentences = 5
	mostNamed     = 3 // sections, facts or flips told one by one
	quoteLength   = 110
)

// writer writes the reason for a change, the weightiest first.
type writer struct {
	*comparison
	out []string
}

func (w *writer) say(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	// A quotation that ends in a full stop ends the sentence.
	s = strings.ReplaceAll(s, ".”.", ".”")
	w.out = append(w.out, s)
}

// reason says in a few sentences what changed.
func (x *comparison) reason(findings []record.Finding) string {
	ch := &x.change
	switch {
	case ch.Class == record.ClassCosmetic:
		return "Only what surrounds the statement changed, such as menus or headings without text; its own words are the same."
	case ch.Class == record.ClassLinks:
		return "Only addresses of links changed."
	case ch.Class == record.ClassMoved && len(ch.Moved) > 0:
		return "The same text stands in another order (" + list(topicNames(ch.Moved), 4) + ")."
	case ch.Class == record.ClassMoved:
		return "The same text stands in another order."
	case ch.Severity == record.SeverityInfo:
		return "A part that the earlier page had not shown came through this time; nothing else changed."
	}
	w := &writer{comparison: x}
	w.losses()
	w.lost(findings)
	w.flips()
	w.facts(true)
	w.gains()
	w.shifted()
	w.facts(false)
	w.wording()
	if len(w.out) > mostSentences {
		w.out = w.out[:mostSentences]
	}
	w.date()
	if len(w.out) == 0 {
		w.say("The wording changed.")
	}
	return strings.Join(w.out, " ")
}

// losses names the sections and topics that are gone.
func (w *writer) losses() {
	var heads, topics []string
	for _, l := range w.comparison.losses {
		if l.heading != "" {
			heads = append(heads, quoted(l.heading, 80))
		} else {
			topics = append(topics, topicWords[l.topics[0]])
		}
	}
	if len(heads) > mostNamed {
		w.say("%d sections were removed: %s.", len(heads), list(heads, 4))
	}
	for _, l := range w.comparison.losses {
		if l.heading == "" || len(heads) > mostNamed {
			continue
		}
		name := quoted(l.heading, 80)
		switch {
		case l.still != "":
			w.say("The section %s was removed; the statement still speaks of %s under %s.", name, topicWords[l.topics[0]], quoted(l.still, 60))
		case carries(l.topics):
			w.say("The section %s was removed; nothing else in the statement speaks of %s.", name, topicWords[l.topics[0]])
		default:
			w.say("The section %s was removed.", name)
		}
	}
	if len(topics) > 0 {
		w.say("What the statement said of %s was removed, and nothing else in it does.", list(topics, 4))
	}
}

// lost names what the profile requires and no longer finds.
func (w *writer) lost(findings []record.Finding) {
	var names []string
	for _, f := range findings {
		if slices.Contains(w.change.Lost, f.ID) {
			if f.Citation != "" {
				f.Title += " (" + f.Citation + ")"
			}
			names = append(names, f.Title)
		}
	}
	switch {
	case len(names) == 1:
		w.say("The profile requires it: %s.", names[0])
	case len(names) > 1:
		w.say("The profile requires what is now missing: %s.", list(names, 4))
	}
}

// flips quotes sentences that were turned round.
func (w *writer) flips() {
	n := 0
	for i := range w.passages {
		p := &w.passages[i]
		if !p.turn.denial && !p.turn.duty {
			continue
		}
		if n++; n > mostNamed {
			continue
		}
		what := "A sentence was turned round"
		if !p.turn.denial {
			what = "A promise and a possibility changed places"
		}
		before, after := around(p)
		w.say("%s%s: %s became %s.", what, under(p.heading), before, after)
	}
	if n > mostNamed {
		w.say("%d more sentences were turned round.", n-mostNamed)
	}
}

// gains names the sections and topics that are new.
func (w *writer) gains() {
	var heads, topics []string
	for _, g := range w.comparison.gains {
		if g.heading != "" {
			heads = append(heads, quoted(g.heading, 80))
		} else {
			topics = append(topics, topicWords[g.topics[0]])
		}
	}
	if len(heads) > mostNamed {
		w.say("%d sections were added: %s.", len(heads), list(heads, 4))
	}
	for _, g := range w.comparison.gains {
		switch {
		case g.heading == "" || len(heads) > mostNamed:
		case carries(g.topics):
			w.say("The section %s was added, about %s.", quoted(g.heading, 80), list(topicNames(g.topics), 3))
		default:
			w.say("The section %s was added.", quoted(g.heading, 80))
		}
	}
	if len(topics) > 0 {
		w.say("The statement now speaks of %s, which it did not before.", list(topics, 4))
	}
}

// shifted names sections that go on in another form.
func (w *writer) shifted() {
	for i, s := range w.shifts {
		if i == mostNamed {
			w.say("%d more sections were renamed, merged or split.", len(w.shifts)-i)
			return
		}
		w.say("The section %s %s %s.", quoted(s.heading, 80), s.verb, quoted(s.other, 80))
	}
}

// onlyHeading reports whether the passage is the heading of a section of which
// shifted tells.
func (w *writer) onlyHeading(p *passage) bool {
	for _, s := range append(w.old.ss[p.Old.From:p.Old.To:p.Old.To], w.new.ss[p.New.From:p.New.To]...) {
		if s.Kind != record.Heading {
			return false
		}
	}
	return slices.ContainsFunc(w.shifts, func(s shift) bool { return s.heading == p.old || s.other == p.new })
}

// wording tells what else was removed, added and reworded: a few passages one by
// one, more of them by their number.
func (w *writer) wording() {
	verbs := []struct {
		op   record.EditOp
		verb string
	}{{record.EditDelete, "removed"}, {record.EditInsert, "added"}, {record.EditReplace, "reworded"}}
	told := w.toldWithSection()
	var rest []*passage
	n := make(map[record.EditOp]int)
	for i := range w.passages {
		p := &w.passages[i]
		if p.weight >= slight && !p.dated && !p.turn.denial && !p.turn.duty && !p.onlyValue && !told(p) && !w.onlyHeading(p) {
			rest = append(rest, p)
			n[p.op()]++
		}
	}
	if len(rest) <= mostNamed {
		for _, p := range rest {
			switch p.op() {
			case record.EditReplace:
				before, after := around(p)
				w.say("A passage was reworded%s: %s became %s.", under(p.heading), before, after)
			case record.EditDelete:
				w.say("A passage was removed%s: %s.", under(p.heading), quoted(p.old, 140))
			case record.EditInsert:
				w.say("A passage was added%s: %s.", under(p.heading), quoted(p.new, 140))
			}
		}
		return
	}
	var where, counts []string
	for _, p := range rest {
		if h := quoted(p.heading, 60); p.heading != "" && len(where) < 50 && !slices.Contains(where, h) {
			where = append(where, h)
		}
	}
	for _, v := range verbs {
		switch {
		case n[v.op] == 0:
		case len(counts) > 0:
			counts = append(counts, fmt.Sprintf("%d %s", n[v.op], v.verb))
		case n[v.op] == 1:
			counts = append(counts, "one passage was "+v.verb)
		default:
			counts = append(counts, fmt.Sprintf("%d passages were %s", n[v.op], v.verb))
		}
	}
	if counts[0] = capital(counts[0]); len(where) > 0 {
		w.say("%s, under %s.", list(counts, 3), list(where, 3))
	} else {
		w.say("%s.", list(counts, 3))
	}
}

// toldWithSection tells whether a passage belongs to a section that was already
// said to be removed or added.
func (w *writer) toldWithSection() func(*passage) bool {
	headings := func(ls []loss) map[string]bool {
		m := make(map[string]bool)
		for _, l := range ls {
			m[l.heading] = l.heading != ""
		}
		return m
	}
	gone, come := headings(w.comparison.losses), headings(w.comparison.gains)
	return func(p *passage) bool {
		return p.op() == record.EditDelete && gone[p.heading] || p.op() == record.EditInsert && come[p.heading]
	}
}

// around quotes both sides of a reworded passage from a little before the first
// difference on, so that a long sentence shows what matters.
func around(p *passage) (before, after string) {
	const lead = 40
	var a, b strings.Builder
	started := false
	for _, part := range align.Words(p.old, p.new) {
		text := part.Text
		if part.Op == "" && !started {
			if r := []rune(text); len(r) > lead {
				text = string(r[len(r)-lead:])
				if k := strings.IndexByte(text, ' '); k >= 0 {
					text = "… " + text[k+1:]
				}
			}
		}
		started = started || part.Op != ""
		if part.Op != record.EditInsert {
			a.WriteString(text)
		}
		if part.Op != record.EditDelete {
			b.WriteString(text)
		}
	}
	return quoted(a.String(), quoteLength), quoted(b.String(), quoteLength)
}

// dated is the first passage that gives another day of the last update.
func (w *writer) dated() *passage {
	for i := range w.passages {
		if p := &w.passages[i]; p.dated && p.op() == record.EditReplace {
			return p
		}
	}
	return nil
}

// date tells how the statement's own date moved, or that it did not.
func (w *writer) date() {
	dates := func(d *record.Document) (out []string) {
		for _, f := range d.Facts {
			if f.Kind == record.FactUpdated && !slices.Contains(out, f.Value) {
				out = append(out, f.Value)
			}
		}
		return out
	}
	a, b := dates(w.old.doc), dates(w.new.doc)
	switch {
	case len(a) == 1 && len(b) == 1 && a[0] > b[0]: // ISO dates order as text
		w.say("The date of the last update went back from %s to %s; an older edition may have been served.", a[0], b[0])
	case len(a) == 1 && len(b) == 1 && a[0] != b[0]:
		w.say("The date of the last update moved from %s to %s.", a[0], b[0])
	case len(a) == 1 && len(b) == 0:
		w.say("The date of the last update (%s) was removed.", a[0])
	case w.dated() != nil:
		before, after := around(w.dated())
		w.say("The date of the last update changed: %s became %s.", before, after)
	case len(a) == 1 && len(b) == 1 && w.change.Severity.AtLeast(record.SeverityMajor):
		w.say("The statement's own date of last update, %s, did not change.", a[0])
	}
}
