package diff

import (
	"slices"
	"strings"

	"policywatch/diff/align"
	"policywatch/store/canon"
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
	out []record.Sentence
}

func (w *writer) say(key string, values ...record.Value) {
	w.out = append(w.out, record.Say(key, values...))
}

// place says key of a passage that stands under no heading, else the same with
// the heading before the other values.
func (w *writer) place(key, heading string, values ...record.Value) {
	if heading != "" {
		key += "_under"
		values = append([]record.Value{w.quote(60, heading)}, values...)
	}
	w.say(key, values...)
}

// quote is words of the statement, each text of at most so many letters.
func (w *writer) quote(most int, texts ...string) record.Value {
	short := make([]string, len(texts))
	for i, t := range texts {
		short[i] = shorten(t, most)
	}
	return record.Quote(w.new.doc.Dir, short...)
}

// reason says in a few sentences what changed.
func (x *comparison) reason(lost []record.ElementName) []record.Sentence {
	ch := &x.change
	w := &writer{comparison: x}
	switch {
	case ch.Class == record.ClassCosmetic:
		w.say("told.around")
	case ch.Class == record.ClassLinks:
		w.say("told.links")
	case ch.Class == record.ClassMoved && len(ch.Moved) > 0:
		w.say("told.order_topics", record.About(ch.Moved...).AtMost(4))
	case ch.Class == record.ClassMoved:
		w.say("told.order")
	case ch.Severity == record.SeverityInfo:
		w.say("told.regained")
	}
	if len(w.out) > 0 {
		return w.out
	}
	w.losses()
	w.lost(lost)
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
		w.say("told.wording")
	}
	return w.out
}

// losses names the sections and topics that are gone.
func (w *writer) losses() {
	heads, topics := named(w.comparison.losses)
	if len(heads) > mostNamed {
		w.say("told.sections_removed", record.Count(len(heads)), w.quote(80, heads...).AtMost(4))
	}
	for _, l := range w.comparison.losses {
		if l.heading == "" || len(heads) > mostNamed {
			continue
		}
		name := w.quote(80, l.heading)
		switch {
		case l.still != "":
			w.say("told.section_removed_still", name, record.About(l.topics[0]), w.quote(60, l.still))
		case carries(l.topics):
			w.say("told.section_removed_topic", name, record.About(l.topics[0]))
		default:
			w.say("told.section_removed", name)
		}
	}
	if len(topics) > 0 {
		w.say("told.topics_removed", record.About(topics...).AtMost(4))
	}
}

// named parts what has a heading from what is named by its topic.
func named(list []loss) (heads []string, topics []record.Topic) {
	for _, l := range list {
		if l.heading != "" {
			heads = append(heads, l.heading)
		} else {
			topics = append(topics, l.topics[0])
		}
	}
	return heads, topics
}

// lost names what the profile requires and no longer finds.
func (w *writer) lost(names []record.ElementName) {
	if len(names) > 0 {
		w.say("told.required", record.Value{Kind: record.ValueElement, Elements: names}.AtMost(4))
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
		key := "told.flip"
		if !p.turn.denial {
			key = "told.duty"
		}
		before, after := w.around(p)
		w.place(key, p.heading, before, after)
	}
	if n > mostNamed {
		w.say("told.flips_more", record.Count(n-mostNamed))
	}
}

// gains names the sections and topics that are new.
func (w *writer) gains() {
	heads, topics := named(w.comparison.gains)
	if len(heads) > mostNamed {
		w.say("told.sections_added", record.Count(len(heads)), w.quote(80, heads...).AtMost(4))
	}
	for _, g := range w.comparison.gains {
		switch {
		case g.heading == "" || len(heads) > mostNamed:
		case carries(g.topics):
			w.say("told.section_added_topic", w.quote(80, g.heading), record.About(g.topics...).AtMost(3))
		default:
			w.say("told.section_added", w.quote(80, g.heading))
		}
	}
	if len(topics) > 0 {
		w.say("told.topics_added", record.About(topics...).AtMost(4))
	}
}

// shifted names sections that go on in another form.
func (w *writer) shifted() {
	for i, s := range w.shifts {
		if i == mostNamed {
			w.say("told.shifts_more", record.Count(len(w.shifts)-i))
			return
		}
		w.say(s.told, w.quote(80, s.heading), w.quote(80, s.other))
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
				before, after := w.around(p)
				w.place("told.reworded", p.heading, before, after)
			case record.EditDelete:
				w.place("told.removed", p.heading, w.quote(140, p.old))
			case record.EditInsert:
				w.place("told.added", p.heading, w.quote(140, p.new))
			}
		}
		return
	}
	var counts []record.Clause
	for _, v := range []struct {
		op         record.EditOp
		first, too string
	}{
		{record.EditDelete, "part.removed", "part.also_removed"}, {record.EditInsert, "part.added", "part.also_added"},
		{record.EditReplace, "part.reworded", "part.also_reworded"},
	} {
		switch {
		case n[v.op] == 0:
		case len(counts) > 0:
			counts = append(counts, record.Clause{Key: v.too, Number: n[v.op]})
		default:
			counts = append(counts, record.Clause{Key: v.first, Number: n[v.op]})
		}
	}
	var where []string
	for _, p := range rest {
		if h := shorten(p.heading, 60); p.heading != "" && len(where) < 50 && !slices.Contains(where, h) {
			where = append(where, h)
		}
	}
	if len(where) > 0 {
		w.say("told.counts_under", record.Clauses(counts...), w.quote(60, where...).AtMost(3))
	} else {
		w.say("told.counts", record.Clauses(counts...))
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
func (w *writer) around(p *passage) (before, after record.Value) {
	shared := 0
	if parts := align.Words(p.old, p.new); len(parts) > 0 && parts[0].Op == "" {
		shared = len(canon.Tokens(parts[0].Text))
	}
	return w.quote(quoteLength, from(p.old, shared)), w.quote(quoteLength, from(p.new, shared))
}

// from cuts a text to what begins a little before its word n.
func from(s string, n int) string {
	const lead = 40
	ts, to := canon.Tokens(s), len(s)
	if n < len(ts) {
		to = ts[n].From
	}
	if r := []rune(s[:to]); len(r) > lead {
		near := string(r[len(r)-lead:])
		if k := strings.IndexByte(near, ' '); k >= 0 {
			return "… " + s[to-len(near)+k+1:]
		}
	}
	return s
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
	case w.ahead && len(b) > 0:
		w.say("told.date_ahead", record.Date(slices.Max(b)))
	case len(a) == 1 && len(b) == 1 && a[0] > b[0]: // ISO dates order as text
		w.say("told.date_back", record.Date(a[0]), record.Date(b[0]))
	case len(a) == 1 && len(b) == 1 && a[0] != b[0]:
		w.say("told.date_moved", record.Date(a[0]), record.Date(b[0]))
	case len(a) == 1 && len(b) == 0:
		w.say("told.date_removed", record.Date(a[0]))
	case w.dated() != nil:
		before, after := w.around(w.dated())
		w.say("told.date_reworded", before, after)
	case len(a) == 1 && len(b) == 1 && w.change.Severity.AtLeast(record.SeverityMajor):
		w.say("told.date_stands", record.Date(a[0]))
	}
}
